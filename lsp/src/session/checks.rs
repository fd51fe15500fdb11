//! When the workspace is checked, and what the client is told of the outcome.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use tower_lsp::ls_types::{Diagnostic, MessageType, PublishDiagnosticsParams, Uri};

use super::Session;
use crate::diagnostics::{self, Checked, Outcome};
use crate::folder::FolderId;
use crate::message::Event;
use crate::outbox::Outgoing;
use crate::{pull, scan};

impl Session {
    /// Starts a check of each folder that changed since its last one.
    pub(crate) fn check_changed(&mut self) {
        if !self.initialized {
            return;
        }
        for (id, folder) in &mut self.folders {
            if !folder.loaded || folder.checking || folder.checked == folder.generation {
                continue;
            }
            folder.checking = true;
            let (id, events) = (*id, self.events.clone());
            let with_graph = self.follows_graph;
            let (names, mut host, generation) = (Arc::clone(&folder.names), folder.host(), folder.generation);
            let before = folder.shown.clone();
            let has_closed = std::mem::take(&mut folder.has_closed);
            self.pool.later(move || {
                let unneeded = scan::let_go(&names, &mut host, before.as_ref().filter(|_| !has_closed));
                let mut checked =
                    diagnostics::check(names.root(), host, before.as_ref(), generation, with_graph);
                checked.unneeded = unneeded;
                // Refused only when the session is over.
                let _ = events.send(Event::Checked(id, Box::new(checked)));
            });
        }
    }

    /// Takes over the outcome of a check.
    pub(super) fn checked(&mut self, id: FolderId, checked: Checked) {
        let Some(folder) = self.folders.get_mut(&id) else {
            return;
        };
        folder.checking = false;
        // The first check of all files says nothing about how long those after an edit take.
        if checked
            .outcome
            .as_ref()
            .is_some_and(|outcome| outcome.changed.is_some())
        {
            self.timer.learn(checked.took);
        }
        folder.progress = None;
        folder.checked = checked.generation;
        for path in &checked.unneeded {
            folder.release(path);
        }
        for (path, text) in checked.imported {
            // It was analysed once already, in the background; were it indigestible it would not be here.
            let _ = folder.import(&path, text);
        }
        if folder.checked != folder.generation {
            self.timer.touch(Instant::now());
        }
        match checked.outcome {
            Some(outcome) => {
                self.show_graph(id, &outcome);
                self.show(id, &outcome);
            }
            None => self.outbox.log(
                MessageType::ERROR,
                "Checking the workspace failed; what is shown may be out of date.",
            ),
        }
    }

    /// Tells a client that follows the flow graph that it is another one now.
    fn show_graph(&mut self, id: FolderId, outcome: &Outcome) {
        let Some(folder) = self.folders.get_mut(&id) else {
            return;
        };
        if outcome.graph.is_some() && outcome.graph != folder.graph {
            folder.graph.clone_from(&outcome.graph);
            if let Some(uri) = Uri::from_file_path(folder.names.root()) {
                self.outbox.send(Outgoing::GraphChanged(uri));
            }
        }
    }

    /// Tells the client what a check found.
    fn show(&mut self, id: FolderId, outcome: &Outcome) {
        let Some(folder) = self.folders.get_mut(&id) else {
            return;
        };
        if outcome.projects == 0 && !folder.said_empty {
            folder.said_empty = true;
            let root = folder.names.root().display();
            let text = format!("No step project in {root} yet; waiting for step files.");
            self.outbox.log(MessageType::INFO, text);
        }
        let (now, present) = (&outcome.snapshot, folder.snapshot());
        let names = Arc::clone(&folder.names);
        let is_outdated = |uri: &Uri| {
            let path = names.path(uri);
            let then = path.as_deref().and_then(|path| now.text(path));
            let now = path.as_deref().and_then(|path| present.text(path));
            matches!((then, now), (Some(then), Some(now)) if then.text != now.text)
        };
        let root = names.root();
        // What changed since the last check says enough only if the outcome of that one was taken over.
        let news = match outcome.changed.as_ref().filter(|_| folder.shown.is_some()) {
            Some(changed) => {
                let uris = changed.iter().filter_map(|file| names.uri(file));
                let documents: BTreeSet<Uri> = uris.chain(folder.board.pending().cloned()).collect();
                let files: BTreeSet<String> = documents.iter().filter_map(|uri| names.path(uri)).collect();
                let found = diagnostics::findings_in(now, root, files.iter().map(String::as_str));
                let fresh = diagnostics::by_document(now, &found, &names, &self.client);
                folder.board.update_some(documents, fresh, is_outdated)
            }
            None => {
                let found = diagnostics::findings(now, root);
                let fresh = diagnostics::by_document(now, &found, &names, &self.client);
                folder.board.update(fresh, is_outdated)
            }
        };
        folder.shown = Some(now.clone());
        if self.client.pulls {
            self.refresh(&news);
        } else {
            self.publish(news);
        }
    }

    /// Asks a client that pulls to pull again, if it shows something else than `news` for a document that it did not
    /// edit itself: those it pulls anyway.
    fn refresh(&mut self, news: &[(Uri, Vec<Diagnostic>)]) {
        let edited = std::mem::take(&mut self.edited);
        let is_news = |(uri, items): &(Uri, Vec<Diagnostic>)| {
            !edited.contains(uri) && self.told.differs(uri, &pull::result_id(items))
        };
        if self.client.refreshes && news.iter().any(is_news) {
            self.outbox.send(Outgoing::RefreshDiagnostics);
        }
    }

    /// Tells the client about documents, with the version that it knows them by.
    pub(super) fn publish(&self, news: Vec<(Uri, Vec<Diagnostic>)>) {
        for (uri, diagnostics) in news {
            let version = self.documents.get(&uri).map(|document| document.version);
            self.outbox.send(Outgoing::Publish(PublishDiagnosticsParams {
                uri,
                diagnostics,
                version,
            }));
        }
    }
}
