//! Renaming a topic, step, state group, stream or flow in every place that names it, in every language.

use std::collections::BTreeSet;

use banister_grammars::facts::Text;
use banister_grammars::{Language, Span};

use super::Location;
use crate::diagnostic::Edit;
use crate::index::{Entity, EntityKind, Index, Place};

/// The name under the cursor, or why it cannot be renamed; nothing where no name of the framework stands.
pub(super) fn prepare(index: &Index, file: &str, offset: u32) -> Option<Result<(Span, String), String>> {
    let (entity, span) = index.entity_at(file, offset)?;
    Some(targets(index, &entity).map(|_| (span, entity.name)))
}

/// The edits that rename the thing under the cursor, by file and position.
///
/// # Errors
/// Why the name cannot be changed everywhere: half a rename would break the flow silently.
pub(super) fn rename(
    index: &Index,
    file: &str,
    offset: u32,
    name: &str,
) -> Option<Result<Vec<Edit>, String>> {
    let (entity, _) = index.entity_at(file, offset)?;
    Some(edits(index, &entity, name))
}

fn edits(index: &Index, entity: &Entity, name: &str) -> Result<Vec<Edit>, String> {
    let noun = entity.kind.noun();
    if name == entity.name {
        return Ok(Vec::new());
    }
    if name.trim().is_empty() || name.trim() != name {
        return Err(format!("a {noun} needs a name without spaces around it"));
    }
    if let Some(bad) = name
        .chars()
        .find(|ch| "'\"`\\#$%{}".contains(*ch) || ch.is_control())
    {
        return Err(format!(
            "{bad:?} means something else inside a string of some language; choose a name without it"
        ));
    }
    let renamed = Entity {
        kind: entity.kind,
        name: name.to_owned(),
    };
    if !index.places(&renamed).is_empty() {
        return Err(format!("`{name}` is a {noun} already: the two would become one"));
    }
    let mut edits: Vec<Edit> = targets(index, entity)?
        .into_iter()
        .map(|target| edit(index, target, name))
        .collect::<Result<_, _>>()?;
    edits.sort_by(|a, b| (&a.file, a.span).cmp(&(&b.file, b.span)));
    Ok(edits)
}

/// Every text that spells the name, constants included.
fn targets(index: &Index, entity: &Entity) -> Result<BTreeSet<Location>, String> {
    if entity.kind == EntityKind::Topic {
        refuse_dynamic(index, &entity.name)?;
    }
    let target = |place: &Place| {
        if place.literal {
            return Ok(Location {
                file: place.file.to_string(),
                span: place.span,
            });
        }
        let origin = index.origin(&place.file, place.span);
        origin.map(|(file, span)| Location { file, span }).ok_or_else(|| {
            let at = index.line_of(&place.file, place.span);
            format!("`{}` is computed in {at}; rename it there by hand", entity.name)
        })
    };
    index.places(entity).iter().map(target).collect()
}

/// A topic that is built from parts, or is one of several, may be this one: renaming the rest would cut it off.
fn refuse_dynamic(index: &Index, topic: &str) -> Result<(), String> {
    let built = index.dynamic().iter().find_map(|text| match text {
        Text::Pattern(parts) if text.may_be(topic) => Some(parts.join("…")),
        _ => None,
    });
    match built {
        Some(pattern) => Err(format!(
            "a message is sent on a topic built as `{pattern}`, which may be `{topic}`; renaming would cut it off"
        )),
        None => match index
            .mentions(topic)
            .iter()
            .find(|mention| !index.is_exact(mention))
        {
            Some(mention) => Err(format!(
                "`{topic}` is one of several topics in {}; rename it there by hand",
                index.line_of(&mention.file, mention.span)
            )),
            None => Ok(()),
        },
    }
}

