//! What of a long story is shown: equal repeats are told once, and of the rest what stands around the rows that went wrong.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{RowKind, TimelineRow};

/// More rows than this, and the middle is left out.
pub(super) const MAX_ROWS: usize = 80;
/// Rows that are kept at either end, whatever happened there.
const ENDS: usize = 20;
/// Rows that are kept on either side of one that went wrong.
const AROUND: usize = 3;
/// Rows that repeat together: a look and a wait, and a little more.
const LONGEST_BLOCK: usize = 4;
/// Fewer repeats than this are shown.
const LEAST_REPEATS: usize = 6;

/// A part of a story as it is shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// These rows.
    Rows(Range<usize>),
    /// Instead of rows that say the same as the ones before them: how many times.
    Again(usize),
    /// Instead of so many rows.
    Gap(usize),
}

/// What of `rows` is shown.
pub(super) fn fold(rows: &[TimelineRow]) -> Vec<Part> {
    let parts = without_repeats(rows);
    let shown = |part: &Part| match part {
        Part::Rows(range) => range.len(),
        Part::Again(_) | Part::Gap(_) => 1,
    };
    match parts.iter().map(shown).sum::<usize>() > MAX_ROWS {
        true => without_middle(&parts, rows),
        false => parts,
    }
}

/// Equal repeats are told twice at their beginning and once at their end.
fn without_repeats(rows: &[TimelineRow]) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < rows.len() {
        let repeated = (1..=LONGEST_BLOCK).find_map(|block| {
            let times = repeats(&rows[at..], block);
            (times >= LEAST_REPEATS).then_some((block, times))
        });
        let Some((block, times)) = repeated else {
            at += 1;
            continue;
        };
        let end = at + block * times;
        parts.push(Part::Rows(from..at + 2 * block));
        parts.push(Part::Again(times - 3));
        from = end - block;
        at = end;
    }
    if from < rows.len() {
        parts.push(Part::Rows(from..rows.len()));
    }
    parts
}

/// How many times the first `block` rows come one after the other.
fn repeats(rows: &[TimelineRow], block: usize) -> usize {
    let Some(first) = rows.get(..block) else { return 0 };
    let is_same = |it: &&[TimelineRow]| it.iter().zip(first).all(|(one, other)| says_the_same(one, other));
    rows.chunks_exact(block).take_while(is_same).count()
}

/// True if two rows tell of the same, apart from the time.
fn says_the_same(one: &TimelineRow, other: &TimelineRow) -> bool {
    let told = |row: &TimelineRow| match (&row.kind, row.what.rsplit_once(' ')) {
        // The last word is the time.
        (RowKind::Clock, Some((what, _))) => what.to_owned(),
        _ => row.what.clone(),
    };
    one.lane == other.lane
        && one.value == other.value
        && one.outcome == other.outcome
        && told(one) == told(other)
}

/// The beginning, the end, and what stands around rows that went wrong, the last of them first.
fn without_middle(parts: &[Part], rows: &[TimelineRow]) -> Vec<Part> {
    let candidates: Vec<usize> = parts
        .iter()
        .flat_map(|part| match part {
            Part::Rows(range) => range.clone(),
            Part::Again(_) | Part::Gap(_) => 0..0,
        })
        .collect();
    let count = candidates.len();
    let mut kept: BTreeSet<usize> = (0..count.min(ENDS))
        .chain(count.saturating_sub(ENDS)..count)
        .collect();
    for (place, row) in candidates.iter().enumerate().rev() {
        if rows[*row].marked {
            let around = place.saturating_sub(AROUND)..count.min(place + AROUND + 1);
            let more = around.clone().filter(|it| !kept.contains(it)).count();
            if kept.len() + more > MAX_ROWS {
                break;
            }
            kept.extend(around);
        }
    }
    // What is left of the room goes to the end, which is where most stories go wrong.
    for place in (0..count).rev() {
        if kept.len() >= MAX_ROWS {
            break;
        }
        kept.insert(place);
    }
    let shown: BTreeSet<usize> = kept.iter().map(|place| candidates[*place]).collect();
    gathered(parts, &shown)
}

/// The parts with only these rows, and gaps for the others.
fn gathered(parts: &[Part], shown: &BTreeSet<usize>) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::new();
    for part in parts {
        match part {
            Part::Rows(range) => {
                for row in range.clone() {
                    match (shown.contains(&row), out.last_mut()) {
                        (true, Some(Part::Rows(last))) if last.end == row => last.end += 1,
                        (true, _) => out.push(Part::Rows(row..row + 1)),
                        (false, Some(Part::Gap(rows))) => *rows += 1,
                        (false, _) => out.push(Part::Gap(1)),
                    }
                }
            }
            // Beside a gap nobody sees what was repeated.
            Part::Again(times) => match out.last() {
                Some(Part::Gap(_)) => {}
                _ => out.push(Part::Again(*times)),
            },
            Part::Gap(rows) => out.push(Part::Gap(*rows)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(what: &str) -> TimelineRow {
        TimelineRow {
            offset: "+0ms".to_owned(),
            lane: "A".to_owned(),
            what: what.to_owned(),
            value: None,
            outcome: None,
            marked: what.starts_with('!'),
            kind: match what.starts_with("sleeps") {
                true => RowKind::Clock,
                false => RowKind::Plain,
            },
        }
    }

    fn story(parts: &[(&str, usize)]) -> Vec<TimelineRow> {
        let each = parts
            .iter()
            .flat_map(|(what, times)| (0..*times).map(move |n| (what, n)));
        each.map(|(what, n)| row(&what.replace('N', &n.to_string())))
            .collect()
    }

    #[test]
    fn a_short_story_is_told_in_full() {
        assert_eq!(fold(&story(&[("step N", 80)])), [Part::Rows(0..80)]);
        assert_eq!(fold(&story(&[("same", 5)])), [Part::Rows(0..5)]);
    }

    #[test]
    fn repeats_are_told_once_whatever_their_times() {
        let rows = story(&[("begins", 1), ("same", 63), ("ends", 1)]);
        assert_eq!(
            fold(&rows),
            [Part::Rows(0..3), Part::Again(60), Part::Rows(63..65)]
        );
        let mut rows = story(&[("begins", 1)]);
        for n in 0..30 {
            rows.extend([row("connects"), row(&format!("sleeps until +{n}ms"))]);
        }
        assert_eq!(
            fold(&rows),
            [Part::Rows(0..5), Part::Again(27), Part::Rows(59..61)]
        );
    }

    #[test]
    fn what_stands_around_a_failure_is_kept() {
        let rows = story(&[("step N", 200), ("! fails", 1), ("later N", 200)]);
        let parts = fold(&rows);
        assert_eq!(
            parts,
            [
                Part::Rows(0..20),
                Part::Gap(177),
                Part::Rows(197..204),
                Part::Gap(144),
                Part::Rows(348..401),
            ]
        );
        let shown = parts.iter().map(|part| match part {
            Part::Rows(range) => range.len(),
            Part::Again(_) | Part::Gap(_) => 0,
        });
        assert_eq!(shown.sum::<usize>(), MAX_ROWS);
    }

    #[test]
    fn more_failures_than_there_is_room_for_are_told_from_the_end() {
        let rows = story(&[("begins N", 30), ("! fails N", 500), ("ends N", 30)]);
        let parts = fold(&rows);
        let shown = [
            Part::Rows(0..20),
            Part::Gap(473),
            Part::Rows(493..533),
            Part::Gap(7),
            Part::Rows(540..560),
        ];
        assert_eq!(parts, shown);
    }
}
