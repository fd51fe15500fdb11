//! Every safe fix of one file, as one edit: what `check --fix` would do to this file alone.

use super::Change;
use crate::diagnostic::{Diagnostic, Edit};
use crate::fixing::fix_all;
use crate::workspace::{Host, Snapshot};
use banister_grammars::Span;

/// Fixes that also touch other files are left out: "this file" means this file.
pub(super) fn change(snapshot: &Snapshot, file: &str) -> Option<Change> {
    let is_own = |finding: &Diagnostic| {
        let edits = finding.safe_fix().map(|fix| fix.edits.as_slice());
        edits.is_some_and(|edits| edits.iter().all(|edit| edit.file == file))
    };
    let chosen = |_: &Snapshot, findings: Vec<Diagnostic>| {
        findings.into_iter().filter(|found| is_own(found)).collect()
    };
    let fixed = fix_all(Host::of(snapshot), &chosen);
    let change = fixed.changed.get(file)?;
    Some(Change::edits(vec![difference(
        file,
        &change.before,
        &change.after,
    )]))
}

/// The shortest single edit that makes one text the other.
fn difference(file: &str, before: &str, after: &str) -> Edit {
    let mut same = before
        .bytes()
        .zip(after.bytes())
        .take_while(|(one, other)| one == other)
        .count();
    while !before.is_char_boundary(same) {
        same -= 1;
    }
    let (rest, new) = (&before[same..], &after[same..]);
    let mut tail = rest
        .bytes()
        .rev()
        .zip(new.bytes().rev())
        .take_while(|(one, other)| one == other)
        .count();
    while !rest.is_char_boundary(rest.len() - tail) {
        tail -= 1;
    }
    Edit {
        file: file.to_owned(),
        span: Span::new(same, before.len() - tail),
        text: new[..new.len() - tail].to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ActionRequest, testing};
    use super::*;
    use crate::fixture::parse;

    #[test]
    fn the_difference_keeps_characters_whole() {
        for (before, after) in [
            ("aéb", "aèb"),
            ("xx", "xxx"),
            ("", "a"),
            ("日本", "日"),
            ("aaa", "aa"),
        ] {
            let edit = difference("a", before, after);
            let mut text = before.to_owned();
            text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
            assert_eq!(text, after);
        }
    }

    #[test]
    fn everything_safe_in_this_file_and_nothing_else_is_mended() {
        let fixture = "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
exports.handler = async ({ emit }) => {
  emit({ topic: 'x.done', data: {} })
  await emit({ topic: 'y.done', data: {} })
}
//- steps/b.step.js
exports.config = { type: 'event', name: 'B', subscribes: ['x.done', 'y.done'], emits: ['z.done'] }
exports.handler = async (input, { emit }) => {
  emit({ topic: 'z.done', data: {} })
}
//- steps/c.step.js
exports.config = { type: 'event', name: 'C', subscribes: ['z.done'], emits: [] }
exports.handler = async () => {}
";
        let (snapshot, _) = parse(fixture);
        let change = snapshot
            .change("steps/a.step.js", &ActionRequest::FixFile)
            .unwrap();
        assert!(change.edits.iter().all(|edit| edit.file == "steps/a.step.js"));
        let after = testing::applied(&snapshot, &change);
        let left: Vec<_> = after
            .check()
            .into_iter()
            .filter(|it| it.safe_fix().is_some())
            .collect();
        assert!(left.iter().all(|it| it.file == "steps/b.step.js"), "{left:?}");
        assert!(
            snapshot
                .check()
                .iter()
                .any(|it| it.file == "steps/a.step.js" && it.safe_fix().is_some())
        );
        let clean = snapshot.change("steps/c.step.js", &ActionRequest::FixFile);
        assert_eq!(clean, None);
    }
}
