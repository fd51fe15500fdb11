//! Finds and reads the flow tests of a project.

use std::io;
use std::path::Path;
use std::sync::Arc;

use banister_project::discovery::is_flow_test;
use ignore::WalkBuilder;

/// Behind a link that leaves the project, flow tests are looked for among so many files and folders.
const MAX_LOOKED_AT: usize = 1_000;
/// And in folders that lie so deep.
const MAX_DEPTH: usize = 4;

/// A flow test file as it lies on the disk.
#[derive(Debug)]
pub struct FlowSource {
    /// Relative to the project, with `/`.
    pub path: String,
    /// Its text, or why it cannot be read.
    pub text: Result<Arc<str>, String>,
}

/// The flow tests of a project.
#[derive(Debug, Default)]
pub struct Found {
    /// By path.
    pub sources: Vec<FlowSource>,
    /// What may hold flow tests and was not looked into, in sentences.
    pub left_out: Vec<String>,
}

/// Every `*.flow.yaml` and `*.flow.yml` under `root`. Ignored files, hidden folders and `node_modules` are passed over. A
/// link to a file of the project is as good as the file; links to folders are not followed, since what lies in the
/// project is found where it lies.
pub fn find(root: &Path) -> Found {
    let walk = WalkBuilder::new(root)
        .follow_links(false)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != "node_modules")
        .build();
    // A root that cannot be followed to its end has nothing to find.
    let real_root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let mut found = Found::default();
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.left_out.push(format!("{error}"));
                continue;
            }
        };
        let Ok(below) = entry.path().strip_prefix(root) else {
            continue;
        };
        let path = below.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        if is_file && is_flow_test(&path) {
            let text = read(entry.path());
            found.sources.push(FlowSource { path, text });
        } else if entry.path_is_symlink() {
            found.look_at_link(entry.path(), path, &real_root);
        }
    }
    found.sources.sort_by(|a, b| a.path.cmp(&b.path));
    found.left_out.sort();
    found
}

impl Found {
    fn look_at_link(&mut self, link: &Path, path: String, root: &Path) {
        let target = link.canonicalize();
        if is_flow_test(&path) {
            let text = match target {
                Ok(target) if !target.starts_with(root) => Err(format!(
                    "is a link to {}, which lies outside the project",
                    target.display()
                )),
                Ok(target) if target.is_dir() => Err("is a link to a folder".to_owned()),
                Ok(target) => read(&target),
                Err(error) => Err(format!("is a link that leads nowhere: {}", reason(&error))),
            };
            self.sources.push(FlowSource { path, text });
        } else if let Ok(target) = target
            && target.is_dir()
            && !target.starts_with(root)
            // A link to a folder above leads back here.
            && !root.starts_with(&target)
            && holds_flow_tests(&target)
        {
            self.left_out.push(format!(
                "the flow tests in {path} are left out: it is a link to {}, which lies outside the project",
                target.display()
            ));
        }
    }
}

/// The kind of the error, which is the same on every system.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    }
}

fn holds_flow_tests(folder: &Path) -> bool {
    let walk = WalkBuilder::new(folder)
        .follow_links(false)
        .require_git(false)
        .max_depth(Some(MAX_DEPTH))
        .filter_entry(|entry| entry.file_name() != "node_modules")
        .build();
    let mut entries = walk.filter_map(Result::ok).take(MAX_LOOKED_AT);
    entries.any(|entry| is_flow_test(&entry.path().to_string_lossy()))
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
