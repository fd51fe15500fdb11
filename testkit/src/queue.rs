//! Messages on their way, ordered by virtual due time and then by the order in which they were sent.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::plan::TriggerId;

/// One delivery: a message for one subscriber.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Topic; `state` or `stream <name>` for a change that starts a step of 1.0.
    pub topic: String,
    /// Payload.
    pub data: Json,
    /// The subscriber.
    pub to: TriggerId,
    /// The flow's trace id, inherited from the sender.
    pub trace_id: String,
    /// Flows of the sender.
    pub flows: Vec<String>,
    /// From 1.
    pub attempt: u32,
    /// True if the test itself sent it.
    pub by_test: bool,
    /// The invocation that sent it or made the change; none if the test did.
    pub sent_by: Option<u32>,
    /// Messages of one group run one after the other, whoever takes them: `topic:group`.
    pub group: Option<String>,
    /// The how manieth message of its topic to this step, from 1.
    pub number: u64,
    /// When it was sent (virtual ms).
    pub sent_at: i64,
    /// How many messages led to it at that very moment, each sent by the handler of the one before.
    pub chain: u32,
}

/// The delivery queue of a run.
#[derive(Debug, Clone, Default)]
pub struct Queue {
    waiting: BTreeMap<(i64, u64), Delivery>,
    sent: u64,
}

impl Queue {
    /// Adds a delivery that is due at `due` (virtual ms).
    pub fn push(&mut self, due: i64, delivery: Delivery) {
        self.waiting.insert((due, self.sent), delivery);
        self.sent += 1;
    }

    /// The first delivery that is due at `now` and whose group does not run.
    pub fn pop_due(&mut self, now: i64, runs: impl Fn(&str) -> bool) -> Option<Delivery> {
        let due = self.waiting.range(..=(now, u64::MAX));
        let (key, _) = due.into_iter().find(|(_, delivery)| is_free(delivery, &runs))?;
        let key = *key;
        self.waiting.remove(&key)
    }

    /// Every delivery that could be made at `now`, with its key: those that are due, of each group the first, and none of
    /// a group that runs.
    pub fn due(&self, now: i64, runs: impl Fn(&str) -> bool) -> Vec<((i64, u64), &Delivery)> {
        let mut first = BTreeSet::new();
        let due = self.waiting.range(..=(now, u64::MAX));
        due.filter(|(_, delivery)| match delivery.group.as_deref() {
            Some(group) => first.insert(group) && !runs(group),
            None => true,
        })
        .map(|(key, delivery)| (*key, delivery))
        .collect()
    }

    /// Takes the delivery with this key.
    pub fn take(&mut self, key: (i64, u64)) -> Option<Delivery> {
        self.waiting.remove(&key)
    }

    /// How many deliveries were added so far.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// Makes what was added after the first `sent` deliveries later by `delay_ms`, and turns its order round if asked to.
    pub fn alter_since(&mut self, sent: u64, delay_ms: i64, reversed: bool) {
        let mut keys: Vec<(i64, u64)> = self
            .waiting
            .keys()
            .filter(|(_, at)| *at >= sent)
            .copied()
            .collect();
        keys.sort_unstable_by_key(|(_, at)| *at);
        let mut turns: Vec<u64> = keys.iter().map(|(_, at)| *at).collect();
        if reversed {
            turns.reverse();
        }
        let taken: Vec<(i64, Delivery)> = keys
            .into_iter()
            .filter_map(|key| Some((key.0, self.waiting.remove(&key)?)))
            .collect();
        for ((due, delivery), turn) in taken.into_iter().zip(turns) {
            self.waiting
                .insert((due.saturating_add(delay_ms), turn), delivery);
        }
    }

    /// When the first delivery that is not due at `now` will be.
    pub fn next_after(&self, now: i64) -> Option<i64> {
        let later = self.waiting.range((now.saturating_add(1), 0)..);
        later.map(|((due, _), _)| *due).next()
    }

