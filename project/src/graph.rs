//! The flow graph: what `banister graph` prints and the editor shows.

mod dot;
mod html;
mod layout;
mod mermaid;
mod picture;
mod quoting;
mod svg;

use std::collections::{BTreeMap, BTreeSet};

use banister_grammars::facts::StepKind;
use banister_grammars::{Encoding, Language};
use serde::Serialize;

use crate::index::{Index, Mention, Role, Topic};
use crate::project::Step;
use crate::workspace::Snapshot;

pub use svg::escaped;

/// The version of the JSON form. Fields may be added under the same number.
pub const VERSION: u32 = 1;

/// The flows of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Graph {
    /// [`VERSION`].
    pub version: u32,
    /// Its projects, by root.
    pub projects: Vec<ProjectGraph>,
}

/// The flows of one project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProjectGraph {
    /// Relative to the workspace, with `/`; empty for the workspace itself.
    pub root: String,
    /// The project's name.
    pub name: String,
    /// Its steps, by file.
    pub steps: Vec<StepNode>,
    /// The topics that they name, by name.
    pub topics: Vec<TopicNode>,
    /// From step to step, one for each topic.
    pub edges: Vec<Edge>,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepNode {
    /// Its name, or its file if it has none.
    pub name: String,
    /// Its kind, if it is known.
    pub kind: Option<StepKind>,
    /// Its language.
    pub language: Language,
    /// Relative to the workspace, with `/`.
    pub file: String,
    /// Where its config is: a 1-based line.
    pub line: u32,
    /// The flows that it belongs to.
    pub flows: Vec<String>,
    /// The topics that start it.
    pub subscribes: Vec<String>,
    /// The topics that it declares to send.
    pub emits: Vec<String>,
    /// The HTTP method, as written.
    pub method: Option<String>,
    /// The route, as written.
    pub path: Option<String>,
    /// The cron expression, as written.
    pub cron: Option<String>,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TopicNode {
    /// Its name.
    pub name: String,
    /// The names of the steps that send it.
    pub emitters: Vec<String>,
    /// The names of the steps that take it.
    pub subscribers: Vec<String>,
    /// The ones among the emitters that only draw it.
    #[serde(skip)]
    drawn_emitters: BTreeSet<String>,
    /// The ones among the subscribers that only draw it.
    #[serde(skip)]
    drawn_subscribers: BTreeSet<String>,
}

/// A topic's way from one step to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Edge {
    /// The name of the step that sends.
    pub from: String,
    /// The name of the step that takes.
    pub to: String,
    /// The topic.
    pub topic: String,
    /// True if it is drawn only: an end is in `virtualEmits` or `virtualSubscribes`.
    pub r#virtual: bool,
}

/// A part of the picture.
#[derive(Debug, Clone, Copy)]
pub struct Part<'g> {
    /// The root of its project.
    pub project: &'g str,
    /// The name of the step or topic.
    pub name: &'g str,
    /// True for a step, false for a topic.
    pub is_step: bool,
}

/// An arrow of the picture, between a step and a topic.
#[derive(Debug, Clone, Copy)]
pub struct Arrow<'g> {
    /// The root of its project.
    pub project: &'g str,
    /// The name of the step.
    pub step: &'g str,
    /// The topic.
    pub topic: &'g str,
    /// True if the step sends, false if it takes.
    pub sends: bool,
    /// True if it is drawn only.
    pub r#virtual: bool,
}

/// What is added to a part of the picture.
#[derive(Debug, Clone)]
pub struct Mark {
    /// A class, for a style sheet.
    pub class: &'static str,
    /// A line of the tooltip.
    pub says: String,
}

impl Graph {
    /// The graph of every project, or of the steps of one flow. Projects without a step in the flow are left out.
    pub fn of(snapshot: &Snapshot, flow: Option<&str>) -> Self {
        let projects = snapshot.indexes().iter().map(|index| project(index, flow));
        Self {
            version: VERSION,
            projects: projects.filter(|project| !project.steps.is_empty()).collect(),
        }
    }

