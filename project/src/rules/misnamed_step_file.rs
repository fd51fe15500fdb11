use banister_grammars::facts::{Dialect, FileFacts};
use banister_grammars::{Language, Span};

use super::{Check, Context, Findings, Rule, Subject};
use crate::diagnostic::Severity;
use crate::discovery;

pub(super) const RULE: Rule = Rule {
    name: "misnamed-step-file",
    severity: Severity::Warning,
    doc: "\
A step whose file the framework does not load, because of its name or of its place: nothing in it ever runs, and nothing
says so. Loaded are `x.step.ts`, `x.step.js`, `x.step.rb` and `x_step.py` (or `x_step.ts`, and so on) in `steps/` and
`src/`; 1.0 takes `x.step.ts`, `x.step.js` and `x_step.py` only.

`x.step.py` was loaded before framework 0.7 and is not any more: a warning where the project is surely newer, a hint
where its version is unknown, nothing where it is older. Banister analyses the file and runs it in tests all the same. A
project with plugins of its own may load steps from anywhere, so places are not reported there.",
    check: Check::Subject(check),
};

/// The release that stopped to load `x.step.py`.
const PYTHON_RENAMED: (u32, u32) = (0, 7);

/// Folders whose steps are examples, templates and remains, and meant not to be loaded.
const ASIDE: [&str; 12] = [
    "template",
    "templates",
    "example",
    "examples",
    "docs",
    "test",
    "tests",
    "__tests__",
    "fixtures",
    "archive",
    "backup",
    "old",
];

fn check(context: &Context<'_>, subject: &Subject<'_>, findings: &mut Findings) {
    match subject {
        Subject::Step(step) => {
            let Some(fact) = step.fact() else { return };
            if !discovery::framework_loads(&step.file) || is_passed_over_by_1_0(&step.file, fact.dialect) {
                check_name(context, &step.file, step.facts(), findings);
            }
        }
        Subject::Stray(stray) if !context.index.has_plugins => {
            check_place(&stray.path, &stray.facts, findings);
        }
        _ => {}
    }
}

/// True for a name that 0.x loads and 1.0 does not.
fn is_passed_over_by_1_0(file: &str, dialect: Dialect) -> bool {
    dialect == Dialect::V1 && (file.ends_with("_step.ts") || file.ends_with("_step.js"))
}

fn check_name(context: &Context<'_>, file: &str, facts: &FileFacts, findings: &mut Findings) {
    let Some(span) = place(facts) else { return };
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    let is_python = name.ends_with(".step.py");
    let (major, minor) = PYTHON_RENAMED;
    if is_python && context.index.framework.is_before(major, minor) {
        return;
    }
    let is_newer = facts
        .step
        .as_ref()
        .is_some_and(|step| step.dialect == Dialect::V1);
    let Some(better) = better_name(name, facts.language, is_newer) else {
        return;
    };
    let message = format!("the framework does not load `{name}`: it looks for `{better}`");
    let severity = if is_python && !context.index.framework.is_at_least(major, minor) {
        Severity::Hint
    } else {
        Severity::Warning
    };
    let slash = if folder.is_empty() { "" } else { "/" };
    findings
        .report(file, span, message)
        .severity(severity)
        .help(format!("rename the file to `{folder}{slash}{better}`"));
}

fn check_place(file: &str, facts: &FileFacts, findings: &mut Findings) {
    let Some(span) = place(facts) else { return };
    let is_aside = file.split('/').any(|folder| ASIDE.contains(&folder));
    // The 1.0 runtime of Python takes any folder by an option.
    let takes_any = facts.language == Language::Python
        && facts
            .step
            .as_ref()
            .is_some_and(|step| step.dialect == Dialect::V1);
    if is_aside || takes_any {
        return;
    }
    findings
        .report(
            file,
            span,
            "the framework does not load this step: it looks in `steps/` and `src/` only".to_owned(),
        )
        .help("move the file to `steps/` or `src/`");
}

/// Where a step is shown: its name, else the first brace of its config.
fn place(facts: &FileFacts) -> Option<Span> {
    let step = facts.step.as_ref()?;
    let brace = Span {
        start: step.span.start,
        end: step.span.end.min(step.span.start + 1),
    };
    Some(step.name.as_ref().map_or(brace, |name| name.span))
}

