//! The pass that fills the scopes: it declares every name, and applies what may refer to later declarations at its end.

use std::collections::BTreeMap;

use crate::ast::{
    Bind, BindMode, Body, Call, Class, Expr, ExprKind, Function, Module, Pattern, PatternEntry, ScopeId,
    Statement,
};
use crate::text::Span;

use super::{Binding, BindingId, CallSite, Def, KeyWrite, Path, Scope, Scopes, Step};

/// One pass that declares; what may refer to later declarations waits until its end.
struct Binder<'a, 't> {
    scopes: Scopes<'a, 't>,
    writes: Vec<(&'a Bind<'t>, ScopeId)>,
    calls: Vec<CallSite<'a, 't>>,
    /// The lists whose items an inline function is called with, by the function's scope.
    lists: BTreeMap<ScopeId, (&'a Expr<'t>, ScopeId)>,
}

/// The scopes of a module with all that is bound in them.
pub(super) fn bind<'a, 't>(module: &'a Module<'t>) -> Scopes<'a, 't> {
    let scopes = Scopes {
        scopes: (0..module.scopes).map(|_| Scope::default()).collect(),
        bindings: Vec::new(),
        calls: BTreeMap::new(),
        mentions: BTreeMap::new(),
        language: module.language,
    };
    let mut binder = Binder {
        scopes,
        writes: Vec::new(),
        calls: Vec::new(),
        lists: BTreeMap::new(),
    };
    for (index, import) in module
        .imports
        .iter()
        .enumerate()
        .filter(|(_, import)| import.declares)
    {
        for (name, local) in &import.names {
            binder.define(ScopeId::MODULE, local, Def::Import { index, name });
        }
    }
    binder.body(&module.body, ScopeId::MODULE);
    binder.finish()
}

impl<'a, 't> Binder<'a, 't> {
    fn define(&mut self, scope: ScopeId, name: &'t str, def: Def<'a, 't>) {
        let next = BindingId(self.scopes.bindings.len());
        let id = *self.scopes.scopes[scope.index()]
            .names
            .entry(name)
            .or_insert(next);
        if id == next {
            self.scopes.bindings.push(Binding::default());
        }
        self.scopes.bindings[id.0].defs.push(def);
    }

    fn open(&mut self, scope: ScopeId, parent: ScopeId) {
        self.scopes.scopes[scope.index()].parent = Some(parent);
    }

    fn body(&mut self, body: &'a Body<'t>, around: ScopeId) {
        let scope = body.scope.unwrap_or(around);
        if scope != around {
            self.open(scope, around);
        }
        self.statements(&body.statements, scope);
    }

