use banister_grammars::facts::{Dialect, StepKind};
use banister_grammars::{Language, Span};

use super::{Check, Context, Findings, Rule};
use crate::diagnostic::{Edit, Fix, Severity};
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "sync-python-handler",
    severity: Severity::Warning,
    doc: "\
A Python handler that is a plain `def`. Framework 0.x awaits whatever the handler returns, and a result that cannot be
awaited is an error after all the work is done. Write `async def`.

1.0 takes both. A handler with a decorator may be anything and is left alone.",
    check: Check::Step(check),
};

fn check(context: &Context<'_>, step: &Step, findings: &mut Findings) {
    if context.index.framework.is_at_least(1, 0) {
        return;
    }
    if step.language != Language::Python
        || step.dialect() != Dialect::V0
        || step.kind() == Some(StepKind::Noop)
    {
        return;
    }
    let Some(handler) = step.fact().and_then(|fact| fact.handler.as_ref()) else {
        return;
    };
    let text = &step.source.text;
    let is_def = handler.body.slice(text).starts_with("def ");
    let above = text.get(..handler.body.start as usize).unwrap_or_default();
    let is_decorated = above
        .trim_end()
        .lines()
        .next_back()
        .is_some_and(|line| line.starts_with('@'));
    if handler.is_async || !is_def || is_decorated {
        return;
    }
    let edit = Edit {
        file: step.file.clone(),
        span: Span {
            start: handler.body.start,
            end: handler.body.start,
        },
        text: "async ".to_owned(),
    };
    let message = format!(
        "the handler of {} is not `async`, and the runtime awaits it",
        step.label()
    );
    findings
        .report(&step.file, handler.span, message)
        .help("write `async def`")
        .fix(Some(Fix {
            title: "Make the handler `async`".to_owned(),
            edits: vec![edit],
        }));
}

#[cfg(test)]
mod tests {
    use crate::fixture::{check, fixed, report};

    const PLAIN: &str = "\
//- steps/a_step.py
config = {'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'emits': []}

def handler(context):
#   ^^^^^^^ sync-python-handler warning
    pass
";

    #[test]
    fn a_plain_handler_is_found_and_mended() {
        check(PLAIN);
        let mended = fixed(PLAIN);
        assert!(mended.contains("\nasync def handler(context):"), "{mended}");
        assert_eq!(report(&mended), "");
    }

    #[test]
    fn a_project_of_1_0_may_have_plain_handlers() {
        let clean = PLAIN.replace("#   ^^^^^^^ sync-python-handler warning\n", "");
        assert_eq!(report(&format!("{clean}//- requirements.txt\nmotia>=1.0\n")), "");
    }

    #[test]
    fn async_handlers_decorators_and_1_0_are_left_alone() {
        check(
            "\
//- steps/a_step.py
config = {'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'emits': []}
async def handler(context):
    pass
//- steps/b_step.py
from elsewhere import wrapped
config = {'type': 'cron', 'name': 'B', 'cron': '* * * * *', 'emits': []}
@wrapped
def handler(context):
    pass
//- steps/c_step.py
from motia import queue
config = {'name': 'C', 'triggers': [queue('c.asked')], 'enqueues': ['c.asked']}
def handler(data, context):
    if data:
        context.enqueue({'topic': 'c.asked', 'data': {}})
",
        );
    }
}
