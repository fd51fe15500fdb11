//! Keys of what a handler is given: of the message, of the request's body, of the parameters of its path and query.
//!
//! Only where the expression surely is the input: the handler's first parameter, a part of it, or a name that is bound
//! to such a part above the cursor.

use banister_grammars::Language;
use banister_grammars::facts::{Dialect, StepKind};

use super::Asked;
use super::cursor::{Cursor, is_word};
use super::pattern::Pattern;
use super::proposals::Proposals;
use super::spot::Spot;
use crate::features::fields::fields;
use crate::features::{Completion, CompletionKind};
use crate::index::Index;
use crate::project::Step;

/// Names that are bound through more names than this are not followed.
pub(super) const MAX_NAMES: usize = 4;

pub(super) fn completion(asked: &Asked<'_, '_>) -> Option<Vec<Completion>> {
    let Asked {
        index,
        file,
        cursor,
        spot,
    } = *asked;
    let step = index.step(file)?;
    let handler = Handler::of(cursor)?;
    let mut proposals = Proposals::new(cursor);
    let mut taken = Vec::new();
    let path = match *spot {
        // The type of the handler tells TypeScript's own server the members.
        Spot::Member { .. } | Spot::Key { .. } if has_types(step) => return None,
        // Its dictionaries have no members.
        Spot::Member { .. } if cursor.language == Language::Python => return None,
        Spot::Member { receiver } => handler.resolve(receiver, MAX_NAMES)?,
        Spot::Subscript { receiver } => {
            if cursor.language == Language::Ruby && cursor.text.contains("[:") {
                proposals = proposals.with_symbols();
            }
            handler.resolve(receiver, MAX_NAMES)?
        }
        Spot::Argument { number, .. } => argument(cursor, number, &handler)?,
        Spot::Key { level } if cursor.language.is_script() => {
            proposals = proposals.with_names();
            let pattern = Pattern::at(cursor, level)?;
            taken = pattern.taken;
            let mut path = handler.resolve(pattern.value, MAX_NAMES)?;
            path.extend(pattern.path.into_iter().map(str::to_owned));
            path
        }
        _ => return None,
    };
    let is_taken = |name: &str| taken.contains(&name);
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    if step.kind()? != StepKind::Api {
        schema_keys(index, step, &path, &is_taken, &mut proposals)?;
        return Some(proposals.finish());
    }
    let is_newer = step.dialect() == Dialect::V1;
    // What the handlers of 1.0 are given has the request in it.
    let path = match path.as_slice() {
        ["request", rest @ ..] if is_newer => rest,
        [] if is_newer => return None,
        path => path,
    };
    // TypeScript's own server knows the members of the request.
    let is_typed = cursor.language == Language::TypeScript && matches!(spot, Spot::Member { .. });
    match path {
        [] if !is_typed => {
            for part in ["body", "pathParams", "queryParams", "headers"] {
                if !is_taken(part) {
                    proposals.text(part, CompletionKind::Key, "of the request");
                }
            }
        }
        ["body", rest @ ..] => schema_keys(index, step, rest, &is_taken, &mut proposals)?,
        ["pathParams" | "path_params"] => {
            for name in path_params(step.path()?) {
                proposals.text(name, CompletionKind::Field, "of the path");
            }
        }
        ["queryParams" | "query_params"] => {
            for trigger in &step.fact()?.triggers {
                for name in trigger.query.iter().filter_map(|name| name.text.known()) {
                    proposals.text(name, CompletionKind::Field, "of the query");
                }
            }
        }
        _ => return None,
    }
    Some(proposals.finish())
}

/// The names of the parameters of a route: `id` of `/orders/:id?`.
pub(in crate::features) fn path_params(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|part| part.strip_prefix(':'))
        .map(|name| name.trim_end_matches('?'))
}

fn schema_keys(
    index: &Index,
    step: &Step,
    path: &[&str],
    is_taken: &dyn Fn(&str) -> bool,
    proposals: &mut Proposals,
) -> Option<()> {
    let (_, schema) = index.only_input_schema(step)?;
    let found = fields(&schema.output(), path);
    for field in found.iter().filter(|field| !is_taken(&field.name)) {
        let (detail, docs) = (field.detail(), field.documentation());
        proposals.described(&field.name, CompletionKind::Field, &detail, docs);
    }
    (!found.is_empty()).then_some(())
}

