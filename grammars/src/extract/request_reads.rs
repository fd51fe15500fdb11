//! The headers and query parameters that a module asks a request for, in its handler, in middleware and in helpers that
//! are given the request. Those who make requests up want every name that may matter: here names count for what they
//! usually mean, and one too many does no harm.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::ast::{
    Bind, Body, Call, Class, Expr, ExprKind, Function, Nested, Param, Pattern, PatternEntry, ScopeId,
    Statement,
};
use crate::language::Language;
use crate::lower::lower;
use crate::model::Model;
use crate::parse::parse;
use crate::scope::{Def, Path, Step};

use super::handed::{is_own_member, looked_up};

/// What a module asks requests for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestReads {
    /// Names of headers, lower-case.
    pub headers: BTreeSet<String>,
    /// Names of query parameters.
    pub query: BTreeSet<String>,
}

/// A part of a request that has names of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Headers,
    Query,
}

/// Reads them off `text`; nothing of a text that cannot be parsed.
pub fn request_reads(language: Language, text: &str) -> RequestReads {
    let Some(tree) = parse(language, text, None) else {
        return RequestReads::default();
    };
    let module = lower(language, &tree, text);
    let model = Model::of(&module);
    let handler = model.find_handler().map(|handler| handler.function.scope);
    let mut walk = Walk {
        model: &model,
        handler,
        found: RequestReads::default(),
    };
    walk.body(&module.body, ScopeId::MODULE);
    walk.found
}

struct Walk<'m, 'a, 't> {
    model: &'m Model<'a, 't>,
    /// The scope of the handler, which is the function itself.
    handler: Option<ScopeId>,
    found: RequestReads,
}

