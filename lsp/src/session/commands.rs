//! Running flow tests for the client, and progress that it sees and may cancel.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use banister_project::Snapshot;
use banister_project::discovery;
use tokio::sync::oneshot;
use tower_lsp::jsonrpc::Error;
use tower_lsp::ls_types::{MessageType, ProgressToken};

use super::Session;
use crate::command::{FlowTest, Job, Run, Verdict};
use crate::folder::FolderId;
use crate::outbox::{Outgoing, Progress};
use crate::uri;

/// Runs that can be cancelled by the token of their progress.
#[derive(Debug, Default)]
pub(super) struct Runs(Vec<(ProgressToken, Arc<AtomicBool>)>);

impl Drop for Runs {
    fn drop(&mut self) {
        for (_, cancelled) in &self.0 {
            cancelled.store(true, Ordering::Relaxed);
        }
    }
}

impl Session {
    /// Starts a flow test; its end is told by a message, in the log and as the answer.
    pub(super) fn run_flow_test(&mut self, run: Run) {
        let Run { test, token, reply } = run;
        let job = match self.job(&test) {
            Ok(job) => job,
            Err(error) => return reply.answer_or_fail(|_| Err(error)),
        };
        let is_ours = token.is_none();
        let token = token.unwrap_or_else(|| self.next_token());
        let shown = !is_ours || self.client.shows_progress;
        self.runs
            .0
            .retain(|(_, cancelled)| Arc::strong_count(cancelled) > 1);
        self.runs.0.push((token.clone(), Arc::clone(&job.cancelled)));
        let title = format!("Running '{}'", test.test);
        let progress = shown.then(|| self.progress(token, is_ours, title, true));
        let (outbox, name) = (self.outbox.clone(), test.test);
        let work = move || {
            let ended = job.run(|| reply.is_cancelled());
            let (level, text) = match ended.status {
                Verdict::Passed => (MessageType::INFO, format!("'{name}' passed.")),
                Verdict::Failed => (MessageType::ERROR, format!("'{name}' failed; the log tells how.")),
                Verdict::Cancelled => (MessageType::INFO, format!("'{name}' was cancelled.")),
                Verdict::Error => (
                    MessageType::ERROR,
                    format!("'{name}' could not be run; the log tells why."),
                ),
            };
            if !ended.output.trim().is_empty() {
                outbox.log(level, ended.output.trim());
            }
            outbox.send(Outgoing::Show(level, text));
            drop(progress);
            reply.answer(|_| serde_json::to_value(&ended).ok());
        };
        let thread = std::thread::Builder::new().name("lsp-flow-test".into());
        if let Err(error) = thread.spawn(work) {
            self.outbox
                .log(MessageType::ERROR, format!("A flow test cannot be run: {error}"));
        }
    }

    fn job(&self, test: &FlowTest) -> Result<Job, Error> {
        let Some(executable) = self.executable.clone() else {
            return Err(Error::invalid_params("this server cannot run flow tests"));
        };
        let path = uri::to_path(&test.uri);
        let found = path.as_deref().and_then(|path| {
            let mut folders = self.folders.values();
            folders.find_map(|folder| Some((folder, folder.names.relative(path)?)))
        });
        let Some((folder, file)) = found else {
            return Err(Error::invalid_params("'uri' lies in no folder of the session"));
        };
        let (root, inside) = project_of(&folder.snapshot(), &file);
        let stem = inside.trim_end_matches(".yaml").trim_end_matches(".yml");
        Ok(Job {
            executable,
            name: format!("{}::{}", stem.trim_end_matches(".flow"), test.test),
            folder: folder.names.root().join(root),
            cancelled: Arc::default(),
        })
    }

    /// The client no longer wants what a token stands for.
    pub(super) fn cancel_progress(&mut self, token: &ProgressToken) {
        for (_, cancelled) in self.runs.0.iter().filter(|(own, _)| own == token) {
            cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// Shows that a folder is being read and checked for the first time, until [`super::Folder::progress`] is dropped.
    pub(super) fn show_reading(&mut self, id: FolderId) {
        if !self.initialized || !self.client.shows_progress {
            return;
        }
        let is_checked = self.folders.get(&id).is_none_or(|folder| folder.checked > 0);
        if is_checked {
            return;
        }
        let token = self.next_token();
        let progress = self.progress(token, true, "Reading and checking the steps".to_owned(), false);
        if let Some(folder) = self.folders.get_mut(&id) {
            folder.progress = Some(progress);
        }
    }

    fn next_token(&mut self) -> ProgressToken {
        self.next_token += 1;
        ProgressToken::String(format!("banister/{}", self.next_token))
    }

    /// Begins to show progress; it ends when the answer is dropped.
    fn progress(
        &self,
        token: ProgressToken,
        is_ours: bool,
        title: String,
        cancellable: bool,
    ) -> oneshot::Sender<()> {
        let (end, ended) = oneshot::channel();
        self.outbox.send(Outgoing::Progress(Progress {
            token,
            is_ours,
            title,
            cancellable,
            ended,
        }));
        end
    }
}

/// The root of the project around a flow test, and the path of the test in there.
fn project_of<'f>(snapshot: &Snapshot, file: &'f str) -> (String, &'f str) {
    let roots = snapshot.projects().into_iter().map(|project| project.root);
    let around = roots.filter(|root| discovery::lies_in(file, root));
    let root = around.max_by_key(String::len).unwrap_or_default();
    let inside = file.get(root.len()..).unwrap_or(file).trim_start_matches('/');
    (root, inside)
}
