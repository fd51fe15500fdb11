//! Steps that meet at the same item of the state or of a stream, where neither is the cause of the other: which of them was first.
//!
//! Two operations on an item conflict if one of them writes. They are ordered if one is a consequence of the other: its
//! handler was started, over any number of messages, by something that was sent after it. What the test does is done
//! before its next action, so that handlers of two actions are ordered as well. What is not ordered could have come the
//! other way round.

use std::collections::BTreeMap;

use super::{Invocation, Invocations};
use crate::access::Access as Reach;
use crate::trace::{Trace, What};

/// A run with more operations on one group or stream than this is judged by the first of them: each is held against all others.
const MOST: usize = 1_000;

/// Two steps that meet at the state or at a stream, the lesser name first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// One step.
    pub one: String,
    /// The other; the same one if two of its runs meet.
    pub other: String,
    /// The group of the item, or the stream, with `*` for what is an id or a number.
    pub group: String,
    /// True if they meet at a stream.
    pub of_stream: bool,
}

impl Pair {
    /// Where they meet, for people.
    pub fn place(&self) -> String {
        match self.of_stream {
            true => format!("stream '{}'", self.group),
            false => format!("'{}'", self.group),
        }
    }

    /// True if two runs of one step meet.
    pub fn is_of_one_step(&self) -> bool {
        self.one == self.other
    }
}

/// Which of two was first, and how often.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Orders {
    /// All that [`Pair::one`] did came before; for two runs of one step: the runs were one after the other.
    pub one_first: u32,
    /// All that [`Pair::other`] did came before.
    pub other_first: u32,
    /// Each of them did something before the other was done.
    pub interleaved: u32,
}

impl Orders {
    pub(super) fn extend(&mut self, other: Self) {
        self.one_first += other.one_first;
        self.other_first += other.other_first;
        self.interleaved += other.interleaved;
    }
}

/// An operation on the state or on a stream.
struct Access {
    invocation: u32,
    /// The event, as an index into the trace.
    at: usize,
    reach: Reach,
}

/// Which of two invocations was seen first.
#[derive(Default)]
struct Seen {
    lesser_first: bool,
    greater_first: bool,
}

pub(super) fn of(trace: &Trace, invocations: &Invocations<'_>) -> BTreeMap<Pair, Orders> {
    let causes = Causes::of(trace, invocations);
    let mut out: BTreeMap<Pair, Orders> = BTreeMap::new();
    for ((of_stream, group), accesses) in by_group(trace) {
        for ((lesser, greater), seen) in meetings(&accesses, &causes) {
            let (Some(one), Some(other)) = (invocations.get(lesser), invocations.get(greater)) else {
                continue;
            };
            let (first, second, swapped) = match one.step <= other.step {
                true => (one.step, other.step, false),
                false => (other.step, one.step, true),
            };
            let pair = Pair {
                one: first.to_owned(),
                other: second.to_owned(),
                group: without_ids(group),
                of_stream,
            };
            let orders = out.entry(pair).or_default();
            match (seen.lesser_first, seen.greater_first) {
                (true, true) => orders.interleaved += 1,
                _ if first == second || seen.lesser_first != swapped => orders.one_first += 1,
                _ => orders.other_first += 1,
            }
        }
    }
    out
}

/// Operations by group of the state, and by stream.
fn by_group(trace: &Trace) -> BTreeMap<(bool, &str), Vec<Access>> {
    let mut groups: BTreeMap<(bool, &str), Vec<Access>> = BTreeMap::new();
    for (at, event) in trace.events.iter().enumerate() {
        let Some(invocation) = event.invocation else {
            continue;
        };
        let (subject, reach) = match &event.what {
            // The names of all groups are in none of them.
            What::State { op, .. } if op == "list_groups" => continue,
            What::State { op, group, key, .. } => (
                (false, group.as_str()),
                Reach::of_state(op, Some(group), key.as_deref()),
            ),
            // What is sent to listeners is no item.
            What::Stream { op, .. } if op == "send" => continue,
            What::Stream { op, stream, args, .. } => {
                let args = args.as_array().into_iter().flatten();
                ((true, stream.as_str()), Reach::of_stream(op, stream, args))
            }
            _ => continue,
        };
        groups.entry(subject).or_default().push(Access {
            invocation,
            at,
            reach,
        });
    }
    groups
}

