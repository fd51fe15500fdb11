//! A finding with its place worked out: what every report but the code frames is made of.

use std::collections::BTreeMap;

use banister_grammars::{Encoding, Span};
use banister_project::{Diagnostic, Related, Severity, Snapshot};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::commands::check::{Report, is_shown};

/// 1-based lines and columns; columns count characters, and the end is the first place behind the range.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Range {
    /// The first character.
    pub(crate) start: Point,
    /// Behind the last character.
    pub(crate) end: Point,
}

/// A place in a text.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Point {
    /// 1-based.
    pub(crate) line: u32,
    /// 1-based, in characters.
    pub(crate) column: u32,
}

impl Range {
    /// Where `span` is in `file`; the beginning of a file that is not known.
    pub(crate) fn of(snapshot: &Snapshot, file: &str, span: Span) -> Self {
        let point = |offset| {
            let at = snapshot
                .text(file)
                .map(|source| source.lines.position(&source.text, offset, Encoding::Utf32))
                .unwrap_or_default();
            Point {
                line: at.line + 1,
                column: at.column + 1,
            }
        };
        Self {
            start: point(span.start),
            end: point(span.end),
        }
    }
}

/// A finding of a report for people or for a pipeline.
pub(crate) struct Entry<'a> {
    /// The finding.
    pub(crate) finding: &'a Diagnostic,
    /// Its file, from the folder in which the command runs: a pipeline knows no other.
    pub(crate) path: String,
    /// Its place.
    pub(crate) range: Range,
    /// Stays the same while lines move, so that a pipeline can tell new findings from old ones.
    pub(crate) fingerprint: String,
    report: &'a Report,
}

impl<'a> Entry<'a> {
    /// Every finding that is shown: hints are for editors.
    pub(crate) fn all(reports: &'a [Report]) -> Vec<Self> {
        let mut seen: BTreeMap<[String; 3], usize> = BTreeMap::new();
        let mut entries = Vec::new();
        for report in reports {
            for finding in report.findings.iter().filter(|it| is_shown(it.severity)) {
                let path = report.path_of(&finding.file);
                let key = [finding.rule.to_owned(), path.clone(), finding.message.clone()];
                let nth = seen.get(&key).copied().unwrap_or_default();
                let fingerprint = fingerprint(&key, nth);
                seen.insert(key, nth + 1);
                entries.push(Self {
                    finding,
                    path,
                    range: Range::of(&report.snapshot, &finding.file, finding.span),
                    fingerprint,
                    report,
                });
            }
        }
        entries
    }

    /// The path and the place of any part of the finding.
    pub(crate) fn place(&self, file: &str, span: Span) -> (String, Range) {
        (
            self.report.path_of(file),
            Range::of(&self.report.snapshot, file, span),
        )
    }

    /// The message with the other places and the help, a line each, for reports that have no field for them.
    pub(crate) fn story(&self) -> String {
        let related = self.finding.related.iter().map(|other: &Related| {
            let (path, range) = self.place(&other.file, other.span);
            let Point { line, column } = range.start;
            format!("\n{path}:{line}:{column}: {}", other.message)
        });
        let help = self.finding.help.iter().map(|help| format!("\nhelp: {help}"));
        std::iter::once(self.finding.message.clone())
            .chain(related)
            .chain(help)
            .collect()
    }
}

/// A digest of what a finding says. Equal findings of one file are told apart by their order.
fn fingerprint(key: &[String; 3], nth: usize) -> String {
    let mut hash = Sha256::new();
    for part in key {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.update(nth.to_string().as_bytes());
    hash.finalize()[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// `error`, as every report spells it.
pub(crate) fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
        Severity::Hint => "hint",
    }
}
