//! `--format json`: the frozen shape. Fields may be added, never removed or renamed.

use banister_project::Severity;
use serde::Serialize;

use super::entry::Range;
use super::summary::Summary;
use crate::commands::check::Report;

/// Version of the JSON shape.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    diagnostics: Vec<Finding<'a>>,
    summary: &'a Summary,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'a str,
    severity: Severity,
    message: &'a str,
    file: String,
    range: Range,
    related: Vec<Related<'a>>,
    fixable: bool,
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    file: String,
    range: Range,
}

pub(crate) fn render(reports: &[Report], summary: &Summary) -> anyhow::Result<String> {
    let diagnostics = reports.iter().flat_map(|report| {
        report.findings.iter().map(|it| Finding {
            rule: it.rule,
            severity: it.severity,
            message: &it.message,
            file: report.name(&it.file),
            range: Range::of(&report.snapshot, &it.file, it.span),
            related: (it.related.iter())
                .map(|other| Related {
                    message: &other.message,
                    file: report.name(&other.file),
                    range: Range::of(&report.snapshot, &other.file, other.span),
                })
                .collect(),
            fixable: it.safe_fix().is_some(),
            help: it.help.as_deref(),
        })
    });
    let document = Document {
        version: VERSION,
        diagnostics: diagnostics.collect(),
        summary,
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}
