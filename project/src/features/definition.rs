//! From one end of a topic to the other, and from any other name to where the thing is defined.

use std::collections::BTreeSet;

use super::places::jump;
use super::target::topic_at;
use super::{Jump, Location, flow_file, links};
use crate::index::{EntityKind, Index, Mention, Place, Role, Usage};

pub(super) fn definition(index: &Index, file: &str, offset: u32) -> Option<Jump> {
    let Some((topic, origin, role)) = topic_at(index, file, offset) else {
        return of_entity(index, file, offset)
            .or_else(|| of_route(index, file, offset))
            .or_else(|| links::imported_value(index, file, offset));
    };
    let mut found: Vec<&Mention> = if role.sends() {
        index.mentions_as(topic, Role::TAKING).collect()
    } else {
        senders(index, topic)
    };
    // A call without subscriber still leads to the step's own declaration.
    if found.is_empty() && role == Role::Emits {
        found = index
            .mentions_as(topic, &[Role::Declares])
            .filter(|mention| mention.file == file)
            .collect();
    }
    let targets: Vec<Location> = found
        .into_iter()
        .map(|mention| Location {
            file: mention.file.clone(),
            span: mention.span,
        })
        .collect();
    (!targets.is_empty()).then_some(Jump { origin, targets })
}

/// Things other than the topics of code: a stream leads to its definition, a step to its config, what is read of the
/// state to what writes it and the other way round, a flow test's topic to who takes it.
fn of_entity(index: &Index, file: &str, offset: u32) -> Option<Jump> {
    let (entity, origin) = index.entity_at(file, offset)?;
    let places = index.places(&entity);
    let here = places
        .iter()
        .find(|place| *place.file == *file && place.span == origin)?;
    let with =
        |wanted: Usage| -> Vec<&Place> { places.iter().filter(|place| place.usage == wanted).collect() };
    let found = match (entity.kind, here.usage) {
        (EntityKind::Stream | EntityKind::Step, Usage::Writes) | (EntityKind::Flow, _) => Vec::new(),
        (EntityKind::Stream | EntityKind::Step, _) => with(Usage::Writes),
        (EntityKind::StateGroup, Usage::Writes) => with(Usage::Reads),
        (EntityKind::StateGroup, _) => with(Usage::Writes),
        (EntityKind::Topic, _) => with(Usage::Reads),
    };
    let targets = found.into_iter().map(|place| Location {
        file: place.file.to_string(),
        span: place.span,
    });
    jump(origin, targets.collect())
}

/// From a request of a flow test to the route that answers it.
fn of_route(index: &Index, file: &str, offset: u32) -> Option<Jump> {
    let flow = index.flow_tests.get(file)?;
    let (step, origin) = flow_file::routed(index, &flow.text, offset)?;
    let path = step
        .fact()?
        .triggers
        .iter()
        .find_map(|trigger| trigger.path.as_ref())?;
    let target = Location {
        file: step.file.clone(),
        span: path.span,
    };
    jump(origin, vec![target])
}

