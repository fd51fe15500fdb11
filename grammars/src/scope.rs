//! Who is meant by a name: the scopes of a module, what each name is bound to and every visible write to it.

use std::collections::BTreeMap;

use crate::ast::{Call, Class, Expr, Function, Module, ScopeId};
use crate::language::Language;
use crate::text::Span;

mod binder;

/// The scopes of one module.
pub(crate) struct Scopes<'a, 't> {
    scopes: Vec<Scope<'a, 't>>,
    bindings: Vec<Binding<'a, 't>>,
    /// Calls of functions by their plain name, by the function's scope.
    calls: BTreeMap<ScopeId, Vec<CallSite<'a, 't>>>,
    /// How often each name stands in an expression.
    mentions: BTreeMap<&'t str, u32>,
    language: Language,
}

#[derive(Default)]
struct Scope<'a, 't> {
    parent: Option<ScopeId>,
    names: BTreeMap<&'t str, BindingId>,
    /// The function whose parameters live here.
    function: Option<&'a Function<'t>>,
    is_class: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BindingId(usize);

/// A name with everything that is written to it.
#[derive(Default)]
pub(crate) struct Binding<'a, 't> {
    pub(crate) defs: Vec<Def<'a, 't>>,
    /// Keys that are set on it after its definition.
    pub(crate) keys: Vec<KeyWrite<'a, 't>>,
    /// True if it is changed in ways that are not followed (`x.update(…)`, `x[k] = …`).
    pub(crate) opened: bool,
}

/// One thing that a name is bound to.
#[derive(Clone)]
pub(crate) enum Def<'a, 't> {
    /// A part of a value.
    Value {
        value: &'a Expr<'t>,
        path: Path<'a>,
        scope: ScopeId,
    },
    /// A part of a parameter.
    Param {
        function: &'a Function<'t>,
        index: usize,
        path: Path<'a>,
    },
    /// A name of another module.
    /// A part of any item of a list.
    Item {
        list: &'a Expr<'t>,
        path: Path<'a>,
        scope: ScopeId,
    },
    Import {
        index: usize,
        name: &'t str,
    },
    Function(&'a Function<'t>),
    Class(&'a Class<'t>),
    Unknown,
}

/// How a destructuring pattern leads from a value to a name.
pub(crate) type Path<'a> = Vec<Step<'a>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    Key(&'a str),
    Item(usize),
    /// What other parts left over, or a part with a default: the rest of the path is not followed.
    Lost,
}

/// `x.key = value`.
#[derive(Clone, Copy)]
pub(crate) struct KeyWrite<'a, 't> {
    pub(crate) key: &'a str,
    pub(crate) span: Span,
    /// Absent if only something inside the key's value is changed.
    pub(crate) value: Option<(&'a Expr<'t>, ScopeId)>,
}

/// A call of a function of this module.
#[derive(Clone, Copy)]
pub(crate) struct CallSite<'a, 't> {
    pub(crate) call: &'a Call<'t>,
    pub(crate) scope: ScopeId,
}

impl<'a, 't> Scopes<'a, 't> {
    pub(crate) fn of(module: &'a Module<'t>) -> Self {
        binder::bind(module)
    }

    /// What `name` means in `scope`.
    pub(crate) fn lookup(&self, name: &str, scope: ScopeId) -> Option<&Binding<'a, 't>> {
        self.find(name, scope).map(|id| &self.bindings[id.0])
    }

    fn find(&self, name: &str, scope: ScopeId) -> Option<BindingId> {
        let mut here = Some(scope);
        while let Some(id) = here {
            let at = &self.scopes[id.index()];
            // Members of a class are plain names for its own body; only Ruby's constants are for its methods too.
            let visible = !at.is_class || id == scope || self.language == Language::Ruby;
            if let Some(found) = at.names.get(name).filter(|_| visible) {
                return Some(*found);
            }
            here = at.parent;
        }
        None
    }

    /// True if any scope of the module binds the name.
    pub(crate) fn is_bound_anywhere(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.names.contains_key(name))
    }

    /// A name that is bound in exactly this scope.
    pub(crate) fn own(&self, name: &str, scope: ScopeId) -> Option<&Binding<'a, 't>> {
        self.scopes[scope.index()]
            .names
            .get(name)
            .map(|id| &self.bindings[id.0])
    }

    /// The names of a scope, sorted.
    pub(crate) fn names(&self, scope: ScopeId) -> impl Iterator<Item = (&'t str, &Binding<'a, 't>)> {
        self.scopes[scope.index()]
            .names
            .iter()
            .map(|(name, id)| (*name, &self.bindings[id.0]))
    }

    /// How often a name stands in an expression, whatever it means there.
    pub(crate) fn mentions(&self, name: &str) -> u32 {
        self.mentions.get(name).copied().unwrap_or(0)
    }

    /// The functions that are called by their plain name, each with its calls.
    pub(crate) fn called_functions(&self) -> impl Iterator<Item = (&'a Function<'t>, &[CallSite<'a, 't>])> {
        self.calls.iter().filter_map(|(scope, sites)| {
            let function = self.scopes[scope.index()].function?;
            Some((function, sites.as_slice()))
        })
    }

    /// The calls of a function by its name.
    pub(crate) fn calls_of(&self, function: &Function<'t>) -> &[CallSite<'a, 't>] {
        self.calls.get(&function.scope).map_or(&[], Vec::as_slice)
    }
}