/// The path of the object whose key is an argument of `get`, `fetch`, `pop` or, at any depth, `dig`.
fn argument(cursor: &Cursor<'_>, number: usize, handler: &Handler<'_>) -> Option<Vec<String>> {
    let frame = cursor.frames.last()?;
    let call = cursor.outside(frame);
    let receiver = |method: &str| call.strip_suffix(method)?.strip_suffix('.');
    if number == 0 {
        let receiver = ["get", "dig", "fetch", "pop"].into_iter().find_map(receiver)?;
        return handler.resolve(receiver, MAX_NAMES);
    }
    let mut path = handler.resolve(receiver("dig")?, MAX_NAMES)?;
    let before = cursor.text.get(frame.at + 1..frame.item.checked_sub(1)?)?;
    for key in before.split(',') {
        path.push(plain_key(key)?);
    }
    Some(path)
}

fn has_types(step: &Step) -> bool {
    step.language == Language::TypeScript && step.facts().handling.declared.is_some()
}

/// A parameter of the handler above the cursor: its first one, unless another is asked for.
pub(super) struct Handler<'t> {
    /// The text from the handler's first parameter up to the cursor.
    body: &'t str,
    /// The name of the parameter.
    name: Option<&'t str>,
    /// What it is taken apart into: key and local name.
    keys: Vec<(&'t str, &'t str)>,
    /// The type that stands behind it.
    annotation: Option<&'t str>,
}

impl<'t> Handler<'t> {
    fn of(cursor: &Cursor<'t>) -> Option<Self> {
        Self::at(cursor, 0)
    }

    /// The parameter at `place`, counted from nought.
    pub(super) fn at(cursor: &Cursor<'t>, place: usize) -> Option<Self> {
        let above = cursor.text.get(..cursor.start())?;
        let mut ends = above.rmatch_indices("handler").filter(|(at, word)| {
            let is_whole = |ch: char| !is_word(ch);
            above[..*at].ends_with(is_whole) && above[at + word.len()..].starts_with(is_whole)
        });
        let (at, word) = ends.next()?;
        let rest = &above[at + word.len()..];
        let open = rest.find('(')?;
        let body = &rest[open + 1..];
        let mut parameters = body;
        for _ in 0..place {
            parameters = parameters[first_item(parameters).len()..].strip_prefix(',')?;
        }
        let own = first_item(parameters).trim();
        if let Some(inner) = own.strip_prefix('{') {
            let end = inner.find('}')?;
            return Some(Self {
                body,
                name: None,
                keys: bindings(&inner[..end]),
                annotation: inner[end + 1..].trim().strip_prefix(':').map(str::trim),
            });
        }
        let end = own.find(|ch| !is_word(ch)).unwrap_or(own.len());
        Some(Self {
            body,
            name: (end > 0).then(|| &own[..end]),
            keys: Vec::new(),
            annotation: own[end..].trim().strip_prefix(':').map(str::trim),
        })
    }

    /// True if a type tells the language's own server what the parameter is.
    pub(super) fn is_typed(&self, language: Language) -> bool {
        let annotation = self.annotation.filter(|_| language != Language::Ruby);
        annotation.is_some_and(|annotation| !annotation.to_ascii_lowercase().starts_with("any"))
    }

    /// The path into the input that the expression at the end of `text` reads.
    pub(super) fn resolve(&self, text: &str, names: usize) -> Option<Vec<String>> {
        let (name, mut path) = chain(text)?;
        path.reverse();
        if self.name == Some(name) {
            return Some(path);
        }
        let mut whole = match self.keys.iter().find(|(_, local)| *local == name) {
            Some((key, _)) => vec![(*key).to_owned()],
            None => self.binding(name, names.checked_sub(1)?)?,
        };
        whole.append(&mut path);
        Some(whole)
    }

    /// The path that the last binding of a name above the cursor has.
    fn binding(&self, name: &str, names: usize) -> Option<Vec<String>> {
        self.body.lines().rev().find_map(|line| {
            let (left, right) = line.split_once('=')?;
            if right.starts_with(['=', '>', '~']) || left.ends_with(['!', '<', '>', '+', '-', '|', '?']) {
                return None;
            }
            let left = left.trim();
            let left = ["const ", "let ", "var "]
                .iter()
                .find_map(|word| left.strip_prefix(word))
                .unwrap_or(left)
                .trim();
            let right = value(right);
            if let Some(keys) = left.strip_prefix('{') {
                let keys = bindings(keys.split('}').next().unwrap_or(keys));
                let (key, _) = keys.iter().find(|(_, local)| *local == name)?;
                let mut path = self.resolve(right, names)?;
                path.push((*key).to_owned());
                return Some(path);
            }
            let end = left.find(|ch| !is_word(ch)).unwrap_or(left.len());
            let is_it = &left[..end] == name && !left[end..].starts_with(['.', '[', '(']);
            is_it.then(|| self.resolve(right, names)).flatten()
        })
    }
}

