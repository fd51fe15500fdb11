//! What the cursor stands on.

use banister_grammars::Span;
use banister_grammars::facts::Text;

use crate::index::{Index, Role, Slot, slots};

/// The topic slot under the cursor. Where two touch the cursor, the inner one counts.
pub(super) fn slot_at<'i>(index: &'i Index, file: &str, offset: u32) -> Option<Slot<'i>> {
    slots(index.facts(file)?)
        .into_iter()
        .filter(|slot| slot.fact.span.touches(offset))
        .min_by_key(|slot| slot.fact.span.end - slot.fact.span.start)
}

/// A topic under the cursor, where it stands, and what it is there. A slot that may be several topics is none of them.
pub(super) fn topic_at<'i>(index: &'i Index, file: &str, offset: u32) -> Option<(&'i str, Span, Role)> {
    let slot = slot_at(index, file, offset)?;
    match &slot.fact.text {
        Text::Known(topic) if !topic.is_empty() => Some((topic, slot.fact.span, slot.role)),
        _ => None,
    }
}
