//! Who read and wrote what: the conflicting accesses to state and streams of a run whose order was not the plain one,
//! in words. Computed from the trace alone; the decisions of the run say where it departed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::access::{Access as Reach, is_atomic};
use crate::decision::{Decision, OptionKind};
use crate::matching::shorten;
use crate::trace::{Event, Trace, What};

/// More conflicts than this explain nothing.
const MOST: usize = 3;
/// Longer values are cut.
const VALUE: usize = 40;

/// One access of a handler to something that others can reach too.
struct Access<'t> {
    /// Index of its event.
    at: usize,
    invocation: u32,
    reach: Reach,
    /// True if nothing can come between what it reads and what it writes.
    atomic: bool,
    /// What was read, or what is there since.
    value: Option<&'t Json>,
}

/// What two handlers did to each other, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    /// What one wrote is lost: the other overwrote it with what it had made of an older value.
    Lost,
    /// What one had read was no longer true when it went on.
    Stale,
    /// One read what the other had yet to write.
    Early,
    /// One overwrote what the other had written, without a look at it.
    Overwritten,
}

struct Conflict {
    sort: Sort,
    invocations: [u32; 2],
    first: usize,
    last: usize,
    text: String,
}

/// At most three lines on how handlers got into each other's way; none for a run that nowhere departs from the plain one.
pub fn races(trace: &Trace, decisions: &[Decision]) -> Vec<String> {
    let departed: Vec<&Decision> = decisions.iter().filter(|it| it.taken > 0).collect();
    let Some(first) = departed.iter().map(|it| it.at).min() else {
        return Vec::new();
    };
    let story = Story::of(trace);
    let involved = involved(&story, trace, &departed);
    let mut conflicts = story.conflicts();
    conflicts.retain(|it| {
        let is_involved = it.invocations.iter().any(|one| involved.contains(one));
        // What happens in the plain run too is no news: one that looks harmless must be about the departure.
        it.last >= first && (is_involved || it.sort <= Sort::Stale)
    });
    conflicts.sort_by_key(|it| {
        let is_involved = it.invocations.iter().all(|one| involved.contains(one));
        (it.sort, !is_involved, it.last - it.first, it.first)
    });
    let worst = conflicts.first().map(|it| it.sort);
    // A lost write is the story; that the value was stale by then is a part of it.
    conflicts.retain(|it| Some(it.sort) == worst);
    conflicts.into_iter().take(MOST).map(|it| it.text).collect()
}

/// The handlers that the departures are about.
fn involved(story: &Story<'_>, trace: &Trace, departed: &[&Decision]) -> BTreeSet<u32> {
    let mut involved = BTreeSet::new();
    for decision in departed {
        for choice in [decision.choice(), &decision.options[0]] {
            let named = story.names.iter().filter(|(_, name)| **name == choice.actor);
            involved.extend(named.map(|(invocation, _)| *invocation));
        }
        if decision.choice().kind == OptionKind::Start {
            let later = trace.events.iter().skip(decision.at);
            let mut started = later.filter(|it| matches!(it.what, What::Started { .. }));
            involved.extend(started.next().and_then(|it| it.invocation));
        }
    }
    involved
}

struct Story<'t> {
    accesses: Vec<Access<'t>>,
    /// `TrackUsage#1`, as the decisions call it.
    names: BTreeMap<u32, String>,
    /// Whose message or change started it.
    sent_by: BTreeMap<u32, u32>,
    /// The last event that others can see: a message, a call, an answer, a write.
    last_effect: BTreeMap<u32, usize>,
}

impl<'t> Story<'t> {
    fn of(trace: &'t Trace) -> Self {
        let mut story = Self {
            accesses: Vec::new(),
            names: BTreeMap::new(),
            sent_by: BTreeMap::new(),
            last_effect: BTreeMap::new(),
        };
        let mut runs: BTreeMap<&str, u32> = BTreeMap::new();
        for (at, event) in trace.events.iter().enumerate() {
            let Some(invocation) = event.invocation else {
                continue;
            };
            if let What::Started { step, sent_by, .. } = &event.what {
                let run = runs.entry(step).or_default();
                *run += 1;
                story.names.insert(invocation, format!("{step}#{run}"));
                story.sent_by.extend(sent_by.map(|sender| (invocation, sender)));
            }
            let access = access_of(at, invocation, event);
            let has_effect = matches!(
                event.what,
                What::Emitted { .. } | What::Http { .. } | What::Response { .. }
            );
            if has_effect || access.as_ref().is_some_and(|it| it.reach.writes) {
                story.last_effect.insert(invocation, at);
            }
            story.accesses.extend(access);
        }
        story
    }

    fn name(&self, invocation: u32) -> &str {
        self.names.get(&invocation).map_or("a handler", String::as_str)
    }

