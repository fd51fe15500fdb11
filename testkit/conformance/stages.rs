//! One project on the disk that holds the steps of all rows, and stages whose interpreters stay warm from row to row.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use banister_testkit::live_stage::LiveStage;
use banister_testkit::mock::MockServer;

use crate::language::Tongue;
use crate::row::Row;

/// What the rows share.
pub(crate) struct Stages {
    folder: tempfile::TempDir,
    mocks: &'static MockServer,
    idle: Mutex<Vec<LiveStage<'static>>>,
}

impl Stages {
    pub(crate) fn new(rows: &[Row]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (number, row) in rows.iter().enumerate() {
            for tongue in row.tongues() {
                for (path, text) in files(row, number, tongue) {
                    let path = folder.path().join(path);
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    fs::write(path, text).unwrap();
                }
            }
        }
        Self {
            folder,
            // It serves until the process ends.
            mocks: Box::leak(Box::new(MockServer::start().unwrap())),
            idle: Mutex::default(),
        }
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    /// Lends a stage.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut LiveStage<'static>) -> T) -> T {
        let idle = self.idle.lock().unwrap().pop();
        let mut stage =
            idle.unwrap_or_else(|| LiveStage::new(&self.root(), self.mocks, Duration::from_secs(10)));
        let result = work(&mut stage);
        self.idle.lock().unwrap().push(stage);
        result
    }
}

/// The folder of a row.
pub(crate) fn folder(number: usize, tongue: Tongue) -> String {
    format!("steps/row{number}_{}", tongue.name())
}

/// The files of a row by path.
pub(crate) fn files(row: &Row, number: usize, tongue: Tongue) -> Vec<(String, String)> {
    let folder = folder(number, tongue);
    let folder = Path::new(&folder);
    let steps = (0..).zip(row.all_steps()).map(|(at, step)| step.file(at, tongue));
    let others = row.files.iter().map(|(path, text)| (path.clone(), text.clone()));
    steps
        .chain(others)
        .map(|(path, text)| (folder.join(path).to_string_lossy().into_owned(), text))
        .collect()
}
