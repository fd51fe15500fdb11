//! `--format concise`: one line a finding, in the shape that editors and `grep` know.

use super::entry::{Entry, word};
use super::summary::Summary;

pub(crate) fn render(entries: &[Entry<'_>], summary: &Summary) -> String {
    let lines: String = entries.iter().map(line).collect();
    lines + &summary.line() + "\n"
}

fn line(entry: &Entry<'_>) -> String {
    let (path, start) = (&entry.path, entry.range.start);
    let (severity, rule) = (word(entry.finding.severity), entry.finding.rule);
    let message = &entry.finding.message;
    let line = format!(
        "{path}:{}:{}: {severity}[{rule}] {message}",
        start.line, start.column
    );
    // File names and topics may hold line breaks; a finding has one line all the same.
    line.replace(['\r', '\n'], " ") + "\n"
}