/// The name that the framework loads, for a file whose name says step in another way.
fn better_name(name: &str, language: Language, is_newer: bool) -> Option<String> {
    let (stem, _) = name.rsplit_once('.')?;
    let (stem, separator) = match stem.strip_suffix("step")?.strip_suffix('.') {
        Some(stem) => (stem, "."),
        None => (stem.strip_suffix("_step")?, if is_newer { "." } else { "_" }),
    };
    Some(match language {
        Language::TypeScript => format!("{stem}{separator}step.ts"),
        Language::JavaScript => format!("{stem}{separator}step.js"),
        // A module of that name has to be importable.
        Language::Python => format!("{}_step.py", stem.replace(['-', '.'], "_")),
        Language::Ruby => format!("{stem}{separator}step.rb"),
    })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::fixture::{check_of, report};

    fn check(fixture: &str) {
        check_of(super::RULE.name, fixture);
    }

    const OLD_NAME: &str = "\
//- steps/old-name.step.py
config = {'type': 'cron', 'name': 'Old', 'cron': '* * * * *', 'emits': []}
async def handler(context):
    pass
";

    fn with_version(range: &str) -> String {
        report(&format!(
            "{OLD_NAME}//- package.json\n{{\"dependencies\": {{\"motia\": \"{range}\"}}}}\n"
        ))
    }

    #[test]
    fn the_release_decides_on_python() {
        expect![[r"
            steps/old-name.step.py:1:36 warning misnamed-step-file: the framework does not load `old-name.step.py`: it looks for `old_name_step.py`
              help: rename the file to `steps/old_name_step.py`
        "]]
        .assert_eq(&with_version("^0.17.0"));
        assert_eq!(with_version("0.5.3-beta.1"), "");
        assert!(with_version("latest").contains(" hint misnamed-step-file"));
        assert!(report(OLD_NAME).contains(" hint misnamed-step-file"));
    }

    #[test]
    fn the_file_is_analysed_all_the_same() {
        let found = report(
            "\
//- steps/a.step.py
config = {'type': 'event', 'name': 'A', 'subscribes': [], 'emits': ['b']}
async def handler(data, context):
    await context.emit({'topic': 'never.declared', 'data': {}})
",
        );
        assert!(found.contains("undeclared-emit"), "{found}");
    }

    #[test]
    fn other_endings_and_other_places_are_never_loaded() {
        check(
            "\
//- steps/a.step.mjs
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
//                                           ^ misnamed-step-file warning
export const handler = async () => {}
//- steps/b.step.ts
export const config = { type: 'noop', name: 'B', virtualEmits: [], virtualSubscribes: [] }
//- src/e_step.ts
import { queue } from 'motia'
export const config = { name: 'E', triggers: [queue('e.asked')], enqueues: ['e.asked'] }
//                             ^ misnamed-step-file warning
export const handler = async (_in, { enqueue }) => enqueue({ topic: 'e.asked', data: {} })
//- lib/c.step.ts
export const config = { type: 'cron', name: 'C', cron: '* * * * *', emits: [] }
//                                           ^ misnamed-step-file warning
export const handler = async () => {}
//- jobs/d.step.rb
def config
  { type: 'cron', name: 'D', cron: '* * * * *', emits: [] }
#                        ^ misnamed-step-file warning
end
def handler(context)
end
",
        );
    }

    #[test]
    fn what_is_put_aside_or_no_step_is_left_alone() {
        check(
            "\
//- steps/b.step.ts
export const config = { type: 'noop', name: 'B', virtualEmits: [], virtualSubscribes: [] }
//- templates/c.step.ts
export const config = { type: 'cron', name: 'C', cron: '* * * * *', emits: [] }
export const handler = async () => {}
//- lib/d.step.ts
export const wizard = { name: 'D' }
//- workers/e_step.py
from motia import queue
config = {'name': 'E', 'triggers': [queue('e.asked')], 'enqueues': []}
def handler(data, context):
    pass
//- steps/f_step.py
config = {'type': 'noop', 'name': 'F', 'virtualEmits': [], 'virtualSubscribes': []}
",
        );
    }

    #[test]
    fn plugins_may_load_from_anywhere() {
        check(
            "\
//- steps/b.step.ts
export const config = { type: 'noop', name: 'B', virtualEmits: [], virtualSubscribes: [] }
//- plugins/mine/c.step.ts
export const config = { type: 'cron', name: 'C', cron: '* * * * *', emits: [] }
export const handler = async () => {}
//- motia.config.ts
export default config({ plugins: [mine] })
",
        );
    }
}
