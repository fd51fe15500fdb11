//! `--format github`: workflow commands that GitHub Actions turns into annotations.

use banister_project::Severity;

use super::entry::Entry;

pub(crate) fn render(entries: &[Entry<'_>]) -> String {
    entries.iter().map(annotation).collect()
}

fn annotation(entry: &Entry<'_>) -> String {
    let command = match entry.finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "notice",
    };
    let (start, end) = (entry.range.start, entry.range.end);
    let mut properties = format!(
        "file={},line={},endLine={}",
        property(&entry.path),
        start.line,
        end.line
    );
    // Columns are refused where a range has more than one line.
    if start.line == end.line {
        properties += &format!(",col={},endColumn={}", start.column, end.column);
    }
    let title = property(entry.finding.rule);
    format!(
        "::{command} {properties},title={title}::{}\n",
        data(&entry.story())
    )
}

/// The text of a command, which ends with the line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command, which ends at a comma or a colon besides.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
