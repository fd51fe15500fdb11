use super::handlers::edit;
use super::{Check, Context, Findings, Rule};
use crate::diagnostic::{Fix, Severity};
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "handler-name-mismatch",
    severity: Severity::Error,
    doc: "\
A handler is declared as `Handlers['X']` while `config.name` is `Y`. The compiler then checks its input, its answers and
its messages against those of another step.

A name that is not known, and a type of another module that is called `Handlers` too, are left alone.",
    check: Check::Step(check),
};

fn check(_: &Context<'_>, step: &Step, findings: &mut Findings) {
    let name = step.fact().and_then(|fact| fact.name.as_ref());
    let (Some(declared), Some(name)) = (&step.facts().handling.declared, name) else {
        return;
    };
    let Some(known) = name.text.known().filter(|known| *known != declared.name) else {
        return;
    };
    let message = format!(
        "the handler has the type of step '{}', and the step is named '{known}'",
        declared.name
    );
    let fix = Fix {
        title: format!("Change to '{known}'"),
        edits: vec![edit(step, declared.span, known.to_owned())],
    };
    let is_plain = !known.contains(['\'', '"', '`', '\\', '\n']);
    findings
        .report(&step.file, declared.span, message)
        .related(&step.file, name.span, "the name of the step")
        .help(format!("write `Handlers['{known}']`"))
        .fix(is_plain.then_some(fix));
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::fixture::{check, fixed, report};

    const OTHER: &str = "\
//- steps/a.step.ts
import type { Handlers } from 'motia'
export const config = { type: 'api', name: 'CreateOrder', method: 'POST', path: '/orders', emits: [] }
export const handler: Handlers['CreateOrders'] = async (req, ctx) => ({ status: 200 })
//                              ^^^^^^^^^^^^ handler-name-mismatch error
//- steps/b.step.ts
export const config = { type: 'api', name: 'ReadOrder', method: 'GET', path: '/orders', emits: [] }
export const handler = (async (req: any) => ({ status: 200 })) satisfies Handlers[\"CreateOrder\"]
//                                                                                 ^^^^^^^^^^^ handler-name-mismatch error
";

    #[test]
    fn the_type_of_another_step_is_found_and_mended() {
        check(OTHER);
        expect![[r#"
            steps/a.step.ts:3:33 error handler-name-mismatch: the handler has the type of step 'CreateOrders', and the step is named 'CreateOrder'
              steps/a.step.ts:2:45 the name of the step
              help: write `Handlers['CreateOrder']`
              fix: Change to 'CreateOrder'
            steps/b.step.ts:2:84 error handler-name-mismatch: the handler has the type of step 'CreateOrder', and the step is named 'ReadOrder'
              steps/b.step.ts:1:45 the name of the step
              help: write `Handlers['ReadOrder']`
              fix: Change to 'ReadOrder'
        "#]]
        .assert_eq(&report(OTHER));
        assert_eq!(report(&fixed(OTHER)), "");
    }

    #[test]
    fn the_same_name_through_a_constant_is_right() {
        check(
            "\
//- src/names.ts
export const NAME = 'CreateOrder'
//- steps/a.step.ts
import { NAME } from '../src/names'
export const config = { type: 'api', name: NAME, method: 'POST', path: '/orders', emits: [] }
export const handler: Handlers['CreateOrder'] = async (req, ctx) => ({ status: 200 })
",
        );
    }

    #[test]
    fn a_name_that_is_not_known_is_left_alone() {
        check(
            "\
//- steps/a.step.ts
import { NAME } from 'elsewhere'
export const config = { type: 'api', name: NAME, method: 'POST', path: '/orders', emits: [] }
export const handler: Handlers['CreateOrder'] = async (req, ctx) => ({ status: 200 })
",
        );
    }

    #[test]
    fn types_of_other_modules_and_types_by_config_are_left_alone() {
        check(
            "\
//- steps/a.step.ts
import type { Handlers } from './mine'
export const config = { type: 'api', name: 'A', method: 'POST', path: '/a', emits: [] }
export const handler: Handlers['Post'] = async (req, ctx) => ({ status: 200 })
//- steps/b.step.ts
export const config = { type: 'api', name: 'B', method: 'POST', path: '/b', emits: [] }
export const handler: Handlers<typeof config> = async (req, ctx) => ({ status: 200 })
",
        );
    }
}