    /// When the next delivery whose group does not run is due.
    pub fn next_due(&self, runs: impl Fn(&str) -> bool) -> Option<i64> {
        let mut free = self
            .waiting
            .iter()
            .filter(|(_, delivery)| is_free(delivery, &runs));
        free.next().map(|((due, _), _)| *due)
    }
}

fn is_free(delivery: &Delivery, runs: impl Fn(&str) -> bool) -> bool {
    !delivery.group.as_deref().is_some_and(runs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(topic: &str, group: Option<&str>) -> Delivery {
        Delivery {
            topic: topic.to_owned(),
            data: Json::Null,
            to: TriggerId { step: 0, trigger: 0 },
            trace_id: String::new(),
            flows: Vec::new(),
            attempt: 1,
            by_test: false,
            sent_by: None,
            group: group.map(str::to_owned),
            number: 1,
            sent_at: 0,
            chain: 0,
        }
    }

    #[test]
    fn first_sent_is_first_delivered_among_those_due() {
        let mut queue = Queue::default();
        queue.push(5, delivery("late", None));
        queue.push(0, delivery("a", None));
        queue.push(0, delivery("b", None));
        let order: Vec<_> = std::iter::from_fn(|| queue.pop_due(0, |_| false))
            .map(|d| d.topic)
            .collect();
        assert_eq!(order, ["a", "b"]);
        assert_eq!(queue.next_due(|_| false), Some(5));
    }

    #[test]
    fn of_a_group_only_the_first_could_be_delivered() {
        let mut queue = Queue::default();
        for (due, topic, group) in [
            (0, "a", Some("g")),
            (0, "b", Some("g")),
            (0, "c", None),
            (9, "d", None),
        ] {
            queue.push(due, delivery(topic, group));
        }
        let topics = |runs: &str| -> Vec<String> {
            let due = queue.due(5, |group| group == runs);
            due.into_iter()
                .map(|(_, delivery)| delivery.topic.clone())
                .collect()
        };
        assert_eq!(
            (topics(""), topics("g")),
            (vec!["a".into(), "c".into()], vec!["c".to_owned()])
        );
        assert_eq!((queue.next_after(0), queue.next_after(9)), (Some(9), None));
    }

    #[test]
    fn what_was_just_added_can_come_later_or_the_other_way_round() {
        let mut queue = Queue::default();
        queue.push(0, delivery("a", None));
        let sent = queue.sent();
        queue.push(0, delivery("b", None));
        queue.push(0, delivery("c", None));
        queue.alter_since(sent, 0, true);
        let all = |mut queue: Queue, now| -> Vec<String> {
            std::iter::from_fn(|| queue.pop_due(now, |_| false))
                .map(|it| it.topic)
                .collect()
        };
        assert_eq!(all(queue.clone(), 0), ["a", "c", "b"]);
        queue.alter_since(sent, 5, false);
        assert_eq!((all(queue.clone(), 0).len(), all(queue, 5).len()), (1, 3));
    }

    #[test]
    fn a_retry_does_not_cancel_or_overtake_another_message() {
        let mut queue = Queue::default();
        queue.push(900_000, delivery("retry of a", None));
        queue.push(10, delivery("b", None));
        assert_eq!(queue.pop_due(10, |_| false).unwrap().topic, "b");
        assert_eq!(queue.next_due(|_| false), Some(900_000));
    }

    #[test]
    fn a_message_waits_for_its_group_and_others_overtake_it() {
        let mut queue = Queue::default();
        queue.push(0, delivery("a", Some("t:1")));
        queue.push(1, delivery("b", Some("t:2")));
        let busy = |group: &str| group == "t:1";
        assert_eq!(queue.next_due(busy), Some(1));
        assert_eq!(queue.pop_due(1, busy).unwrap().topic, "b");
        assert_eq!((queue.pop_due(1, busy), queue.next_due(busy)), (None, None));
        assert_eq!(queue.pop_due(1, |_| false).unwrap().topic, "a");
    }
}
