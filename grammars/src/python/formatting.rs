//! The two older ways to fill a text: `'%s.done' % x` and `'{}.done'.format(x)`, as templates with holes. What is not
//! a plain hole (a width, a conversion, a name used twice) leaves the call as it is.

use std::borrow::Cow;

use crate::ast::{Call, Entry, Expr, ExprKind, Piece};

/// `'…'.format(…)` as a template; the call itself if the text has other holes than plain ones.
pub(super) fn format_call(call: Call<'_>) -> ExprKind<'_> {
    match format_holes(&call) {
        Some(holes) => fill(holes, call.args.into_iter().flat_map(arguments).collect()),
        None => ExprKind::Call(Box::new(call)),
    }
}

/// `'…' % value` or `'…' % (a, b)` as a template; both sides again if it is not one.
pub(super) fn percent<'t>(left: Expr<'t>, right: Expr<'t>) -> Result<ExprKind<'t>, Vec<Expr<'t>>> {
    let holes = left.as_text().and_then(percent_holes);
    let count = match &right.kind {
        ExprKind::List(items) => items.len(),
        _ => 1,
    };
    match holes {
        Some(holes) if holes.iter().filter(|hole| matches!(hole, Hole::Value(_))).count() == count => {
            let values = match right.kind {
                ExprKind::List(items) => items,
                kind => vec![Expr::new(right.span, kind)],
            };
            Ok(fill(holes, values))
        }
        _ => Err(vec![left, right]),
    }
}

/// A part of a template.
enum Hole {
    Text(String),
    /// The value at this place.
    Value(usize),
}

fn fill<'t>(holes: Vec<Hole>, values: Vec<Expr<'t>>) -> ExprKind<'t> {
    let mut values: Vec<Option<Expr<'t>>> = values.into_iter().map(Some).collect();
    let piece = |hole| match hole {
        Hole::Text(text) => Some(Piece::Text(Cow::Owned(text))),
        Hole::Value(at) => values.get_mut(at).and_then(Option::take).map(Piece::Hole),
    };
    ExprKind::Template(holes.into_iter().filter_map(piece).collect())
}

/// The values of an argument: those of all keywords, or itself.
fn arguments(arg: Expr<'_>) -> Vec<Expr<'_>> {
    match arg.kind {
        ExprKind::Object(entries) => entries
            .into_iter()
            .map(|entry| match entry {
                Entry::Pair { value, .. } | Entry::Spread(value) | Entry::Computed { value, .. } => value,
            })
            .collect(),
        kind => vec![Expr::new(arg.span, kind)],
    }
}

/// The holes of the text that `format` is called on, if every argument fills exactly one.
fn format_holes(call: &Call<'_>) -> Option<Vec<Hole>> {
    let ExprKind::Member(member) = &call.callee.kind else {
        return None;
    };
    let text = member.object.as_text().filter(|_| member.name == "format")?;
    let positional = call.positional();
    if positional
        .iter()
        .any(|arg| matches!(arg.kind, ExprKind::Spread(_) | ExprKind::Object(_)))
    {
        return None;
    }
    let mut names: Vec<String> = (0..positional.len()).map(|at| at.to_string()).collect();
    if let Some(ExprKind::Object(entries)) = call.args.last().filter(|_| call.keywords).map(|arg| &arg.kind) {
        for entry in entries {
            let Entry::Pair { key, .. } = entry else {
                return None;
            };
            names.push(key.clone().into_owned());
        }
    }
    let (mut holes, mut filled, mut rest) = (Vec::new(), Vec::new(), text);
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, after) = behind.split_once('}')?;
        let at = match name {
            "" => filled.len(),
            name => names.iter().position(|known| known == name)?,
        };
        // `{{` is a brace, and a value cannot stand in two places.
        if before.contains('}') || filled.contains(&at) || at >= names.len() {
            return None;
        }
        filled.push(at);
        holes.push(Hole::Text(before.to_owned()));
        holes.push(Hole::Value(at));
        rest = after;
    }
    if rest.contains('}') || filled.len() != names.len() {
        return None;
    }
    holes.push(Hole::Text(rest.to_owned()));
    Some(holes)
}

fn percent_holes(text: &str) -> Option<Vec<Hole>> {
    let (mut holes, mut count, mut rest) = (Vec::new(), 0, text);
    while let Some((before, behind)) = rest.split_once('%') {
        rest = behind.strip_prefix('s').or_else(|| behind.strip_prefix('d'))?;
        holes.push(Hole::Text(before.to_owned()));
        holes.push(Hole::Value(count));
        count += 1;
    }
    holes.push(Hole::Text(rest.to_owned()));
    Some(holes)
}
