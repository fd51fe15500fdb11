use std::collections::{BTreeMap, BTreeSet, VecDeque};

use banister_grammars::Span;

use super::{Check, Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::index::{Index, Role};
use crate::project::Step;
use crate::reads::{Lookup, note};

pub(super) const RULE: Rule = Rule {
    name: "event-cycle",
    severity: Severity::Hint,
    doc: "\
Steps that start each other in a circle, each with a message that every run of its handler sends: once it is started, the
circle never ends.

A message in a branch, a loop, a callback or a `catch`, or behind an early return, may end the circle, and so may one
that a helper sends; circles with such a message are left alone. So are messages that the runtime drops, and triggers of
1.0 with a condition.",
    check: Check::Project(check),
};

/// A message that every run of a step sends.
#[derive(Clone, Copy)]
struct Edge<'i> {
    from: &'i Step,
    to: &'i Step,
    topic: &'i str,
    span: Span,
}

/// By file, the messages that a step surely sends.
type Edges<'i> = BTreeMap<&'i str, Vec<Edge<'i>>>;

/// More steps of one circle are not listed.
const MAX_SHOWN: usize = 8;

fn check(context: &Context<'_>, findings: &mut Findings) {
    note(Lookup::Links);
    if context.had_none
        && !context
            .changed_files()
            .any(|file| leads_back(context.index, file))
    {
        return;
    }
    let edges = edges(context.index);
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for file in candidates(&edges) {
        if told.contains(file) {
            continue;
        }
        let circle = shortest_circle(&edges, file);
        told.extend(circle.iter().map(|edge| edge.from.file.as_str()));
        // What is said of the circle holds until one of its files changes.
        circle.iter().for_each(|edge| note(Lookup::File(&edge.from.file)));
        report(&circle, findings);
    }
}

/// True if a message of the step leads back to it. Where there was no circle, a new one has a changed file in it.
fn leads_back(index: &Index, start: &str) -> bool {
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut next: Vec<&str> = vec![start];
    while let Some(file) = next.pop() {
        let Some(step) = index.project.steps.get(file) else {
            continue;
        };
        for edge in edges_of(index, step) {
            let to = edge.to.file.as_str();
            if to == start {
                return true;
            }
            if reached.insert(to) {
                next.push(to);
            }
        }
    }
    false
}

fn report(circle: &[Edge<'_>], findings: &mut Findings) {
    let Some((first, rest)) = circle.split_first() else {
        return;
    };
    let start = first.from.label();
    let way = way(circle, start);
    let message = format!(
        "every run of {start} sends '{}' and starts itself again: {way}",
        first.topic
    );
    let mut finding = findings
        .report(&first.from.file, first.span, message)
        .help("send one of the messages on a condition that ends the circle");
    for edge in rest.iter().take(MAX_SHOWN) {
        let text = format!("{} sends '{}'", edge.from.label(), edge.topic);
        finding = finding.related(&edge.from.file, edge.span, text);
    }
}

/// `A → B → A`; the middle of a long way is left out.
fn way(circle: &[Edge<'_>], start: &str) -> String {
    let mut names: Vec<&str> = circle.iter().map(|edge| edge.from.label()).collect();
    if names.len() > MAX_SHOWN {
        names.splice(MAX_SHOWN - 1..names.len() - 1, ["…"]);
        return format!("{} → {start} ({} steps)", names.join(" → "), circle.len());
    }
    format!("{} → {start}", names.join(" → "))
}

fn edges(index: &Index) -> Edges<'_> {
    let steps = index.project.steps.iter();
    let each = steps.map(|step| (step.file.as_str(), edges_of(index, step)));
    each.filter(|(_, edges)| !edges.is_empty()).collect()
}

/// The messages that a step surely sends. Who takes them is not noted: all of this is one lookup.
fn edges_of<'i>(index: &'i Index, step: &'i Step) -> Vec<Edge<'i>> {
    let mut edges = Vec::new();
    for site in step.emit_sites() {
        let Some(topic) = &site.topic else { continue };
        let Some(name) = topic.text.known() else { continue };
        if site.conditional || site.in_helper || step.drops(name) {
            continue;
        }
        let mentions = index.topics.get(name).map_or(&[][..], |topic| &topic.mentions);
        let taken = mentions.iter().filter(|mention| mention.role == Role::Subscribes);
        let files: BTreeSet<&str> = taken.map(|mention| mention.file.as_str()).collect();
        let takers = files.into_iter().filter_map(|file| index.project.steps.get(file));
        edges.extend(takers.filter(|taker| taker.always_takes()).map(|to| Edge {
            from: step,
            to,
            topic: name,
            span: topic.span,
        }));
    }
    edges
}

/// Steps that may lie on a circle, sorted by file: all but those from which, or to which, only chains lead.
fn candidates<'i>(edges: &Edges<'i>) -> BTreeSet<&'i str> {
    let links = |turned: bool| {
        let mut links: Links<'i> = BTreeMap::new();
        for edge in edges.values().flatten() {
            let (from, to) = (edge.from.file.as_str(), edge.to.file.as_str());
            let (from, to) = if turned { (to, from) } else { (from, to) };
            links.entry(from).or_default().insert(to);
            links.entry(to).or_default();
        }
        links
    };
    let (forward, backward) = (links(false), links(true));
    let ends = &chains(&forward, &backward);
    let starts = &chains(&backward, &forward);
    forward
        .into_keys()
        .filter(|file| !ends.contains(file) && !starts.contains(file))
        .collect()
}

