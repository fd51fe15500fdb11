//! What a fixture says that `check` finds in it: carets in a comment below the line, and the rule.
//!
//! ```text
//! await emit({ topic: 'order.audited', data: { id } })
//! //                   ^^^^^^^^^^^^^ undeclared-emit
//! ```
//!
//! Several such comments may follow one line. A finding over several lines is marked on its first one, to its end.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value as Json;

use super::project::Project;

/// One finding, as far as a fixture can say it; columns count characters from 1, the end is behind the last one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    file: String,
    line: usize,
    columns: (usize, usize),
    rule: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            columns: (start, end),
            rule,
        } = self;
        write!(f, "{file}:{line}:{start}-{end} {rule}")
    }
}

/// What the comments of a project's steps expect.
pub(crate) fn expected(project: &Project) -> BTreeSet<Finding> {
    let mut findings = BTreeSet::new();
    for file in project.files("steps") {
        let mut code_line = 0;
        for (index, text) in project.read(&file).lines().enumerate() {
            match parse(text) {
                Some((columns, rule)) => {
                    findings.insert(Finding {
                        file: file.clone(),
                        line: code_line,
                        columns,
                        rule,
                    });
                }
                None => code_line = index + 1,
            }
        }
    }
    findings
}

fn parse(line: &str) -> Option<((usize, usize), String)> {
    let comment = line.trim_start();
    let body = comment
        .strip_prefix("//")
        .or_else(|| comment.strip_prefix('#'))?
        .trim_start();
    let carets = body.chars().take_while(|c| *c == '^').count();
    let rule = body[carets..].trim();
    if carets == 0 || rule.is_empty() {
        return None;
    }
    let start = line.chars().position(|c| c == '^')? + 1;
    Some(((start, start + carets), rule.to_owned()))
}

/// What `check --format json` found.
pub(crate) fn found(project: &Project, report: &Json) -> BTreeSet<Finding> {
    let diagnostics = report["diagnostics"].as_array().expect("a list of diagnostics");
    diagnostics
        .iter()
        .map(|diagnostic| finding(project, diagnostic))
        .collect()
}

fn finding(project: &Project, diagnostic: &Json) -> Finding {
    let text = |key: &str| {
        diagnostic[key]
            .as_str()
            .unwrap_or_else(|| panic!("{key} in {diagnostic}"))
            .to_owned()
    };
    let number = |end: &str, key: &str| {
        let value = diagnostic["range"][end][key].as_u64();
        usize::try_from(value.unwrap_or_else(|| panic!("range.{end}.{key} in {diagnostic}")))
            .expect("a small number")
    };
    let file = text("file");
    let line = number("start", "line");
    let end = if number("end", "line") == line {
        number("end", "column")
    } else {
        project
            .read(&file)
            .lines()
            .nth(line - 1)
            .map_or(1, |text| text.chars().count() + 1)
    };
    Finding {
        file,
        line,
        columns: (number("start", "column"), end),
        rule: text("rule"),
    }
}

/// Fails with both lists of differences unless the project's comments and the findings say the same.
#[track_caller]
pub(crate) fn assert_as_marked(project: &Project, report: &Json) {
    let expected = expected(project);
    let found = found(project, report);
    let list = |findings: Vec<&Finding>| findings.iter().map(|f| format!("\n  {f}")).collect::<String>();
    assert!(
        expected == found,
        "expected and not found:{}\nfound and not expected:{}",
        list(expected.difference(&found).collect()),
        list(found.difference(&expected).collect()),
    );
}