/// Invocations that meet in a group, by number, the lesser first.
fn meetings(accesses: &[Access], causes: &Causes) -> BTreeMap<(u32, u32), Seen> {
    let mut out: BTreeMap<(u32, u32), Seen> = BTreeMap::new();
    for (nth, later) in accesses.iter().take(MOST).enumerate() {
        for earlier in &accesses[..nth] {
            let apart =
                earlier.invocation == later.invocation || !(earlier.reach.writes || later.reach.writes);
            if apart || !earlier.reach.meets(&later.reach) || causes.ordered(earlier, later) {
                continue;
            }
            let (a, b) = (earlier.invocation, later.invocation);
            let seen = out.entry((a.min(b), a.max(b))).or_default();
            match a < b {
                true => seen.lesser_first = true,
                false => seen.greater_first = true,
            }
        }
    }
    out
}

/// Who started whom.
struct Causes {
    /// By invocation: the one that started it, and the event in which it did so.
    parents: BTreeMap<u32, (u32, usize)>,
    /// By invocation: the first of its line, and the event in which that began.
    roots: BTreeMap<u32, (u32, usize)>,
    /// By the first of a line: the last event of all that came of it.
    ends: BTreeMap<u32, usize>,
}

impl Causes {
    fn of(trace: &Trace, invocations: &Invocations<'_>) -> Self {
        let mut causes = Self {
            parents: BTreeMap::new(),
            roots: BTreeMap::new(),
            ends: BTreeMap::new(),
        };
        let mut taken: BTreeMap<(u32, &str, &str), usize> = BTreeMap::new();
        let mut last: BTreeMap<(Option<u32>, &str, &str, u32), u32> = BTreeMap::new();
        for (number, it) in invocations.iter() {
            last.insert((it.sent_by, it.cause, it.step, it.attempt), number);
            let before = (it.attempt > 1)
                .then(|| last.get(&(it.sent_by, it.cause, it.step, it.attempt - 1)))
                .flatten();
            let parent = match (before, it.sent_by) {
                (Some(before), _) => Some((*before, it.began)),
                (None, Some(sender)) => Some((sender, sending(invocations, it, sender, &mut taken))),
                (None, None) => None,
            };
            let root = parent.and_then(|(parent, _)| causes.roots.get(&parent).copied());
            causes.roots.insert(number, root.unwrap_or((number, it.began)));
            causes.parents.extend(parent.map(|parent| (number, parent)));
        }
        for (at, event) in trace.events.iter().enumerate() {
            let root = event.invocation.and_then(|it| causes.roots.get(&it));
            causes.ends.extend(root.map(|(root, _)| (*root, at)));
        }
        causes
    }

    /// True if `later` cannot come before `earlier`.
    fn ordered(&self, earlier: &Access, later: &Access) -> bool {
        let (one, other) = (
            self.roots.get(&earlier.invocation),
            self.roots.get(&later.invocation),
        );
        if let (Some((one, _)), Some((other, began))) = (one, other)
            && one != other
        {
            return self.ends.get(one).is_some_and(|end| end < began);
        }
        let mut at = later.invocation;
        while let Some((parent, sent)) = self.parents.get(&at) {
            if *parent == earlier.invocation {
                return earlier.at <= *sent;
            }
            at = *parent;
        }
        false
    }
}

/// The event in which `sender` sent what started an invocation. Messages of one sender on one topic are taken in the
/// order in which they were sent; a change of the state has no such event, and its handler comes after all of it.
fn sending<'t>(
    invocations: &Invocations<'t>,
    it: &Invocation<'t>,
    sender: u32,
    taken: &mut BTreeMap<(u32, &'t str, &'t str), usize>,
) -> usize {
    let turn = taken.entry((sender, it.cause, it.step)).or_default();
    let sent = invocations.sent(it).and_then(|sent| sent.get(*turn));
    *turn += 1;
    sent.copied().unwrap_or(it.began)
}

