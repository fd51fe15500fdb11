//! Which calls reach a function of this file, and with what.

use crate::ast::{Call, Expr, ExprKind, Function, Pattern, ScopeId};
use crate::language::Language;
use crate::model::Model;
use crate::scope::CallSite;

impl<'a, 't> Model<'a, 't> {
    /// The calls of a function, if the file shows all of them: it is not exported, and its name only stands where it
    /// is called.
    pub(crate) fn private_calls(&self, function: &Function<'t>) -> Option<&[CallSite<'a, 't>]> {
        let calls = self.scopes.calls_of(function);
        let name = calls.first()?.call.callee.uncast().as_name()?;
        let is_exported = match self.language() {
            Language::TypeScript | Language::JavaScript => self
                .module
                .exports
                .iter()
                .any(|export| export.from.is_none() && export.local == name),
            // Every name of a module can be imported, but nobody imports the helpers of a step.
            Language::Python | Language::Ruby => {
                self.handler.is_none() && self.scopes.own(name, ScopeId::MODULE).is_some()
            }
        };
        let all = usize::try_from(self.scopes.mentions(name)) == Ok(calls.len());
        (all && !is_exported).then_some(calls)
    }
}

/// The argument that a call gives to a parameter.
pub(crate) fn argument<'a, 't>(
    call: &'a Call<'t>,
    function: &Function<'t>,
    index: usize,
) -> Option<&'a Expr<'t>> {
    let positional = call.positional();
    let before = positional.get(..=index);
    match before {
        Some(args) if !args.iter().any(|arg| matches!(arg.kind, ExprKind::Spread(_))) => args.last(),
        _ => match &function.params.get(index)?.pattern {
            Pattern::Name(name) => call.keyword(name.text),
            _ => None,
        },
    }
}
