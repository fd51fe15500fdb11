//! One JSON object a line, in the shape of libtest's own, with more fields.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::failure::{output_text, told};
use super::{Summary, TestOutcome, TestStatus};

pub(super) fn suite_started(tests: usize) -> Json {
    json!({ "type": "suite", "event": "started", "test_count": tests })
}

pub(super) fn test_started(name: &str) -> Json {
    json!({ "type": "test", "event": "started", "name": name })
}

pub(super) fn test_finished(outcome: &TestOutcome, nocapture: bool) -> Json {
    let event = match &outcome.status {
        TestStatus::Passed => "ok",
        TestStatus::Failed => "failed",
        TestStatus::Ignored { .. } => "ignored",
    };
    let mut line = json!({
        "type": "test",
        "event": event,
        "name": outcome.name,
        "exec_time": seconds(outcome.duration),
        "control": outcome.label.to_string(),
    });
    if let TestStatus::Ignored { reason: Some(reason) } = &outcome.status {
        line["reason"] = json!(reason);
    }
    if outcome.status == TestStatus::Failed {
        line["stdout"] = json!(told(outcome, nocapture, false));
    } else if nocapture && !outcome.output.is_empty() {
        line["stdout"] = json!(output_text(&outcome.output, None, false));
    }
    if !outcome.notes.is_empty() {
        line["notes"] = json!(outcome.notes);
    }
    if let Some(failure) = &outcome.failure {
        line["failure"] =
            json!({ "message": failure.headline, "details": failure.details, "replay": failure.replay });
        if let Some(place) = &failure.place {
            line["failure"]["file"] = json!(place.file);
            line["failure"]["line"] = json!(place.line);
            line["failure"]["column"] = json!(place.column);
        }
        if let Some(state) = &failure.state {
            line["failure"]["state"] = state.clone();
        }
        if let Some(streams) = &failure.streams {
            line["failure"]["streams"] = streams.clone();
        }
        line["failure"]["runs"] = json!(failure.runs);
        if !failure.departures.is_empty() {
            line["failure"]["departures"] = json!(failure.departures);
        }
        if !failure.actions.is_empty() {
            line["failure"]["actions"] = json!(failure.actions);
        }
        if let Some(input) = &failure.minimal_input {
            line["failure"]["minimal_input"] = input.clone();
        }
    }
    line
}

pub(super) fn test_unfinished(name: &str) -> Json {
    json!({ "type": "test", "event": "unfinished", "name": name })
}

pub(super) fn invalid_file(file: &str, problems: &str) -> Json {
    json!({ "type": "file", "event": "invalid", "file": file, "problems": problems })
}

pub(super) fn suite_finished(summary: &Summary, filtered_out: usize, elapsed: Duration) -> Json {
    let mut line = json!({
        "type": "suite",
        "event": if summary.is_ok() { "ok" } else { "failed" },
        "passed": summary.passed,
        "failed": summary.failed,
        "ignored": summary.ignored,
        "invalid_files": summary.invalid,
        "measured": 0,
        "filtered_out": filtered_out,
        "exec_time": seconds(elapsed),
    });
    if summary.unfinished > 0 {
        line["unfinished"] = json!(summary.unfinished);
    }
    line
}

/// Whole microseconds are as much as anybody reads.
fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e6
}
