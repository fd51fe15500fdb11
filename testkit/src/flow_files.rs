//! Finds and reads the flow tests of a project.

use std::path::Path;
use std::sync::Arc;

use banister_project::discovery::is_flow_test;
use ignore::WalkBuilder;

/// A flow test file as it lies on the disk.
#[derive(Debug)]
pub struct FlowSource {
    /// Relative to the project, with `/`.
    pub path: String,
    /// Its text, or why it cannot be read.
    pub text: Result<Arc<str>, String>,
}

/// Every `*.flow.yaml` and `*.flow.yml` under `root`, by path. Ignored files, hidden folders and `node_modules` are
/// passed over, and links are not followed.
pub fn find(root: &Path) -> Vec<FlowSource> {
    let walk = WalkBuilder::new(root)
        .follow_links(false)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != "node_modules")
        .build();
    let mut sources: Vec<FlowSource> = walk
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .filter_map(|entry| {
            let below = entry
                .path()
                .strip_prefix(root)
                .ok()?
                .to_string_lossy()
                .into_owned();
            let path = below.replace(std::path::MAIN_SEPARATOR, "/");
            is_flow_test(&path).then(|| FlowSource {
                path,
                text: read(entry.path()),
            })
        })
        .collect();
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

fn read(path: &Path) -> Result<Arc<str>, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("cannot be read: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        format!("is not valid UTF-8 (line {})", line + 1)
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).into())
}
