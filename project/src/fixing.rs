//! Applying the fixes of findings to the texts of a workspace, without ever breaking one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::source::Source;
use crate::workspace::{Host, Snapshot};

/// A fix may bring about another; what needs more rounds than this goes in circles.
const MAX_ROUNDS: usize = 8;

/// What fixing has come to.
#[derive(Debug)]
pub struct Fixed {
    /// The workspace with its new texts.
    pub host: Host,
    /// The texts before and after, by file. They have no byte-order mark, as in [`Source`].
    pub changed: BTreeMap<String, Change>,
    /// How many fixes were applied.
    pub count: usize,
    /// Files whose fixes would have broken them; they are as they were before the round that would have.
    pub refused: BTreeSet<String>,
}

/// A text before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Before the first fix.
    pub before: Arc<str>,
    /// After the last one.
    pub after: Arc<str>,
}

/// Applies the safe fixes of the findings that `chosen` keeps, until nothing is left to fix. A fix is applied as a
/// whole or not at all; of two that overlap the first is applied, and the other when the text is checked again.
pub fn fix_all(mut host: Host, chosen: &dyn Fn(&Snapshot, Vec<Diagnostic>) -> Vec<Diagnostic>) -> Fixed {
    let mut changed: BTreeMap<String, Change> = BTreeMap::new();
    let (mut count, mut refused) = (0, BTreeSet::new());
    for _ in 0..MAX_ROUNDS {
        let snapshot = host.snapshot();
        let findings = chosen(&snapshot, snapshot.check());
        let fixes: Vec<&Fix> = findings.iter().filter_map(Diagnostic::safe_fix).collect();
        let (texts, applied) = round(&snapshot, &fixes, &mut refused);
        if applied == 0 {
            break;
        }
        count += applied;
        for (file, after) in texts {
            let Some(source) = snapshot.source(&file) else {
                continue;
            };
            host.set_file(&file, Arc::clone(&after));
            changed
                .entry(file)
                .and_modify(|change| change.after = Arc::clone(&after))
                .or_insert_with(|| Change {
                    before: Arc::clone(&source.text),
                    after,
                });
        }
    }
    changed.retain(|_, change| change.before != change.after);
    Fixed {
        host,
        changed,
        count,
        refused,
    }
}

/// The texts after one round, and how many fixes they have in them. A file that would parse worse than before is
/// refused, with every fix that touches it.
fn round(
    snapshot: &Snapshot,
    fixes: &[&Fix],
    refused: &mut BTreeSet<String>,
) -> (BTreeMap<String, Arc<str>>, usize) {
    loop {
        let (edits, applied) = compatible(snapshot, fixes, refused);
        let mut texts = BTreeMap::new();
        let mut broken = false;
        for (file, edits) in edits {
            let Some(source) = snapshot.source(file) else {
                continue;
            };
            let text = edited(source, &edits);
            if parses_worse(source, &text) {
                refused.insert(file.to_owned());
                broken = true;
            }
            texts.insert(file.to_owned(), Arc::from(text));
        }
        if !broken {
            return (texts, applied);
        }
    }
}

fn parses_worse(source: &Source, text: &str) -> bool {
    let after = banister_grammars::extract(source.facts.language, text);
    after.problems.len() > source.facts.problems.len()
}

/// The edits of as many fixes as go together, by file and from the end of the text to its beginning.
fn compatible<'f>(
    snapshot: &Snapshot,
    fixes: &[&'f Fix],
    refused: &BTreeSet<String>,
) -> (BTreeMap<&'f str, Vec<&'f Edit>>, usize) {
    let mut taken: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    let mut applied = 0;
    for fix in fixes {
        let is_sound = |edit: &Edit| {
            let source = snapshot
                .source(&edit.file)
                .filter(|_| !refused.contains(&edit.file));
            let range = edit.span.start as usize..edit.span.end as usize;
            source.is_some_and(|source| source.text.get(range).is_some())
        };
        let is_free = |edit: &Edit| {
            let others = taken.get(edit.file.as_str());
            others.is_none_or(|others| others.iter().all(|other| !meet(edit, other)))
        };
        if fix.edits.is_empty() || !fix.edits.iter().all(|edit| is_sound(edit) && is_free(edit)) {
            continue;
        }
        applied += 1;
        for edit in &fix.edits {
            taken.entry(&edit.file).or_default().push(edit);
        }
    }
    for edits in taken.values_mut() {
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
    }
    (taken, applied)
}

