//! Every place that names a topic or a step.

use super::target::topic_at;
use super::{Jump, Location};
use crate::index::Index;

pub(super) fn references(index: &Index, file: &str, offset: u32) -> Option<Jump> {
    let (topic, origin, _) = topic_at(index, file, offset)?;
    let place = |mention: &crate::index::Mention| Location {
        file: mention.file.clone(),
        span: mention.span,
    };
    Some(Jump {
        origin,
        targets: index.mentions(topic).iter().map(place).collect(),
    })
}

#[cfg(test)]
mod tests {
    use crate::fixture::parse;

    #[test]
    fn every_place_in_every_language_is_found() {
        let (snapshot, cursor) = parse(
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
",
        );
        let (file, offset) = cursor.unwrap();
        let jump = snapshot.references(&file, offset).unwrap();
        let texts: Vec<&str> = jump
            .targets
            .iter()
            .map(|target| target.span.slice(&snapshot.source(&target.file).unwrap().text))
            .collect();
        assert_eq!(texts, ["TOPICS.done", "TOPICS.done", "x.done", "x.done"]);
    }
}
