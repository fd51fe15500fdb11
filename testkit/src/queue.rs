//! Messages on their way, ordered by virtual due time and then by the order in which they were sent.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// One delivery: a message for one subscriber.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Topic.
    pub topic: String,
    /// Payload.
    pub data: Json,
    /// Index of the subscriber in the plan.
    pub step: usize,
    /// The flow's trace id, inherited from the sender.
    pub trace_id: String,
    /// Flows of the sender.
    pub flows: Vec<String>,
    /// From 1.
    pub attempt: u32,
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

    /// The first delivery that is due at `now`.
    pub fn pop_due(&mut self, now: i64) -> Option<Delivery> {
        let (key, _) = self
            .waiting
            .first_key_value()
            .filter(|((due, _), _)| *due <= now)?;
        let key = *key;
        self.waiting.remove(&key)
    }

    /// When the next delivery is due.
    pub fn next_due(&self) -> Option<i64> {
        self.waiting.first_key_value().map(|((due, _), _)| *due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(topic: &str) -> Delivery {
        Delivery {
            topic: topic.to_owned(),
            data: Json::Null,
            step: 0,
            trace_id: String::new(),
            flows: Vec::new(),
            attempt: 1,
        }
    }

    #[test]
    fn first_sent_is_first_delivered_among_those_due() {
        let mut queue = Queue::default();
        queue.push(5, delivery("late"));
        queue.push(0, delivery("a"));
        queue.push(0, delivery("b"));
        let order: Vec<_> = std::iter::from_fn(|| queue.pop_due(0)).map(|d| d.topic).collect();
        assert_eq!(order, ["a", "b"]);
        assert_eq!(queue.next_due(), Some(5));
    }

    #[test]
    fn a_retry_does_not_cancel_or_overtake_another_message() {
        let mut queue = Queue::default();
        queue.push(900_000, delivery("retry of a"));
        queue.push(10, delivery("b"));
        assert_eq!(queue.pop_due(10).unwrap().topic, "b");
        assert_eq!(queue.next_due(), Some(900_000));
    }
}