/// True if two edits share a character or a place: which of two insertions comes first, nobody can say.
fn meet(one: &Edit, other: &Edit) -> bool {
    one.span.start <= other.span.end && other.span.start <= one.span.end
}

fn edited(source: &Source, edits: &[&Edit]) -> String {
    let mut text = source.text.to_string();
    let is_crlf = text.contains("\r\n");
    for edit in edits {
        let range = edit.span.start as usize..edit.span.end as usize;
        if is_crlf {
            let lines = edit.text.replace("\r\n", "\n").replace('\n', "\r\n");
            text.replace_range(range, &lines);
        } else {
            text.replace_range(range, &edit.text);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use banister_grammars::Span;

    use super::*;
    use crate::fixture::files;

    fn host(fixture: &str) -> Host {
        let mut host = Host::new();
        for (path, text) in files(fixture) {
            host.set_file(&path, text.into());
        }
        host
    }

    fn all(_: &Snapshot, findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
        findings
    }

    /// Findings of an imaginary rule with the given edits of `steps/a.step.js`.
    fn with_edits(
        edits: Vec<(u32, u32, &'static str)>,
    ) -> impl Fn(&Snapshot, Vec<Diagnostic>) -> Vec<Diagnostic> {
        move |snapshot, _| {
            let source = snapshot.source("steps/a.step.js").unwrap();
            // Only once: the imaginary defect is gone with the first change.
            if !source.text.contains("cron: 'x'") {
                return Vec::new();
            }
            let found = snapshot.check();
            let of = |(start, end, text): &(u32, u32, &str)| {
                let mut finding = found.first().unwrap().clone();
                finding.fix = Some(Fix {
                    title: String::new(),
                    edits: vec![Edit {
                        file: source.path.clone(),
                        span: Span {
                            start: *start,
                            end: *end,
                        },
                        text: (*text).to_owned(),
                    }],
                });
                finding
            };
            edits.iter().map(of).collect()
        }
    }

    const ONE: &str = "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: 'x', emits: [] }
exports.handler = async () => {}
";

    #[test]
    fn fixes_are_applied_until_nothing_is_left() {
        let fixed = fix_all(
            host(
                "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['a.done'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'a.done', data: {} })
  await emit({ topic: 'b.done', data: {} })
  await emit({ topic: 'c.done', data: {} })
}
//- steps/b.step.js
exports.config = { type: 'event', name: 'B', subscribes: ['a.done', 'b.done', 'c.done'], emits: [] }
exports.handler = async () => {}
",
            ),
            &all,
        );
        assert_eq!(fixed.count, 2);
        let after = &fixed.changed["steps/a.step.js"].after;
        assert!(after.contains("emits: ['a.done', 'b.done', 'c.done']"), "{after}");
        assert_eq!(fixed.host.snapshot().check(), []);
        assert_eq!(fixed.changed.len(), 1);
    }

    #[test]
    fn a_file_that_would_break_is_left() {
        let fixed = fix_all(host(ONE), &with_edits(vec![(0, 0, "}{")]));
        assert_eq!(fixed.changed, BTreeMap::new());
        assert_eq!(fixed.count, 0);
        assert_eq!(fixed.refused, BTreeSet::from(["steps/a.step.js".to_owned()]));
    }

    #[test]
    fn of_overlapping_fixes_the_first_wins_and_places_out_of_range_are_none() {
        let at = u32::try_from(files(ONE)[0].1.find("'x'").unwrap()).unwrap();
        let edits = vec![
            (at, at + 3, "'* * * * *'"),
            (at + 1, at + 2, "y"),
            (at + 3, at + 3, "/* z */"),
            (9000, 9001, "w"),
        ];
        let fixed = fix_all(host(ONE), &with_edits(edits));
        let after = &fixed.changed["steps/a.step.js"].after;
        assert!(after.contains("cron: '* * * * *', emits"), "{after}");
        assert_eq!(fixed.count, 1);
    }

    #[test]
    fn new_lines_end_as_the_file_ends_its_own() {
        let crlf = ONE.replace('\n', "\r\n").replacen("\r\n", "\n", 1);
        let at = u32::try_from(files(&crlf)[0].1.find("'x'").unwrap()).unwrap();
        let fixed = fix_all(host(&crlf), &with_edits(vec![(at, at + 3, "\n'* * * * *'")]));
        let after = &fixed.changed["steps/a.step.js"].after;
        assert!(after.contains("cron: \r\n'* * * * *'"), "{after:?}");
    }
}
