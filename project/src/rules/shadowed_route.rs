use banister_grammars::facts::Dialect;

use super::routes::routes;
use super::{Check, Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::discovery;
use crate::index::{Index, WideRoute, plain_segment};
use crate::project::Step;
use crate::route::shape;

pub(super) const RULE: Rule = Rule {
    name: "shadowed-route",
    severity: Severity::Warning,
    doc: "\
A route that is never asked, because an earlier one with a parameter or a wildcard takes all of its requests:
`GET /users/:id` before `GET /users/me`.

Framework 0.x asks its routes in the order in which it loads the files, and loads `steps/` before `src/`. In which order
it loads the files of one folder depends on the machine, so routes of the same folder are not compared.",
    check: Check::Step(check),
};

fn check(context: &Context<'_>, step: &Step, findings: &mut Findings) {
    let index = context.index;
    if step.dialect() != Dialect::V0 || !in_folder(index, &step.file, "src") {
        return;
    }
    for route in routes(step) {
        let Some(narrow) = segments(route.path) else {
            continue;
        };
        let wide = index.wide_routes();
        // The loader passes over some files if it takes others.
        let counts = |file: &str| !wide.any_loaded || index.is_loaded(file);
        if !counts(&step.file) {
            return;
        }
        let takes_first = |earlier: &&WideRoute| {
            earlier.method == route.method
                && in_folder(index, &earlier.file, "steps")
                && counts(&earlier.file)
                && segments(&earlier.path).is_some_and(|wide| takes_all(&wide, &narrow))
                && shape(&earlier.path) != shape(route.path)
        };
        let Some(earlier) = wide.routes.iter().find(takes_first) else {
            continue;
        };
        let message = format!(
            "{} is never asked: {} {} takes its requests first",
            step.label(),
            earlier.method,
            earlier.path
        );
        findings
            .report(&step.file, route.span, message)
            .help("make the other path narrower, or move this step to `steps/`")
            .related(
                &earlier.file,
                earlier.span,
                format!("{} is loaded first", index.label(&earlier.file)),
            );
    }
}

/// The framework loads `steps/` before `src/` on every machine; within one folder the order is up to the disk.
fn in_folder(index: &Index, file: &str, folder: &str) -> bool {
    let inside = file.strip_prefix(index.project.root.as_str()).unwrap_or(file);
    discovery::lies_in(inside.trim_start_matches('/'), folder)
}

/// True if every request that `narrow` answers is one that `wide` answers. Only plain segments, parameters and a
/// wildcard at the end are understood.
fn takes_all(wide: &[Segment], narrow: &[Segment]) -> bool {
    let mut narrow = narrow.iter();
    for (at, segment) in wide.iter().enumerate() {
        match (segment, narrow.next()) {
            // The wildcard of Express 4 also takes nothing after its slash, but wants the slash.
            (Segment::Rest, found) => return at + 1 == wide.len() && found.is_some(),
            (_, None | Some(Segment::Rest)) => return false,
            (Segment::Any, Some(_)) => {}
            (Segment::Plain(one), Some(Segment::Plain(other))) if one == other => {}
            (Segment::Plain(_), Some(_)) => return false,
        }
    }
    narrow.next().is_none()
}

#[derive(Debug, PartialEq, Eq)]
enum Segment {
    /// A word; capitals do not count.
    Plain(String),
    /// `:id`.
    Any,
    /// `*`.
    Rest,
}

fn segments(path: &str) -> Option<Vec<Segment>> {
    let path = path.strip_prefix('/')?.trim_end_matches('/');
    path.split('/')
        .map(|segment| {
            let is_word = |text: &str| !text.is_empty() && plain_segment(text);
            match segment.strip_prefix(':') {
                Some(name) => (!name.is_empty() && name.chars().all(|ch| ch.is_alphanumeric() || ch == '_'))
                    .then_some(Segment::Any),
                None if segment == "*" => Some(Segment::Rest),
                None => is_word(segment).then(|| Segment::Plain(segment.to_lowercase())),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::segments;
    use crate::fixture::{check, report};

    fn takes_all(wide: &str, narrow: &str) -> bool {
        let parted = segments(wide).zip(segments(narrow));
        parted.is_some_and(|(wide, narrow)| super::takes_all(&wide, &narrow))
    }

    #[test]
    fn a_route_takes_what_a_narrower_one_would_answer() {
        for (wide, narrow) in [
            ("/users/:id", "/users/me"),
            ("/:any", "/users"),
            ("/api/*", "/api/users/:id"),
            ("/api/:tenant/*", "/api/acme/orders"),
            ("/Users/:id/", "/users/me"),
        ] {
            assert!(takes_all(wide, narrow), "{wide} {narrow}");
        }
        for (wide, narrow) in [
            ("/users/me", "/users/:id"),
            ("/users/:id", "/users"),
            ("/a/:b/c", "/a/b/:c"),
            ("/users/:id", "/users/a/b"),
            ("/api/*", "/api"),
            ("/users/:id", "/users/*"),
            ("/users/:id(\\d+)", "/users/me"),
            ("/users/:id?", "/users/me"),
        ] {
            assert!(!takes_all(wide, narrow), "{wide} {narrow}");
        }
    }

    #[test]
    fn an_earlier_folder_takes_the_requests() {
        check(
            "\
//- steps/user.step.js
exports.config = { type: 'api', name: 'User', method: 'GET', path: '/users/:id', emits: [] }
exports.handler = async () => ({ status: 200 })
//- src/me_step.py
config = {'type': 'api', 'name': 'Me', 'method': 'GET', 'path': '/users/me', 'emits': []}
#                                                                ^^^^^^^^^ shadowed-route warning
async def handler(req, context):
    return {'status': 200}
//- src/all.step.rb
def config
  { type: 'api', name: 'All', method: 'POST', path: '/users/me', emits: [] }
end
def handler(req, context)
  { status: 200 }
end
",
        );
    }

    #[test]
    fn an_order_that_depends_on_the_machine_says_nothing() {
        assert_eq!(
            report(
                "\
//- steps/a.step.ts
export const config = { type: 'api', name: 'A', method: 'GET', path: '/users/:id', emits: [] }
export const handler = async () => ({ status: 200 })
//- steps/b.step.ts
export const config = { type: 'api', name: 'B', method: 'GET', path: '/users/me', emits: [] }
export const handler = async () => ({ status: 200 })
"
            ),
            ""
        );
    }

    #[test]
    fn a_route_of_1_0_or_of_a_file_that_is_not_loaded_takes_nothing() {
        check(
            "\
//- steps/a.step.ts
import { http } from 'motia'
export const config = { name: 'A', triggers: [http('GET', '/users/:id')] }
export const handler = async () => ({ status: 200 })
//- src/b.step.ts
import { http } from 'motia'
export const config = { name: 'B', triggers: [http('GET', '/users/me')] }
export const handler = async () => ({ status: 200 })
//- steps/c.step.mjs
export const config = { type: 'api', name: 'C', method: 'GET', path: '/orders/:id', emits: [] }
//                                          ^ misnamed-step-file warning
export const handler = async () => ({ status: 200 })
//- src/d.step.js
exports.config = { type: 'api', name: 'D', method: 'GET', path: '/orders/new', emits: [] }
exports.handler = async () => ({ status: 200 })
",
        );
    }
}