type Links<'i> = BTreeMap<&'i str, BTreeSet<&'i str>>;

/// The nodes from which every way ends; `turned` has the same links the other way round.
fn chains<'i>(links: &Links<'i>, turned: &Links<'i>) -> BTreeSet<&'i str> {
    let mut left: BTreeMap<&str, usize> = links.iter().map(|(node, to)| (*node, to.len())).collect();
    let mut next: Vec<&str> = links
        .iter()
        .filter(|(_, to)| to.is_empty())
        .map(|(node, _)| *node)
        .collect();
    let mut ended = BTreeSet::new();
    while let Some(node) = next.pop() {
        ended.insert(node);
        for before in turned.get(node).into_iter().flatten() {
            if let Some(count) = left.get_mut(before) {
                *count -= 1;
                if *count == 0 {
                    next.push(before);
                }
            }
        }
    }
    ended
}

/// The fewest messages that lead from a step back to it; none if nothing does.
fn shortest_circle<'i>(edges: &Edges<'i>, start: &str) -> Vec<Edge<'i>> {
    let mut reached: BTreeMap<&str, Edge<'i>> = BTreeMap::new();
    let mut next: VecDeque<&str> = VecDeque::from([start]);
    while let Some(file) = next.pop_front() {
        for edge in edges.get(file).into_iter().flatten() {
            let to = edge.to.file.as_str();
            if reached.contains_key(to) {
                continue;
            }
            reached.insert(to, *edge);
            if to == start {
                return way_back(&reached, start);
            }
            next.push_back(to);
        }
    }
    Vec::new()
}

