//! What a project promises: the messages that each step takes and sends, the routes that it answers, the streams.
//! Two revisions are compared by it, and the AsyncAPI and OpenAPI documents are written from it.

mod asyncapi;
mod compare;
mod components;
mod openapi;
mod schema;

use std::collections::{BTreeMap, BTreeSet};

use banister_grammars::facts::{SchemaFact, SchemaNotation, StepKind, TextFact};
use banister_grammars::{Language, Span};
use serde_json::Value as Json;

use crate::index::{Index, Role, slots};
use crate::project::{Step, Stream};
use crate::source::Source;
use crate::workspace::Snapshot;

pub use compare::breaks;

/// The promises of one project.
#[derive(Debug, Clone, PartialEq)]
pub struct Contract {
    /// Relative to the workspace, with `/`; empty for the workspace itself.
    pub root: String,
    /// The project's name.
    pub name: String,
    /// The version in its `package.json`.
    pub version: Option<String>,
    /// Its steps, by file.
    pub steps: Vec<StepContract>,
    /// Its streams, by file.
    pub streams: Vec<StreamContract>,
}

/// The promises of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepContract {
    /// Its name, or its file if it has none.
    pub name: String,
    /// Its kind, if it is known.
    pub kind: Option<StepKind>,
    /// Its language.
    pub language: Language,
    /// Where it is: its name if that is written, else its config.
    pub place: Place,
    /// The flows that it belongs to.
    pub flows: Vec<String>,
    /// The topics that start it, in source order.
    pub takes: Vec<Taken>,
    /// The topics that it sends or declares to send, by name, each once.
    pub sends: Vec<Sent>,
    /// The routes that it answers, in source order.
    pub routes: Vec<RouteContract>,
    /// The streams that it writes to, by name, each once.
    pub streams: Vec<String>,
    /// True if something about it cannot be seen: it may take topics or answer routes beyond the listed ones.
    pub open: bool,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Relative to the workspace, with `/`.
    pub file: String,
    /// Where in it.
    pub span: Span,
    /// 1-based line of its beginning.
    pub line: u32,
}

/// A topic that a step takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// The topic.
    pub topic: String,
    /// Where the config names it.
    pub place: Place,
    /// What its messages must look like, if that is said.
    pub schema: Option<Promise>,
}

/// A topic that a step sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The topic.
    pub topic: String,
    /// The first call that sends it, else where the config declares it.
    pub place: Place,
    /// False if the runtime drops it.
    pub arrives: bool,
}

/// A route that a step answers.
#[derive(Debug, Clone, PartialEq)]
pub struct RouteContract {
    /// The HTTP method, in capitals.
    pub method: String,
    /// The route, as written: `/orders/:id`.
    pub path: String,
    /// Where the path is written.
    pub place: Place,
    /// Names of the documented query parameters, in source order.
    pub query: Vec<String>,
    /// Schema of the request's body, if that is said.
    pub body: Option<Promise>,
    /// Schemas of the responses by status, as written.
    pub responses: BTreeMap<String, Option<Promise>>,
}

/// A stream.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamContract {
    /// Its name, or its file if it has none that is known.
    pub name: String,
    /// Where its config is.
    pub place: Place,
    /// Schema of its items, if that is said.
    pub schema: Option<Promise>,
}

/// A schema with the place where it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Promise {
    /// JSON Schema, draft 7 vocabulary.
    pub schema: Json,
    /// Where it is written, in whichever module.
    pub place: Place,
    /// Where each field is written, by pointer into the value (`/user/id`, `/items/*/sku`).
    pub fields: BTreeMap<String, Place>,
}

impl Promise {
    /// Where a field is written, or the whole schema if the field is not.
    fn place_of(&self, pointer: &str) -> &Place {
        self.fields.get(pointer).unwrap_or(&self.place)
    }
}

impl Contract {
    /// The promises of every project of a workspace, by root.
    pub fn all(snapshot: &Snapshot) -> Vec<Self> {
        let of = |index: &Index| {
            let mut contract = Self::of(index);
            contract.version = version(snapshot, &contract.root);
            contract
        };
        snapshot.indexes().iter().map(|index| of(index)).collect()
    }

    /// An AsyncAPI 3.0 document, as indented JSON: topics and streams are channels, steps are operations on them.
    pub fn to_asyncapi(&self) -> String {
        format!("{:#}\n", asyncapi::document(self))
    }

    /// An OpenAPI 3.1 document, as indented JSON, of the routes.
    pub fn to_openapi(&self) -> String {
        format!("{:#}\n", openapi::document(self))
    }

    fn takers<'c>(&'c self, topic: &'c str) -> impl Iterator<Item = (&'c StepContract, &'c Taken)> {
        self.steps.iter().flat_map(move |step| {
            let taken = step.takes.iter().filter(move |taken| taken.topic == topic);
            taken.map(move |taken| (step, taken))
        })
    }

    /// The steps of one flow only; streams stay, because they belong to none.
    pub fn of_flow(mut self, flow: Option<&str>) -> Self {
        if let Some(flow) = flow {
            self.steps.retain(|step| step.flows.iter().any(|it| it == flow));
        }
        self
    }

    pub(crate) fn of(index: &Index) -> Self {
        let project = &index.project;
        Self {
            root: project.root.clone(),
            name: project.name.clone(),
            version: None,
            steps: project.steps.iter().map(|step| of_step(index, step)).collect(),
            streams: project
                .streams
                .iter()
                .map(|stream| of_stream(index, stream))
                .collect(),
        }
    }
}

