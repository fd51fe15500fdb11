//! Which folders the session serves.

use std::path::PathBuf;

use tower_lsp::ls_types::{DidChangeWorkspaceFoldersParams, InitializeParams};

use super::Session;
use crate::dispatch;
use crate::folder::{Folder, FolderId};
use crate::uri;

impl Session {
    /// Takes the folders that the client begins with.
    pub(super) fn take_roots(&mut self, params: &InitializeParams) {
        #[expect(
            deprecated,
            reason = "clients without workspace folders still send the root alone"
        )]
        let root = params.root_uri.iter();
        self.roots = match &params.workspace_folders {
            Some(folders) if !folders.is_empty() => folders
                .iter()
                .filter_map(|folder| uri::to_path(&folder.uri))
                .collect(),
            _ => root.filter_map(uri::to_path).collect(),
        };
        self.serve_roots();
    }

    /// The client added or removed folders.
    pub(super) fn change_roots(&mut self, params: &DidChangeWorkspaceFoldersParams) {
        for folder in &params.event.removed {
            let removed = uri::to_path(&folder.uri);
            self.roots.retain(|root| Some(root) != removed.as_ref());
        }
        let added = params
            .event
            .added
            .iter()
            .filter_map(|folder| uri::to_path(&folder.uri));
        self.roots.extend(added);
        self.serve_roots();
    }

    /// Serves the client's folders. One inside another is covered by the outer one, where projects are found at any
    /// depth; otherwise each of its files would be reported twice.
    fn serve_roots(&mut self) {
        let is_outermost = |root: &PathBuf| {
            !self
                .roots
                .iter()
                .any(|other| other != root && root.starts_with(other))
        };
        let mut wanted: Vec<PathBuf> = self
            .roots
            .iter()
            .filter(|root| is_outermost(root))
            .cloned()
            .collect();
        wanted.sort();
        wanted.dedup();
        let gone: Vec<FolderId> = self
            .folders
            .iter()
            .filter(|(_, folder)| !wanted.iter().any(|root| root == folder.names.root()))
            .map(|(id, _)| *id)
            .collect();
        for id in gone {
            if let Some(mut folder) = self.folders.remove(&id) {
                let cleared = folder.board.clear();
                if !self.client.pulls {
                    self.publish(cleared);
                }
                for request in folder.deferred {
                    dispatch::run(request, None);
                }
            }
        }
        for root in wanted {
            if !self.folders.values().any(|folder| folder.names.root() == root) {
                self.add_folder(root);
            }
        }
    }

    fn add_folder(&mut self, root: PathBuf) {
        let id = FolderId(self.next_folder);
        self.next_folder += 1;
        self.folders.insert(id, Folder::new(root));
        self.take_open_documents(id);
        self.show_reading(id);
        self.scan(id);
    }
}
