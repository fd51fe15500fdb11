//! `--format gitlab`: a code quality report.

use banister_project::Severity;
use serde_json::json;

use super::entry::Entry;

pub(crate) fn render(entries: &[Entry<'_>]) -> anyhow::Result<String> {
    let issues: Vec<_> = entries.iter().map(issue).collect();
    Ok(serde_json::to_string_pretty(&issues)? + "\n")
}

fn issue(entry: &Entry<'_>) -> serde_json::Value {
    let (finding, range) = (entry.finding, entry.range);
    let severity = match finding.severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Info | Severity::Hint => "info",
    };
    json!({
        "description": finding.message,
        "check_name": finding.rule,
        "fingerprint": entry.fingerprint,
        "severity": severity,
        "location": {
            "path": entry.path,
            "lines": { "begin": range.start.line, "end": range.end.line },
        },
    })
}