    /// True if one of the two was started by the other, or by what the other started.
    fn one_caused_the_other(&self, one: u32, other: u32) -> bool {
        let comes_from = |mut late: u32, early: u32| {
            while let Some(sender) = self.sent_by.get(&late).filter(|sender| **sender < late) {
                if *sender == early {
                    return true;
                }
                late = *sender;
            }
            false
        };
        comes_from(one, other) || comes_from(other, one)
    }

    fn conflicts(&self) -> Vec<Conflict> {
        let mut found = Vec::new();
        for read in self.accesses.iter().filter(|it| it.reach.reads && !it.atomic) {
            found.extend(self.after_read(read));
        }
        for write in self.accesses.iter().filter(|it| it.reach.writes && !it.atomic) {
            found.extend(self.overwritten_by(write));
        }
        found
    }

    /// What became of a value that was read: the first write of somebody else after it, and what the reader did then.
    fn after_read(&self, read: &Access<'_>) -> Option<Conflict> {
        let mine = |it: &&Access<'_>| it.invocation == read.invocation;
        let later = || {
            self.accesses
                .iter()
                .filter(|it| it.at > read.at && meet(it, read))
        };
        // A value that is read once more is judged there.
        let again = later()
            .find(|it| mine(it) && it.reach.reads)
            .map_or(usize::MAX, |it| it.at);
        let other = later().find(|it| !mine(it) && it.reach.writes)?;
        if other.at > again {
            return None;
        }
        let (me, it) = (self.name(read.invocation), self.name(other.invocation));
        let begins = format!(
            "{me} read {} at event {}, {it} wrote it{} at event {}",
            told(read),
            read.at + 1,
            valued(other),
            other.at + 1
        );
        let conflict = |sort, last, text| {
            let invocations = [read.invocation, other.invocation];
            let first = read.at;
            Some(Conflict {
                sort,
                invocations,
                first,
                last,
                text,
            })
        };
        let overwrite = later().find(|it| {
            mine(it) && it.reach.writes && !it.atomic && it.at > other.at && it.at < again && meet(it, other)
        });
        if let Some(overwrite) = overwrite {
            let text = format!(
                "{begins}, {me} overwrote it{} at event {}",
                valued(overwrite),
                overwrite.at + 1
            );
            return conflict(Sort::Lost, overwrite.at, text);
        }
        if again < usize::MAX {
            return None;
        }
        let effect = self
            .last_effect
            .get(&read.invocation)
            .filter(|at| **at > other.at);
        if let Some(effect) = effect {
            let text = format!(
                "{begins}, {me} went on with what it had read until event {}",
                effect + 1
            );
            return conflict(Sort::Stale, *effect, text);
        }
        if self.one_caused_the_other(read.invocation, other.invocation) {
            return None;
        }
        let text = format!(
            "{me} read {} at event {}, and {it} wrote it{} only at event {}",
            told(read),
            read.at + 1,
            valued(other),
            other.at + 1
        );
        conflict(Sort::Early, other.at, text)
    }

    /// What a write has overwritten that its handler had never read.
    fn overwritten_by(&self, write: &Access<'_>) -> Option<Conflict> {
        let before = || {
            self.accesses
                .iter()
                .rev()
                .filter(|it| it.at < write.at && meet(it, write))
        };
        let knew = before().any(|it| it.invocation == write.invocation);
        let old = before().find(|it| it.reach.writes && it.invocation != write.invocation)?;
        if knew || self.one_caused_the_other(write.invocation, old.invocation) {
            return None;
        }
        let text = format!(
            "{} wrote {} at event {}, {} overwrote it{} at event {} without having read it",
            self.name(old.invocation),
            told(old),
            old.at + 1,
            self.name(write.invocation),
            valued(write),
            write.at + 1
        );
        Some(Conflict {
            sort: Sort::Overwritten,
            invocations: [old.invocation, write.invocation],
            first: old.at,
            last: write.at,
            text,
        })
    }
}

fn access_of(at: usize, invocation: u32, event: &Event) -> Option<Access<'_>> {
    let reach = Reach::of(&event.what)?;
    let (What::State { op, value, .. } | What::Stream { op, value, .. }) = &event.what else {
        return None;
    };
    // What these give is what was there before.
    let is_of_before = matches!(op.as_str(), "delete" | "clear" | "exchange");
    Some(Access {
        at,
        invocation,
        reach,
        atomic: is_atomic(op),
        value: (!is_of_before).then_some(value),
    })
}

/// True if the two are about the same thing, or one about a part of the other.
fn meet(one: &Access<'_>, other: &Access<'_>) -> bool {
    one.reach.meets(&other.reach)
}

/// `usage/ann (1)`.
fn told(access: &Access<'_>) -> String {
    let name = match access.reach.path.get(1..) {
        Some([]) | None => "the state".to_owned(),
        Some(parts) => parts.join("/"),
    };
    format!("{name}{}", valued(access))
}

