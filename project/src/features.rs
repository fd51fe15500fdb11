//! What an editor asks at a cursor. Offsets are bytes into the file's text; files are relative to the workspace.
//! Everything answers `None` outside of the texts that the framework gives a meaning: other servers run beside this one.

mod actions;
mod calls;
mod card;
mod completion;
mod definition;
mod fields;
mod flow_file;
mod folding;
mod hover;
mod lens;
mod links;
mod places;
mod references;
mod rename;
mod symbols;
mod target;
mod workspace_symbols;

use banister_grammars::Span;

use crate::diagnostic::Edit;
use crate::workspace::Snapshot;

pub use crate::index::{Entity, EntityKind};
pub use actions::{Action, ActionKind, ActionRequest, Change, NewFile};
pub use links::Link;

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

/// A place in the same file that names what the cursor is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Highlight {
    /// Where.
    pub span: Span,
    /// True if the place sends, declares or writes it, false if it takes, reads or only names it.
    pub writes: bool,
}

/// One proposal of a completion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What is shown.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words beside the label: "2 subscribers (py, rb)".
    pub detail: String,
    /// Markdown, longer. That of a topic takes a while and is told by [`Snapshot::describe`].
    pub documentation: String,
    /// What is inserted.
    pub insert: String,
    /// The same for editors that know snippets, with the start of a value: `id: '$1'`.
    pub snippet: Option<String>,
    /// What is replaced: the whole string inside of its quotes, or the word.
    pub replace: Span,
    /// Sorts ascending.
    pub rank: u32,
}

/// What a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionKind {
    /// A topic.
    Topic,
    /// A step.
    Step,
    /// A route.
    Route,
    /// A key that the framework reads.
    Key,
    /// A value that the framework knows.
    Value,
    /// A flow.
    Flow,
    /// A group of the state.
    StateGroup,
    /// A key of the state.
    StateKey,
    /// A stream.
    Stream,
    /// A key by a schema.
    Field,
    /// A member of what the framework hands over.
    Member,
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
    /// A topic, whatever is done with it.
    Topic,
    /// A group of the shared state.
    StateGroup,
    /// A flow test.
    Test,
}

/// A named thing of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSymbol {
    /// Its name behind its sigil: `#topic`, `/route`, `~state group`, `%stream`, nothing for a step.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// The step that it is at home in, or the file.
    pub container: String,
    /// Where it is at home.
    pub location: Location,
}

/// One end of the event flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowItem {
    /// The step's name, the route or the schedule.
    pub name: String,
    /// The language of a step, the step of a route or schedule.
    pub detail: String,
    /// What it is.
    pub kind: FlowItemKind,
    /// The file, relative to the workspace, with `/`.
    pub file: String,
    /// The whole thing.
    pub span: Span,
    /// Its name in the text.
    pub selection: Span,
}

/// What stands at an end of the event flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlowItemKind {
    /// A step.
    Step,
    /// A module that sends for steps.
    Helper,
    /// A route that leads into a step.
    Route,
    /// A schedule that starts a step.
    Schedule,
}

/// One way of the event flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowCall {
    /// The other end.
    pub item: FlowItem,
    /// The places that send: in the other end's file for incoming calls, in the asking one's for outgoing calls.
    pub from: Vec<Span>,
}

/// A line above the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// What it is about.
    pub span: Span,
    /// What it says.
    pub title: String,
    /// What a click does.
    pub target: LensTarget,
}

/// What a click on a lens does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LensTarget {
    /// Shows these places.
    Places(Vec<Location>),
    /// Runs the flow test of this name in the same file.
    FlowTest(String),
}

/// A few words beside the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Stands before this byte.
    pub offset: u32,
    /// What it says.
    pub label: String,
    /// Markdown, longer; may be empty.
    pub tooltip: String,
}

/// Longer lists of names are cut off here: more than that nobody reads, and another key asks again.
pub const MAX_COMPLETIONS: usize = 64;

impl Snapshot {
    /// What fits where the cursor is: topics, keys and values of the config, keys of payloads and inputs, names of
    /// shared state and streams. `None` where nothing of the framework is written.
    pub fn completion(&self, file: &str, offset: u32) -> Option<Vec<Completion>> {
        let index = self.index_of(file)?;
        match self.flow_test(file) {
            Some(flow) => flow_file::completion(index, &flow.text, offset),
            None => completion::completion(index, file, offset),
        }
    }

    /// True if the proposals of that kind are some of many, by what is typed so far: another key asks again.
    pub fn is_cut_off(&self, file: &str, kind: CompletionKind) -> bool {
        let index = self.index_of(file);
        index.is_some_and(|index| completion::nearest::are_many(index, kind))
    }

