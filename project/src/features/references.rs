//! Every place that names what the cursor is on, and those of them in the same file.

use super::{Highlight, Jump, Location};
use crate::index::{Index, Place, Usage};

pub(super) fn references(index: &Index, file: &str, offset: u32) -> Option<Jump> {
    let (entity, origin) = index.entity_at(file, offset)?;
    let targets = index.places(&entity).iter().map(|place| Location {
        file: place.file.to_string(),
        span: place.span,
    });
    Some(Jump {
        origin,
        targets: targets.collect(),
    })
}

pub(super) fn highlights(index: &Index, file: &str, offset: u32) -> Option<Vec<Highlight>> {
    let (entity, _) = index.entity_at(file, offset)?;
    let here = index.places(&entity).iter().filter(|place| *place.file == *file);
    let highlight = |place: &Place| Highlight {
        span: place.span,
        writes: place.usage == Usage::Writes,
    };
    Some(here.map(highlight).collect())
}

#[cfg(test)]
mod tests {
    use crate::fixture::parse;

    /// The texts of the references of the cursor, with their files.
    fn references(fixture: &str) -> Vec<String> {
        let (snapshot, cursor) = parse(fixture);
        let (file, offset) = cursor.unwrap();
        let jump = snapshot.references(&file, offset).unwrap();
        let text = |target: &crate::features::Location| {
            let source = snapshot.text(&target.file).unwrap();
            format!("{} {}", target.file, target.span.slice(&source.text))
        };
        jump.targets.iter().map(text).collect()
    }

    #[test]
    fn every_place_of_a_topic_in_every_language_is_found() {
        let found = references(
            "\
//- steps/topics.ts
export const TOPICS = { done: 'x.done' }
//- steps/a.step.ts
import { TOPICS } from './topics'
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [TOPICS.done] }
export const handler = async ({ emit }) => { await emit({ topic: TOPICS.done, data: {} }) }
//- steps/b.step.rb
def config
  { type: 'event', name: 'B', subscribes: ['x.d$0one', 'y.done'], emits: [] }
end
//- steps/c_step.py
config = {'type': 'noop', 'name': 'C', 'virtualSubscribes': ['x.done'], 'virtualEmits': []}
//- tests/a.flow.yaml
tests:
  - name: n
    when: [{ emit: { topic: 'x.done' } }]
    then: [{ emitted: { topic: x.done } }]
",
        );
        assert_eq!(
            found,
            [
                "steps/a.step.ts TOPICS.done",
                "steps/a.step.ts TOPICS.done",
                "steps/b.step.rb x.done",
                "steps/c_step.py x.done",
                "tests/a.flow.yaml x.done",
                "tests/a.flow.yaml x.done",
            ]
        );
    }

    const SHARED: &str = "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [], flows: ['night'] }
export const handler = async ({ state, streams }) => {
  await state.set('orders', 'k', 1)
  await streams.chat.set('g', 'i', {})
}
//- steps/b_step.py
config = {'type': 'event', 'name': 'B', 'subscribes': ['x'], 'emits': [], 'flows': ['night']}
async def handler(data, context):
    await context.state.get('orders', 'k')
    await context.streams.chat.get('g', 'i')
//- steps/chat.stream.ts
export const config = { name: 'chat', schema: {}, baseConfig: { storageType: 'default' } }
//- tests/a.flow.yaml
tests:
  - name: n
    given: { state: { orders: { k: 1 } } }
    when: [{ cron: A }]
    then: [{ ran: [\"A\", B] }]
";

    #[test]
    fn state_streams_steps_and_flows_have_references_too() {
        for (cursor, expected) in [
            (
                "'orders'",
                vec![
                    "steps/a.step.ts orders",
                    "steps/b_step.py orders",
                    "tests/a.flow.yaml orders",
                ],
            ),
            (
                "'chat'",
                vec![
                    "steps/a.step.ts chat",
                    "steps/b_step.py chat",
                    "steps/chat.stream.ts chat",
                ],
            ),
            (
                "'A'",
                vec!["steps/a.step.ts A", "tests/a.flow.yaml A", "tests/a.flow.yaml A"],
            ),
            ("'night'", vec!["steps/a.step.ts night", "steps/b_step.py night"]),
        ] {
            let name = &cursor[1..cursor.len() - 1];
            let marked = SHARED.replacen(cursor, &format!("'$0{name}'"), 1);
            assert_eq!(references(&marked), expected, "{cursor}");
        }
    }

    #[test]
    fn highlights_are_those_of_the_file_and_tell_writing_from_reading() {
        let (snapshot, cursor) = parse(
            "\
//- steps/a.step.ts
export const config = { type: 'event', name: 'A', subscribes: ['x.done'], emits: ['x.d$0one'] }
export const handler = async (input, { emit }) => { await emit({ topic: 'x.done', data: {} }) }
//- steps/b_step.py
config = {'type': 'event', 'name': 'B', 'subscribes': ['x.done'], 'emits': []}
async def handler(data, context): pass
",
        );
        let (file, offset) = cursor.unwrap();
        let found = snapshot.highlights(&file, offset).unwrap();
        let writes: Vec<bool> = found.iter().map(|highlight| highlight.writes).collect();
        assert_eq!(writes, [false, true, true]);
    }
}