fn valued(access: &Access<'_>) -> String {
    access.value.map_or_else(String::new, |value| {
        format!(" ({})", shorten(&value.to_string(), VALUE))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::decision::Choice;

    fn started(invocation: u32, step: &str, sent_by: Option<u32>) -> Event {
        event(
            invocation,
            What::Started {
                step: step.to_owned(),
                cause: "t".to_owned(),
                trace_id: String::new(),
                sent_by,
                attempt: None,
            },
        )
    }

    fn event(invocation: u32, what: What) -> Event {
        Event {
            at: 0,
            invocation: Some(invocation),
            what,
        }
    }

    fn state(invocation: u32, op: &str, key: &str, value: Json) -> Event {
        let what = What::State {
            op: op.to_owned(),
            group: "usage".to_owned(),
            key: Some(key.to_owned()),
            value,
        };
        event(invocation, what)
    }

    fn departed(at: usize, pick: &str, instead_of: &str) -> Decision {
        let choice = |label: &str| Choice {
            label: format!("{label}: state.get"),
            actor: label.to_owned(),
            kind: OptionKind::GoOn,
            touches: Vec::new(),
        };
        Decision {
            options: vec![choice(instead_of), choice(pick)],
            taken: 1,
            touched: Vec::new(),
            at,
        }
    }

    fn told_of(events: Vec<Event>, decision: Decision) -> Vec<String> {
        races(&Trace { events }, &[decision])
    }

    #[test]
    fn a_lost_update_is_told_with_both_values() {
        let events = vec![
            started(1, "Track", None),
            started(2, "Track", None),
            state(1, "get", "ann", json!(1)),
            state(2, "get", "ann", json!(1)),
            state(2, "set", "ann", json!(21)),
            state(1, "set", "ann", json!(11)),
        ];
        assert_eq!(
            told_of(events.clone(), departed(3, "Track#2", "Track#1")),
            [
                "Track#1 read usage/ann (1) at event 3, Track#2 wrote it (21) at event 5, Track#1 overwrote it (11) at event 6"
            ]
        );
        let mut plain = departed(3, "Track#2", "Track#1");
        plain.taken = 0;
        assert_eq!(told_of(events, plain), [""; 0]);
    }

    #[test]
    fn a_value_that_is_read_again_or_updated_in_one_go_is_no_race() {
        let events = vec![
            started(1, "Track", None),
            started(2, "Track", None),
            state(1, "get", "ann", json!(1)),
            state(2, "update", "ann", json!(21)),
            state(1, "get", "ann", json!(21)),
            state(1, "update", "ann", json!(31)),
        ];
        assert_eq!(told_of(events, departed(3, "Track#2", "Track#1")), [""; 0]);
        let others = vec![
            started(1, "Track", None),
            started(2, "Track", None),
            state(1, "get", "ann", json!(1)),
            state(2, "set", "bob", json!(21)),
            state(1, "set", "ann", json!(11)),
        ];
        assert_eq!(told_of(others, departed(3, "Track#2", "Track#1")), [""; 0]);
    }

    #[test]
    fn a_stale_read_tells_what_was_done_with_it() {
        let events = vec![
            started(1, "Pay", None),
            started(2, "Cancel", None),
            state(1, "get", "o1", json!("open")),
            state(2, "set", "o1", json!("cancelled")),
            event(
                1,
                What::Emitted {
                    topic: "paid".to_owned(),
                    data: json!({}),
                    to: vec![],
                    dropped: false,
                },
            ),
        ];
        assert_eq!(
            told_of(events, departed(3, "Cancel#1", "Pay#1")),
            [
                "Pay#1 read usage/o1 (\"open\") at event 3, Cancel#1 wrote it (\"cancelled\") at event 4, Pay#1 went on with what it had read until event 5"
            ]
        );
    }

    #[test]
    fn an_order_of_two_that_are_each_undisturbed_is_told_where_it_was_turned_round() {
        let late = || {
            vec![
                started(1, "Cancel", None),
                state(1, "get", "o1", json!(null)),
                started(2, "Book", None),
                state(2, "set", "o1", json!("booked")),
            ]
        };
        assert_eq!(
            told_of(late(), departed(0, "Cancel#1", "Book#1")),
            ["Cancel#1 read usage/o1 (null) at event 2, and Book#1 wrote it (\"booked\") only at event 4"]
        );
        assert_eq!(told_of(late(), departed(0, "Other#1", "Another#1")), [""; 0]);
        let mut caused = late();
        caused[2] = started(2, "Book", Some(1));
        assert_eq!(told_of(caused, departed(0, "Cancel#1", "Book#1")), [""; 0]);
        let blind = vec![
            started(1, "Ship", None),
            state(1, "set", "o1", json!("shipped")),
            started(2, "Book", None),
            state(2, "set", "o1", json!("booked")),
        ];
        assert_eq!(
            told_of(blind, departed(0, "Ship#1", "Book#1")),
            [
                "Ship#1 wrote usage/o1 (\"shipped\") at event 2, Book#1 overwrote it (\"booked\") at event 4 without having read it"
            ]
        );
    }
}
