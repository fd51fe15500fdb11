//! Failures that are kept: what was decided and which input it was, in `flow-regressions/` of the project, one file a
//! test. They are run first next time, and any of them can be run alone with `--replay`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::case::Compares;
use super::trace_files::slug;
use super::{Harness, TestCase, drift};
use crate::decision::{Decision, Departure};
use crate::narrow::KeptAction;
use crate::template::Variables;

/// The folder, in the project.
pub const REGRESSIONS: &str = "flow-regressions";

/// A failure that can be run again on any machine with the same versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regression {
    /// The form of the file: 1.
    pub version: u32,
    /// The test's full name.
    pub test: String,
    /// The number that every seed is derived from.
    pub seed: u64,
    /// What banister it was.
    pub banister: String,
    /// The failure in one sentence.
    pub failure: String,
    /// The generated input, by variable.
    #[serde(default, skip_serializing_if = "Variables::is_empty")]
    pub input: Variables,
    /// Where the run departs from first in, first out, and which faults strike, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub departures: Vec<Departure>,
    /// The actions that are left of the test; empty for all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<KeptAction>,
    /// Set if it takes modules that are shared: what fails a run with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modules: Option<Compares>,
    /// What was done wherever there was a choice, until the last departure: where a run differs first, it has drifted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<String>,
}

/// Why a file is no regression.
#[derive(Debug, thiserror::Error)]
pub enum RegressionError {
    /// It cannot be read.
    #[error("{path} cannot be read: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not what banister writes.
    #[error("{path} is no saved failure of banister: {source}")]
    Form {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// It is of another version.
    #[error("{path} has version {version}, and this banister reads version 1")]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
}

impl Regression {
    /// Reads a file.
    ///
    /// # Errors
    /// It is not there, or not what banister writes.
    pub fn read(path: &Path) -> Result<Self, RegressionError> {
        let text = std::fs::read_to_string(path).map_err(|source| RegressionError::Read {
            path: path.to_owned(),
            source,
        })?;
        let form = |source| RegressionError::Form {
            path: path.to_owned(),
            source,
        };
        let regression: Self = serde_json::from_str(&text).map_err(form)?;
        match regression.version {
            1 => Ok(regression),
            version => Err(RegressionError::Version {
                path: path.to_owned(),
                version,
            }),
        }
    }
}

impl Harness {
    /// The saved failure of a test: the one that is replayed, else the one in the project.
    pub(super) fn known_failure(&self, case: &TestCase) -> Option<Regression> {
        if let Some(replayed) = &self.options.replay {
            return (replayed.test == case.name).then(|| replayed.clone());
        }
        let path = self.regression_file(case)?;
        match Regression::read(&path) {
            Ok(regression) if regression.test == case.name => Some(regression),
            Ok(_) => None,
            Err(RegressionError::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                None
            }
            Err(error) => {
                self.problem(format!(
                    "{error}: delete it, and it is made anew when the test fails"
                ));
                None
            }
        }
    }

    /// Keeps a failure; gives the path of its file, relative to the project.
    pub(super) fn keep_failure(
        &self,
        case: &TestCase,
        failure: &str,
        input: &Variables,
        departures: &[Departure],
        decisions: &[Decision],
    ) -> Option<String> {
        if input.is_empty() && departures.is_empty() && case.compares.is_none() {
            return None;
        }
        let path = self.regression_file(case)?;
        let regression = Regression {
            version: 1,
            test: case.name.clone(),
            seed: self.options.seed,
            banister: env!("CARGO_PKG_VERSION").to_owned(),
            failure: failure.to_owned(),
            input: input.clone(),
            departures: departures.to_vec(),
            actions: case.kept.clone(),
            modules: case.compares,
            decisions: drift::until_last_departure(decisions),
        };
        let shown = path
            .strip_prefix(&self.plan.root)
            .unwrap_or(&path)
            .to_string_lossy()
            .into_owned();
        match write(&path, &regression) {
            Ok(()) => Some(shown),
            Err(error) => {
                self.problem(format!(
                    "the failure cannot be saved in {}: {error}",
                    path.display()
                ));
                None
            }
        }
    }

    fn regression_file(&self, case: &TestCase) -> Option<PathBuf> {
        let folder = self.options.regressions.as_ref()?;
        Some(folder.join(format!("{}.json", slug(&case.name))))
    }
}

/// A file is there in whole or not at all, whatever happens meanwhile.
fn write(path: &Path, regression: &Regression) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    let text: Json = serde_json::to_value(regression).map_err(std::io::Error::other)?;
    std::io::Write::write_all(&mut file, format!("{text:#}\n").as_bytes())?;
    file.persist(path)?;
    Ok(())
}
