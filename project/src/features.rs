//! What an editor asks at a cursor. Offsets are bytes into the file's text; files are relative to the workspace.
//! Everything answers `None` outside of the texts that the framework gives a meaning: other servers run beside this one.

mod card;
mod completion;
mod definition;
mod hover;
mod references;
mod symbols;
mod target;

use banister_grammars::Span;

use crate::workspace::Snapshot;

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Relative to the workspace, with `/`.
    pub file: String,
    /// Where in it.
    pub span: Span,
}

/// A jump: from the text under the cursor to its targets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jump {
    /// The text under the cursor that the jump is about (inside of its quotes).
    pub origin: Span,
    /// Where it leads.
    pub targets: Vec<Location>,
}

/// One proposal of a completion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What is shown and inserted.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words beside the label: "2 subscribers (py, rb)".
    pub detail: String,
    /// Markdown, longer.
    pub documentation: String,
    /// What is replaced: the whole string inside of its quotes.
    pub replace: Span,
    /// Sorts ascending.
    pub rank: u32,
}

/// What a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionKind {
    /// A topic.
    Topic,
}

/// A hover text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The text that it is about.
    pub span: Span,
    /// Markdown.
    pub markdown: String,
}

/// An entry of a file's outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// A few words beside it.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// The whole thing.
    pub span: Span,
    /// Its name in the text.
    pub selection: Span,
    /// What it holds.
    pub children: Vec<Symbol>,
}

/// What a symbol is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    /// A step.
    Step,
    /// A topic that it takes.
    Subscribes,
    /// A topic that it sends.
    Emits,
    /// A route.
    Route,
    /// A schedule.
    Cron,
    /// The handler.
    Handler,
    /// A stream.
    Stream,
}

impl Snapshot {
    /// Topics that fit where the cursor is: inside a topic string of `emits`, `subscribes` or an emit call. `None`
    /// outside such a string.
    pub fn completion(&self, file: &str, offset: u32) -> Option<Vec<Completion>> {
        completion::completion(self.index_of(file)?, file, offset)
    }

    /// From an emitted topic to its subscribers, from a subscribed one to its emitters.
    pub fn definition(&self, file: &str, offset: u32) -> Option<Jump> {
        definition::definition(self.index_of(file)?, file, offset)
    }

    /// Every place that names the topic under the cursor.
    pub fn references(&self, file: &str, offset: u32) -> Option<Jump> {
        references::references(self.index_of(file)?, file, offset)
    }

    /// The card of the topic, step or schedule under the cursor.
    pub fn hover(&self, file: &str, offset: u32) -> Option<Hover> {
        hover::hover(self.index_of(file)?, file, offset)
    }

    /// The outline of a file.
    pub fn document_symbols(&self, file: &str) -> Vec<Symbol> {
        self.index_of(file)
            .map(|index| symbols::symbols(index, file))
            .unwrap_or_default()
    }
}
