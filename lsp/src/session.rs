//! All mutable state of a session and what each event does to it. Only the owner thread calls this; nothing in here
//! waits for the client, for the disk or for a check.

mod checks;
mod commands;
mod roots;
mod watching;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use tower_lsp::ls_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, InitializeParams, MessageType,
    TextDocumentItem, Uri,
};

use commands::Runs;

use crate::capabilities::Negotiated;
use crate::dispatch::{self, Document, Scope, View};
use crate::document;
use crate::folder::{Folder, FolderId, Indigestible, Scan};
use crate::message::{Event, Question, Request};
use crate::options::Options;
use crate::outbox::{Outbox, Outgoing};
use crate::owner::Timer;
use crate::pool::Pool;
use crate::pull::Told;
use crate::scan::{self, Scanned};
use crate::{uri, watch};

/// The state.
pub(crate) struct Session {
    client: Arc<Negotiated>,
    initialized: bool,
    documents: BTreeMap<Uri, document::Document>,
    /// What the client calls its folders; those inside of others have no [`Folder`] of their own.
    roots: Vec<PathBuf>,
    folders: BTreeMap<FolderId, Folder>,
    next_folder: u32,
    timer: Timer,
    pool: Pool,
    /// The folder that keeps facts between sessions, if any does.
    cache: Option<PathBuf>,
    outbox: Outbox,
    events: Sender<Event>,
    /// What a client that pulls was told last.
    told: Arc<Told>,
    /// Documents that the client edited since the last check; it pulls those by itself.
    edited: BTreeSet<Uri>,
    /// Questions that wait until every folder has been read.
    waiting: Vec<Question>,
    /// The program that runs flow tests.
    executable: Option<PathBuf>,
    /// How often the disk is looked at for a client that cannot watch files.
    poll: Duration,
    next_look: Option<Instant>,
    runs: Runs,
    next_token: u32,
    /// The client has asked for the flow graph, and hears from now on when it changes.
    follows_graph: bool,
}

impl Session {
    /// A session that knows nothing yet. Results of background work come back through `events`.
    pub(crate) fn new(options: Options, outbox: Outbox, events: &Sender<Event>) -> std::io::Result<Self> {
        Ok(Self {
            client: Arc::default(),
            initialized: false,
            documents: BTreeMap::new(),
            roots: Vec::new(),
            folders: BTreeMap::new(),
            next_folder: 0,
            timer: Timer::new(options.debounce, options.patience),
            pool: Pool::new(options.workers)?,
            cache: options.cache,
            executable: options.executable,
            poll: options.poll,
            next_look: None,
            runs: Runs::default(),
            next_token: 0,
            follows_graph: false,
            outbox,
            events: events.clone(),
            told: Arc::default(),
            edited: BTreeSet::new(),
            waiting: Vec::new(),
        })
    }

    /// The timer of the checks.
    pub(crate) fn timer(&mut self) -> &mut Timer {
        &mut self.timer
    }

    /// Does what an event asks for.
    pub(crate) fn handle(&mut self, event: Event) {
        match event {
            Event::Initialize(params) => self.initialize(&params),
            Event::Initialized => self.start(),
            Event::Folders(params) => self.change_roots(&params),
            Event::Open(params) => self.open(params.text_document),
            Event::Change(params) => self.change(params),
            Event::Save(params) => self.save(&params.text_document.uri),
            Event::Close(params) => self.close(&params.text_document.uri),
            Event::Watched(params) => self.watched(&params),
            Event::Read(request) => self.read(request),
            Event::ReadAll(question) => self.read_all(question),
            Event::Scanned(folder, scanned) => self.scanned(folder, scanned.map(|scanned| *scanned)),
            Event::Checked(folder, checked) => self.checked(folder, *checked),
            Event::RunFlowTest(run) => self.run_flow_test(*run),
            Event::CancelProgress(token) => self.cancel_progress(&token),
            Event::Looked(folder, stamps, took) => self.looked(folder, &stamps, took),
            Event::FilesMoved => self.scan_all(),
            // The loop around this ends before it comes here.
            Event::Gone => {}
            #[cfg(test)]
            Event::Panic => panic!("asked for by a test"),
            #[cfg(test)]
            Event::AskClient => self.outbox.send(Outgoing::Register(Vec::new())),
            #[cfg(test)]
            Event::IsSettled(reply) => reply.answer(|_| self.is_settled().into()),
        }
    }

