//! Messages as their subscribers see them: every call that sends, against the schema of every step that takes its
//! topic. The rules on payloads all walk through here.

use std::borrow::Cow;

use banister_grammars::facts::{EmitSite, SchemaFact};
use serde_json::Value as Json;

use crate::index::Index;
use crate::project::Step;
use crate::source::Source;

/// One call that sends, with all that take the message.
pub(crate) struct Delivery<'i> {
    pub(crate) file: &'i str,
    /// The step that sends; none for a helper module.
    pub(crate) sender: Option<&'i Step>,
    pub(crate) site: &'i EmitSite,
    pub(crate) topic: &'i str,
}

/// The steps that take one topic.
#[derive(Default)]
pub(crate) struct Takers<'i> {
    /// Those whose schema is visible, by file.
    pub(crate) all: Vec<Taker<'i>>,
    /// True if another one takes the topic with a schema that is not visible.
    pub(crate) others: bool,
}

/// A step that takes a topic, with the schema that it gives the message.
pub(crate) struct Taker<'i> {
    pub(crate) step: &'i Step,
    pub(crate) source: &'i Source,
    pub(crate) schema: Cow<'i, SchemaFact>,
}

/// Calls `visit` with every call of a step or helper that sends a known topic, and the steps that take it.
pub(crate) fn each_delivery<'i>(
    index: &'i Index,
    file: &'i str,
    mut visit: impl FnMut(&Delivery<'i>, &Takers<'i>),
) {
    let sender = index.step(file);
    let sites = index.facts(file).map_or(&[][..], |facts| &facts.emits);
    for site in sites {
        let Some(topic) = site.topic.as_ref().and_then(|topic| topic.text.known()) else {
            continue;
        };
        let delivery = Delivery {
            file,
            sender,
            site,
            topic,
        };
        visit(&delivery, &takers(index, topic));
    }
}

/// The steps that take `topic`.
pub(crate) fn takers<'i>(index: &'i Index, topic: &str) -> Takers<'i> {
    let mut takers = Takers::default();
    for step in index.subscribers(topic) {
        match index.input_schema(step, topic) {
            Some((source, schema)) => takers.all.push(Taker { step, source, schema }),
            None => takers.others = true,
        }
    }
    takers
}

/// Follows `$ref`s inside the document; one that leads out of it, or in a circle, allows everything.
pub(crate) fn follow<'s>(root: &'s Json, schema: &'s Json) -> &'s Json {
    const MAX_HOPS: usize = 8;
    const ANYTHING: &Json = &Json::Null;
    let mut schema = schema;
    for _ in 0..MAX_HOPS {
        let Some(reference) = schema.get("$ref").and_then(Json::as_str) else {
            return schema;
        };
        match reference
            .strip_prefix('#')
            .and_then(|pointer| root.pointer(pointer))
        {
            Some(target) => schema = target,
            None => return ANYTHING,
        }
    }
    ANYTHING
}

/// `/items/*/sku` as a person writes it: `items[].sku`.
pub(crate) fn display(pointer: &str) -> String {
    pointer
        .trim_start_matches('/')
        .replace("/*", "[]")
        .replace('/', ".")
}