impl Place {
    pub(crate) fn of(source: &Source, span: Span) -> Self {
        let at = source
            .lines
            .position(&source.text, span.start, banister_grammars::Encoding::Utf32);
        Self {
            file: source.path.clone(),
            span,
            line: at.line + 1,
        }
    }
}

fn of_step(index: &Index, step: &Step) -> StepContract {
    let source = step.source.as_ref();
    let fact = step.fact();
    let triggers = fact.map_or(&[][..], |fact| &fact.triggers);
    let promise = |schema: Option<&SchemaFact>| promise(index, source, schema);
    let mut takes = Vec::new();
    let mut routes = Vec::new();
    let mut open = fact.is_none_or(|fact| fact.keys_open);
    for trigger in triggers {
        for topic in &trigger.topics {
            open |= topic.topic.text.candidates().is_empty();
            takes.extend(topic.topic.text.candidates().iter().map(|name| Taken {
                topic: name.clone(),
                place: Place::of(source, topic.topic.span),
                schema: promise(trigger.input.as_ref()),
            }));
        }
        open |= trigger.topics_open;
        let known = |text: &Option<TextFact>| {
            text.as_ref()
                .map(|it| (it.text.known().map(str::to_owned), it.span))
        };
        match (known(&trigger.method), known(&trigger.path)) {
            (Some((Some(method), _)), Some((Some(path), span))) => routes.push(RouteContract {
                method: method.to_ascii_uppercase(),
                path,
                place: Place::of(source, span),
                query: trigger
                    .query
                    .iter()
                    .filter_map(|name| Some(name.text.known()?.to_owned()))
                    .collect(),
                body: promise(trigger.input.as_ref()),
                responses: trigger
                    .responses
                    .iter()
                    .map(|(status, schema)| (status.clone(), promise(Some(schema))))
                    .collect(),
            }),
            (None, None) => {}
            _ => open = true,
        }
    }
    let span = fact.map(|fact| fact.name.as_ref().map_or(fact.span, |name| name.span));
    StepContract {
        name: step.label().to_owned(),
        kind: step.kind(),
        language: step.language,
        place: Place::of(source, span.unwrap_or(Span::new(0, 0))),
        flows: step.flows().into_iter().map(str::to_owned).collect(),
        takes,
        sends: sent(step),
        routes,
        streams: written_streams(step),
        open,
    }
}

fn version(snapshot: &Snapshot, root: &str) -> Option<String> {
    let manifest = match root {
        "" => "package.json".to_owned(),
        root => format!("{root}/package.json"),
    };
    let package: Json = serde_json::from_str(snapshot.manifests().get(&manifest)?).ok()?;
    Some(package.get("version")?.as_str()?.to_owned())
}

fn written_streams(step: &Step) -> Vec<String> {
    let writes = |method: &str| matches!(method, "set" | "update" | "delete" | "send");
    let uses = step.facts().stream_uses.iter();
    let names: BTreeSet<&str> = uses
        .filter(|it| it.method.as_deref().is_some_and(writes))
        .filter_map(|it| it.name.text.known())
        .collect();
    names.into_iter().map(str::to_owned).collect()
}

fn sent(step: &Step) -> Vec<Sent> {
    let mut sends: BTreeMap<&str, (Span, bool)> = BTreeMap::new();
    for slot in slots(step.facts()) {
        if !matches!(slot.role, Role::Declares | Role::Emits) {
            continue;
        }
        for topic in slot
            .fact
            .text
            .candidates()
            .iter()
            .filter(|topic| !topic.is_empty())
        {
            let is_call = slot.role == Role::Emits;
            let (span, from_call) = sends.entry(topic).or_insert((slot.fact.span, is_call));
            if is_call && !*from_call {
                (*span, *from_call) = (slot.fact.span, true);
            }
        }
    }
    sends
        .into_iter()
        .map(|(topic, (span, _))| Sent {
            topic: topic.to_owned(),
            place: Place::of(&step.source, span),
            arrives: !step.drops(topic),
        })
        .collect()
}

fn of_stream(index: &Index, stream: &Stream) -> StreamContract {
    let source = stream.source.as_ref();
    let fact = stream.facts().stream.as_ref();
    StreamContract {
        name: stream.name().unwrap_or(&stream.file).to_owned(),
        place: Place::of(source, fact.map_or(Span::new(0, 0), |fact| fact.span)),
        schema: promise(index, source, fact.and_then(|fact| fact.schema.as_ref())),
    }
}

/// The schema behind a fact, followed through imports; nothing if it says nothing.
fn promise(index: &Index, source: &Source, schema: Option<&SchemaFact>) -> Option<Promise> {
    let (source, schema) = index.resolve_schema(source, schema?)?;
    let says_nothing = matches!(schema.notation, SchemaNotation::Null | SchemaNotation::Unknown);
    (!says_nothing).then(|| Promise {
        schema: schema.input(),
        place: Place::of(source, schema.span),
        fields: schema
            .properties
            .iter()
            .map(|(pointer, span)| (pointer.clone(), Place::of(source, *span)))
            .collect(),
    })
}