impl<'a, 't> Walk<'_, 'a, 't> {
    fn body(&mut self, body: &'a Body<'t>, around: ScopeId) {
        let scope = body.scope.unwrap_or(around);
        for statement in &body.statements {
            self.statement(statement, scope);
        }
    }

    fn statement(&mut self, statement: &'a Statement<'t>, scope: ScopeId) {
        match statement {
            Statement::Bind(bind) => self.bind(bind, scope),
            Statement::Expr(expr) | Statement::Return(Some(expr)) => self.expr(expr, scope),
            Statement::Return(None) => {}
            Statement::Function(function) => self.function(function),
            Statement::Class(class) => self.class(class, scope),
            Statement::Nested(nested) => self.nested(nested, scope),
        }
    }

    fn nested(&mut self, nested: &'a Nested<'t>, scope: ScopeId) {
        nested.heads.iter().for_each(|head| self.expr(head, scope));
        nested.bodies.iter().for_each(|body| self.body(body, scope));
    }

    fn class(&mut self, class: &'a Class<'t>, scope: ScopeId) {
        class.bases.iter().for_each(|base| self.expr(base, scope));
        class
            .body
            .iter()
            .for_each(|statement| self.statement(statement, class.scope));
    }

    fn function(&mut self, function: &'a Function<'t>) {
        for (index, param) in function.params.iter().enumerate() {
            if let Some(default) = &param.default {
                self.expr(default, function.scope);
            }
            if let Pattern::Object(entries) = &param.pattern
                && index == 0
            {
                // A context that is taken apart has no key of these names.
                self.taken_apart(entries, None);
            }
        }
        self.body(&function.body, function.scope);
    }

    fn bind(&mut self, bind: &'a Bind<'t>, scope: ScopeId) {
        if let Pattern::Place(place) = &bind.pattern {
            place.each_part(&mut |part| self.expr(part, scope));
        }
        let Some(value) = &bind.value else { return };
        self.expr(value, scope);
        if let Pattern::Object(entries) = &bind.pattern {
            match self.part(value, scope) {
                Some(part) => self.taken_apart(entries, Some(part)),
                None if self.is_request(value, scope) => self.taken_apart(entries, None),
                None => {}
            }
        }
    }

    /// The names in a pattern for a part of a request, or for the whole of it.
    fn taken_apart(&mut self, entries: &'a [PatternEntry<'t>], of: Option<Part>) {
        for entry in entries {
            let PatternEntry::Key { key, pattern, .. } = entry else {
                continue;
            };
            match of {
                Some(part) => self.note(part, key),
                None => {
                    let part = part_named(key);
                    if let Pattern::Object(inner) = pattern
                        && (part.is_some() || is_named_request(key))
                    {
                        self.taken_apart(inner, part);
                    }
                }
            }
        }
    }

    fn expr(&mut self, expr: &'a Expr<'t>, scope: ScopeId) {
        match &expr.kind {
            ExprKind::Function(function) => self.function(function),
            ExprKind::Class(class) => self.class(class, scope),
            ExprKind::Assign(bind) => self.bind(bind, scope),
            ExprKind::Compound(nested) => self.nested(nested, scope),
            _ => {
                if let Some((object, key)) = self.key_of(expr)
                    && let Some(part) = self.part(object, scope)
                {
                    self.note(part, &key);
                }
                if let ExprKind::Call(call) = &expr.kind {
                    self.asked_through_a_helper(call, scope);
                    self.dug_for(call, scope);
                }
                expr.each_part(&mut |part| self.expr(part, scope));
            }
        }
    }

    /// `getHeader(req, 'x-api-key')`
    fn asked_through_a_helper(&mut self, call: &'a Call<'t>, scope: ScopeId) {
        let name = match &call.callee.kind {
            ExprKind::Name(name) => name,
            ExprKind::Member(member) => member.name,
            _ => return,
        };
        let part = match name.to_ascii_lowercase() {
            name if name.contains("header") => Part::Headers,
            name if name.contains("query") => Part::Query,
            _ => return,
        };
        let given = call.positional();
        let is_about = |arg: &'a Expr<'t>| self.is_request(arg, scope) || self.part(arg, scope) == Some(part);
        if given.iter().any(is_about) {
            given
                .iter()
                .filter_map(Expr::as_text)
                .for_each(|name| self.note(part, name));
        }
    }

    /// `req.dig(:headers, 'x-api-key')`
    fn dug_for(&mut self, call: &'a Call<'t>, scope: ScopeId) {
        let ExprKind::Member(member) = &call.callee.kind else {
            return;
        };
        let keys: Option<Vec<&str>> = call.positional().iter().map(Expr::as_text).collect();
        let (object, "dig", Some(keys)) = (&member.object, member.name, keys) else {
            return;
        };
        match keys.as_slice() {
            [part, key] if self.is_request(object, scope) => {
                if let Some(part) = part_named(part) {
                    self.note(part, key);
                }
            }
            [key] => {
                if let Some(part) = self.part(object, scope) {
                    self.note(part, key);
                }
            }
            _ => {}
        }
    }

    /// Object and key of `x.key`, `x['key']` and `x.get('key')`.
    fn key_of(&self, expr: &'a Expr<'t>) -> Option<(&'a Expr<'t>, Cow<'a, str>)> {
        match &expr.kind {
            // Elsewhere what stands after the dot is a method.
            ExprKind::Member(member)
                if matches!(self.model.language(), Language::TypeScript | Language::JavaScript)
                    && !is_method(member.name)
                    && !is_own_member(self.model.language(), member.name) =>
            {
                Some((&member.object, Cow::Borrowed(member.name)))
            }
            ExprKind::Index(pair) => Some((&pair.0, Cow::Borrowed(pair.1.as_text()?))),
            ExprKind::Call(call) => {
                let (object, key) = looked_up(call)?;
                Some((object, Cow::Borrowed(key.as_text()?)))
            }
            _ => None,
        }
    }

    /// The part of a request that `expr` is.
    fn part(&self, expr: &'a Expr<'t>, scope: ScopeId) -> Option<Part> {
        match &expr.kind {
            ExprKind::Cast(cast) => self.part(&cast.value, scope),
            ExprKind::Either(pair) => self.part(&pair.0, scope),
            // `dict(req["headers"])`
            ExprKind::Call(call) if matches!(call.callee.kind, ExprKind::Name("dict" | "Hash")) => {
                self.part(call.positional().first()?, scope)
            }
            ExprKind::Name(name) => self.part_bound(name, scope),
            ExprKind::Member(member) => {
                let part = part_named(member.name)?;
                self.is_request(&member.object, scope).then_some(part)
            }
            _ => {
                let (object, key) = self.key_of(expr)?;
                let part = part_named(&key)?;
                self.is_request(object, scope).then_some(part)
            }
        }
    }

    fn part_bound(&self, name: &str, scope: ScopeId) -> Option<Part> {
        let binding = self.model.scopes.lookup(name, scope)?;
        binding.defs.iter().find_map(|def| match def {
            Def::Value { value, path, scope } => match path_keys(path)?.as_slice() {
                [] => self.part(value, *scope),
                [key] => part_named(key).filter(|_| self.is_request(value, *scope)),
                _ => None,
            },
            // A helper is given the headers by that name; a handler takes its request apart.
            Def::Param { path, .. } => match path_keys(path)?.as_slice() {
                [] => part_named(name),
                [.., key] => part_named(key),
            },
            _ => None,
        })
    }

    fn is_request(&self, expr: &'a Expr<'t>, scope: ScopeId) -> bool {
        match &expr.kind {
            ExprKind::Cast(cast) => self.is_request(&cast.value, scope),
            ExprKind::Name(name) => self.is_request_bound(name, scope),
            // `ctx.request.headers`, `req["request"]["headers"]`
            ExprKind::Member(member) => is_named_request(member.name),
            ExprKind::Index(pair) => pair.1.as_text().is_some_and(is_named_request),
            _ => false,
        }
    }

    fn is_request_bound(&self, name: &str, scope: ScopeId) -> bool {
        let Some(binding) = self.model.scopes.lookup(name, scope) else {
            return false;
        };
        binding.defs.iter().any(|def| match def {
            Def::Value { value, path, scope } => match path_keys(path).as_deref() {
                Some([]) => self.is_request(value, *scope),
                Some([.., key]) => is_named_request(key),
                None => false,
            },
            Def::Param {
                function,
                index,
                path,
            } => match path_keys(path).as_deref() {
                Some([]) => {
                    is_named_request(name)
                        || *index == 0 && (self.handler == Some(function.scope) || goes_on(&function.params))
                }
                Some([.., key]) => is_named_request(key),
                None => false,
            },
            _ => false,
        })
    }

    fn note(&mut self, part: Part, name: &str) {
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_graphic());
        match part {
            _ if !is_name => {}
            Part::Headers => {
                self.found.headers.insert(name.to_ascii_lowercase());
            }
            Part::Query => {
                self.found.query.insert(name.to_owned());
            }
        }
    }
}

fn path_keys<'p>(path: &'p Path<'_>) -> Option<Vec<&'p str>> {
    let keys = path.iter().map(|step| match step {
        Step::Key(key) => Some(*key),
        Step::Item(_) | Step::Lost => None,
    });
    keys.collect()
}

fn part_named(key: &str) -> Option<Part> {
    match key {
        "headers" => Some(Part::Headers),
        "queryParams" | "query_params" | "query" => Some(Part::Query),
        _ => None,
    }
}

fn is_named_request(name: &str) -> bool {
    let name = name.trim_start_matches('_');
    matches!(name, "req" | "request" | "input") || name.ends_with("Request") || name.ends_with("_request")
}

/// True of middleware, which takes a way to go on.
fn goes_on(params: &[Param<'_>]) -> bool {
    let mut names = params.iter().skip(1).filter_map(|param| match &param.pattern {
        Pattern::Name(name) => Some(name.text),
        _ => None,
    });
    names.any(|name| name == "next")
}

/// Methods of what holds headers or parameters.
fn is_method(name: &str) -> bool {
    matches!(
        name,
        "get" | "has" | "entries" | "forEach" | "keys" | "values" | "map" | "filter" | "find" | "length"
    )
}

#[cfg(test)]
mod tests;