/// A group whose ids and numbers are `*`: `cart:550e8400-e29b-…` and `cart:17` are both `cart:*`.
pub(crate) fn without_ids(group: &str) -> String {
    let is_id = |part: &str| {
        let digits = part.chars().filter(char::is_ascii_digit).count();
        digits > 0 && (digits == part.len() || (digits > 2 && part.len() >= 8))
    };
    let mut out = String::with_capacity(group.len());
    for piece in group.split_inclusive([':', '/', '.', '|', ',', '_', ' ']) {
        let part = piece.trim_end_matches([':', '/', '.', '|', ',', '_', ' ']);
        out += if is_id(part) { "*" } else { part };
        out += &piece[part.len()..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::Hits;
    use super::super::tests::{emitted, started, trace};
    use super::*;

    fn state(op: &str, key: &str) -> String {
        serde_json::json!({ "event": "state", "op": op, "group": "g", "key": key, "value": 1 }).to_string()
    }

    fn pairs(events: &[(u32, &str)]) -> Vec<(String, String, Orders)> {
        let pairs = Hits::of(&trace(events)).pairs;
        pairs
            .into_iter()
            .map(|(pair, orders)| (pair.one, pair.other, orders))
            .collect()
    }

    fn orders(one_first: u32, other_first: u32, interleaved: u32) -> Orders {
        Orders {
            one_first,
            other_first,
            interleaved,
        }
    }

    #[test]
    fn takers_of_one_message_race_and_the_sender_does_not() {
        let found = pairs(&[
            (1, &started("A", "POST /a", None)),
            (1, &state("set", "k")),
            (1, &emitted("t")),
            (2, &started("C", "t", Some(1))),
            (2, &state("get", "k")),
            (2, &state("set", "k")),
            (3, &started("B", "t", Some(1))),
            (3, &state("set", "k")),
        ]);
        assert_eq!(found, [("B".into(), "C".into(), orders(0, 1, 0))]);
    }

    #[test]
    fn what_a_sender_does_after_it_sent_races_with_the_taker() {
        let found = pairs(&[
            (1, &started("A", "POST /a", None)),
            (1, &emitted("t")),
            (1, &state("set", "k")),
            (2, &started("B", "t", Some(1))),
            (2, &state("get", "k")),
        ]);
        assert_eq!(found, [("A".into(), "B".into(), orders(1, 0, 0))]);
    }

    #[test]
    fn two_runs_of_one_step_can_interleave() {
        let both = [
            (1, started("A", "cron", None)),
            (1, emitted("t")),
            (1, emitted("t")),
            (2, started("B", "t", Some(1))),
            (2, state("get", "k")),
            (3, started("B", "t", Some(1))),
            (3, state("get", "k")),
            (2, state("set", "k")),
            (3, state("set", "k")),
        ];
        let both: Vec<(u32, &str)> = both.iter().map(|(at, text)| (*at, text.as_str())).collect();
        assert_eq!(pairs(&both), [("B".into(), "B".into(), orders(0, 0, 1))]);
    }

    #[test]
    fn reads_other_items_and_other_actions_do_not_meet() {
        assert_eq!(
            pairs(&[
                (1, &started("A", "cron", None)),
                (1, &emitted("t")),
                (2, &started("B", "t", Some(1))),
                (2, &state("get", "k")),
                (2, &state("set", "b")),
                (3, &started("C", "t", Some(1))),
                (3, &state("get", "k")),
                (3, &state("set", "c")),
            ]),
            []
        );
        assert_eq!(
            pairs(&[
                (1, &started("A", "POST /a", None)),
                (1, &state("set", "k")),
                (2, &started("B", "POST /b", None)),
                (2, &state("set", "k")),
            ]),
            []
        );
    }

    #[test]
    fn items_of_streams_are_met_as_those_of_the_state_are() {
        let stream = |op: &str, id: &str| {
            format!(r#"{{"event":"stream","op":"{op}","stream":"g","args":["room","{id}"],"value":1}}"#)
        };
        let runs = |first: &str, second: &str| {
            let trace = trace(&[
                (1, &started("A", "cron", None)),
                (1, &emitted("t")),
                (2, &started("B", "t", Some(1))),
                (2, first),
                (3, &started("C", "t", Some(1))),
                (3, second),
            ]);
            let pairs = Hits::of(&trace).pairs.into_iter();
            pairs
                .map(|(pair, _)| (pair.group, pair.of_stream))
                .collect::<Vec<_>>()
        };
        let met = [("g".to_owned(), true)];
        assert_eq!(runs(&stream("set", "m"), &stream("get", "m")), met);
        assert_eq!(runs(&stream("get_group", ""), &stream("set", "m")), met);
        assert_eq!(runs(&stream("set", "m"), &stream("set", "n")), []);
        assert_eq!(runs(&stream("get", "m"), &stream("get", "m")), []);
        assert_eq!(runs(&stream("send", "m"), &stream("set", "m")), []);
        // A stream and a group of one name are not the same.
        assert_eq!(runs(&stream("set", "m"), &state("set", "m")), []);
    }

    #[test]
    fn a_retry_comes_after_what_it_repeats() {
        let again = r#"{"event":"started","step":"B","cause":"t","trace_id":"t","sent_by":1,"attempt":2}"#;
        let found = pairs(&[
            (1, &started("A", "cron", None)),
            (1, &emitted("t")),
            (2, &started("B", "t", Some(1))),
            (2, &state("set", "k")),
            (3, again),
            (3, &state("set", "k")),
        ]);
        assert_eq!(found, []);
    }

    #[test]
    fn ids_are_no_part_of_a_group() {
        assert_eq!(without_ids("cart:17"), "cart:*");
        assert_eq!(without_ids("cart_550e8400-e29b-41d4-a716-446655440000"), "cart_*");
        assert_eq!(without_ids("orders-v2"), "orders-v2");
        assert_eq!(without_ids("a:1:items"), "a:*:items");
        assert_eq!(without_ids(""), "");
    }
}
