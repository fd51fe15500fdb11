use super::routes::{Route, routes};
use super::{Check, Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::project::Step;
use crate::route::shape;

pub(super) const RULE: Rule = Rule {
    name: "duplicate-route",
    severity: Severity::Error,
    doc: "\
Two steps answer the same requests: same method, same path but for the names of its parameters. The one that is loaded
first wins and the other is never called.

`/orders/:id` and `/orders/:orderId` are the same path, and so are `/Orders` and `/orders/`. A file that the framework's
loader passes over, such as a left-over `x.step.py` beside `x_step.py`, answers nothing.",
    check: Check::Step(check),
};

fn check(context: &Context<'_>, step: &Step, findings: &mut Findings) {
    for route in routes(step) {
        let index = context.index;
        let mut twins: Vec<Route<'_>> = index
            .answering(&route.method, route.path)
            .into_iter()
            .flat_map(routes)
            .filter(|twin| twin.method == route.method && shape(twin.path) == shape(route.path))
            .collect();
        // The loader passes over some files if it takes others.
        let is_loaded = |twin: &Route<'_>| index.is_loaded(&twin.step.file);
        if twins.iter().any(is_loaded) {
            twins.retain(is_loaded);
        }
        let is_passed_over = twins.iter().all(|twin| twin.step.file != step.file);
        twins.retain(|twin| twin.step.file != step.file);
        if twins.is_empty() || is_passed_over {
            continue;
        }
        let message = format!("another step answers {} {} too", route.method, route.path);
        let mut finding = findings
            .report(&step.file, route.span, message)
            .help("give each step a method and a path of its own");
        for twin in twins {
            let text = format!("{} answers {} {}", twin.step.label(), twin.method, twin.path);
            finding = finding.related(&twin.step.file, twin.span, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::fixture::{check, report};

    const TWINS: &str = "\
//- steps/a.step.js
exports.config = { type: 'api', name: 'A', method: 'GET', path: '/orders/:id', emits: [] }
//                                                               ^^^^^^^^^^^ duplicate-route error
exports.handler = async () => ({ status: 200 })
//- steps/b_step.py
config = {'type': 'api', 'name': 'B', 'method': 'GET', 'path': '/Orders/:order_id/', 'emits': []}
#                                                               ^^^^^^^^^^^^^^^^^^ duplicate-route error
async def handler(req, context):
    return {'status': 200}
//- steps/c.step.js
exports.config = { type: 'api', name: 'C', method: 'POST', path: '/orders/:id', emits: [] }
exports.handler = async () => ({ status: 200 })
//- steps/d.step.js
exports.config = { type: 'api', name: 'D', method: 'GET', path: '/orders/:id/items', emits: [] }
exports.handler = async () => ({ status: 200 })
";

    #[test]
    fn names_of_parameters_tell_nothing_apart() {
        check(TWINS);
        expect![[r#"
            steps/a.step.js:1:66 error duplicate-route: another step answers GET /orders/:id too
              steps/b_step.py:1:65 B answers GET /Orders/:order_id/
              help: give each step a method and a path of its own
            steps/b_step.py:1:65 error duplicate-route: another step answers GET /Orders/:order_id/ too
              steps/a.step.js:1:66 A answers GET /orders/:id
              help: give each step a method and a path of its own
        "#]]
        .assert_eq(&report(TWINS));
    }

    #[test]
    fn a_file_that_is_not_loaded_answers_nothing() {
        check(
            "\
//- steps/a_step.py
config = {'type': 'api', 'name': 'A', 'method': 'GET', 'path': '/orders', 'emits': []}
async def handler(req, context):
    return {'status': 200}
//- steps/a.step.py
config = {'type': 'api', 'name': 'Old', 'method': 'GET', 'path': '/orders', 'emits': []}
#                                 ^^^ misnamed-step-file hint
async def handler(req, context):
    return {'status': 200}
",
        );
    }

    #[test]
    fn another_project_has_its_own_routes() {
        let step = |name: &str| {
            format!(
                "//- {name}/package.json\n{{}}\n//- {name}/steps/a.step.js\nexports.config = {{ type: 'api', name: 'A', method: 'GET', \
                 path: '/x', emits: [] }}\nexports.handler = async () => ({{ status: 200, body: {{}} }})\n"
            )
        };
        check(&format!("{}{}", step("one"), step("two")));
    }

    #[test]
    fn a_path_that_is_not_known_is_not_compared() {
        check(
            "\
//- steps/a.step.js
const { base } = require('elsewhere')
exports.config = { type: 'api', name: 'A', method: 'GET', path: base + '/orders', emits: [] }
exports.handler = async () => ({ status: 200 })
//- steps/b.step.js
const { base } = require('elsewhere')
exports.config = { type: 'api', name: 'B', method: 'GET', path: base + '/orders', emits: [] }
exports.handler = async () => ({ status: 200 })
",
        );
    }
}
