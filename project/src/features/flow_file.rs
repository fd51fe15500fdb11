//! Flow tests (`*.flow.yaml`) at the cursor: completion, outline and folding. Names in them are found by the same
//! index as names in code.

mod complete;
mod place;

use banister_grammars::Span;

pub(super) use complete::completion;
pub(super) use place::Place;

use super::{Symbol, SymbolKind};
use crate::flow_source::FlowSource;
use crate::flow_test::{Action, SocketAct};
use crate::index::Index;
use crate::project::Step;
use crate::route::match_path;

/// The tests of a file, each with its actions.
pub(super) fn symbols(flow: &FlowSource) -> Vec<Symbol> {
    let Ok(file) = &flow.parsed else {
        return Vec::new();
    };
    let folds = folds(&flow.text);
    let tests = file.tests.iter().map(|test| {
        let name = test.name.span;
        // The item of the list that the name stands in.
        let item = folds
            .iter()
            .filter(|span| span.contains(name) && flow.text[span.start as usize..].starts_with('-'))
            .min_by_key(|span| span.end - span.start);
        let actions = test.actions().map(|action| {
            let (kind, name) = match &action.value {
                Action::Request { method, target, .. } => (SymbolKind::Route, format!("{method} {target}")),
                Action::Emit { topic, .. } => (SymbolKind::Emits, topic.value.clone()),
                Action::Cron { step } => (SymbolKind::Cron, step.value.clone()),
                Action::Together(_) => (SymbolKind::Cron, "together".to_owned()),
                Action::Advance { ms } => (SymbolKind::Cron, format!("advance {ms} ms")),
                Action::Socket { client, act } => (
                    SymbolKind::Route,
                    match act {
                        SocketAct::Connect { target, .. } => format!("{client} connects to {target}"),
                        SocketAct::Send(_) => format!("{client} sends"),
                        SocketAct::Close(_) => format!("{client} closes"),
                    },
                ),
            };
            Symbol {
                name,
                detail: String::new(),
                kind,
                span: action.span,
                selection: action.span,
                children: Vec::new(),
            }
        });
        Symbol {
            name: test.name.value.clone(),
            detail: String::new(),
            kind: SymbolKind::Test,
            span: item.copied().unwrap_or(name),
            selection: name,
            children: actions.collect(),
        }
    });
    tests.collect()
}

/// The step whose route a request of a flow test goes to, and the request under the cursor.
pub(super) fn routed<'i>(index: &'i Index, text: &str, offset: u32) -> Option<(&'i Step, Span)> {
    let place = Place::at(text, offset)?;
    if place.path() != ["tests", "-", "when", "-", "request"] || place.is_key {
        return None;
    }
    Some((step_of(index, place.whole())?, place.replace))
}

/// The step that answers a request: `POST /orders?full=yes`.
pub(super) fn step_of<'i>(index: &'i Index, request: &str) -> Option<&'i Step> {
    let (method, target) = request.trim().split_once(' ')?;
    let path = target.trim().split('?').next()?;
    let fits = |step: &&Step| {
        let route = step.route();
        route.is_some_and(|(wanted, pattern)| {
            wanted.eq_ignore_ascii_case(method) && match_path(pattern, path).is_some()
        })
    };
    // A route without parameters is meant before one that has some.
    let steps = index.project.steps.iter().filter(fits);
    steps.min_by_key(|step| step.path().map_or(0, |path| path.matches(':').count()))
}

/// Blocks that run over several lines: from a key or dash to the last line that is indented deeper.
pub(super) fn folds(text: &str) -> Vec<Span> {
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut folds = Vec::new();
    let (mut at, mut last) = (0, 0);
    for line in text.split_inclusive('\n') {
        let content = line.trim_start_matches(' ');
        let (start, indent) = (at + line.len() - content.len(), line.len() - content.len());
        at += line.len();
        if content.trim().is_empty() || content.starts_with('#') {
            continue;
        }
        while let Some((_, from)) = open.pop_if(|(column, _)| *column >= indent) {
            folds.push(Span::new(from, last));
        }
        open.push((indent, start));
        last = start + content.trim_end().len();
    }
    folds.extend(open.into_iter().map(|(_, from)| Span::new(from, last)));
    folds.retain(|span| span.slice(text).contains('\n'));
    folds.sort_unstable();
    folds
}
