//! Places behind the other jumps: the own declaration, the schema of a payload, the handlers of those who take it.

use std::borrow::Cow;

use banister_grammars::Span;
use banister_grammars::facts::SchemaFact;

use super::definition;
use super::target::topic_at;
use super::{Jump, Location};
use crate::index::{EntityKind, Index, Role};
use crate::project::Step;
use crate::source::Source;

/// To where the step itself names the topic: its entry in `emits`, or in `subscribes`. Other names are declared where
/// they are defined.
pub(super) fn declaration(index: &Index, file: &str, offset: u32) -> Option<Jump> {
    let Some((topic, origin, role)) = topic_at(index, file, offset) else {
        return definition::definition(index, file, offset);
    };
    let own = |roles: &'static [Role]| {
        let mentions = index.mentions_as(topic, roles);
        mentions
            .filter(|mention| mention.file == file)
            .map(|mention| Location {
                file: mention.file.clone(),
                span: mention.span,
            })
    };
    let targets: Vec<Location> = match role {
        Role::Emits | Role::Declares => own(&[Role::Declares]).collect(),
        Role::Subscribes => own(&[Role::Subscribes]).collect(),
        Role::VirtualEmits | Role::VirtualSubscribes => {
            own(&[Role::VirtualEmits, Role::VirtualSubscribes]).collect()
        }
    };
    jump(origin, targets)
}

/// To the schemas of what a topic carries, in the steps that take it or in the modules that they share; to the schema
/// of a step's own input, and of a stream's items.
pub(super) fn type_definition(index: &Index, file: &str, offset: u32) -> Option<Jump> {
    let (entity, origin) = index.entity_at(file, offset)?;
    let schemas: Vec<Location> = match entity.kind {
        EntityKind::Step => steps_named(index, &entity.name)
            .filter_map(|step| index.only_input_schema(step).map(place))
            .collect(),
        EntityKind::Stream => index
            .project
            .streams
            .iter()
            .filter(|stream| stream.name() == Some(&entity.name))
            .filter_map(|stream| {
                let schema = stream.facts().stream.as_ref()?.schema.as_ref()?;
                index.resolve_schema(&stream.source, schema).map(place)
            })
            .collect(),
        EntityKind::Topic => index
            .subscribers(&entity.name)
            .into_iter()
            .filter_map(|step| index.input_schema(step, &entity.name).map(place))
            .collect(),
        EntityKind::StateGroup | EntityKind::Flow => Vec::new(),
    };
    jump(origin, distinct(schemas))
}

/// To the handlers of the steps that take a topic, or of the step that is named.
pub(super) fn implementation(index: &Index, file: &str, offset: u32) -> Option<Jump> {
    let handler = |step: &Step| {
        let handler = step.fact()?.handler.as_ref()?;
        Some(Location {
            file: step.file.clone(),
            span: handler.span,
        })
    };
    let (entity, origin) = index.entity_at(file, offset)?;
    let targets: Vec<Location> = match entity.kind {
        EntityKind::Topic => index
            .subscribers(&entity.name)
            .into_iter()
            .filter_map(handler)
            .collect(),
        EntityKind::Step => steps_named(index, &entity.name).filter_map(handler).collect(),
        EntityKind::StateGroup | EntityKind::Stream | EntityKind::Flow => Vec::new(),
    };
    jump(origin, targets)
}

/// The steps of a name; there should be one.
pub(super) fn steps_named<'i>(index: &'i Index, name: &str) -> impl Iterator<Item = &'i Step> {
    index
        .project
        .steps
        .iter()
        .filter(move |step| step.name() == Some(name))
}

/// A jump, unless it leads nowhere.
pub(super) fn jump(origin: Span, targets: Vec<Location>) -> Option<Jump> {
    (!targets.is_empty()).then_some(Jump { origin, targets })
}

fn place((source, schema): (&Source, Cow<'_, SchemaFact>)) -> Location {
    Location {
        file: source.path.clone(),
        span: schema.span,
    }
}

fn distinct(mut places: Vec<Location>) -> Vec<Location> {
    places.sort();
    places.dedup();
    places
}

#[cfg(test)]
mod tests {
    use crate::features::{Jump, Location};
    use crate::fixture::parse;
    use crate::workspace::Snapshot;

    const PROJECT: &str = "\
//- steps/shared.ts
import { z } from 'zod'
export const paid = z.object({ id: z.string() })
//- steps/a_step.py
config = {'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'emits': ['order.paid']}
async def handler(context):
    await context.emit({'topic': 'order.p$0aid', 'data': {}})
//- steps/b.step.ts
import { paid } from './shared'
export const config = { type: 'event', name: 'B', subscribes: ['order.paid'], emits: [], input: paid }
export const handler = async (input) => {}
//- steps/c.step.rb
def config
  { type: 'event', name: 'C', subscribes: ['order.paid'], emits: [], input: { type: 'object' } }
end
def handler(input, context)
end
";

    type Ask = fn(&Snapshot, &str, u32) -> Option<Jump>;

    fn targets(fixture: &str, ask: Ask) -> Vec<String> {
        let (snapshot, cursor) = parse(fixture);
        let (file, offset) = cursor.unwrap();
        let text = |target: &Location| {
            let text = &snapshot.text(&target.file).unwrap().text;
            format!("{} {}", target.file, target.span.slice(text))
        };
        let jump = ask(&snapshot, &file, offset);
        jump.iter().flat_map(|jump| &jump.targets).map(text).collect()
    }

    #[test]
    fn a_sent_topic_leads_to_its_declaration_schemas_and_handlers() {
        assert_eq!(
            targets(PROJECT, Snapshot::declaration),
            ["steps/a_step.py order.paid"]
        );
        assert_eq!(
            targets(PROJECT, Snapshot::type_definition),
            [
                "steps/c.step.rb { type: 'object' }",
                "steps/shared.ts z.object({ id: z.string() })"
            ]
        );
        assert_eq!(
            targets(PROJECT, Snapshot::implementation),
            ["steps/b.step.ts handler", "steps/c.step.rb handler"]
        );
    }

    #[test]
    fn an_undeclared_topic_has_no_declaration() {
        let undeclared = PROJECT.replace("'emits': ['order.paid']", "'emits': []");
        assert!(targets(&undeclared, Snapshot::declaration).is_empty());
    }
}
