//! What only generated tests need to know of a project.

use std::collections::{BTreeMap, BTreeSet};

use banister_grammars::RequestReads;
use banister_grammars::facts::{StepKind, TopicRef};
use banister_project::{Project, Step};

use super::TriggerId;

/// Words that a handler uses to hold a body against a schema without throwing, in the four languages.
const CHECKS: [&str; 9] = [
    "safeParse(",
    "safeParseAsync(",
    ".safe_parse(",
    "model_validate(",
    "parse_obj(",
    "jsonschema.validate(",
    "JSONSchemer.",
    "JSON::Validator.",
    "ajv.",
];

/// What static analysis sees beside what the scheduler needs.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// Topics that pictures send or take: nobody has to subscribe to them.
    pub known_topics: BTreeSet<String>,
    /// True if some step takes topics that nobody can see.
    pub takes_unseen: bool,
    /// True if the settings say that no flow ends in a topic on purpose.
    pub takes_every_topic: bool,
    /// Query parameters that the config of a trigger names.
    pub queries: BTreeMap<TriggerId, Vec<String>>,
    /// Steps whose handler holds its body against a schema.
    pub checks_body: BTreeSet<usize>,
    /// Steps with middleware, which may answer in their place.
    pub has_middleware: BTreeSet<usize>,
    /// Steps that take a socket.
    pub sockets: BTreeSet<usize>,
    /// What steps with a route ask requests for; only where tests are generated.
    pub asked: BTreeMap<usize, Asked>,
}

/// What a step asks requests for, in its own module and in those that it needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Headers and query parameters.
    pub reads: RequestReads,
    /// The environment variables of flow tests that the modules speak of.
    pub env: BTreeSet<String>,
}

impl Asked {
    /// Adds what another module asks for.
    pub(crate) fn add(&mut self, other: &Self) {
        self.reads.headers.extend(other.reads.headers.iter().cloned());
        self.reads.query.extend(other.reads.query.iter().cloned());
        self.env.extend(other.env.iter().cloned());
    }
}

impl Hints {
    pub(super) fn of(project: &Project) -> Self {
        let mut hints = Self {
            takes_every_topic: project.takes_every_topic,
            ..Self::default()
        };
        for (at, step) in project.steps.iter().enumerate() {
            hints.add(at, step);
        }
        hints
    }

    fn add(&mut self, at: usize, step: &Step) {
        let Some(fact) = step.fact() else {
            // What cannot be read may take anything.
            self.takes_unseen = true;
            return;
        };
        let texts = |topics: &[TopicRef]| -> Vec<String> {
            let each = topics.iter().flat_map(|topic| topic.topic.text.candidates());
            each.cloned().collect()
        };
        self.known_topics.extend(texts(&fact.virtual_emits));
        self.known_topics.extend(texts(&fact.virtual_subscribes));
        for (trigger, it) in fact.triggers.iter().enumerate() {
            let unseen = it
                .topics
                .iter()
                .any(|topic| topic.topic.text.candidates().is_empty());
            self.takes_unseen |= it.kind == StepKind::Event && (it.topics_open || unseen);
            let query: Vec<String> = (it.query.iter())
                .flat_map(|name| name.text.candidates().to_vec())
                .collect();
            if !query.is_empty() {
                self.queries.insert(TriggerId { step: at, trigger }, query);
            }
        }
        if checks_body(&step.source.text) {
            self.checks_body.insert(at);
        }
        let config = step.source.facts.config.as_ref();
        let has = |key: &str| config.is_some_and(|config| config.get(key).is_some());
        if has("middleware") || fact.keys_open || (has("triggers") && step.source.text.contains("middleware"))
        {
            self.has_middleware.insert(at);
        }
        if has("websocket") {
            self.sockets.insert(at);
        }
    }
}

/// True if a line of code holds something that is called body, input or request against a schema.
fn checks_body(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start();
        let is_comment = ["//", "#", "*", "/*"].iter().any(|mark| line.starts_with(mark));
        let Some(after) = CHECKS.iter().find_map(|word| Some(line.split_once(word)?.1)) else {
            return false;
        };
        !is_comment
            && ["body", "input", "req", "payload"]
                .iter()
                .any(|name| after.contains(name))
    })
}

#[cfg(test)]
mod tests {
    use super::checks_body;

    #[test]
    fn a_handler_that_checks_its_body_is_seen() {
        assert!(checks_body("  const parsed = bodySchema.safeParse(req.body)\n"));
        assert!(checks_body("order = Order.model_validate(req['body'])"));
        assert!(!checks_body("// schema.safeParse(req.body)"));
        assert!(!checks_body(
            "const answer = schema.safeParse(await reply.json())"
        ));
        assert!(!checks_body("JSON.parse(req.body)"));
    }
}