fn way_back<'i>(reached: &BTreeMap<&str, Edge<'i>>, start: &str) -> Vec<Edge<'i>> {
    let mut way = Vec::new();
    let mut here = start;
    while let Some(edge) = reached.get(here) {
        way.push(*edge);
        here = edge.from.file.as_str();
        if here == start {
            break;
        }
    }
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use crate::fixture::{check, report};

    #[test]
    fn a_circle_across_languages_is_found_once() {
        let fixture = "\
//- steps/a.step.ts
export const config = { type: 'event', name: 'A', subscribes: ['c.done'], emits: ['a.done'] }
export const handler = async (input, { emit }) => { await emit({ topic: 'a.done', data: {} }) }
//- steps/b_step.py
config = {'type': 'event', 'name': 'B', 'subscribes': ['a.done'], 'emits': ['b.done']}
async def handler(data, context):
    try:
        await context.emit({'topic': 'b.done', 'data': {}})
    except Exception:
        pass
//- steps/c.step.rb
def config
  { type: 'event', name: 'C', subscribes: ['b.done'], emits: ['c.done'] }
end
def handler(input, context)
  context.emit(topic: 'c.done', data: {})
end
";
        expect_test::expect![[r"
            steps/a.step.ts:2:74 hint event-cycle: every run of A sends 'a.done' and starts itself again: A → B → C → A
              steps/b_step.py:4:39 B sends 'b.done'
              steps/c.step.rb:5:24 C sends 'c.done'
              help: send one of the messages on a condition that ends the circle
        "]]
        .assert_eq(&report(fixture));
    }

    #[test]
    fn a_step_that_starts_itself_is_found() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'event', name: 'A', subscribes: ['a.done'], emits: ['a.done'] }
exports.handler = async (input, { emit }) => { await emit({ topic: 'a.done', data: {} }) }
//                                                                  ^^^^^^ event-cycle hint
//- steps/b.step.ts
import { enqueue } from 'motia'
export const config = { name: 'B', triggers: [{ type: 'queue', topic: 'b.done' }], enqueues: ['b.done'] }
export const handler = async () => { await enqueue({ topic: 'b.done', data: {} }) }
//                                                           ^^^^^^ event-cycle hint
",
        );
    }

    fn silent(body: &str) {
        check(&format!(
            "\
//- steps/a.step.ts
export const config = {{ type: 'event', name: 'A', subscribes: ['a.done'], emits: ['a.done'] }}
export const handler = async (input, {{ emit }}) => {{ {body} }}
"
        ));
    }

    #[test]
    fn what_may_end_it_silences_it() {
        for body in [
            "if (input.more) await emit({ topic: 'a.done', data: {} })",
            "if (!input.more) return; await emit({ topic: 'a.done', data: {} })",
            "switch (input.kind) { case 'x': await emit({ topic: 'a.done', data: {} }) }",
            "for (const item of input.items) await emit({ topic: 'a.done', data: { item } })",
            "try { work() } catch { await emit({ topic: 'a.done', data: {} }) }",
            "await Promise.all(input.items.map(() => emit({ topic: 'a.done', data: {} })))",
            "input.more && (await emit({ topic: 'a.done', data: {} }))",
            "const send = async () => { await emit({ topic: 'a.done', data: {} }) }; await send()",
        ] {
            silent(body);
        }
    }

    #[test]
    fn a_condition_of_the_second_generation_silences_it() {
        check(
            "\
//- steps/a.step.ts
import { enqueue } from 'motia'
export const config = {
  name: 'A', triggers: [{ type: 'queue', topic: 'a.done', condition: (input) => input.more }], enqueues: ['a.done'],
}
export const handler = async () => { await enqueue({ topic: 'a.done', data: {} }) }
//- steps/b.step.ts
import { enqueue } from 'motia'
export const config = {
  name: 'B', triggers: [{ type: 'queue', topic: 'b.done' }, { type: 'cron', expression: '0 * * * * *' }], enqueues: ['b.done'],
}
export const handler = async () => { await enqueue({ topic: 'b.done', data: {} }) }
",
        );
    }

    #[test]
    fn a_chain_that_ends_and_steps_beside_a_circle_are_no_circle() {
        let step = |file: &str, takes: &str, sends: &str| {
            format!(
                "//- steps/{file}.step.js\nexports.config = {{ type: 'event', name: '{file}', subscribes: ['{takes}'], emits: ['{sends}'] }}\n\
                 exports.handler = async (input, {{ emit }}) => {{ await emit({{ topic: '{sends}', data: {{}} }}) }}\n"
            )
        };
        let end = "//- steps/end.step.js\nexports.config = { type: 'event', name: 'end', subscribes: ['t4'], emits: [] }\nexports.handler = async () => {}\n";
        let before = "//- steps/begin.step.js\nexports.config = { type: 'cron', name: 'begin', cron: '* * * * *', emits: ['t1'] }\n\
                      exports.handler = async ({ emit }) => { await emit({ topic: 't1', data: {} }) }\n";
        let chain = [
            step("s1", "t1", "t2"),
            step("s2", "t2", "t3"),
            step("s3", "t3", "t4"),
        ]
        .concat();
        check(&format!("{before}{chain}{end}"));
        // `s2` and `s3` form a circle; `s1` leads into it, and `end` lies behind it.
        let circle = [
            step("s1", "t1", "t2"),
            step("s2", "t2", "t3"),
            step("s3", "t3", "t2"),
        ]
        .concat();
        let found = report(&format!("{before}{circle}"));
        assert_eq!(found.matches("event-cycle").count(), 1, "{found}");
        assert!(found.contains("s2 → s3 → s2"), "{found}");
    }

    #[test]
    fn a_long_circle_is_cut() {
        let steps: String = (0..20)
            .map(|n| {
                let next = (n + 1) % 20;
                format!(
                    "//- steps/s{n:02}.step.js\nexports.config = {{ type: 'event', name: 'S{n}', subscribes: ['t.{n}'], emits: ['t.{next}'] }}\n\
                     exports.handler = async (input, {{ emit }}) => {{ await emit({{ topic: 't.{next}', data: {{}} }}) }}\n"
                )
            })
            .collect();
        let found = report(&steps);
        assert!(found.contains("S5 → S6 → … → S19 → S0 (20 steps)"), "{found}");
    }
}
