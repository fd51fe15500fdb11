//! When the workspace is checked, and what the client is told of the outcome.

use std::sync::Arc;
use std::time::Instant;

use tower_lsp::ls_types::{Diagnostic, MessageType, PublishDiagnosticsParams, Uri};

use super::Session;
use crate::diagnostics::{self, Checked, Outcome};
use crate::folder::FolderId;
use crate::message::Event;
use crate::outbox::Outgoing;
use crate::{pull, scan, uri};

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
            self.pool.later(move || {
                let unneeded = scan::let_go(&names, &mut host);
                let mut checked = diagnostics::check(names.root(), host, generation, with_graph);
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
        self.timer.learn(checked.took);
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
        let fresh =
            diagnostics::by_document(&outcome.snapshot, &outcome.findings, &folder.names, &self.client);
        let present = folder.snapshot();
        let names = Arc::clone(&folder.names);
        let is_outdated = |uri: &Uri| {
            let path = uri::to_path(uri).and_then(|path| uri::relative(names.root(), &path));
            let then = path.as_deref().and_then(|path| outcome.snapshot.text(path));
            let now = path.as_deref().and_then(|path| present.text(path));
            matches!((then, now), (Some(then), Some(now)) if then.text != now.text)
        };
        let news = folder.board.update(fresh, is_outdated);
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