/// An expression without what surrounds it: `await`, a fallback, a type.
pub(super) fn value(text: &str) -> &str {
    let mut text = text.trim().trim_end_matches(';').trim();
    for word in [" || ", " ?? ", " or ", " as ", " satisfies ", " # ", " // "] {
        text = text.split(word).next().unwrap_or(text).trim();
    }
    text.strip_prefix("await ").unwrap_or(text)
}

/// Keys with their local names: `{ a, b: c, d = 1 }`.
pub(super) fn bindings(inner: &str) -> Vec<(&str, &str)> {
    let parts = inner.split(',').filter_map(|part| {
        let part = part.split('=').next()?.trim();
        let (key, local) = part.split_once(':').unwrap_or((part, part));
        let (key, local) = (key.trim(), local.trim());
        (!key.is_empty() && local.chars().all(is_word)).then_some((key, local))
    });
    parts.collect()
}

/// The text up to the first comma or bracket that ends the first parameter.
fn first_item(text: &str) -> &str {
    let mut depth = 0_usize;
    let end = text.char_indices().find(|(_, ch)| match ch {
        '(' | '[' | '{' => {
            depth += 1;
            false
        }
        ')' | ']' | '}' if depth > 0 => {
            depth -= 1;
            false
        }
        ',' | ')' => depth == 0,
        _ => false,
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// The name that the expression at the end of `text` starts with, and what is read off it, last first.
fn chain(text: &str) -> Option<(&str, Vec<String>)> {
    let mut rest = text;
    let mut path = Vec::new();
    loop {
        rest = rest.trim_end_matches(['!', '?', '&']);
        if let Some(inner) = rest.strip_suffix(']') {
            let open = opening(inner, '[', ']')?;
            path.push(plain_key(&inner[open + 1..])?);
            rest = inner[..open].trim_end_matches("?.");
            continue;
        }
        if let Some(inner) = rest.strip_suffix(')') {
            let open = opening(inner, '(', ')')?;
            let (callee, arguments) = (&inner[..open], &inner[open + 1..]);
            let object = [".get", ".dig", ".fetch"]
                .iter()
                .find_map(|method| callee.strip_suffix(method));
            if let Some(object) = object {
                path.push(plain_key(first_item(arguments))?);
                rest = object;
                continue;
            }
            // `(req.body as any)`, `(data.get("a") or {})`
            if callee.ends_with(|ch: char| is_word(ch)) {
                return None;
            }
            let (name, mut inner) = chain(value(arguments))?;
            path.append(&mut inner);
            return Some((name, path));
        }
        let start = rest.len() - (rest.len() - rest.trim_end_matches(is_word).len());
        let name = &rest[start..];
        if name.is_empty() {
            return None;
        }
        match rest[..start].strip_suffix('.') {
            Some(object) => {
                path.push(name.to_owned());
                rest = object;
            }
            None => return Some((name, path)),
        }
    }
}

/// Where the bracket opens that stands behind `text`.
fn opening(text: &str, opener: char, closer: char) -> Option<usize> {
    let mut depth = 0_usize;
    let found = text.char_indices().rev().find(|(_, ch)| {
        if *ch == closer {
            depth += 1;
        } else if *ch == opener {
            if depth == 0 {
                return true;
            }
            depth -= 1;
        }
        false
    });
    found.map(|(at, _)| at)
}

/// The key of a literal index: `'id'`, `:id`; any number is an item.
fn plain_key(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(symbol) = text.strip_prefix(':') {
        return symbol.chars().all(is_word).then(|| symbol.to_owned());
    }
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some("[]".to_owned());
    }
    let quote = text.chars().next().filter(|ch| matches!(ch, '\'' | '"'))?;
    let inside = text[1..].strip_suffix(quote)?;
    (!inside.contains(quote)).then(|| inside.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(expression: &str) -> Option<String> {
        let (name, mut path) = chain(expression)?;
        path.push(name.to_owned());
        path.reverse();
        Some(path.join("/"))
    }

    #[test]
    fn expressions_of_every_language_are_read() {
        for (expression, expected) in [
            ("x = req.body.user", "req/body/user"),
            ("f(req?.body!", "req/body"),
            ("req['body'][\"user\"]", "req/body/user"),
            ("req.get(\"body\", {}).get('user')", "req/body/user"),
            ("input[:user][0]", "input/user/[]"),
            ("input&.user", "input/user"),
            ("(req.body as any)", "req/body"),
            ("(data.get('a') or {})", "data/a"),
        ] {
            assert_eq!(path(expression).as_deref(), Some(expected), "{expression}");
        }
        for expression in ["f(x)", "x[i]", "'text'", ""] {
            assert_eq!(path(expression), None, "{expression}");
        }
    }
}
