//! Asking the client to watch the files that matter.

use std::path::Path;

use banister_project::discovery;
use banister_project::disk::WATCHED;
use serde_json::json;
use tower_lsp::ls_types::Registration;

/// Whoever moves or deletes a folder is told of the folder alone, not of the files in it.
const FOLDERS: &str = "**/{steps,src,streams}/**";

/// The request to watch.
pub(crate) fn registration() -> Registration {
    let watchers: Vec<_> = WATCHED
        .into_iter()
        .chain([FOLDERS, FOLDERS.trim_end_matches("/**")])
        .map(|pattern| json!({ "globPattern": pattern }))
        .collect();
    Registration {
        id: "banister-files".into(),
        method: "workspace/didChangeWatchedFiles".into(),
        register_options: Some(json!({ "watchers": watchers })),
    }
}

/// True if a change of this path, relative to its folder, may change what is known: a file that matters, or what may
/// be a folder of such files.
pub(crate) fn is_relevant(relative: &str) -> bool {
    discovery::role(relative).is_some()
        || (Path::new(relative).extension().is_none() && discovery::is_searched(relative))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_settings_and_folders_matter() {
        for path in ["steps/a.step.py", "banister.toml", "steps/orders", "src"] {
            assert!(is_relevant(path), "{path}");
        }
        for path in [
            "README.md",
            "steps/logo.png",
            "node_modules/zod",
            "node_modules/zod/index.js",
        ] {
            assert!(!is_relevant(path), "{path}");
        }
    }
}
