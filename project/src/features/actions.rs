//! Changes that an editor can offer where the cursor is, beyond the fixes that findings bring along.

mod declare;
mod fix_file;
mod literal;
mod migrate;
mod missing_fields;
mod naming;
mod new_step;
mod new_subscriber;
mod sent_schema;

use banister_grammars::{Language, Span};
use serde::{Deserialize, Serialize};

use crate::diagnostic::Edit;
use crate::workspace::Snapshot;

/// A change that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What it does, in the imperative.
    pub title: String,
    /// What it is for.
    pub kind: ActionKind,
    /// What to ask [`Snapshot::change`] for.
    pub request: ActionRequest,
    /// Why it cannot be done here, if it cannot.
    pub refused: Option<String>,
}

/// What an offered change is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionKind {
    /// It mends something.
    QuickFix,
    /// It mends everything in the file that can be mended unseen.
    FixAll,
    /// It writes the same thing in another way.
    Rewrite,
}

/// A change in few words: it may travel to the client and back before anybody works it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "camelCase")]
pub enum ActionRequest {
    /// Adds the fields to a payload that its subscribers require.
    MissingFields {
        /// Where the payload begins.
        at: u32,
    },
    /// Writes a step that takes a topic.
    NewSubscriber {
        /// The topic.
        topic: String,
        /// The language of the step.
        language: Language,
    },
    /// Declares the topic of a call that sends.
    Declare {
        /// Where the topic begins.
        at: u32,
    },
    /// Applies every safe fix in the file.
    FixFile,
    /// Writes a 0.x step in the 1.0 dialect.
    Migrate,
}

/// What a change comes to: all of it, or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Edits of files that exist.
    pub edits: Vec<Edit>,
    /// A file that is new.
    pub created: Option<NewFile>,
}

/// A file that does not exist yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Relative to the workspace, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Snapshot {
    /// What can be done with the selected text of a file. The list is cheap; [`Snapshot::change`] does the work.
    pub fn actions(&self, file: &str, selected: Span) -> Vec<Action> {
        let Some(index) = self.index_of(file) else {
            return Vec::new();
        };
        let mut actions = missing_fields::offers(index, file, selected);
        actions.extend(declare::offers(index, file, selected));
        actions.extend(new_subscriber::offers(index, file, selected.start));
        actions.extend(migrate::offer(index, file, selected));
        actions
    }

    /// Works a change out; nothing if the text has changed so that it no longer fits.
    pub fn change(&self, file: &str, request: &ActionRequest) -> Option<Change> {
        let index = self.index_of(file)?;
        match request {
            ActionRequest::MissingFields { at } => missing_fields::change(index, file, *at),
            ActionRequest::NewSubscriber { topic, language } => {
                new_subscriber::change(self, index, file, topic, *language)
            }
            ActionRequest::Declare { at } => declare::change(index, file, *at),
            ActionRequest::FixFile => fix_file::change(self, file),
            ActionRequest::Migrate => migrate::change(index, file),
        }
    }
}

impl Change {
    fn edits(edits: Vec<Edit>) -> Self {
        Self { edits, created: None }
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;
    use crate::fixture::parse;
    use crate::workspace::Host;

    /// The offers at the cursor of a fixture.
    pub(super) fn offers(fixture: &str) -> (Snapshot, String, Vec<Action>) {
        let (snapshot, cursor) = parse(fixture);
        let (file, at) = cursor.expect("a fixture with a cursor");
        let at = Span { start: at, end: at };
        let actions = snapshot.actions(&file, at);
        (snapshot, file, actions)
    }

    /// The workspace after a change.
    pub(super) fn applied(snapshot: &Snapshot, change: &Change) -> Snapshot {
        let mut host = Host::of(snapshot);
        let mut edits = change.edits.clone();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
        for edit in edits {
            let mut text = host.snapshot().source(&edit.file).unwrap().text.to_string();
            text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
            host.set_file(&edit.file, text.into());
        }
        if let Some(new) = &change.created {
            assert!(
                host.snapshot().source(&new.path).is_none(),
                "{} is there",
                new.path
            );
            host.set_file(&new.path, new.text.as_str().into());
        }
        host.snapshot()
    }

    /// The text of the cursor's file after the first offer whose title begins like this.
    pub(super) fn after(fixture: &str, title: &str) -> String {
        let (snapshot, file, actions) = offers(fixture);
        let action = actions.iter().find(|action| action.title.starts_with(title));
        let action = action.unwrap_or_else(|| panic!("{title} is not in {actions:?}"));
        assert_eq!(action.refused, None, "{title}");
        let change = snapshot.change(&file, &action.request).expect("a change");
        let after = applied(&snapshot, &change);
        after.source(&file).unwrap().text.to_string()
    }
}
