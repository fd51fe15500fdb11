//! Modules that stand in for others during a test.

use std::path::{Path, PathBuf};

use crate::protocol::{CodeStandIns, ModuleFormat, ModuleReply, ModuleStandIn};

/// The stand-ins of the running test.
#[derive(Debug, Default)]
pub(super) struct Mocks {
    current: CodeStandIns,
}

/// What stands in for an import.
pub(super) enum Instead {
    /// This file.
    File(PathBuf),
    /// This module, made up in the worker.
    Made(ModuleReply),
}

impl Mocks {
    pub(super) fn set(&mut self, current: &CodeStandIns) {
        if self.current != *current {
            self.current = current.clone();
        }
    }

    /// What stands in for the package `specifier`. A stand-in that imports its own name means the real one.
    pub(super) fn of_package(&self, specifier: &str, from: Option<&str>) -> Option<Instead> {
        let from = from?;
        let name = specifier.strip_prefix("node:").unwrap_or(specifier);
        let with = self.current.modules.get(name)?;
        match with {
            ModuleStandIn::File(path) if path == from => None,
            ModuleStandIn::File(path) => Some(Instead::File(path.into())),
            ModuleStandIn::Exports(_) => Some(Instead::Made(made(name))),
        }
    }

    /// What stands in for the project's file at `path`.
    pub(super) fn of_file(&self, path: &Path, from: Option<&str>) -> Option<Instead> {
        from?;
        self.of_package(path.to_str()?, from)
    }
}

fn made(name: &str) -> ModuleReply {
    let quoted = serde_json::Value::String(name.to_owned());
    ModuleReply {
        path: Some(format!("/mock:{name}")),
        format: Some(ModuleFormat::CommonJs),
        code: Some(format!(
            "module.exports = globalThis[Symbol.for('banister.made')]({quoted})"
        )),
        ..ModuleReply::default()
    }
}
