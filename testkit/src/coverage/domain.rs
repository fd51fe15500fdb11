//! What there is to cover in a project, as far as its sources say, held against what was.

use std::collections::BTreeMap;

use banister_grammars::facts::{Declaration, Dialect};
use banister_grammars::{Encoding, Span};
use banister_project::graph::{Graph, ProjectGraph};
use banister_project::{Snapshot, Step};

use super::{Coverage, EdgeCell, PairCell, ProjectCoverage, SchemaCells, StepCell, Unknown};
use crate::hits::{Delivered, Hits, Outcome, Schemas};
use crate::plan::{Plan, PlanStep};
use crate::report::{Reached, TestOutcome, reached_by};
use crate::suites::{Suite, Suites};

impl Coverage {
    /// What `outcomes` came by of the projects of a workspace, whose schemas are given by root. `partial` says why not every test is among them.
    pub fn of(
        snapshot: &Snapshot,
        suites: &Suites,
        outcomes: &[TestOutcome],
        schemas: &BTreeMap<String, Schemas>,
        partial: Vec<String>,
    ) -> Self {
        let graph = Graph::of(snapshot, None);
        let all = snapshot.projects();
        let projects = graph.projects.iter().filter_map(|project| {
            let suite = suites.suites.iter().find(|suite| suite.project == project.root)?;
            let own = outcomes
                .iter()
                .filter(|outcome| suite.tests.iter().any(|test| test.name == outcome.name));
            let sources = all.iter().find(|it| it.root == project.root);
            let unknown = sources
                .into_iter()
                .flat_map(|it| it.steps.iter())
                .flat_map(unknown);
            let mut unknown: Vec<Unknown> = unknown.collect();
            unknown.sort();
            let none = Schemas::default();
            let schemas = schemas.get(&project.root).unwrap_or(&none);
            let reached = reached_by(own);
            Some(ProjectCoverage {
                schemas: SchemaCells::of(schemas, &reached.hits.boundaries),
                unreadable: schemas.unreadable.clone(),
                ..of_project(project, suite, &reached, unknown)
            })
        });
        Self {
            projects: projects.collect(),
            partial,
        }
    }
}

fn of_project(
    graph: &ProjectGraph,
    suite: &Suite,
    reached: &Reached,
    unknown: Vec<Unknown>,
) -> ProjectCoverage {
    let names = Names { graph, suite };
    let steps = graph.steps.iter().filter_map(|node| {
        let planned = names
            .planned(&node.file)
            .filter(|step| !step.triggers.is_empty())?;
        Some(StepCell {
            name: node.name.clone(),
            file: node.file.clone(),
            line: node.line,
            runs: reached.steps.get(&planned.name).copied().unwrap_or_default(),
        })
    });
    let steps: Vec<StepCell> = steps.collect();
    let runs = |name: &str| steps.iter().any(|step| step.name == name);
    let drawn = graph.edges.iter().filter(|edge| !edge.r#virtual);
    let edges = drawn
        .filter(|edge| runs(&edge.from) && runs(&edge.to))
        .map(|edge| {
            let way = Delivered {
                from: Some(names.in_traces(&edge.from)),
                topic: edge.topic.clone(),
                to: names.in_traces(&edge.to),
            };
            EdgeCell {
                from: edge.from.clone(),
                topic: edge.topic.clone(),
                to: edge.to.clone(),
                possible: possible(&suite.plan, &way),
                seen: reached.hits.deliveries.get(&way).cloned().unwrap_or_default(),
            }
        });
    let edges: Vec<EdgeCell> = edges.collect();
    ProjectCoverage {
        root: graph.root.clone(),
        others: others(&reached.hits, &edges, &names),
        pairs: (reached.hits.pairs.iter())
            .map(|(pair, orders)| PairCell {
                pair: pair.clone(),
                orders: *orders,
            })
            .collect(),
        steps,
        edges,
        unknown,
        ..ProjectCoverage::default()
    }
}

/// What can become of a message on this way. A queue of one attempt never tries again, and only a step with a time limit
/// runs out of it.
fn possible(plan: &Plan, way: &Delivered) -> Vec<Outcome> {
    let takers = plan.steps.iter().filter(|step| step.name == way.to);
    let (mut retries, mut ends) = (false, false);
    for step in takers {
        let of_topic = step.triggers.iter().filter(|it| it.topics.contains(&way.topic));
        retries |= of_topic.clone().any(|it| it.queue.attempts > 1);
        ends |= step.timeout_ms.is_some();
    }
    let can = |outcome: &Outcome| match outcome {
        Outcome::Ok | Outcome::Throw | Outcome::DeadLetter => true,
        Outcome::Retry => retries,
        Outcome::Timeout => ends,
        // Whether a condition holds for all messages is not for the config to say.
        Outcome::Skipped => false,
    };
    Outcome::ALL.into_iter().filter(can).collect()
}

/// Deliveries that are none of these edges.
fn others(hits: &Hits, edges: &[EdgeCell], names: &Names<'_>) -> Vec<(Delivered, BTreeMap<Outcome, u32>)> {
    let is_edge = |way: &Delivered| {
        edges.iter().any(|edge| {
            edge.topic == way.topic
                && names.in_traces(&edge.to) == way.to
                && Some(names.in_traces(&edge.from)) == way.from
        })
    };
    let rest = hits.deliveries.iter().filter(|(way, _)| !is_edge(way));
    rest.map(|(way, outcomes)| (way.clone(), outcomes.clone()))
        .collect()
}

/// The names of steps: in the graph a step without one is called as its file in the workspace, in a trace as its file in
/// the project.
struct Names<'a> {
    graph: &'a ProjectGraph,
    suite: &'a Suite,
}