    /// The JSON form, indented.
    pub fn to_json(&self) -> String {
        // Strings, numbers and lists always serialise.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// A Mermaid flowchart.
    pub fn to_mermaid(&self) -> String {
        mermaid::flowchart(self)
    }

    /// A digraph for Graphviz.
    pub fn to_dot(&self) -> String {
        dot::digraph(self)
    }

    /// A picture that stands alone, laid out here.
    pub fn to_svg(&self) -> String {
        svg::document(self)
    }

    /// The picture with marks on some of its parts: a class for their look and a line for their tooltip.
    pub fn to_marked_svg(&self, mark: impl Fn(&Part<'_>) -> Option<Mark>) -> String {
        svg::of_marked(&picture::Picture::of(self), &mark, &|_| None)
    }

    /// The same with marks on arrows as well.
    pub fn to_svg_with_arrows(
        &self,
        mark: impl Fn(&Part<'_>) -> Option<Mark>,
        mark_arrow: impl Fn(&Arrow<'_>) -> Option<Mark>,
    ) -> String {
        svg::of_marked(&picture::Picture::of(self), &mark, &mark_arrow)
    }

    /// A page that stands alone: the picture with a search, a filter by flow, and paths that light up.
    pub fn to_html(&self) -> String {
        html::page(self)
    }
}

fn project(index: &Index, flow: Option<&str>) -> ProjectGraph {
    let in_flow = |step: &&Step| flow.is_none_or(|flow| step.flows().contains(&flow));
    let steps: Vec<&Step> = index.project.steps.iter().filter(in_flow).collect();
    let names: BTreeMap<&str, &str> = steps
        .iter()
        .map(|step| (step.file.as_str(), step.label()))
        .collect();
    let mut topics = Vec::new();
    let mut edges = BTreeSet::new();
    for Topic {
        name: topic,
        mentions,
        ..
    } in &index.topics
    {
        let ends = |roles: &[Role]| -> Vec<(&str, bool)> {
            let ends: BTreeMap<&str, bool> = mentions
                .iter()
                .filter(|mention| roles.contains(&mention.role) && arrives(index, topic, mention))
                .filter_map(|mention| Some((*names.get(mention.file.as_str())?, is_virtual(mention.role))))
                // A step that both sends and draws a topic sends it.
                .fold(BTreeMap::new(), |mut ends, (name, drawn)| {
                    *ends.entry(name).or_insert(true) &= drawn;
                    ends
                });
            ends.into_iter().collect()
        };
        let (from, to) = (ends(Role::SENDING), ends(Role::TAKING));
        if from.is_empty() && to.is_empty() {
            continue;
        }
        edges.extend(from.iter().flat_map(|(from, sent)| {
            to.iter().map(move |(to, taken)| Edge {
                from: (*from).to_owned(),
                to: (*to).to_owned(),
                topic: topic.clone(),
                r#virtual: *sent || *taken,
            })
        }));
        let drawn = |ends: &[(&str, bool)]| -> BTreeSet<String> {
            let drawn = ends.iter().filter(|(_, drawn)| *drawn);
            drawn.map(|(name, _)| (*name).to_owned()).collect()
        };
        let (drawn_emitters, drawn_subscribers) = (drawn(&from), drawn(&to));
        let step_names =
            |ends: Vec<(&str, bool)>| ends.into_iter().map(|(name, _)| name.to_owned()).collect();
        topics.push(TopicNode {
            name: topic.clone(),
            emitters: step_names(from),
            subscribers: step_names(to),
            drawn_emitters,
            drawn_subscribers,
        });
    }
    ProjectGraph {
        root: index.project.root.clone(),
        name: index.project.name.clone(),
        steps: steps.into_iter().map(node).collect(),
        topics,
        edges: edges.into_iter().collect(),
    }
}

/// A call that the runtime drops sends nothing.
fn arrives(index: &Index, topic: &str, mention: &Mention) -> bool {
    mention.role != Role::Emits || index.step(&mention.file).is_none_or(|step| !step.drops(topic))
}

fn is_virtual(role: Role) -> bool {
    matches!(role, Role::VirtualEmits | Role::VirtualSubscribes)
}

fn node(step: &Step) -> StepNode {
    let begin = step.fact().map_or(0, |fact| fact.span.start);
    let line = step
        .source
        .lines
        .position(&step.source.text, begin, Encoding::Utf32)
        .line
        + 1;
    let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
    StepNode {
        name: step.label().to_owned(),
        kind: step.kind(),
        language: step.language,
        file: step.file.clone(),
        line,
        flows: owned(step.flows()),
        subscribes: owned(step.subscribes()),
        emits: owned(step.emits()),
        method: step.method().map(str::to_owned),
        path: step.path().map(str::to_owned),
        cron: step.cron().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::fixture::parse;

    pub(super) const PROJECT: &str = "\
//- steps/a.step.ts
export const config = { type: 'api', name: 'A', method: 'POST', path: '/a', emits: ['x.done', 'end.done'], flows: ['f'] }
export const handler = async (req, { emit }) => {
  await emit({ topic: 'x.done', data: {} })
  await emit({ topic: 'end.done', data: {} })
  await emit({ topic: 'lost', data: {} })
}
//- steps/b.step.rb
def config
  { type: 'event', name: 'B \"b\"', subscribes: ['x.done', 'lost'], emits: [], flows: ['f', 'g'] }
end
def handler(input, context)
end
//- steps/c_step.py
config = {'type': 'noop', 'name': 'C', 'virtualSubscribes': ['x.done'], 'virtualEmits': ['approved'], 'flows': ['g']}
";

    #[test]
    fn the_json_form_is_versioned_and_holds_steps_topics_and_edges() {
        let graph = Graph::of(&parse(PROJECT).0, None);
        let json: serde_json::Value = serde_json::from_str(&graph.to_json()).unwrap();
        assert_eq!(json["version"], 1);
        let project = &json["projects"][0];
        assert_eq!(
            project["steps"][0].to_string(),
            r#"{"name":"A","kind":"api","language":"typescript","file":"steps/a.step.ts","line":1,"flows":["f"],"subscribes":[],"emits":["x.done","end.done"],"method":"POST","path":"/a","cron":null}"#
        );
        let lines = |key: &str| {
            let list = project[key].as_array().unwrap();
            list.iter().map(|item| format!("{item}\n")).collect::<String>()
        };
        expect![[r#"
            {"name":"approved","emitters":["C"],"subscribers":[]}
            {"name":"end.done","emitters":["A"],"subscribers":[]}
            {"name":"lost","emitters":[],"subscribers":["B \"b\""]}
            {"name":"x.done","emitters":["A"],"subscribers":["B \"b\"","C"]}
        "#]]
        .assert_eq(&lines("topics"));
        expect![[r#"
            {"from":"A","to":"B \"b\"","topic":"x.done","virtual":false}
            {"from":"A","to":"C","topic":"x.done","virtual":true}
        "#]]
        .assert_eq(&lines("edges"));
    }

    #[test]
    fn a_flow_is_its_own_steps() {
        let (snapshot, _) = parse(PROJECT);
        let names = |flow| -> Vec<String> {
            let graph = Graph::of(&snapshot, Some(flow));
            graph
                .projects
                .iter()
                .flat_map(|project| &project.steps)
                .map(|step| step.name.clone())
                .collect()
        };
        assert_eq!(names("f"), ["A", "B \"b\""]);
        assert_eq!(names("g"), ["B \"b\"", "C"]);
        assert!(Graph::of(&snapshot, Some("none")).projects.is_empty());
        let edges = Graph::of(&snapshot, Some("f")).projects[0].edges.len();
        assert_eq!(edges, 1);
    }
}
