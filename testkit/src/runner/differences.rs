//! Where two runs of a test went different ways.

use crate::failure::{FailurePlace, FlowFailure};
use crate::trace::Trace;

/// Where two runs part.
pub(super) struct Difference {
    /// Number of the event, from 1.
    op: usize,
    one: String,
    other: String,
}

/// Where two traces part, in words; `None` if they are the same.
pub(super) fn first_difference(one: &Trace, other: &Trace) -> Option<Difference> {
    let (at, one, other) = same_events_until(one, other)?;
    Some(Difference {
        op: at + 1,
        one,
        other,
    })
}

/// The failure of a test that does not go the same way twice: whatever else was found says nothing until that is so.
pub(super) fn uncontrolled(difference: &Difference) -> FlowFailure {
    FlowFailure {
        headline: format!("uncontrolled source at op {}", difference.op),
        place: FailurePlace::Unknown,
        details: vec![
            "the test was run twice, and the second run went another way:".to_owned(),
            format!("  first:  {}", difference.one),
            format!("  second: {}", difference.other),
        ],
    }
}

/// Where two traces part, with the beginnings of their events; `None` if they are the same.
pub(super) fn same_events_until(one: &Trace, other: &Trace) -> Option<(usize, String, String)> {
    let (one, other) = (one.canonical(), other.canonical());
    if one == other {
        return None;
    }
    let (mut a, mut b) = (one.lines(), other.lines());
    let mut at = 0;
    loop {
        match (a.next(), b.next()) {
            (Some(x), Some(y)) if x == y => at += 1,
            (x, y) => {
                let show =
                    |line: Option<&str>| line.unwrap_or("nothing").chars().take(120).collect::<String>();
                return Some((at, show(x), show(y)));
            }
        }
    }
}
