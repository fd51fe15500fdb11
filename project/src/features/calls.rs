//! The event flow as a call hierarchy: who sets a step off, and whom its messages set off, in any language.

use std::collections::BTreeMap;

use banister_grammars::Span;

use super::{FlowCall, FlowItem, FlowItemKind};
use crate::index::{Index, Role};
use crate::project::Step;

/// The step that the cursor stands in, or the steps at the other end of the topic under it.
pub(super) fn prepare(index: &Index, file: &str, offset: u32) -> Option<Vec<FlowItem>> {
    if let Some((topic, _, role)) = super::target::topic_at(index, file, offset) {
        let steps = if role.sends() {
            index.subscribers(topic)
        } else {
            index.step(file).into_iter().collect()
        };
        let items: Vec<FlowItem> = steps.into_iter().filter_map(step_item).collect();
        if !items.is_empty() {
            return Some(items);
        }
    }
    let step = index.step(file)?;
    let fact = step.fact()?;
    let in_config = fact.span.touches(offset);
    let on_handler = fact
        .handler
        .as_ref()
        .is_some_and(|handler| handler.span.touches(offset));
    (in_config || on_handler).then(|| step_item(step).into_iter().collect())
}

/// What sets the step of `file` off: the steps that send what it takes, its routes and its schedules.
pub(super) fn incoming(index: &Index, file: &str) -> Vec<FlowCall> {
    let Some(step) = index.step(file) else {
        return Vec::new();
    };
    let mut by_file: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    for topic in step.subscribes() {
        for mention in index.mentions_as(topic, &[Role::Emits]) {
            by_file.entry(&mention.file).or_default().push(mention.span);
        }
        // A step that declares the topic and hands the sending to a helper sets it off too.
        for mention in index.mentions_as(topic, &[Role::Declares]) {
            by_file.entry(&mention.file).or_insert_with(|| vec![mention.span]);
        }
    }
    let mut calls: Vec<FlowCall> = by_file
        .into_iter()
        .filter_map(|(file, from)| {
            Some(FlowCall {
                item: item_of(index, file)?,
                from: distinct(from),
            })
        })
        .collect();
    calls.extend(entrances(step));
    calls
}

/// Whom the messages of the step or helper in `file` set off.
pub(super) fn outgoing(index: &Index, file: &str) -> Vec<FlowCall> {
    let Some(facts) = index.facts(file) else {
        return Vec::new();
    };
    let mut by_file: BTreeMap<&str, Vec<(Role, Span)>> = BTreeMap::new();
    for slot in crate::index::slots(facts) {
        if !matches!(slot.role, Role::Emits | Role::Declares) {
            continue;
        }
        for topic in slot.fact.text.candidates() {
            for taker in index.subscribers(topic) {
                let from = by_file.entry(&taker.file).or_default();
                from.push((slot.role, slot.fact.span));
            }
        }
    }
    by_file
        .into_iter()
        .filter_map(|(taker, from)| {
            // The calls themselves, where there are any; else the declaration.
            let calls: Vec<Span> = from
                .iter()
                .filter(|(role, _)| *role == Role::Emits)
                .map(|(_, span)| *span)
                .collect();
            let from = if calls.is_empty() {
                from.into_iter().map(|(_, span)| span).collect()
            } else {
                calls
            };
            Some(FlowCall {
                item: item_of(index, taker)?,
                from: distinct(from),
            })
        })
        .collect()
}

/// The step of a file, or the helper.
fn item_of(index: &Index, file: &str) -> Option<FlowItem> {
    if let Some(step) = index.step(file) {
        return step_item(step);
    }
    let helper = index.helpers.get(file)?;
    let first = helper.facts().emits.first()?;
    Some(FlowItem {
        name: file.rsplit('/').next().unwrap_or(file).to_owned(),
        detail: "helper".to_owned(),
        kind: FlowItemKind::Helper,
        file: file.to_owned(),
        span: first.span,
        selection: first.span,
    })
}

fn step_item(step: &Step) -> Option<FlowItem> {
    let fact = step.fact()?;
    let name = fact.name.as_ref().map(|name| name.span);
    Some(FlowItem {
        name: step.label().to_owned(),
        detail: step.language.name().to_owned(),
        kind: FlowItemKind::Step,
        file: step.file.clone(),
        span: fact.span,
        selection: name.filter(|name| fact.span.contains(*name)).unwrap_or(fact.span),
    })
}