/// The calls that send a topic, and the declarations of steps that have no such call.
fn senders<'i>(index: &'i Index, topic: &str) -> Vec<&'i Mention> {
    let mentions = index.mentions(topic);
    let calling: BTreeSet<&str> = mentions
        .iter()
        .filter(|mention| mention.role == Role::Emits)
        .map(|mention| mention.file.as_str())
        .collect();
    mentions
        .iter()
        .filter(|mention| match mention.role {
            Role::Emits | Role::VirtualEmits => true,
            Role::Declares => !calling.contains(mention.file.as_str()),
            Role::Subscribes | Role::VirtualSubscribes => false,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::fixture::parse;

    const PROJECT: &str = "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done', 'end.done'] }
export const handler = async ({ emit }) => {
  await emit({ topic: 'x.done', data: {} })
  await emit({ topic: 'end.done', data: {} })
}
//- steps/b.step.rb
def config
  { type: 'event', name: 'B', subscribes: ['x.done'], emits: ['x.done'] }
end
def handler(input, context)
end
//- steps/c_step.py
config = {'type': 'event', 'name': 'C', 'subscribes': ['x.done'], 'emits': []}
async def handler(data, context):
    pass
";

    /// Where the jump from the `nth` occurrence of `'from` in `file` leads, as `file:line`.
    fn targets(file: &str, from: &str, nth: usize) -> Vec<String> {
        let (snapshot, _) = parse(PROJECT);
        let text = &snapshot.source(file).unwrap().text;
        let (at, _) = text.match_indices(from).nth(nth).unwrap();
        let Some(jump) = snapshot.definition(file, u32::try_from(at).unwrap() + 2) else {
            return Vec::new();
        };
        let lines = |location: &crate::features::Location| {
            let source = snapshot.source(&location.file).unwrap();
            let before = &source.text[..location.span.start as usize];
            format!("{}:{}", location.file, before.lines().count())
        };
        jump.targets.iter().map(lines).collect()
    }

    #[test]
    fn what_is_sent_leads_to_who_takes_it() {
        let expected = ["steps/b.step.rb:2", "steps/c_step.py:1"];
        assert_eq!(targets("steps/a.step.ts", "x.done", 0), expected);
        assert_eq!(targets("steps/a.step.ts", "x.done", 1), expected);
    }

    #[test]
    fn what_is_taken_leads_to_the_calls_and_to_declarations_without_one() {
        assert_eq!(
            targets("steps/c_step.py", "x.done", 0),
            ["steps/a.step.ts:3", "steps/b.step.rb:2"]
        );
    }

    #[test]
    fn a_call_without_subscriber_leads_to_its_declaration() {
        assert_eq!(targets("steps/a.step.ts", "end.done", 1), ["steps/a.step.ts:1"]);
        assert!(targets("steps/a.step.ts", "end.done", 0).is_empty());
    }

    /// Where the cursor's definition leads, as `file text`.
    fn definition(fixture: &str) -> Option<Vec<String>> {
        let (snapshot, cursor) = parse(fixture);
        let (file, offset) = cursor.unwrap();
        let jump = snapshot.definition(&file, offset)?;
        let text = |target: &crate::features::Location| {
            let text = &snapshot.text(&target.file).unwrap().text;
            format!("{} {}", target.file, target.span.slice(text))
        };
        Some(jump.targets.iter().map(text).collect())
    }

    const STATE: &str = "\
//- steps/a_step.py
config = {'type': 'event', 'name': 'A', 'subscribes': ['x'], 'emits': []}
async def handler(data, context):
    await context.state.get('orders', 'k')
//- steps/b.step.rb
def config
  { type: 'event', name: 'B', subscribes: ['x'], emits: [] }
end
def handler(input, context)
  context.state.set('orders', 'k', 1)
end
";

    #[test]
    fn what_is_read_leads_to_what_writes_it_and_back() {
        let read = STATE.replace("get('orders'", "get('ord$0ers'");
        assert_eq!(definition(&read).unwrap(), ["steps/b.step.rb orders"]);
        let written = STATE.replace("set('orders'", "set('ord$0ers'");
        assert_eq!(definition(&written).unwrap(), ["steps/a_step.py orders"]);
    }

    #[test]
    fn imported_middleware_and_schemas_lead_to_their_modules() {
        let project = "\
//- steps/shared.ts
import { z } from 'zod'
export const orderSchema = z.object({ id: z.string() })
//- steps/guard.ts
export function guard(req, ctx, next) { return next() }
//- steps/a.step.ts
import { orderSchema as schema } from './shared'
import { guard } from './guard'
export const config = {
  type: 'api', name: 'A', method: 'POST', path: '/a', emits: [],
  middleware: [guard], bodySchema: schema,
}
export const handler = async (req) => {}
";
        let schema = project.replace("bodySchema: schema", "bodySchema: sch$0ema");
        let found = definition(&schema).unwrap();
        assert!(found[0].starts_with("steps/shared.ts z.object("), "{found:?}");
        let guard = project.replace("[guard]", "[gu$0ard]");
        assert_eq!(definition(&guard).unwrap(), ["steps/guard.ts guard"]);
        let (snapshot, _) = parse(project);
        let links: Vec<String> = snapshot
            .links("steps/a.step.ts")
            .into_iter()
            .map(|link| link.file)
            .collect();
        assert_eq!(links, ["steps/shared.ts", "steps/guard.ts"]);
    }

    #[test]
    fn other_texts_lead_nowhere() {
        assert!(targets("steps/a.step.ts", "'A'", 0).is_empty());
        assert!(targets("steps/a.step.ts", "emit({", 0).is_empty());
    }
}
