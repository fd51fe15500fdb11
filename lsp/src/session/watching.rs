//! Looking at the disk now and then, for clients that cannot watch files.

use std::time::{Duration, Instant};

use banister_project::disk::Stamps;

use super::Session;
use crate::folder::FolderId;
use crate::message::Event;

/// A look takes at most this share of the time.
const REST: u32 = 20;

impl Session {
    /// When the disk will be looked at next.
    pub(crate) fn next_look(&self) -> Option<Instant> {
        self.next_look
    }

    /// Begins to look at the disk, if the client cannot.
    pub(super) fn start_looking(&mut self) {
        if !self.client.watches_files {
            self.next_look = Some(Instant::now() + self.poll);
        }
    }

    /// Looks at the disk in the background if it is time to.
    pub(crate) fn look(&mut self, now: Instant) {
        if self.next_look.is_none_or(|due| due > now) {
            return;
        }
        // Set again when the looks come back, so that a slow disk is not looked at twice at a time.
        self.next_look = self.folders.is_empty().then(|| now + self.poll);
        for (id, folder) in &self.folders {
            let (id, root, events) = (*id, folder.names.root().to_owned(), self.events.clone());
            self.pool.later(move || {
                let begun = Instant::now();
                let stamps = Stamps::of(&root);
                // Refused only when the session is over.
                let _ = events.send(Event::Looked(id, stamps, begun.elapsed()));
            });
        }
    }

    /// Reads a folder again if it looks otherwise than when it was read.
    pub(super) fn looked(&mut self, id: FolderId, stamps: &Stamps, took: Duration) {
        self.next_look = Some(Instant::now() + self.poll.max(took * REST));
        let is_stale = |before: &Stamps| before != stamps;
        let folder = self.folders.get(&id);
        if folder.is_some_and(|folder| folder.loaded && folder.stamps.as_ref().is_some_and(is_stale)) {
            self.scan(id);
        }
    }
}
