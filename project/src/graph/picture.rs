//! What a picture of the graph shows: boxes for steps and topics, and arrows between them.

use std::collections::BTreeMap;

use banister_grammars::Language;
use banister_grammars::facts::StepKind;
use serde::Serialize;

use super::{Graph, ProjectGraph, StepNode, TopicNode};

/// Everything that is drawn.
pub(super) struct Picture {
    pub(super) nodes: Vec<Node>,
    pub(super) links: Vec<Link>,
}

/// A box.
#[derive(Serialize)]
pub(super) struct Node {
    /// The root of its project.
    #[serde(skip)]
    pub(super) project: String,
    /// What it is called.
    pub(super) title: String,
    /// `step` or `topic`.
    pub(super) what: What,
    /// Smaller lines below the title.
    pub(super) lines: Vec<String>,
    /// Where its steps are written: `steps/a.step.ts:3`, one for each step of the name.
    pub(super) places: Vec<String>,
    /// The flows that it belongs to; a topic has those of its ends.
    pub(super) flows: Vec<String>,
}

/// What a box stands for, and its look.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum What {
    /// A step with its kind, if that is known.
    Step(Language, Option<StepKind>),
    /// A topic with both ends.
    Topic,
    /// A topic that lacks an end.
    Loose,
}

/// An arrow from box to box, by index.
#[derive(Serialize)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    /// True if it is drawn only.
    pub(super) dashed: bool,
}

impl Picture {
    pub(super) fn of(graph: &Graph) -> Self {
        let mut picture = Self {
            nodes: Vec::new(),
            links: Vec::new(),
        };
        for project in &graph.projects {
            picture.add(project);
        }
        picture
    }

    fn add(&mut self, project: &ProjectGraph) {
        // Steps that share a name share a box, as they do in every other form of the graph.
        let mut steps: BTreeMap<&str, usize> = BTreeMap::new();
        for step in &project.steps {
            let place = format!("{}:{}", step.file, step.line);
            match steps.get(step.name.as_str()) {
                Some(&at) => self.nodes[at].places.push(place),
                None => {
                    steps.insert(&step.name, self.nodes.len());
                    self.nodes.push(Node {
                        project: project.root.clone(),
                        ..step_box(step, place)
                    });
                }
            }
        }
        for topic in &project.topics {
            let at = self.nodes.len();
            let end = |name: &String| steps.get(name.as_str()).copied();
            let (from, to): (Vec<usize>, Vec<usize>) = (
                topic.emitters.iter().filter_map(end).collect(),
                topic.subscribers.iter().filter_map(end).collect(),
            );
            let ends = from.iter().chain(&to);
            let mut flows: Vec<String> = ends.flat_map(|&at| self.nodes[at].flows.clone()).collect();
            flows.sort();
            flows.dedup();
            self.nodes.push(Node {
                project: project.root.clone(),
                ..topic_box(topic, flows)
            });
            self.links.extend(topic.emitters.iter().filter_map(|name| {
                Some(Link {
                    from: end(name)?,
                    to: at,
                    dashed: topic.drawn_emitters.contains(name),
                })
            }));
            self.links.extend(topic.subscribers.iter().filter_map(|name| {
                Some(Link {
                    from: at,
                    to: end(name)?,
                    dashed: topic.drawn_subscribers.contains(name),
                })
            }));
        }
    }
}

fn step_box(step: &StepNode, place: String) -> Node {
    let kind = step.kind.map_or("step", kind_name);
    let mut lines = vec![format!("{} · {kind}", step.language.name())];
    match (&step.method, &step.path, &step.cron) {
        (Some(method), Some(path), _) => lines.push(format!("{method} {path}")),
        (_, _, Some(cron)) => lines.push(cron.clone()),
        _ => {}
    }
    Node {
        project: String::new(),
        title: step.name.clone(),
        what: What::Step(step.language, step.kind),
        lines,
        places: vec![place],
        flows: step.flows.clone(),
    }
}

fn topic_box(topic: &TopicNode, flows: Vec<String>) -> Node {
    let note = match (topic.emitters.is_empty(), topic.subscribers.is_empty()) {
        (false, true) => Some("no subscriber"),
        (true, false) => Some("no emitter"),
        _ => None,
    };
    Node {
        project: String::new(),
        title: topic.name.clone(),
        what: note.map_or(What::Topic, |_| What::Loose),
        lines: note.map(str::to_owned).into_iter().collect(),
        places: Vec::new(),
        flows,
    }
}

/// The kind as a config names it.
pub(super) fn kind_name(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Api => "api",
        StepKind::Event => "event",
        StepKind::Cron => "cron",
        StepKind::Noop => "noop",
        StepKind::State => "state",
        StepKind::Stream => "stream",
    }
}

/// The colour of a language's steps.
pub(super) fn colour(language: Language) -> &'static str {
    match language {
        Language::TypeScript => "#3178c6",
        Language::JavaScript => "#c79a00",
        Language::Python => "#3a8f5c",
        Language::Ruby => "#c0392b",
    }
}
