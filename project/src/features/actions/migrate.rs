//! Writing a 0.x step in the 1.0 dialect.
use super::{Action, Change};
use crate::index::Index;
use banister_grammars::Span;
pub(super) fn offer(_: &Index, _: &str, _: Span) -> Option<Action> {
    None
}
pub(super) fn change(_: &Index, _: &str) -> Option<Change> {
    None
}
