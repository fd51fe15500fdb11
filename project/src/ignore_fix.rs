//! The comment that silences a finding, as an edit.

use banister_grammars::facts::IgnoreFact;
use banister_grammars::{Language, Span};

use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::flow_test;
use crate::workspace::Snapshot;

/// What stands in a new ignore until a person has written why.
const TO_EXPLAIN: &str = "TODO say why";

/// The edit that silences a finding with a comment above its line, or nothing where no comment can stand.
pub fn ignore_fix(snapshot: &Snapshot, finding: &Diagnostic) -> Option<Fix> {
    let source = snapshot.source(&finding.file);
    let text = &snapshot.text(&finding.file)?.text;
    let before = text.get(..finding.span.start as usize)?;
    let line_start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let line = text.get(line_start..)?;
    let indent: String = line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    let mark = match source.map(|source| source.facts.language) {
        Some(Language::TypeScript | Language::JavaScript) => "//",
        Some(Language::Python | Language::Ruby) | None => "#",
    };
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let comment = format!(
        "{indent}{mark} banister-ignore {}: {TO_EXPLAIN}{line_break}",
        finding.rule
    );
    let moved = finding.span.start + Span::new(comment.len(), 0).start;
    // The line may lie inside of a string; only the parser knows.
    let changed = format!("{}{comment}{line}", text.get(..line_start)?);
    let silences = |ignore: &IgnoreFact| ignore.silences(finding.rule, moved);
    let is_sound = match source {
        Some(source) => {
            let facts = banister_grammars::extract(source.facts.language, &changed);
            facts.problems.len() <= source.facts.problems.len() && facts.ignores.iter().any(silences)
        }
        None => flow_test::ignores(&changed).iter().any(silences),
    };
    is_sound.then(|| Fix {
        title: format!("Ignore '{}' here, with a reason", finding.rule),
        edits: vec![Edit {
            file: finding.file.clone(),
            span: Span::new(line_start, line_start),
            text: comment,
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{check, parse};

    #[test]
    fn a_finding_can_be_ignored_with_a_comment() {
        let fixture = "\
//- steps/a_step.py
config = {
    'type': 'cron', 'name': 'A',
    'cron': 'CRON', 'emits': [],
}
async def handler(ctx):
    pass
";
        let (snapshot, _) = parse(fixture);
        let finding = &snapshot.check()[0];
        let fix = ignore_fix(&snapshot, finding).unwrap();
        let edit = &fix.edits[0];
        assert_eq!(edit.text, "    # banister-ignore invalid-cron: TODO say why\n");
        let mut text = snapshot.source(&edit.file).unwrap().text.to_string();
        text.insert_str(edit.span.start as usize, &edit.text);
        check(&format!("//- steps/a_step.py\n{text}"));
    }

    #[test]
    fn no_comment_is_proposed_inside_of_a_string() {
        let (snapshot, _) = parse(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['a.done'] }
exports.handler = async ({ emit }) => {
  await emit({ data: `
` , topic: 'b.done' })
}
//- steps/b.step.js
exports.config = { type: 'event', name: 'B', subscribes: ['b.done'], emits: [] }
exports.handler = async () => {}
",
        );
        let found = snapshot.check();
        let finding = found.iter().find(|it| it.rule == "undeclared-emit").unwrap();
        assert_eq!(ignore_fix(&snapshot, finding), None);
    }
}
