//! Proposals in the order of their rank.

use banister_grammars::Span;

use crate::features::{Completion, CompletionKind};

/// A list of proposals for one place, in the making.
#[derive(Debug)]
pub(in crate::features) struct Ranked {
    replace: Span,
    found: Vec<Completion>,
}

impl Ranked {
    /// Nothing yet; each proposal will replace this.
    pub(in crate::features) fn new(replace: Span) -> Self {
        let found = Vec::new();
        Self { replace, found }
    }

    /// Adds what ranks behind all others.
    pub(in crate::features) fn push(
        &mut self,
        label: &str,
        kind: CompletionKind,
        detail: &str,
        documentation: String,
        insert: String,
        snippet: Option<String>,
    ) {
        self.found.push(Completion {
            label: label.to_owned(),
            kind,
            detail: detail.to_owned(),
            documentation,
            insert,
            snippet,
            replace: self.replace,
            rank: u32::try_from(self.found.len()).unwrap_or(u32::MAX),
        });
    }

    /// How many there are.
    pub(in crate::features) fn len(&self) -> usize {
        self.found.len()
    }

    /// The list.
    pub(in crate::features) fn finish(self) -> Vec<Completion> {
        self.found
    }
}
