//! A failed test in words: what is wrong, where, how it came about and how to see it again.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::style::{BAD, FAINT, NOTICE, paint};
use super::timeline::render;
use super::{ControlLabel, StepOutput, TestOutcome};
use crate::matching::shown;

/// More printed lines of one handler are left out, from their middle.
const MAX_LINES: usize = 60;
/// More items of the state are only counted.
const MAX_ITEMS: usize = 40;

/// Everything that a failed test has to say; the story of a long run is folded.
pub fn failure_text(outcome: &TestOutcome, color: bool) -> String {
    told(outcome, false, color)
}

/// The same, with the whole story if it is wanted in `full`.
pub(super) fn told(outcome: &TestOutcome, full: bool, color: bool) -> String {
    let mut out = String::new();
    if let Some(failure) = &outcome.failure {
        line(&mut out, &paint(&failure.headline, BAD, color));
        if let Some(place) = &failure.place {
            line(&mut out, &format!("  --> {place}"));
        }
        for detail in failure.details.iter().flat_map(|detail| detail.lines()) {
            line(&mut out, &format!("  {detail}"));
        }
        if let Some(input) = &failure.minimal_input {
            line(&mut out, &format!("minimal input: {input}"));
        }
        if let Some(state) = &failure.state {
            line(&mut out, "state at the end:");
            out.push_str(&items_text(&groups_of(state, "")));
        }
        if let Some(streams) = &failure.streams {
            line(&mut out, "streams at the end:");
            let streams = streams.as_object().into_iter().flatten();
            let items = streams.flat_map(|(name, groups)| groups_of(groups, &format!("{name}/")));
            out.push_str(&items_text(&items.collect::<Vec<_>>()));
        }
        if !failure.timeline.is_empty() {
            line(&mut out, "what happened:");
            out.push_str(&render(&failure.timeline, full, color));
        }
    }
    out.push_str(&output_text(&outcome.output, Some(MAX_LINES), color));
    for note in &outcome.notes {
        line(&mut out, &format!("{} {note}", paint("note:", NOTICE, color)));
    }
    if outcome.label != ControlLabel::Controlled {
        line(&mut out, &control_text(outcome.label, color));
    }
    if let Some(failure) = outcome.failure.as_ref().filter(|it| !it.replay.is_empty()) {
        line(&mut out, &format!("replay: {}", failure.replay));
    }
    out
}

/// What handlers printed; with a limit, only the first and the last lines of each.
pub(super) fn output_text(output: &[StepOutput], limit: Option<usize>, color: bool) -> String {
    let mut out = String::new();
    for step in output {
        for (stream, text) in [("stdout", &step.stdout), ("stderr", &step.stderr)] {
            if text.is_empty() {
                continue;
            }
            line(
                &mut out,
                &paint(&format!("{stream} of {}:", step.step), FAINT, color),
            );
            let lines: Vec<&str> = text.lines().collect();
            let limit = limit.filter(|limit| lines.len() > *limit).unwrap_or(lines.len());
            let (head, tail) = (limit.div_ceil(2), limit / 2);
            lines[..head]
                .iter()
                .for_each(|text| line(&mut out, &format!("  {text}")));
            if lines.len() > limit {
                line(&mut out, &format!("  … {} more lines", lines.len() - limit));
            }
            lines[lines.len() - tail..]
                .iter()
                .for_each(|text| line(&mut out, &format!("  {text}")));
        }
    }
    out
}

/// An item a line, cut to a width that is read.
fn groups_of(groups: &Json, before: &str) -> Vec<String> {
    let groups = groups.as_object().into_iter().flatten();
    let items = groups.flat_map(|(group, items)| {
        let items = items.as_object().into_iter().flatten();
        items.map(move |(key, item)| format!("  {before}{group}/{key}: {}", shown(item)))
    });
    items.collect()
}

fn items_text(lines: &[String]) -> String {
    let mut out = String::new();
    if lines.is_empty() {
        line(&mut out, "  nothing");
    }
    lines.iter().take(MAX_ITEMS).for_each(|text| line(&mut out, text));
    if lines.len() > MAX_ITEMS {
        line(&mut out, &format!("  … {} more items", lines.len() - MAX_ITEMS));
    }
    out
}

fn control_text(label: ControlLabel, color: bool) -> String {
    let meaning = match label {
        ControlLabel::Controlled => "another run goes the same way",
        ControlLabel::Partial => "something in it may go another way next time",
        ControlLabel::Opaque => "another run may go another way",
    };
    format!("{} {label}: {meaning}", paint("control:", NOTICE, color))
}

fn line(out: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}", text.trim_end());
}