    /// The longer text about a proposal that was made in `file`.
    pub fn describe(&self, file: &str, kind: CompletionKind, label: &str) -> Option<String> {
        let index = self.index_of(file)?;
        (kind == CompletionKind::Topic).then(|| card::topic(index, label))
    }

    /// From an emitted topic to its subscribers, from a subscribed one to its emitters; from any other name to where
    /// the thing is defined.
    pub fn definition(&self, file: &str, offset: u32) -> Option<Jump> {
        definition::definition(self.index_of(file)?, file, offset)
    }

    /// From a topic to the step's own entry in `emits` or `subscribes`.
    pub fn declaration(&self, file: &str, offset: u32) -> Option<Jump> {
        places::declaration(self.index_of(file)?, file, offset)
    }

    /// From a topic, step or stream to the schema of what it carries.
    pub fn type_definition(&self, file: &str, offset: u32) -> Option<Jump> {
        places::type_definition(self.index_of(file)?, file, offset)
    }

    /// From a topic to the handlers of those who take it.
    pub fn implementation(&self, file: &str, offset: u32) -> Option<Jump> {
        places::implementation(self.index_of(file)?, file, offset)
    }

    /// The imports of a step or stream that lead to files of the workspace.
    pub fn links(&self, file: &str) -> Vec<Link> {
        self.index_of(file)
            .map(|index| links::links(index, file))
            .unwrap_or_default()
    }

    /// The parts of a file that may be folded away.
    pub fn folds(&self, file: &str) -> Vec<Span> {
        folding::folds(self, self.index_of(file).map(AsRef::as_ref), file)
    }

    /// Every place that names the topic, step, state group, stream or flow under the cursor.
    pub fn references(&self, file: &str, offset: u32) -> Option<Jump> {
        references::references(self.index_of(file)?, file, offset)
    }

    /// The places of the same file that name what the cursor is on.
    pub fn highlights(&self, file: &str, offset: u32) -> Option<Vec<Highlight>> {
        references::highlights(self.index_of(file)?, file, offset)
    }

    /// The name under the cursor that can be renamed, or why it cannot.
    pub fn prepare_rename(&self, file: &str, offset: u32) -> Option<Result<(Span, String), String>> {
        rename::prepare(self.index_of(file)?, file, offset)
    }

    /// The edits that rename what the cursor is on, by file and position, or why it cannot be renamed everywhere.
    pub fn rename(&self, file: &str, offset: u32, name: &str) -> Option<Result<Vec<Edit>, String>> {
        rename::rename(self.index_of(file)?, file, offset, name)
    }

    /// The card of what is named under the cursor, or of the schedule or route there.
    pub fn hover(&self, file: &str, offset: u32) -> Option<Hover> {
        hover::hover(self.index_of(file)?, file, offset)
    }

    /// The outline of a file.
    pub fn document_symbols(&self, file: &str) -> Vec<Symbol> {
        if let Some(flow) = self.flow_test(file) {
            return flow_file::symbols(flow);
        }
        self.index_of(file)
            .map(|index| symbols::symbols(index, file))
            .unwrap_or_default()
    }

    /// Named things of all projects that match a query; a sigil in front asks for one kind only.
    pub fn workspace_symbols(&self, query: &str) -> Vec<FoundSymbol> {
        let indexes = self.indexes().iter();
        indexes
            .flat_map(|index| workspace_symbols::search(index, query))
            .collect()
    }

    /// The steps that the event flow is followed from: the one that the cursor stands in, or the takers of the topic
    /// under it.
    pub fn flow_items(&self, file: &str, offset: u32) -> Option<Vec<FlowItem>> {
        calls::prepare(self.index_of(file)?, file, offset)
    }

    /// What sets the step of a file off.
    pub fn flow_incoming(&self, file: &str) -> Vec<FlowCall> {
        self.index_of(file)
            .map(|index| calls::incoming(index, file))
            .unwrap_or_default()
    }

    /// Whom the messages of the step of a file set off.
    pub fn flow_outgoing(&self, file: &str) -> Vec<FlowCall> {
        self.index_of(file)
            .map(|index| calls::outgoing(index, file))
            .unwrap_or_default()
    }

    /// The lines above the code of a step or of a flow test.
    pub fn lenses(&self, file: &str) -> Vec<Lens> {
        self.index_of(file)
            .map(|index| lens::lenses(index, file))
            .unwrap_or_default()
    }

    /// The words beside the code of a step or helper, in source order.
    pub fn hints(&self, file: &str) -> Vec<Hint> {
        self.index_of(file)
            .map(|index| lens::hints(index, file))
            .unwrap_or_default()
    }
}