    /// Nothing is under way and nothing is due.
    #[cfg(test)]
    fn is_settled(&self) -> bool {
        let is_quiet = |folder: &Folder| {
            folder.loaded
                && folder.scan == Scan::Idle
                && !folder.checking
                && folder.checked == folder.generation
        };
        self.initialized && self.timer.due().is_none() && self.folders.values().all(is_quiet)
    }

    fn initialize(&mut self, params: &InitializeParams) {
        self.client = Arc::new(Negotiated::new(&params.capabilities));
        self.follows_graph = self.client.follows_graph;
        self.take_roots(params);
    }

    /// The client is ready to be talked to.
    fn start(&mut self) {
        self.initialized = true;
        if self.client.watches_files {
            self.outbox.send(Outgoing::Register(vec![watch::registration()]));
        }
        self.start_looking();
        let folders: Vec<FolderId> = self.folders.keys().copied().collect();
        for id in folders {
            self.show_reading(id);
        }
        self.touch();
    }

    /// Lets the texts of the open documents count in a folder.
    fn take_open_documents(&mut self, id: FolderId) {
        let Some(folder) = self.folders.get_mut(&id) else {
            return;
        };
        for (uri, document) in &self.documents {
            let path = document.path.as_deref();
            let path = path.and_then(|path| folder.names.relative(path));
            if let Some(path) = path {
                // A file that cannot be analysed was reported when its text came.
                let _ = folder.open(&path, uri.clone(), document);
            }
        }
    }

    fn open(&mut self, item: TextDocumentItem) {
        let uri = item.uri.clone();
        let document = document::Document::new(item);
        if let Some((id, path)) = self.home(&document)
            && let Some(folder) = self.folders.get_mut(&id)
        {
            let taken = folder.open(&path, uri.clone(), &document);
            self.taken(taken);
        }
        self.documents.insert(uri, document);
    }

    fn change(&mut self, params: DidChangeTextDocumentParams) {
        let identifier = params.text_document;
        let encoding = self.client.encoding;
        let Some(document) = self.documents.get_mut(&identifier.uri) else {
            tracing::warn!("an edit of {}, which is not open", identifier.uri.as_str());
            return;
        };
        document.apply(params.content_changes, identifier.version, encoding);
        self.edited.insert(identifier.uri.clone());
        let Some(document) = self.documents.get(&identifier.uri) else {
            return;
        };
        if let Some((id, path)) = self.home(document)
            && let Some(folder) = self.folders.get_mut(&id)
        {
            let taken = folder.edit(&path, document);
            self.taken(taken);
        }
    }

    /// After a text was handed to a folder.
    fn taken(&mut self, taken: Result<(), Indigestible>) {
        if let Err(Indigestible(path)) = taken {
            let text = format!("{path} cannot be analysed as it is; its last good state counts.");
            self.outbox.log(MessageType::ERROR, text);
        }
        self.touch();
    }

    /// The text is known already. For a client that cannot watch files, a save is the moment to look at the disk.
    fn save(&mut self, uri: &Uri) {
        if !self.client.watches_files
            && let Some((id, _)) = self.documents.get(uri).and_then(|document| self.home(document))
        {
            self.scan(id);
        }
    }

    fn close(&mut self, uri: &Uri) {
        let Some(document) = self.documents.remove(uri) else {
            return;
        };
        self.told.forget(uri);
        if let Some((id, path)) = self.home(&document) {
            if let Some(folder) = self.folders.get_mut(&id) {
                folder.close(&path);
            }
            self.scan(id);
            self.touch();
        }
    }

    /// Events are only a reason to look: reading the folder again is right for every kind of them, also for a folder
    /// that was moved and for events that a client left out.
    fn watched(&mut self, params: &DidChangeWatchedFilesParams) {
        let paths: Vec<PathBuf> = params
            .changes
            .iter()
            .filter_map(|change| uri::to_path(&change.uri))
            .collect();
        let is_stale = |folder: &Folder| {
            let mut inside = paths.iter().filter_map(|path| folder.names.relative(path));
            inside.any(|path| watch::is_relevant(&path))
        };
        let stale: Vec<FolderId> = self
            .folders
            .iter()
            .filter(|(_, folder)| is_stale(folder))
            .map(|(id, _)| *id)
            .collect();
        for id in stale {
            self.scan(id);
        }
    }