    fn statements(&mut self, statements: &'a [Statement<'t>], scope: ScopeId) {
        for statement in statements {
            match statement {
                Statement::Bind(bind) => self.bind(bind, scope),
                Statement::Expr(expr) | Statement::Return(Some(expr)) => self.expr(expr, scope),
                Statement::Return(None) => {}
                Statement::Function(function) => {
                    if let Some(name) = function.name {
                        self.define(scope, name.text, Def::Function(function));
                    }
                    self.function(function, scope);
                }
                Statement::Class(class) => self.class(class, scope),
                Statement::Nested(nested) => {
                    nested.heads.iter().for_each(|head| self.expr(head, scope));
                    nested.bodies.iter().for_each(|body| self.body(body, scope));
                }
            }
        }
    }

    fn function(&mut self, function: &'a Function<'t>, around: ScopeId) {
        let scope = function.scope;
        self.open(scope, around);
        self.scopes.scopes[scope.index()].function = Some(function);
        for (index, param) in function.params.iter().enumerate() {
            let source = match self.lists.get(&scope) {
                Some((list, scope)) if index == 0 => Source::Item { list, scope: *scope },
                _ => Source::Param { function, index },
            };
            self.pattern(&param.pattern, source, scope, &mut Vec::new());
            if let Some(default) = &param.default {
                self.expr(default, scope);
            }
        }
        self.body(&function.body, scope);
    }

    fn class(&mut self, class: &'a Class<'t>, around: ScopeId) {
        if let Some(name) = class.name {
            self.define(around, name.text, Def::Class(class));
        }
        self.open(class.scope, around);
        self.scopes.scopes[class.scope.index()].is_class = true;
        class.bases.iter().for_each(|base| self.expr(base, around));
        self.statements(&class.body, class.scope);
    }

    fn bind(&mut self, bind: &'a Bind<'t>, scope: ScopeId) {
        if let Some(value) = &bind.value {
            self.expr(value, scope);
        }
        if let Pattern::Place(place) = &bind.pattern {
            self.expr(place, scope);
        }
        let declare_in = match bind.mode {
            BindMode::Block => scope,
            BindMode::Function => self.function_scope(scope),
            BindMode::Assign => {
                self.writes.push((bind, scope));
                return;
            }
        };
        let source = Source::Value {
            value: bind.value.as_ref(),
            scope,
        };
        self.pattern(&bind.pattern, source, declare_in, &mut Vec::new());
        if has_place(&bind.pattern) {
            self.writes.push((bind, scope));
        }
    }

    /// The scope in which an assignment declares: blocks of code and Ruby's blocks see the function around them.
    fn function_scope(&self, scope: ScopeId) -> ScopeId {
        let mut here = scope;
        loop {
            let at = &self.scopes.scopes[here.index()];
            let is_boundary = at.is_class || at.function.is_some_and(|function| !function.is_block);
            match at.parent {
                Some(parent) if !is_boundary => here = parent,
                _ => return here,
            }
        }
    }

    fn pattern(
        &mut self,
        pattern: &'a Pattern<'t>,
        source: Source<'a, 't>,
        scope: ScopeId,
        path: &mut Path<'a>,
    ) {
        match pattern {
            Pattern::Name(name) => self.define(scope, name.text, source.def(path)),
            Pattern::Object(entries) => {
                for entry in entries {
                    let (step, pattern, default) = match entry {
                        PatternEntry::Key {
                            key,
                            pattern,
                            default,
                            ..
                        } => (Step::Key(key.as_ref()), pattern, default.as_ref()),
                        PatternEntry::Rest(pattern) => (Step::Lost, pattern, None),
                    };
                    path.push(step);
                    if let Some(default) = default {
                        self.expr(default, scope);
                        path.push(Step::Lost);
                    }
                    self.pattern(pattern, source, scope, path);
                    path.truncate(path.len() - 1 - usize::from(default.is_some()));
                }
            }
            Pattern::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    if let Some(item) = item {
                        path.push(Step::Item(at));
                        self.pattern(item, source, scope, path);
                        path.pop();
                    }
                }
            }
            Pattern::Rest(inner) => {
                path.push(Step::Lost);
                self.pattern(inner, source, scope, path);
                path.pop();
            }
            Pattern::Place(_) | Pattern::Unknown => {}
        }
    }

    fn expr(&mut self, expr: &'a Expr<'t>, scope: ScopeId) {
        match &expr.kind {
            ExprKind::Function(function) => {
                // A Ruby method may stand where an expression does: `private def total`.
                if let Some(name) = function.name {
                    self.define(scope, name.text, Def::Function(function));
                }
                self.function(function, scope);
            }
            ExprKind::Name(name) => *self.scopes.mentions.entry(name).or_insert(0) += 1,
            ExprKind::Class(class) => self.class(class, scope),
            ExprKind::Assign(bind) => self.bind(bind, scope),
            ExprKind::Compound(nested) => {
                nested.heads.iter().for_each(|head| self.expr(head, scope));
                nested.bodies.iter().for_each(|body| self.body(body, scope));
            }
            ExprKind::Call(call) => {
                self.calls.push(CallSite { call, scope });
                self.note_list(call, scope);
                expr.each_part(&mut |part| self.expr(part, scope));
            }
            _ => expr.each_part(&mut |part| self.expr(part, scope)),
        }
    }

    /// `topics.map((topic) => …)` calls its function with the items of the list.
    fn note_list(&mut self, call: &'a Call<'t>, scope: ScopeId) {
        let ExprKind::Member(member) = &call.callee.kind else {
            return;
        };
        let iterates = matches!(
            member.name,
            "map"
                | "forEach"
                | "flatMap"
                | "filter"
                | "find"
                | "some"
                | "every"
                | "each"
                | "each_with_index"
                | "select"
        );
        for arg in call.args.iter().filter(|_| iterates) {
            if let ExprKind::Function(function) = &arg.kind {
                self.lists.insert(function.scope, (&member.object, scope));
            }
        }
    }

    fn finish(mut self) -> Scopes<'a, 't> {
        for (bind, scope) in std::mem::take(&mut self.writes) {
            self.write(&bind.pattern, bind.value.as_ref(), scope);
        }
        for site in std::mem::take(&mut self.calls) {
            self.call(site);
        }
        self.scopes
    }

    /// An assignment to something that is declared elsewhere.
    fn write(&mut self, pattern: &'a Pattern<'t>, value: Option<&'a Expr<'t>>, scope: ScopeId) {
        match pattern {
            Pattern::Name(name) => {
                let def = match value {
                    Some(value) => Def::Value {
                        value,
                        path: Vec::new(),
                        scope,
                    },
                    None => Def::Unknown,
                };
                match self.scopes.find(name.text, scope) {
                    Some(id) => self.scopes.bindings[id.0].defs.push(def),
                    // An implicit global of the module.
                    None => self.define(ScopeId::MODULE, name.text, def),
                }
            }
            Pattern::Place(place) => self.write_place(place, value, scope),
            Pattern::Object(entries) => {
                for entry in entries {
                    let (PatternEntry::Key { pattern, .. } | PatternEntry::Rest(pattern)) = entry;
                    self.write(pattern, None, scope);
                }
            }
            Pattern::Array(items) => items
                .iter()
                .flatten()
                .for_each(|item| self.write(item, None, scope)),
            Pattern::Rest(inner) => self.write(inner, None, scope),
            Pattern::Unknown => {}
        }
    }

    fn write_place(&mut self, place: &'a Expr<'t>, value: Option<&'a Expr<'t>>, scope: ScopeId) {
        let Some((root, key, is_direct)) = written_key(place) else {
            return;
        };
        let Some(id) = self.scopes.find(root, scope) else {
            return;
        };
        let binding = &mut self.scopes.bindings[id.0];
        match key {
            Some((key, span)) => {
                let value = value.filter(|_| is_direct).map(|value| (value, scope));
                binding.keys.push(KeyWrite { key, span, value });
            }
            None => binding.opened = true,
        }
    }

    fn call(&mut self, site: CallSite<'a, 't>) {
        let Some(name) = site.call.callee.uncast().as_name() else {
            return self.mutating_call(site);
        };
        let Some(binding) = self.scopes.lookup(name, site.scope) else {
            return;
        };
        let function = match binding.defs.as_slice() {
            [Def::Function(function)] => function,
            [Def::Value { value, path, .. }] if path.is_empty() => match &value.uncast().kind {
                ExprKind::Function(function) => function.as_ref(),
                _ => return,
            },
            _ => return,
        };
        self.scopes.calls.entry(function.scope).or_default().push(site);
    }

    /// `order.update(…)`, `Object.assign(order, …)`: the object has more keys than its literal says.
    fn mutating_call(&mut self, site: CallSite<'a, 't>) {
        let ExprKind::Member(member) = &site.call.callee.kind else {
            return;
        };
        let changed = match (member.object.as_name(), member.name) {
            (Some("Object"), "assign" | "defineProperty") => site.call.args.first(),
            (_, name) if MUTATING.contains(&name) => Some(&member.object),
            _ => None,
        };
        let Some(changed) = changed else { return };
        match changed.as_name() {
            Some(name) => {
                if let Some(id) = self.scopes.find(name, site.scope) {
                    self.scopes.bindings[id.0].opened = true;
                }
            }
            // `config.emits.push(…)` changes what stands at a key.
            None => self.write_place(changed, None, site.scope),
        }
    }
}

