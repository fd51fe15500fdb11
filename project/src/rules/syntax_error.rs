use super::{Check, Context, Findings, Rule, Subject};
use crate::diagnostic::Severity;
use crate::source::Source;

pub(super) const RULE: Rule = Rule {
    name: "syntax-error",
    severity: Severity::Error,
    doc: "\
A step or stream file that does not parse. The framework refuses to start a project that holds one.

What can still be read of the file is checked and shown in the editor. If the file's `config` is lost, the step is
missing from its flow and the other files are checked without it. Only the first problem of a file is reported, because
the rest usually follows from it.",
    check: Check::Subject(check),
};

fn check(_: &Context<'_>, subject: &Subject<'_>, findings: &mut Findings) {
    match subject {
        Subject::Step(step) => report(&step.source, step.fact().is_none(), findings),
        Subject::Stream(stream) => report(&stream.source, stream.facts().stream.is_none(), findings),
        _ => {}
    }
}

fn report(source: &Source, is_lost: bool, findings: &mut Findings) {
    let Some(problem) = source.facts.problems.first() else {
        return;
    };
    let message = format!("syntax error: {}", problem.message);
    if is_lost {
        findings
            .report(
                &source.path,
                problem.span,
                format!("{message}, and no `config` can be read from this file"),
            )
            .help("the file takes no part in any flow until it parses");
    } else {
        findings.report(&source.path, problem.span, message);
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{check, severities};

    #[test]
    fn a_file_that_reads_on_is_an_error_too() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
exports.handler = async () => { let x = ) }
//                                  ^^^^^ syntax-error error
",
        );
    }

    #[test]
    fn a_lost_config_silences_what_it_may_explain() {
        let found = severities(
            "\
//- steps/a.step.ts
export const config = { type: 'event', name: 'A', subscribes: ['x.done'], emits: [
//- steps/b_step.py
config = {'type': 'event', 'name': 'B', 'subscribes': ['y.done'], 'emits': ['x.done']}
async def handler(data, context):
    await context.emit({'topic': 'x.done', 'data': {}})
",
        );
        assert_eq!(found, [("steps/a.step.ts".into(), "syntax-error", "error")]);
    }

    #[test]
    fn a_lost_config_is_an_error_and_the_other_files_are_checked() {
        let fixture = "\
//- steps/a.step.ts
export const config = {{{
export const
//- steps/b.step.rb
def config
  { type: 'cron', name: 'B', cron: '99 * * * *', emits: [] }
end
";
        let found = severities(fixture);
        assert!(
            found.contains(&("steps/a.step.ts".into(), "syntax-error", "error")),
            "{found:?}"
        );
        assert!(
            found.contains(&("steps/b.step.rb".into(), "invalid-cron", "error")),
            "{found:?}"
        );
    }
}