/// Routes and schedules: where a flow begins.
fn entrances(step: &Step) -> Vec<FlowCall> {
    let Some(fact) = step.fact() else {
        return Vec::new();
    };
    let mut calls = Vec::new();
    for trigger in &fact.triggers {
        let method = trigger
            .method
            .as_ref()
            .and_then(|method| method.text.known())
            .unwrap_or("");
        let route = trigger
            .path
            .iter()
            .map(|path| (format!("{method} "), path, FlowItemKind::Route));
        let cron = trigger
            .cron
            .iter()
            .map(|cron| (String::new(), cron, FlowItemKind::Schedule));
        for (before, written, kind) in route.chain(cron) {
            let Some(text) = written.text.known() else {
                continue;
            };
            let item = FlowItem {
                name: format!("{before}{text}").trim_start().to_owned(),
                detail: step.label().to_owned(),
                kind,
                file: step.file.clone(),
                span: written.span,
                selection: written.span,
            };
            calls.push(FlowCall {
                item,
                from: vec![written.span],
            });
        }
    }
    calls
}

fn distinct(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    spans.dedup();
    spans
}

#[cfg(test)]
mod tests {
    use crate::features::FlowCall;
    use crate::fixture::parse;

    const PROJECT: &str = "\
//- steps/a.step.ts
export const config = { type: 'api', name: 'Place', method: 'POST', path: '/orders', emits: ['order.placed'] }
export const handler = async (req, { emit }) => { await emit({ topic: 'order.pl$0aced', data: {} }) }
//- steps/b.step.rb
def config
  { type: 'event', name: 'Ship', subscribes: ['order.placed'], emits: ['order.shipped', 'order.placed'] }
end
def handler(input, context)
  context.emit(topic: 'order.shipped', data: {})
  context.emit(topic: 'order.placed', data: {})
end
//- steps/c_step.py
config = {'type': 'event', 'name': 'Bill', 'subscribes': ['order.placed'], 'emits': []}
async def handler(data, context): pass
";

    fn names(calls: &[FlowCall]) -> Vec<String> {
        calls
            .iter()
            .map(|call| format!("{} ({}) ×{}", call.item.name, call.item.detail, call.from.len()))
            .collect()
    }

    #[test]
    fn a_topic_leads_to_the_steps_that_take_it() {
        let (snapshot, cursor) = parse(PROJECT);
        let (file, offset) = cursor.unwrap();
        let items = snapshot.flow_items(&file, offset).unwrap();
        let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
        assert_eq!(names, ["Ship", "Bill"]);
    }

    #[test]
    fn incoming_are_senders_routes_and_schedules() {
        let (snapshot, _) = parse(PROJECT);
        assert_eq!(
            names(&snapshot.flow_incoming("steps/b.step.rb")),
            ["Place (TypeScript) ×1", "Ship (Ruby) ×1"]
        );
        assert_eq!(
            names(&snapshot.flow_incoming("steps/a.step.ts")),
            ["POST /orders (Place) ×1"]
        );
    }

    #[test]
    fn outgoing_are_the_takers_and_a_cycle_is_one_entry() {
        let (snapshot, _) = parse(PROJECT);
        assert_eq!(
            names(&snapshot.flow_outgoing("steps/a.step.ts")),
            ["Ship (Ruby) ×1", "Bill (Python) ×1"]
        );
        assert_eq!(
            names(&snapshot.flow_outgoing("steps/b.step.rb")),
            ["Ship (Ruby) ×1", "Bill (Python) ×1"]
        );
        assert!(snapshot.flow_outgoing("steps/c_step.py").is_empty());
    }

    #[test]
    fn a_step_is_prepared_from_its_config_and_its_handler_only() {
        let (snapshot, _) = parse(PROJECT);
        let text = snapshot.source("steps/a.step.ts").unwrap().text.clone();
        let at = |needle: &str| u32::try_from(text.find(needle).unwrap() + 1).unwrap();
        for needle in ["name: 'Place'", "handler"] {
            assert_eq!(
                snapshot.flow_items("steps/a.step.ts", at(needle)).unwrap().len(),
                1,
                "{needle}"
            );
        }
        assert!(snapshot.flow_items("steps/a.step.ts", at("async")).is_none());
    }
}
