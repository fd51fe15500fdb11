//! A project whose flows run from Rust.

mod flow;
mod ran;

use std::path::{Path, PathBuf};

use banister_project::disk;
use banister_project::flow_test::ProjectNames;

use crate::plan::Plan;
use crate::runner::{Harness, HarnessError, RunOptions};

pub use flow::{Flow, FlowError};
pub use ran::FlowRun;

/// A project, ready to run flows.
///
/// ```
/// # let dir = tempfile::tempdir()?;
/// # std::fs::create_dir(dir.path().join("steps"))?;
/// # std::fs::write(dir.path().join("package.json"), "{}")?;
/// # std::fs::write(dir.path().join("steps/greet.step.js"), "
/// #   exports.config = { type: 'api', name: 'Greet', method: 'POST', path: '/greetings', emits: ['greeted'] }
/// #   exports.handler = async (req, { emit, state }) => {
/// #     const text = 'Hello, ' + req.body.name
/// #     await state.set('greetings', 'last', text)
/// #     await emit({ topic: 'greeted', data: { text } })
/// #     return { status: 201, body: { text } }
/// #   }")?;
/// # let dir = dir.path();
/// use banister_testkit::Project;
/// use serde_json::json;
///
/// let project = Project::open(dir)?;
/// let run = project
///     .flow(1)
///     .request("POST /greetings", json!({ "name": "Ada" }))
///     .expect_response(201, json!({ "text": "Hello, Ada" }))
///     .expect_ran(["Greet"])
///     .run()?;
/// assert_eq!(run.emitted("greeted"), [&json!({ "text": "Hello, Ada" })]);
/// assert_eq!(run.state("greetings", "last"), Some(&json!("Hello, Ada")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Project {
    harness: Harness,
    names: ProjectNames,
}

/// Why a project cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It cannot be read.
    #[error("the project cannot be read")]
    Load(#[from] disk::LoadError),
    /// The folder holds several projects, or none.
    #[error("{dir} holds {count} projects: open the folder of one")]
    Count {
        /// The folder.
        dir: PathBuf,
        /// So many.
        count: usize,
    },
    /// Nothing can be run.
    #[error("nothing can be run")]
    Harness(#[from] HarnessError),
}

impl Project {
    /// Opens the project in `dir`. Nothing of it runs yet.
    ///
    /// # Errors
    /// The folder cannot be read or does not hold exactly one project, or the mock server does not start.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, OpenError> {
        let loaded = disk::load(dir.as_ref())?;
        let snapshot = loaded.host.snapshot();
        let projects = snapshot.projects();
        let [project] = projects.as_slice() else {
            return Err(OpenError::Count {
                dir: dir.as_ref().to_owned(),
                count: projects.len(),
            });
        };
        Ok(Self {
            harness: Harness::new(Plan::of_project(project, &loaded.root), RunOptions::default())?,
            names: snapshot.names_of(&project.root),
        })
    }

    /// A flow to be written down and run. Ids and randomness come from `seed`: the same flow with the same seed gives the
    /// same trace.
    pub fn flow(&self, seed: u64) -> Flow<'_> {
        Flow::new(&self.harness, &self.names, seed)
    }
}
