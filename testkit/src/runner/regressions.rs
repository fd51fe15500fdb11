//! What is kept of a failure: which input it was, what was decided, and what ran it. The form of a file in
//! `flow-regressions/` of the project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::case::Compares;
use crate::decision::Departure;
use crate::narrow::KeptAction;
use crate::template::Variables;

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
    /// What ran the steps of the failing run, with its version: `node`, `python`, `ruby`. Empty in files of before this was
    /// kept.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub interpreters: BTreeMap<String, String>,
    /// The failure in one sentence.
    pub failure: String,
    /// What it breaks: the text of an expectation, or the step and the kind of the failure.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub breaks: String,
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

    /// Writes a file: it is there in whole or not at all, whatever happens meanwhile.
    ///
    /// # Errors
    /// The folder or the file cannot be written.
    pub(super) fn write(&self, path: &Path) -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        let text: Json = serde_json::to_value(self).map_err(std::io::Error::other)?;
        std::io::Write::write_all(&mut file, format!("{text:#}\n").as_bytes())?;
        file.persist(path)?;
        Ok(())
    }

    /// True if it is the same failure of the same run, whatever ran it.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let without_versions = |it: &Self| Self {
            banister: String::new(),
            interpreters: BTreeMap::new(),
            ..it.clone()
        };
        without_versions(self) == without_versions(other)
    }

    /// What ran the failure and what runs now, where these are not the same versions; `None` if they are. Of what either
    /// side does not know, nothing is said.
    pub(super) fn other_versions(&self, now: &BTreeMap<String, String>) -> Option<String> {
        let ours = env!("CARGO_PKG_VERSION");
        let mut then: Vec<(&str, &str, &str)> = Vec::new();
        for (name, version) in &self.interpreters {
            then.extend(
                now.get(name)
                    .map(|now| (name.as_str(), version.as_str(), now.as_str())),
            );
        }
        then.push(("banister", &self.banister, ours));
        then.retain(|(_, version, now)| version != now);
        let said: Vec<String> = then
            .iter()
            .map(|(name, version, now)| format!("{name} {version}, which is {now} here"))
            .collect();
        (!said.is_empty()).then(|| {
            format!(
                "the failure was saved with other versions than those that ran it now: {}",
                said.join("; ")
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = r#"{
        "version": 1, "test": "t::a", "seed": 7, "banister": "0.0.1", "failure": "it fails",
        "departures": [{ "do": "b", "instead_of": "a", "time": 1 }]
    }"#;

    fn kept(text: &str) -> Result<Regression, RegressionError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        std::fs::write(&path, text).unwrap();
        Regression::read(&path)
    }

    #[test]
    fn a_file_of_before_versions_were_kept_can_be_read() {
        let old = kept(OLD).unwrap();
        assert_eq!(old.interpreters, BTreeMap::new());
        let node = BTreeMap::from([("node".to_owned(), "22.1.0".to_owned())]);
        let told = old.other_versions(&node).unwrap();
        assert!(
            told.ends_with(&format!(
                "now: banister 0.0.1, which is {} here",
                env!("CARGO_PKG_VERSION")
            )),
            "{told}"
        );
        assert!(kept(&OLD.replace("\"seed\": 7", "\"seed\": 7, \"sed\": 8")).is_err());
        assert!(kept(&OLD.replace("\"version\": 1", "\"version\": 2")).is_err());
    }

    #[test]
    fn only_versions_that_differ_are_told() {
        let versions = |all: &[(&str, &str)]| -> BTreeMap<String, String> {
            let all = all.iter();
            all.map(|(name, version)| ((*name).to_owned(), (*version).to_owned()))
                .collect()
        };
        let saved = Regression {
            banister: env!("CARGO_PKG_VERSION").to_owned(),
            interpreters: versions(&[("node", "20.1.0"), ("python", "3.9.1"), ("ruby", "3.0.0")]),
            ..kept(OLD).unwrap()
        };
        let now = versions(&[("node", "22.1.0"), ("ruby", "3.0.0")]);
        assert_eq!(
            saved.other_versions(&now).as_deref(),
            Some(
                "the failure was saved with other versions than those that ran it now: node 20.1.0, which is 22.1.0 here"
            )
        );
        assert_eq!(saved.other_versions(&saved.interpreters), None);
        assert!(saved.is_same(&Regression {
            interpreters: now,
            ..saved.clone()
        }));
        assert!(!saved.is_same(&Regression {
            seed: 8,
            ..saved.clone()
        }));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/a.json");
        let saved = kept(OLD).unwrap();
        saved.write(&path).unwrap();
        assert_eq!(Regression::read(&path).unwrap(), saved);
    }
}
