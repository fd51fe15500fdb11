//! The routes of a step, for the rules that compare them with others.

use banister_grammars::Span;

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

/// Every known route of a step, in the order of its config.
pub(super) fn routes(step: &Step) -> Vec<Route<'_>> {
    let triggers = step.fact().map_or(&[][..], |fact| &fact.triggers);
    let known = triggers.iter().filter_map(|trigger| {
        let (method, path) = (trigger.method.as_ref()?, trigger.path.as_ref()?);
        Some(Route {
            step,
            method: method.text.known()?.to_ascii_uppercase(),
            path: path.text.known()?,
            span: path.span,
        })
    });
    known.collect()
}