impl Names<'_> {
    fn planned(&self, file: &str) -> Option<&PlanStep> {
        let local = match self.suite.project.as_str() {
            "" => file,
            root => file.strip_prefix(root)?.trim_start_matches('/'),
        };
        self.suite.plan.steps.iter().find(|step| step.file == local)
    }

    fn in_traces(&self, name: &str) -> String {
        let node = self.graph.steps.iter().find(|step| step.name == name);
        let planned = node.and_then(|node| self.planned(&node.file));
        planned.map_or_else(|| name.to_owned(), |step| step.name.clone())
    }
}

/// What of a step cannot be known before it runs.
fn unknown(step: &Step) -> Vec<Unknown> {
    let label = step.label();
    let at = |span: Option<Span>, what: String| Unknown {
        file: step.file.clone(),
        line: span.map_or(1, |span| {
            let source = &step.source;
            source
                .lines
                .position(&source.text, span.start, Encoding::Utf32)
                .line
                + 1
        }),
        what,
    };
    let Some(fact) = step.fact() else {
        return vec![at(None, format!("the config of {label} cannot be read"))];
    };
    let mut out = Vec::new();
    // A complete list in 0.x is all that the framework lets through.
    let declared_only =
        fact.dialect == Dialect::V0 && fact.emits.is_complete() && !fact.emits.topics().is_empty();
    if matches!(
        fact.emits,
        Declaration::Unknown { .. } | Declaration::List { open: true, .. }
    ) {
        out.push(at(
            Some(fact.span),
            format!("{label} declares topics that its config does not show"),
        ));
    }
    if !declared_only {
        let sites = step.emit_sites().iter();
        let hidden = sites.filter(|site| {
            let topic = site.topic.as_ref();
            topic.is_some_and(|topic| topic.text.candidates().is_empty())
        });
        out.extend(hidden.map(|site| {
            let what = format!("{label} sends a message to a topic that only a run knows");
            at(Some(site.span), what)
        }));
        if step.facts().emit_escapes {
            let what = format!("{label} hands the function that sends to code out of sight");
            out.push(at(Some(fact.span), what));
        }
    }
    let hidden = fact.triggers.iter().any(|trigger| {
        let mut topics = trigger.topics.iter();
        trigger.topics_open || topics.any(|it| it.topic.text.candidates().is_empty())
    });
    if hidden {
        let what = format!("{label} takes topics that its config does not show");
        out.push(at(Some(fact.span), what));
    }
    out
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use banister_project::Host;

    use super::*;
    use crate::coverage::Kind;
    use crate::hits::tests::{emitted, started, trace};
    use crate::runner::TestCase;
    use crate::share::Share;

    const PROJECT: [(&str, &str); 5] = [
        ("package.json", "{}"),
        (
            "steps/a.step.js",
            "exports.config = { type: 'api', name: 'A', method: 'POST', path: '/a', emits: ['t', 'u'] }
exports.handler = async (req, { emit }) => {
  await emit({ topic: 't', data: {} })
  await emit({ topic: 'u', data: {} })
}",
        ),
        (
            "steps/b.step.js",
            "exports.config = { type: 'event', name: 'B', subscribes: ['t'], emits: [],
  infrastructure: { handler: { timeout: 5 } } }
exports.handler = async (input, { emit }) => { await emit({ topic: input.topic, data: {} }) }",
        ),
        (
            "steps/c.step.py",
            "config = { 'type': 'event', 'name': 'C', 'subscribes': ['t', 'u'], 'emits': [] }\nasync def handler(i, c): pass",
        ),
        (
            "steps/n.step.js",
            "exports.config = { type: 'noop', name: 'N', virtualSubscribes: ['t'], virtualEmits: [] }",
        ),
    ];

    fn coverage(events: &[(u32, &str)]) -> Coverage {
        let mut host = Host::new();
        for (path, text) in PROJECT {
            host.set_file(path, Arc::from(text));
        }
        let snapshot = host.snapshot();
        let project = &snapshot.projects()[0];
        let file = banister_project::flow_test::parse(
            "x.flow.yaml",
            Arc::from("tests: [ { name: n, when: [ { request: POST /a } ], then: [ { ran: [A] } ] } ]"),
        );
        let suites = Suites {
            suites: vec![Suite {
                project: String::new(),
                plan: Plan::of_project(project, Path::new("/p")),
                tests: TestCase::all_of(&Arc::new(file.unwrap())),
            }],
            invalid: Vec::new(),
            left_out: Vec::new(),
        };
        let outcome = TestOutcome {
            reached: Reached {
                hits: Hits::of(&trace(events)),
                ..Reached::of(&trace(events))
            },
            ..TestOutcome::ignored("x::n".into(), "")
        };
        Coverage::of(&snapshot, &suites, &[outcome], &BTreeMap::new(), Vec::new())
    }

    #[test]
    fn steps_and_edges_of_the_sources_are_what_there_is() {
        let finished = r#"{"event":"finished","value":null}"#;
        let coverage = coverage(&[
            (1, &started("A", "POST /a", None)),
            (1, &emitted("t")),
            (2, &started("B", "t", Some(1))),
            (2, finished),
            (2, &emitted("dynamic")),
            (0, &emitted("u")),
            (3, &started("C", "u", None)),
            (3, finished),
        ]);
        let share = |kind| coverage.share(kind).unwrap();
        let of = |covered, total| Share { covered, total };
        assert_eq!(share(Kind::Steps), of(3, 3), "a noop is no step that could run");
        assert_eq!(
            share(Kind::Edges),
            of(1, 3),
            "what the test itself sends is no edge"
        );
        assert_eq!(share(Kind::Total), of(4, 6));
        assert_eq!(coverage.share(Kind::Mutation), None);
        let project = &coverage.projects[0];
        let edges: Vec<String> = (project.edges.iter())
            .map(|edge| format!("{} {} {} {}", edge.from, edge.topic, edge.to, edge.is_covered()))
            .collect();
        assert_eq!(edges, ["A t B true", "A t C false", "A u C false"]);
        assert!(project.edges[0].possible.contains(&Outcome::Timeout));
        assert!(!project.edges[1].possible.contains(&Outcome::Timeout));
        assert_eq!(project.others.len(), 1);
        assert_eq!(project.others[0].0.from, None);
    }

    #[test]
    fn what_only_a_run_knows_is_told() {
        let coverage = coverage(&[]);
        let unknown: Vec<String> = (coverage.projects[0].unknown.iter())
            .map(|it| format!("{}:{}: {}", it.file, it.line, it.what))
            .collect();
        assert_eq!(
            unknown,
            ["steps/b.step.js:3: B sends a message to a topic that only a run knows"]
        );
    }
}