/// Methods that change what they are called on.
const MUTATING: [&str; 18] = [
    "update",
    "setdefault",
    "pop",
    "popitem",
    "clear",
    "push",
    "unshift",
    "splice",
    "append",
    "extend",
    "insert",
    "merge!",
    "store",
    "delete",
    "reject!",
    "select!",
    "compact!",
    "transform_values!",
];

/// Where the names of a pattern come from.
#[derive(Clone, Copy)]
enum Source<'a, 't> {
    Value {
        value: Option<&'a Expr<'t>>,
        scope: ScopeId,
    },
    Param {
        function: &'a Function<'t>,
        index: usize,
    },
    Item {
        list: &'a Expr<'t>,
        scope: ScopeId,
    },
}

impl<'a, 't> Source<'a, 't> {
    fn def(self, path: &Path<'a>) -> Def<'a, 't> {
        match self {
            Source::Value {
                value: Some(value),
                scope,
            } => Def::Value {
                value,
                path: path.clone(),
                scope,
            },
            Source::Value { value: None, .. } => Def::Unknown,
            Source::Item { list, scope } => Def::Item {
                list,
                path: path.clone(),
                scope,
            },
            Source::Param { function, index } => Def::Param {
                function,
                index,
                path: path.clone(),
            },
        }
    }
}

fn has_place(pattern: &Pattern<'_>) -> bool {
    match pattern {
        Pattern::Place(_) => true,
        Pattern::Array(items) => items.iter().flatten().any(has_place),
        _ => false,
    }
}

/// A key as it is written, and where.
type WrittenKey<'a> = Option<(&'a str, Span)>;

/// The root name of `x.key…`, its key if that is known, and whether the key itself is written (not something in it).
fn written_key<'a, 't>(place: &'a Expr<'t>) -> Option<(&'t str, WrittenKey<'a>, bool)> {
    let mut here = place;
    loop {
        let (object, key) = match &here.kind {
            ExprKind::Member(member) => (&member.object, Some((member.name, member.name_span))),
            ExprKind::Index(index) => match &index.1.kind {
                ExprKind::Text { value, inner } => (&index.0, Some((value.as_ref(), *inner))),
                _ => (&index.0, None),
            },
            ExprKind::Cast(cast) => {
                here = &cast.value;
                continue;
            }
            _ => return None,
        };
        if let Some(root) = object.uncast().as_name() {
            return Some((root, key, std::ptr::eq(here, place)));
        }
        here = object;
    }
}
