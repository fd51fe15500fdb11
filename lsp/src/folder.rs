//! One workspace folder: its files, some from disk and some from open documents, and what was said about them.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use banister_project::disk::{Problem, Stamps};
use banister_project::graph::Graph;
use banister_project::{Host, Snapshot, discovery};
use tokio::sync::oneshot;
use tower_lsp::ls_types::Uri;

use crate::diagnostics::Board;
use crate::document::Document;
use crate::message::Request;
use crate::scan::{self, Scanned};
use crate::uri;

/// Names a folder for as long as the session lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FolderId(pub(crate) u32);

/// How files of a folder are called on the wire.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    root: PathBuf,
    /// What the root is called without symbolic links, if that is another name: editors may open files by either.
    real: Option<PathBuf>,
    open: BTreeMap<String, OpenFile>,
}

/// How the client knows a file that it has open.
#[derive(Debug, Clone)]
struct OpenFile {
    uri: Uri,
    version: i32,
}

impl Names {
    /// The URI of a file: as the client spells it if it has the file open, else made from the path.
    pub(crate) fn uri(&self, path: &str) -> Option<Uri> {
        self.open
            .get(path)
            .map(|open| open.uri.clone())
            .or_else(|| uri::from_relative(&self.root, path))
    }

    /// The client's number of the text of a file that it has open.
    pub(crate) fn version(&self, path: &str) -> Option<i32> {
        self.open.get(path).map(|open| open.version)
    }

    /// The client's number of the text of a document that it has open.
    pub(crate) fn version_of(&self, uri: &Uri) -> Option<i32> {
        self.version(&self.path(uri)?)
    }

    /// The path of a document that lies in the folder.
    pub(crate) fn path(&self, uri: &Uri) -> Option<String> {
        self.relative(&uri::to_path(uri)?)
    }

    /// A path of this machine as one in the folder, if it lies there.
    pub(crate) fn relative(&self, path: &Path) -> Option<String> {
        let by_real_name = || uri::relative(self.real.as_deref()?, path);
        uri::relative(&self.root, path).or_else(by_real_name)
    }

    /// The files that the client has open.
    pub(crate) fn open_paths(&self) -> BTreeSet<String> {
        self.open.keys().cloned().collect()
    }

    /// The folder itself.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }
}

/// How far reading the folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scan {
    /// Nothing is under way.
    Idle,
    /// One is under way.
    Running,
    /// One is under way that may have missed a change: another must follow.
    Stale,
}

/// A workspace folder.
pub(crate) struct Folder {
    /// Names on the wire.
    pub(crate) names: Arc<Names>,
    /// The reading of the disk.
    pub(crate) scan: Scan,
    /// True once the disk has been read the first time.
    pub(crate) loaded: bool,
    /// Questions that came before that.
    pub(crate) deferred: Vec<Request>,
    /// Counts the states.
    pub(crate) generation: u64,
    /// The state that was last checked.
    pub(crate) checked: u64,
    /// True while a check is under way.
    pub(crate) checking: bool,
    /// True once the client has been told that there is no project here.
    pub(crate) said_empty: bool,
    /// What the client shows.
    pub(crate) board: Board,
    /// The state whose findings the client shows; none if what it shows has to be gone through again.
    pub(crate) shown: Option<Snapshot>,
    /// The client has closed a file since the last check began: it may be a module that nobody needs.
    pub(crate) has_closed: bool,
    /// Held while the client is shown that the folder is being read and checked for the first time.
    pub(crate) progress: Option<oneshot::Sender<()>>,
    /// The files on disk when they were read, if the server itself has to watch them.
    pub(crate) stamps: Option<Stamps>,
    /// The flow graph that the client was told of.
    pub(crate) graph: Option<Graph>,
    host: Host,
    /// The files from the disk and the open ones: what a scan may find gone.
    held: BTreeSet<String>,
    problems: BTreeSet<Problem>,
}

/// A file that makes the analysis panic. It keeps the facts that it had before.
#[derive(Debug)]
pub(crate) struct Indigestible(pub(crate) String);

impl Folder {
    /// A folder of which nothing is known.
    pub(crate) fn new(root: PathBuf) -> Self {
        let real = root.canonicalize().ok().filter(|real| *real != root);
        Self {
            names: Arc::new(Names {
                root,
                real,
                open: BTreeMap::new(),
            }),
            scan: Scan::Idle,
            loaded: false,
            deferred: Vec::new(),
            generation: 1,
            checked: 0,
            checking: false,
            said_empty: false,
            board: Board::default(),
            shown: None,
            has_closed: false,
            progress: None,
            stamps: None,
            graph: None,
            host: Host::new(),
            held: BTreeSet::new(),
            problems: BTreeSet::new(),
        }
    }

