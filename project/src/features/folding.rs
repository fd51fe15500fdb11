//! What may be folded away: the config of a step or stream, and the schemas in it.

use banister_grammars::Span;
use banister_grammars::facts::{ConfigEntry, SchemaFact};

use crate::index::Index;
use crate::workspace::Snapshot;

/// The foldable parts of a file, in source order; a part of one line is of no use to an editor, which skips it.
pub(super) fn folds(snapshot: &Snapshot, index: Option<&Index>, file: &str) -> Vec<Span> {
    if let Some(flow) = snapshot.flow_test(file) {
        return super::flow_file::folds(&flow.text);
    }
    let Some(index) = index.filter(|index| index.loads(file)) else {
        return Vec::new();
    };
    let Some(facts) = index.source(file).map(|source| &source.facts) else {
        return Vec::new();
    };
    let mut spans: Vec<Span> = Vec::new();
    if let Some(config) = &facts.config {
        spans.push(config.span);
        // A key's value that is written elsewhere folds there.
        let inside = |entry: &&ConfigEntry| config.span.contains(entry.value.span);
        spans.extend(config.entries.iter().filter(inside).map(|entry| entry.value.span));
    }
    let triggers = facts.step.iter().flat_map(|step| &step.triggers);
    let inputs = triggers.flat_map(|trigger| {
        let responses = trigger.responses.iter().map(|(_, schema)| schema);
        trigger.input.iter().chain(responses)
    });
    let stream = facts.stream.iter().filter_map(|stream| stream.schema.as_ref());
    let written = |schema: &&SchemaFact| schema.import.is_none();
    let schemas = inputs.chain(stream).chain(facts.schemas.values()).filter(written);
    spans.extend(schemas.map(|schema| schema.span));
    spans.sort_unstable();
    spans.dedup();
    spans
}
