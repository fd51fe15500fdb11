//! Where two runs of a test went different ways.

use crate::trace::Trace;

/// Where two traces part, in words; `None` if they are the same.
pub(super) fn first_difference(one: &Trace, other: &Trace) -> Option<String> {
    let (at, one, other) = same_events_until(one, other)?;
    Some(format!("event {} was {one} and then {other}", at + 1))
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