    fn read(&mut self, request: Request) {
        let path = uri::to_path(request.uri());
        let found = path.as_deref().and_then(|path| {
            let mut folders = self.folders.values_mut();
            folders.find_map(|folder| Some((folder.names.relative(path)?, folder)))
        });
        let Some((path, folder)) = found else {
            return dispatch::run(request, None);
        };
        if !folder.loaded {
            folder.deferred.push(request);
            return;
        }
        let snapshot = folder.snapshot();
        let Some(document) = Document::of(&snapshot, &path) else {
            return dispatch::run(request, None);
        };
        let scope = Scope {
            snapshot,
            names: Arc::clone(&folder.names),
            client: Arc::clone(&self.client),
            told: Arc::clone(&self.told),
        };
        let view = View { scope, document };
        self.pool.soon(move || dispatch::run(request, Some(&view)));
    }

    /// A folder that is still being read answers with what is known of it, unless the question needs all of it.
    fn read_all(&mut self, question: Question) {
        if question.needs_everything() && self.folders.values().any(|folder| !folder.loaded) {
            self.waiting.push(question);
            return;
        }
        self.follows_graph |= matches!(question, Question::FlowGraph(..));
        let scope = |folder: &Folder| Scope {
            snapshot: folder.snapshot(),
            names: Arc::clone(&folder.names),
            client: Arc::clone(&self.client),
            told: Arc::clone(&self.told),
        };
        let scopes: Vec<Scope> = self.folders.values().map(scope).collect();
        self.pool.soon(move || dispatch::run_all(question, &scopes));
    }

    fn scan_all(&mut self) {
        let folders: Vec<FolderId> = self.folders.keys().copied().collect();
        for id in folders {
            self.scan(id);
        }
    }

    /// Has a folder read from disk; if that is under way, once more afterwards.
    fn scan(&mut self, id: FolderId) {
        let Some(folder) = self.folders.get_mut(&id) else {
            return;
        };
        if folder.scan != Scan::Idle {
            folder.scan = Scan::Stale;
            return;
        }
        folder.scan = Scan::Running;
        let (names, job, events) = (
            Arc::clone(&folder.names),
            folder.scan_job(self.cache.clone(), !self.client.watches_files),
            self.events.clone(),
        );
        self.pool.later(move || {
            let scanned = scan::scan(names.root(), job).map(Box::new);
            // Refused only when the session is over.
            let _ = events.send(Event::Scanned(id, scanned));
        });
    }

    fn scanned(&mut self, id: FolderId, scanned: Option<Scanned>) {
        let Some(folder) = self.folders.get_mut(&id) else {
            return;
        };
        // The bookkeeping comes first: it must hold even if a file makes the rest panic.
        let again = folder.scan == Scan::Stale;
        folder.scan = Scan::Idle;
        folder.loaded = true;
        let deferred = std::mem::take(&mut folder.deferred);
        match scanned {
            Some(scanned) => {
                for problem in folder.absorb(scanned) {
                    self.outbox.log(
                        MessageType::WARNING,
                        format!("{}: {}", problem.file, problem.message),
                    );
                }
                self.take_open_documents(id);
            }
            None => self
                .outbox
                .log(MessageType::ERROR, "A folder could not be read from disk."),
        }
        for request in deferred {
            self.read(request);
        }
        for question in std::mem::take(&mut self.waiting) {
            self.read_all(question);
        }
        if again {
            self.scan(id);
        }
        self.touch();
    }

    /// After a panic while an event was handled: the state may be half changed, so it is built anew from the disk and
    /// the open documents.
    pub(crate) fn recover(&mut self) {
        tracing::error!("an event panicked; the workspace is built anew");
        self.outbox.log(
            MessageType::ERROR,
            "An internal error; the workspace is read again.",
        );
        let folders: Vec<FolderId> = self.folders.keys().copied().collect();
        for id in folders {
            if let Some(folder) = self.folders.get_mut(&id) {
                folder.forget();
            }
            self.take_open_documents(id);
            self.scan(id);
        }
    }

    /// The folder that a document belongs to, and its path in there.
    fn home(&self, document: &document::Document) -> Option<(FolderId, String)> {
        let path = document.path.as_deref()?;
        let inside = |(id, folder): (&FolderId, &Folder)| Some((*id, folder.names.relative(path)?));
        self.folders.iter().find_map(inside)
    }

    fn touch(&mut self) {
        self.timer.touch(Instant::now());
    }
}
