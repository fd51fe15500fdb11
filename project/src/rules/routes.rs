//! Routes of the project in the order of the files, for the rules that compare them.

use banister_grammars::Span;

use super::Context;
use crate::project::Step;

/// A route that is exactly known.
pub(super) struct Route<'i> {
    pub(super) step: &'i Step,
    /// In capitals.
    pub(super) method: String,
    /// As written.
    pub(super) path: &'i str,
    /// The path as written in the config.
    pub(super) span: Span,
}

impl Route<'_> {
    /// What tells it apart: names of parameters, capitals and a slash at the end do not count.
    pub(super) fn shape(&self) -> String {
        let mut shape = String::new();
        let mut in_name = false;
        for ch in self.path.trim_end_matches('/').chars() {
            in_name = if in_name {
                ch.is_ascii_alphanumeric() || ch == '_'
            } else {
                false
            };
            if !in_name {
                shape.extend(ch.to_lowercase());
            }
            in_name |= ch == ':';
        }
        shape
    }
}

/// Every known route, by file.
pub(super) fn routes<'i>(context: &Context<'i>) -> Vec<Route<'i>> {
    let mut routes = Vec::new();
    for step in &context.index.project.steps {
        for trigger in step.fact().map_or(&[][..], |fact| &fact.triggers) {
            let (Some(method), Some(path)) = (&trigger.method, &trigger.path) else {
                continue;
            };
            if let (Some(method), Some(known)) = (method.text.known(), path.text.known()) {
                routes.push(Route {
                    step,
                    method: method.to_ascii_uppercase(),
                    path: known,
                    span: path.span,
                });
            }
        }
    }
    routes
}

/// Leaves out the routes of files that the loader passes over if it takes some of the others.
pub(super) fn loaded(context: &Context<'_>, routes: &mut Vec<&Route<'_>>) {
    let is_loaded = |route: &&Route<'_>| context.index.is_loaded(&route.step.file);
    if routes.iter().any(is_loaded) {
        routes.retain(is_loaded);
    }
}
