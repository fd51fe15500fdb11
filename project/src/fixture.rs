//! Fixtures of tests: several files in one string, with expectations in their own comments.
//!
//! `//- path` starts a file. `$0` is the cursor and is taken out. A comment line of carets and a rule's name
//! (`// ^^^ undeclared-emit error`, the severity may be left out) expects a finding above it.

use std::fmt::Write as _;

use banister_grammars::{Encoding, Position};

use crate::diagnostic::{Diagnostic, Edit, Severity};
use crate::rules::RULES;
use crate::workspace::{Host, Snapshot};

/// The files of a fixture, and the cursor if it has one.
pub(crate) fn parse(fixture: &str) -> (Snapshot, Option<(String, u32)>) {
    let mut host = Host::new();
    let mut cursor = None;
    for (path, text) in files(fixture) {
        let at = text.find("$0");
        if let Some(at) = at {
            cursor = Some((path.clone(), u32::try_from(at).unwrap()));
        }
        host.set_file(&path, text.replacen("$0", "", 1).into());
    }
    (host.snapshot(), cursor)
}

/// Paths and texts of a fixture.
pub(crate) fn files(fixture: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in fixture.split_inclusive('\n') {
        match line.strip_prefix("//- ") {
            Some(path) => files.push((path.trim().to_owned(), String::new())),
            None => files
                .last_mut()
                .expect("a fixture starts with a file")
                .1
                .push_str(line),
        }
    }
    files
}

/// Asserts that the rules find exactly what the fixture's comments say.
pub(crate) fn check(fixture: &str) {
    check_some(fixture, |_| true);
}

/// [`check`] for one rule and those that the fixture names: what others find in it is their business.
pub(crate) fn check_of(rule: &str, fixture: &str) {
    check_some(fixture, |found| {
        found == rule || fixture.contains(&format!("^ {found}"))
    });
}

fn check_some(fixture: &str, counts: impl Fn(&str) -> bool) {
    let (snapshot, _) = parse(fixture);
    let mut expected: Vec<String> = files(fixture)
        .iter()
        .flat_map(|(path, text)| expectations(path, text))
        .collect();
    let with_severity = |rule: &str, severity: Severity| format!("{rule} {}", severity_name(severity));
    let mut found = Vec::new();
    for finding in snapshot
        .check()
        .into_iter()
        .filter(|finding| counts(finding.rule))
    {
        let (line, start, end) = place(&snapshot, &finding);
        let carets = format!("{}:{line}:{start}-{end} ", finding.file);
        // An expectation may leave out the severity; take it at its word.
        let candidates = [
            carets.clone() + &with_severity(finding.rule, finding.severity),
            carets + finding.rule,
        ];
        let said = candidates.iter().find(|candidate| expected.contains(candidate));
        found.push(said.unwrap_or(&candidates[0]).clone());
    }
    expected.sort();
    found.sort();
    assert!(
        expected == found,
        "expected {expected:#?}\nfound {found:#?}\n{}",
        render(&snapshot)
    );
}

/// The findings as text: what a person would read, related places and fixes included.
pub(crate) fn report(fixture: &str) -> String {
    render(&parse(fixture).0)
}

/// The lines of a report that are errors.
pub(crate) fn errors(report: &str) -> String {
    let lines = report.lines().filter(|line| line.contains(" error "));
    lines.map(|line| format!("{line}\n")).collect()
}

/// File, rule and severity of every finding.
pub(crate) fn severities(fixture: &str) -> Vec<(String, &'static str, &'static str)> {
    let found = parse(fixture).0.check();
    found
        .into_iter()
        .map(|finding| (finding.file, finding.rule, severity_name(finding.severity)))
        .collect()
}

/// The fixture after all fixes.
pub(crate) fn fixed(fixture: &str) -> String {
    let mut edits: Vec<Edit> = parse(fixture)
        .0
        .check()
        .into_iter()
        .filter_map(|finding| finding.fix)
        .flat_map(|fix| fix.edits)
        .collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
    let mut mended = String::new();
    for (path, mut text) in files(fixture) {
        for edit in edits.iter().filter(|edit| edit.file == path) {
            text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
        }
        write!(mended, "//- {path}\n{text}").unwrap();
    }
    mended
}

fn render(snapshot: &Snapshot) -> String {
    let mut text = String::new();
    for finding in snapshot.check() {
        let (line, column, _) = place(snapshot, &finding);
        let severity = severity_name(finding.severity);
        let Diagnostic {
            rule,
            message,
            file,
            related,
            help,
            fix,
            ..
        } = finding;
        writeln!(text, "{file}:{line}:{} {severity} {rule}: {message}", column + 1).unwrap();
        for related in related {
            let at = position(snapshot, &related.file, related.span.start);
            writeln!(
                text,
                "  {}:{}:{} {}",
                related.file,
                at.line + 1,
                at.column + 1,
                related.message
            )
            .unwrap();
        }
        if let Some(help) = help {
            writeln!(text, "  help: {help}").unwrap();
        }
        if let Some(fix) = fix {
            writeln!(text, "  fix: {}", fix.title).unwrap();
        }
    }
    text
}

fn expectations(path: &str, text: &str) -> Vec<String> {
    let mut expected = Vec::new();
    let mut above = 0;
    for (number, line) in (1..).zip(text.lines()) {
        let words = line.trim_start().trim_start_matches(['/', '#']).trim_start();
        let is_comment = line.trim_start().starts_with("//") || line.trim_start().starts_with('#');
        let (mark, rule) = words.split_once(' ').unwrap_or((words, ""));
        let names_rule = RULES
            .iter()
            .any(|known| rule.split(' ').next() == Some(known.name));
        if is_comment && names_rule && mark.bytes().all(|byte| byte == b'^') {
            let start = line.find('^').unwrap();
            expected.push(format!("{path}:{above}:{start}-{} {rule}", start + mark.len()));
        } else {
            above = number;
        }
    }
    expected
}

fn place(snapshot: &Snapshot, finding: &Diagnostic) -> (u32, u32, u32) {
    let start = position(snapshot, &finding.file, finding.span.start);
    let end = position(snapshot, &finding.file, finding.span.end);
    (
        start.line + 1,
        start.column,
        if end.line == start.line {
            end.column
        } else {
            u32::MAX
        },
    )
}

fn position(snapshot: &Snapshot, file: &str, offset: u32) -> Position {
    let source = snapshot.text(file).expect("findings name files of the workspace");
    source.lines.position(&source.text, offset, Encoding::Utf32)
}

fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
        Severity::Hint => "hint",
    }
}
