use banister_grammars::facts::Dialect;

use super::routes::routes;
use super::{Check, Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::project::Step;
use crate::route::shape;

pub(super) const RULE: Rule = Rule {
    name: "reserved-route",
    severity: Severity::Warning,
    doc: "\
A route that framework 0.x keeps for itself: `POST /emit` sends a message by hand, `OPTIONS` answers the browser's
question whether it may ask at all, and everything under `/__motia` serves the framework's own pages. The step is not
the one that answers. 1.0 has no such routes.",
    check: Check::Step(check),
};

fn check(_: &Context<'_>, step: &Step, findings: &mut Findings) {
    if step.dialect() != Dialect::V0 {
        return;
    }
    for route in routes(step) {
        let shape = shape(route.path);
        let owner = if route.method == "OPTIONS" {
            "the framework answers every OPTIONS request itself"
        } else if route.method == "POST" && shape == "/emit" {
            "the framework answers POST /emit itself"
        } else if shape.starts_with("/__motia") {
            "the framework keeps paths under /__motia for itself"
        } else {
            continue;
        };
        let message = format!("{} is never asked: {owner}", step.label());
        findings
            .report(&step.file, route.span, message)
            .help("choose another route");
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn the_frameworks_own_routes_are_taken() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'api', name: 'A', method: 'POST', path: '/emit', emits: [] }
//                                                                ^^^^^ reserved-route warning
exports.handler = async () => ({ status: 200 })
//- steps/b.step.js
exports.config = { type: 'api', name: 'B', method: 'OPTIONS', path: '/orders', emits: [] }
//                                                                   ^^^^^^^ reserved-route warning
exports.handler = async () => ({ status: 200 })
//- steps/c.step.js
exports.config = { type: 'api', name: 'C', method: 'GET', path: '/__motia/flows', emits: [] }
//                                                               ^^^^^^^^^^^^^^ reserved-route warning
exports.handler = async () => ({ status: 200 })
",
        );
    }

    #[test]
    fn what_is_only_similar_is_free() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'api', name: 'A', method: 'GET', path: '/emit', emits: [] }
exports.handler = async () => ({ status: 200 })
//- steps/b.step.js
exports.config = { type: 'api', name: 'B', method: 'POST', path: '/emit/now', emits: [] }
exports.handler = async () => ({ status: 200 })
",
        );
    }
    #[test]
    fn framework_1_0_keeps_no_routes() {
        check(
            "\
//- steps/a.step.ts
import { http } from 'motia'
export const config = { name: 'A', triggers: [http('POST', '/emit'), http('GET', '/__motia/x')] }
export const handler = async () => ({ status: 200 })
//- steps/b_step.py
from motia import http
config = {'name': 'B', 'triggers': [http('OPTIONS', '/b')]}
def handler(request, context):
    return {'status': 200}
",
        );
    }
}