    /// The present state.
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.host.snapshot()
    }

    /// A copy of the files for work in the background.
    pub(crate) fn host(&self) -> Host {
        // What is worked out for either is there for both.
        self.host.snapshot();
        self.host.clone()
    }

    /// The client opened a file: from now on its text counts.
    pub(crate) fn open(&mut self, path: &str, uri: Uri, document: &Document) -> Result<(), Indigestible> {
        let open = OpenFile {
            uri: uri.clone(),
            version: document.version,
        };
        let before = Arc::make_mut(&mut self.names).open.insert(path.into(), open);
        // Of what is no file of a project, such as an installed package, there is nothing to say.
        if discovery::role(path).is_some() && before.is_none_or(|before| before.uri != uri) {
            self.respelled(path, &uri);
            self.board.owe(uri);
        }
        // Were it never read from the disk, nothing else would tell the scan after its closing to let it go.
        self.held.insert(path.into());
        self.set(path, document.text.as_str().into())
    }

    /// The client edited a file that it has open.
    pub(crate) fn edit(&mut self, path: &str, document: &Document) -> Result<(), Indigestible> {
        if let Some(open) = Arc::make_mut(&mut self.names).open.get_mut(path) {
            open.version = document.version;
        }
        self.set(path, document.text.as_str().into())
    }

    /// The text of a file changed.
    pub(crate) fn set(&mut self, path: &str, text: Arc<str>) -> Result<(), Indigestible> {
        self.generation += 1;
        // On a copy, so that a panic half-way leaves no half-changed state behind.
        let mut host = self.host.clone();
        catch_unwind(AssertUnwindSafe(|| host.set_file(path, text)))
            .map_err(|_| Indigestible(path.into()))?;
        self.host = host;
        Ok(())
    }

    /// A module that the background read from disk because a step imports it now.
    pub(crate) fn import(&mut self, path: &str, text: Arc<str>) -> Result<(), Indigestible> {
        if self.names.open.contains_key(path) {
            return Ok(());
        }
        self.held.insert(path.into());
        self.set(path, text)
    }

    /// Forgets a module that nobody imports any more, unless it was opened meanwhile.
    pub(crate) fn release(&mut self, path: &str) {
        if self.names.open.contains_key(path) {
            return;
        }
        self.generation += 1;
        self.held.remove(path);
        self.host.remove_file(path);
    }

    /// The client closed a file: the next scan takes what is on disk.
    pub(crate) fn close(&mut self, path: &str) {
        self.has_closed = true;
        if let Some(open) = Arc::make_mut(&mut self.names).open.remove(path) {
            self.respelled(path, &open.uri);
        }
    }

    /// A client may spell a file that it opens otherwise than we do; then what it shows stands under the other name.
    fn respelled(&mut self, path: &str, uri: &Uri) {
        if uri::from_relative(self.names.root(), path).as_ref() != Some(uri) {
            self.shown = None;
        }
    }

    /// What a scan has to know.
    pub(crate) fn scan_job(&self, cache: Option<PathBuf>, with_stamps: bool) -> scan::Job {
        let open = self.names.open.keys().cloned().collect();
        scan::Job {
            host: self.host.clone(),
            held: self.held.clone(),
            open,
            // Later scans find nearly everything in the host.
            cache: cache.filter(|_| !self.loaded),
            with_stamps,
        }
    }

    /// Takes over what a scan found, and returns the files that cannot be taken as they are and were not known before.
    /// Open files have their present text set afterwards: they may have been edited while the scan ran.
    pub(crate) fn absorb(&mut self, scanned: Scanned) -> Vec<Problem> {
        self.generation += 1;
        self.host = scanned.host;
        self.held = scanned.held;
        self.stamps = scanned.stamps;
        let before = std::mem::replace(&mut self.problems, scanned.problems);
        self.problems.difference(&before).cloned().collect()
    }

    /// Forgets all files but not what the client shows: a panic may have left anything behind.
    pub(crate) fn forget(&mut self) {
        self.generation += 1;
        self.loaded = false;
        self.checking = false;
        self.host = Host::new();
        self.shown = None;
        self.held.clear();
    }
}
