use banister_grammars::facts::{ConfigEntry, ConfigFact, ConfigKind};

use super::{Check, Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "unresolved-middleware",
    severity: Severity::Warning,
    doc: "\
An entry of `middleware` that is no function: a text such as `'auth'`, or a name that nothing in the file binds. The
framework calls every entry, so a text answers each request with status 500, and an unbound name keeps the file from
loading. Import the function and write its name without quotes.",
    check: Check::Step(check),
};

fn check(_: &Context<'_>, step: &Step, findings: &mut Findings) {
    let Some(config) = step
        .source
        .facts
        .config
        .as_ref()
        .filter(|_| step.fact().is_some())
    else {
        return;
    };
    for entry in lists(config) {
        for item in entry.value.items() {
            let (message, help) = match &item.kind {
                ConfigKind::Text { value, .. } => (
                    format!("middleware '{value}' is a text, and the framework calls it"),
                    "import the function and write its name without quotes",
                ),
                ConfigKind::Unbound(name) => (
                    format!("middleware `{name}` is not defined in this file"),
                    "define or import it",
                ),
                _ => continue,
            };
            findings.report(&step.file, item.span, message).help(help);
        }
    }
}

/// The lists of middleware: of the config itself, or of its HTTP triggers in 1.0.
fn lists(config: &ConfigFact) -> Vec<&ConfigEntry> {
    let triggers = config.get("triggers").map(|triggers| triggers.value.items());
    let of_triggers = triggers
        .unwrap_or_default()
        .iter()
        .filter_map(|trigger| match &trigger.kind {
            ConfigKind::Object { .. } => Some(trigger),
            ConfigKind::Call { args, .. } => args
                .iter()
                .rev()
                .find(|arg| matches!(arg.kind, ConfigKind::Object { .. })),
            _ => None,
        });
    let inner = of_triggers.flat_map(|options| options.entries());
    config
        .entries
        .iter()
        .chain(inner)
        .filter(|entry| entry.key == "middleware")
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn texts_and_unbound_names_are_no_middleware() {
        check(
            "\
//- steps/a.step.ts
export const config = {
  type: 'api', name: 'A', method: 'GET', path: '/a', emits: [], middleware: ['auth', limit, () => 1],
//                                                                            ^^^^ unresolved-middleware warning
//                                                                                   ^^^^^ unresolved-middleware warning
}
export const handler = async () => ({ status: 200 })
//- steps/b.step.js
exports.config = { type: 'api', name: 'B', method: 'GET', path: '/b', emits: [], middleware: [auth] }
//                                                                                            ^^^^ unresolved-middleware warning
exports.handler = async () => ({ status: 200 })
//- steps/c_step.py
config = {'type': 'api', 'name': 'C', 'method': 'GET', 'path': '/c', 'emits': [], 'middleware': [auth]}
#                                                                                                ^^^^ unresolved-middleware warning
async def handler(req, context):
    return {'status': 200}
//- steps/d.step.rb
def config
  { type: 'api', name: 'D', method: 'GET', path: '/d', emits: [], middleware: ['auth'] }
#                                                                               ^^^^ unresolved-middleware warning
end
def handler(req, context)
  { status: 200 }
end
//- steps/e.step.ts
import { http } from 'motia'
export const config = { name: 'E', triggers: [http('GET', '/e', { middleware: [limit] })] }
//                                                                             ^^^^^ unresolved-middleware warning
export const handler = async () => ({ status: 200 })
",
        );
    }

    #[test]
    fn functions_of_the_file_and_imports_are_fine() {
        check(
            "\
//- steps/a.step.ts
import { auth } from '../middleware/auth'
import * as all from '../middleware'
const log = async (req, ctx, next) => next()
const shared = [auth, log]
export const config = {
  type: 'api', name: 'A', method: 'GET', path: '/a', emits: [],
  middleware: [auth, all.limit, auth({ role: 'admin' }), log, later, ...shared],
}
function later() {}
export const handler = async () => ({ status: 200 })
//- steps/b.step.js
const { auth } = require('../auth')
exports.config = { type: 'api', name: 'B', method: 'GET', path: '/b', emits: [], middleware: [auth] }
exports.handler = async () => ({ status: 200 })
//- steps/c_step.py
from middleware import *
config = {'type': 'api', 'name': 'C', 'method': 'GET', 'path': '/c', 'emits': [], 'middleware': [auth]}
async def handler(req, context):
    return {'status': 200}
//- steps/d_step.py
try:
    from middleware import auth
except ImportError:
    auth = None
config = {'type': 'api', 'name': 'D', 'method': 'GET', 'path': '/d', 'emits': [], 'middleware': [auth]}
async def handler(req, context):
    return {'status': 200}
",
        );
    }
}
