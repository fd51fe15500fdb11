//! Whether handlers that ran at the same time left what they could have left one after the other: the conflict graph of a
//! run ([`cycle`]) says where they may not have; what serial orders leave there says whether they did not ([`same`]).

mod cycle;
mod meeting;
mod same;

use serde_json::Value as Json;

use crate::failure::{FailurePlace, FlowFailure};
use crate::matching::shorten;
use crate::trace::Trace;
use banister_project::flow_test::{Expectation, FlowTest};

pub(crate) use cycle::{Cycle, cycles};
pub(crate) use meeting::{meetings, strikes};
pub(crate) use same::{Masks, Times};

/// The name under which it is allowed.
pub(crate) const ALLOWED: &str = "not-serializable";
/// Longer values are cut.
const VALUE: usize = 120;
/// More orders than this explain nothing.
const MOST_TOLD: usize = 4;

/// What a run left.
#[derive(Debug, Clone)]
pub(crate) struct Left {
    state: Json,
    streams: Json,
    times: Times,
}

impl Left {
    pub(crate) fn of(trace: &Trace, state: &Json, streams: &Json) -> Self {
        Self {
            state: state.clone(),
            streams: streams.clone(),
            times: Times::of(trace),
        }
    }

    fn at(&self, path: &[String]) -> Option<&Json> {
        let (space, rest) = path.split_first()?;
        let all = match space.as_str() {
            "state" => &self.state,
            _ => &self.streams,
        };
        rest.iter().try_fold(all, |value, key| value.get(key))
    }
}

/// Items that the test itself looks at: whoever wrote it has said what they shall be.
#[derive(Debug, Default)]
pub(crate) struct LookedAt {
    /// `state` or `stream`, and the group or the stream.
    names: Vec<(&'static str, String)>,
    /// Expressions over all of the state.
    expressions: Vec<String>,
}

impl LookedAt {
    /// What the expectations of `test` look at, and these expressions.
    pub(crate) fn by<'t>(test: &'t FlowTest, expressions: impl IntoIterator<Item = &'t str>) -> Self {
        let mut names = Vec::new();
        for expectation in &test.then {
            match &expectation.value {
                Expectation::State(groups) => {
                    names.extend(groups.iter().map(|(group, _)| ("state", group.value.clone())));
                }
                Expectation::Stream(streams) => {
                    names.extend(streams.iter().map(|(stream, _)| ("stream", stream.value.clone())));
                }
                _ => {}
            }
        }
        let own = test.invariants.iter().map(|it| it.value.holds.as_str());
        Self {
            names,
            expressions: own.chain(expressions).map(str::to_owned).collect(),
        }
    }

    /// True if a cycle wrote something else.
    pub(crate) fn leaves_something_of(&self, cycle: &Cycle) -> bool {
        cycle.items.iter().any(|it| !self.has(it))
    }

    fn has(&self, path: &[String]) -> bool {
        let [space, rest @ ..] = path else { return true };
        let Some(name) = rest.first() else {
            // All groups.
            return !self.names.is_empty() || !self.expressions.is_empty();
        };
        let is_it = |(of, known): &(&str, String)| of == space && (known == name || known.contains("{{"));
        self.names.iter().any(is_it) || self.expressions.iter().any(|it| it.contains(name.as_str()))
    }
}

/// What a cycle left that no serial order leaves; `None` if one of them leaves the same, or if nobody can tell.
pub(crate) fn judge(
    cycle: &Cycle,
    looked_at: &LookedAt,
    found: &Left,
    serial: &[Left],
    masks: &Masks,
) -> Option<FlowFailure> {
    let is_judged = |it: &&Vec<String>| !looked_at.has(it);
    // Where each is compared, with the item itself.
    let items: Vec<(&[String], &Vec<String>)> = (cycle.items.iter())
        .filter(is_judged)
        .filter_map(|it| Some((masks.place(it)?, it)))
        .collect();
    if items.is_empty() || serial.is_empty() {
        return None;
    }
    let differs = |path: &[String], other: &Left| {
        let varies = || {
            let mut all = serial.iter().map(|it| it.at(path));
            let first = all.next();
            all.any(|it| Some(it) != first)
        };
        !masks.same(
            (found.at(path), &found.times),
            (other.at(path), &other.times),
            &varies,
        )
    };
    if (serial.iter()).any(|other| items.iter().all(|(path, _)| !differs(path, other))) {
        return None;
    }
    // Items that are as in some order are only told of if there are no others.
    let is_never = |path: &[String]| serial.iter().all(|it| differs(path, it));
    let mut told: Vec<&[String]> = Vec::new();
    for (path, item) in &items {
        if items.iter().any(|(path, _)| is_never(path)) && !is_never(path) {
            continue;
        }
        // A group is told of as its items if they are the same ones in every run.
        let is_everywhere = |item: &[String]| serial.iter().chain([found]).all(|it| it.at(item).is_some());
        let mut same_place = items.iter().filter(|(other, _)| other == path);
        let path = match same_place.all(|(_, item)| is_everywhere(item)) {
            true => item.as_slice(),
            false => *path,
        };
        if !told.contains(&path) {
            told.push(path);
        }
    }
    Some(failure(cycle, &told, found, serial))
}

fn failure(cycle: &Cycle, items: &[&[String]], found: &Left, serial: &[Left]) -> FlowFailure {
    let names: Vec<String> = items.iter().map(|path| format!("`{}`", named(path))).collect();
    let values = |left: &Left| {
        let each = items.iter().map(|path| match left.at(path) {
            Some(value) => format!("{} {}", named(path), shorten(&value.to_string(), VALUE)),
            None => format!("no {}", named(path)),
        });
        each.collect::<Vec<_>>().join(", ")
    };
    let mut orders: Vec<String> = serial.iter().map(values).collect();
    orders.sort();
    orders.dedup();
    let mut details = vec![format!("they left {}", values(found))];
    for (at, order) in orders.iter().take(MOST_TOLD).enumerate() {
        details.push(match at {
            0 => format!("one after the other, they leave {order}"),
            _ => format!("or, in another order, {order}"),
        });
    }
    if orders.len() > MOST_TOLD {
        details.push(format!("and {} more", orders.len() - MOST_TOLD));
    }
    details.push(format!(
        "`allow: [{ALLOWED}]` in the test, its file or the settings lets it pass"
    ));
    FlowFailure {
        headline: format!(
            "not serializable: what {} left in {} is what no order of them, one after the other, leaves",
            listed(&cycle.names),
            listed(&names)
        ),
        place: FailurePlace::Unknown,
        details,
    }
}

/// `usage/ann`; of a stream `chat/room/m1`.
fn named(path: &[String]) -> String {
    match path {
        [space] => format!("the {space}"),
        [_, rest @ ..] => rest.join("/"),
        [] => String::new(),
    }
}

fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests;