fn edit(index: &Index, target: Location, name: &str) -> Result<Edit, String> {
    let Location { file, span } = target;
    let is_word = name.chars().all(|ch| ch.is_alphanumeric() || ch == '_')
        && !name.starts_with(|ch: char| ch.is_ascii_digit());
    let Some(text) = index.text(&file) else {
        return Err(format!("{file} is not at hand"));
    };
    // `streams.chat` spells the name as a member: a name that is no identifier needs brackets.
    let before = &text[..span.start as usize];
    let is_member = before.ends_with('.') && !before.ends_with("..");
    if is_member && !is_word {
        if before.ends_with("?.") || Language::of_path(&file) == Some(Language::Ruby) {
            let at = index.line_of(&file, span);
            return Err(format!(
                "`{name}` is no identifier, and {at} reads it as a member"
            ));
        }
        return Ok(Edit {
            span: Span::new(span.start as usize - 1, span.end as usize),
            text: format!("['{name}']"),
            file,
        });
    }
    Ok(Edit {
        file,
        span,
        text: name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Edit;
    use crate::fixture::{files, parse};

    /// The fixture after renaming what the cursor is on, or why that is refused.
    fn renamed(fixture: &str, name: &str) -> Result<String, String> {
        let (snapshot, cursor) = parse(fixture);
        let (file, offset) = cursor.unwrap();
        let mut edits: Vec<Edit> = snapshot.rename(&file, offset, name).unwrap()?;
        edits.reverse();
        let mut mended = String::new();
        for (path, text) in files(fixture) {
            let mut text = text.replacen("$0", "", 1);
            for edit in edits.iter().filter(|edit| edit.file == path) {
                text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
            }
            mended += &format!("//- {path}\n{text}");
        }
        Ok(mended)
    }

    const PROJECT: &str = "\
//- lib/topics.ts
export const TOPICS = { placed: 'order.placed' } as const
//- steps/a.step.ts
import { TOPICS } from '../lib/topics'
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [TOPICS.placed] }
export const handler = async ({ emit }) => { await emit({ topic: TOPICS.placed, data: {} }) }
//- steps/b.step.js
const PLACED = 'order.placed'
exports.config = { type: 'event', name: 'B', subscribes: [PLACED], emits: [] }
exports.handler = async () => {}
//- steps/c_step.py
config = {'type': 'event', 'name': 'C', 'subscribes': [\"order.placed\"], 'emits': []}
async def handler(data, context): pass
//- steps/d.step.rb
def config
  { type: 'noop', name: 'D', virtualSubscribes: ['order.pl$0aced'], virtualEmits: [] }
end
//- tests/a.flow.yaml
tests: [{ name: n, when: [{ emit: { topic: 'order.placed' } }], then: [{ ran: [B, C] }] }]
";

    #[test]
    fn a_topic_is_renamed_in_every_language_constant_and_flow_test() {
        let expected = PROJECT
            .replace("$0", "")
            .replace("order.placed", "order.accepted");
        assert_eq!(renamed(PROJECT, "order.accepted"), Ok(expected));
    }

    const CONSTANTS: &str = "\
//- steps/a_step.py
PLACED = 'order.placed'
config = {'type': 'event', 'name': 'A', 'subscribes': ['x'], 'emits': [PLACED]}
async def handler(data, context):
    await context.emit({'topic': PLACED, 'data': {}})
//- steps/b.step.rb
PLACED = 'order.placed'
def config
  { type: 'event', name: 'B', subscribes: [PLACED], emits: [] }
end
def handler(input, context)
end
//- steps/c.step.ts
enum Topic { Placed = 'order.placed' }
export const config = { name: 'C', triggers: [{ type: 'queue', topic: Topic.Placed }], enqueues: [{ topic: 'or$0der.placed', label: 'x' }], virtualEnqueues: ['order.placed'] }
export const handler = async (input, { enqueue }) => { await enqueue({ topic: `order.placed`, data: {} }) }
";

    #[test]
    fn constants_and_the_newer_dialect_are_renamed_too() {
        let expected = CONSTANTS
            .replace("$0", "")
            .replace("order.placed", "order.accepted");
        assert_eq!(renamed(CONSTANTS, "order.accepted"), Ok(expected));
    }

    #[test]
    fn a_name_that_is_taken_or_breaks_a_string_is_refused() {
        let taken = PROJECT.replace("virtualEmits: []", "virtualEmits: ['x.done']");
        assert_eq!(
            renamed(&taken, "x.done").unwrap_err(),
            "`x.done` is a topic already: the two would become one"
        );
        for name in ["it's", "a#{b}", "a\nb", ""] {
            renamed(PROJECT, name).unwrap_err();
        }
    }

    #[test]
    fn a_topic_that_may_be_built_elsewhere_is_refused() {
        let dynamic = PROJECT.replace("topic: TOPICS.placed", "topic: `order.${kind}`");
        assert_eq!(
            renamed(&dynamic, "order.accepted").unwrap_err(),
            "a message is sent on a topic built as `order.…`, which may be `order.placed`; renaming would cut it off"
        );
        let several = PROJECT.replace(
            "topic: TOPICS.placed",
            "topic: late ? TOPICS.placed : 'order.late'",
        );
        let reason = renamed(&several, "order.accepted").unwrap_err();
        assert_eq!(
            reason,
            "`order.placed` is one of several topics in steps/a.step.ts:3; rename it there by hand"
        );
    }

    const SHARED: &str = "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'Nightly', cron: '* * * * *', emits: [], flows: ['night'] }
export const handler = async ({ state, streams }) => {
  await state.set('orders', 'k', 1)
  await streams.chat.set('g', 'i', {})
}
//- steps/chat.stream.ts
export const config = { name: 'chat', schema: {}, baseConfig: { storageType: 'default' } }
//- tests/a.flow.yaml
tests: [{ name: n, given: { state: { orders: { k: 1 } } }, when: [{ cron: Nightly }], then: [{ ran: [Nightly] }, { stream: { chat: {} } }] }]
";

    #[test]
    fn streams_state_groups_steps_and_flows_are_renamed() {
        for (from, to) in [
            ("orders", "purchases"),
            ("Nightly", "EveryNight"),
            ("night", "dark"),
        ] {
            let cursor = SHARED.replacen(&format!("'{from}'"), &format!("'$0{from}'"), 1);
            let expected = SHARED
                .replace(&format!("'{from}'"), &format!("'{to}'"))
                .replace(&format!("{from}: {{"), &format!("{to}: {{"))
                .replace(&format!("cron: {from}"), &format!("cron: {to}"))
                .replace(&format!("[{from}]"), &format!("[{to}]"));
            assert_eq!(renamed(&cursor, to), Ok(expected), "{from}");
        }
    }

    #[test]
    fn a_stream_that_becomes_no_identifier_gets_brackets() {
        let cursor = SHARED.replace("name: 'chat'", "name: 'c$0hat'");
        let expected = SHARED
            .replace("name: 'chat'", "name: 'live-chat'")
            .replace("stream: { chat:", "stream: { live-chat:")
            .replace("streams.chat", "streams['live-chat']");
        assert_eq!(renamed(&cursor, "live-chat"), Ok(expected));
        let expected = SHARED
            .replace("name: 'chat'", "name: 'talk'")
            .replace("stream: { chat:", "stream: { talk:")
            .replace("streams.chat", "streams.talk");
        assert_eq!(renamed(&cursor, "talk"), Ok(expected));
    }
}
