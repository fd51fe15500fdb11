//! Which files matter, by their paths alone: steps, streams, the modules they import, and manifests; and which folder
//! is the root of the project that a step belongs to.

use std::collections::BTreeSet;

use banister_grammars::Language;

/// What a file is to Banister.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileRole {
    /// A step: `steps/**` or `src/**`, named `x.step.ts`, `x_step.py`, ….
    Step,
    /// A stream definition: `steps/**`, `src/**` or `streams/**`, named `x.stream.ts`, `x_stream.py`, ….
    Stream,
    /// Any other source file: steps may import constants and schemas from it.
    Module,
    /// A file that marks a project's root or steers resolution and rules.
    Manifest,
    /// A flow test: `x.flow.yaml`.
    FlowTest,
}

/// Names of files that mark the root of a project.
pub const MANIFESTS: [&str; 7] = [
    "banister.toml",
    "package.json",
    "motia.config.ts",
    "motia.config.js",
    "pyproject.toml",
    "requirements.txt",
    "Gemfile",
];

/// True for the name of a file that steers how imports resolve; it marks no root. `tsconfig.base.json` and the like
/// count because others extend them.
pub(crate) fn steers_resolution(name: &str) -> bool {
    name == "jsconfig.json" || name.starts_with("tsconfig") && name.ends_with(".json")
}

/// Globs of every file that can change a finding, for a client that watches files.
pub const WATCHED: [&str; 5] = [
    "**/*.{ts,mts,cts,js,mjs,cjs,py,rb}",
    "**/{package,tsconfig*,jsconfig}.json",
    "**/{banister,pyproject}.toml",
    "**/{requirements.txt,Gemfile}",
    "**/*.flow.{yaml,yml}",
];

/// Folders that never hold a project's own source.
const FOREIGN_FOLDERS: [&str; 5] = [
    "node_modules",
    "__pycache__",
    "venv",
    "site-packages",
    "bower_components",
];

/// Folders that hold copies when they lie beside `steps/` and `src/`. Below those two they are ordinary names: the
/// framework loads `steps/build/compile.step.ts` like any other step.
const OUTPUT_FOLDERS: [&str; 5] = ["dist", "build", "out", "coverage", "target"];

/// Folders whose files the framework loads as steps.
const STEP_FOLDERS: [&str; 2] = ["steps", "src"];

/// Folders whose files the framework loads as streams.
const STREAM_FOLDERS: [&str; 3] = ["steps", "src", "streams"];

/// What the file at `path` is (relative to the workspace, with `/`), or nothing if it can never matter.
pub fn role(path: &str) -> Option<FileRole> {
    let (folders, name) = split(path);
    if !folders_are_searched(&folders) || name.is_empty() {
        return None;
    }
    if MANIFESTS.contains(&name) || steers_resolution(name) {
        return Some(FileRole::Manifest);
    }
    if is_flow_test(name) {
        return Some(FileRole::FlowTest);
    }
    Language::of_path(name)?;
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    // Declarations have no values, and tests emit and subscribe to whatever they like.
    if name.starts_with('.')
        || [".d", ".test", ".spec"]
            .iter()
            .any(|suffix| stem.ends_with(suffix))
    {
        return None;
    }
    Some(if is_named(stem, "step") && holds(&folders, &STEP_FOLDERS) {
        FileRole::Step
    } else if is_named(stem, "stream") && holds(&folders, &STREAM_FOLDERS) {
        FileRole::Stream
    } else {
        FileRole::Module
    })
}

/// True for the names of flow tests.
pub fn is_flow_test(path: &str) -> bool {
    path.ends_with(".flow.yaml") || path.ends_with(".flow.yml")
}

/// True if a folder of this name, at the end of `path`, may hold files that matter.
pub fn is_searched(path: &str) -> bool {
    let folders: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    folders_are_searched(&folders)
}

/// True if the name alone says step, wherever the file lies.
pub fn is_step_name(path: &str) -> bool {
    let (_, name) = split(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    Language::of_path(name).is_some() && !name.starts_with('.') && is_named(stem, "step")
}

/// True if the framework itself loads a step of this name. Banister also analyses `x.step.py` and `x.step.mjs`, which
/// older releases or documents know and the loader of 0.7 and later passes over.
pub fn framework_loads(path: &str) -> bool {
    let (_, name) = split(path);
    [
        ".step.ts", ".step.js", ".step.rb", "_step.ts", "_step.js", "_step.py", "_step.rb",
    ]
    .iter()
    .any(|suffix| name.ends_with(suffix))
}

/// The root of the project that the step or stream at `path` belongs to.
///
/// A candidate is every folder on the way that holds a `steps/`, `src/` (or, for streams, `streams/`) folder in which
/// the file lies. The innermost candidate with a manifest wins, so that packages of one repository stay apart; without
/// any manifest the outermost wins, so that `src/steps/` and `steps/orders/src/` do not split a project.
pub fn project_root<'p>(path: &'p str, manifest_folders: &BTreeSet<&str>) -> Option<&'p str> {
    let folders = match role(path)? {
        FileRole::Stream => STREAM_FOLDERS.as_slice(),
        FileRole::Step => STEP_FOLDERS.as_slice(),
        FileRole::Module | FileRole::Manifest | FileRole::FlowTest => return None,
    };
    let candidates: Vec<&str> = path
        .match_indices('/')
        .filter_map(|(end, _)| {
            let start = path[..end].rfind('/').map_or(0, |slash| slash + 1);
            folders
                .contains(&&path[start..end])
                .then(|| path[..start].trim_end_matches('/'))
        })
        .collect();
    let with_manifest = candidates
        .iter()
        .rev()
        .find(|root| manifest_folders.contains(**root));
    with_manifest.or(candidates.first()).copied()
}

/// The folder of a path, empty for the workspace itself.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// How a module of `folder` names the file at `path`: `./chat.stream.ts`, `../streams/chat.stream.ts`.
pub(crate) fn relative(folder: &str, path: &str) -> String {
    let from: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let to: Vec<&str> = path.split('/').collect();
    let folders = &to[..to.len().saturating_sub(1)];
    let shared = from
        .iter()
        .zip(folders)
        .take_while(|(one, other)| one == other)
        .count();
    let ups = "../".repeat(from.len() - shared);
    let head = if ups.is_empty() { "./" } else { &ups };
    format!("{head}{}", to[shared..].join("/"))
}

/// True if `path` lies in the folder `root` (everything lies in the empty one).
pub fn lies_in(path: &str, root: &str) -> bool {
    root.is_empty() || path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'))
}

fn split(path: &str) -> (Vec<&str>, &str) {
    let mut parts: Vec<&str> = path.split('/').collect();
    let name = parts.pop().unwrap_or("");
    (parts, name)
}

fn is_named(stem: &str, kind: &str) -> bool {
    // `_step.py` alone is a step to the framework, `.step.ts` alone is a hidden file.
    stem.strip_suffix(kind)
        .is_some_and(|rest| rest.ends_with('_') || (rest.ends_with('.') && rest.len() > 1))
}

fn holds(folders: &[&str], wanted: &[&str]) -> bool {
    folders.iter().any(|folder| wanted.contains(folder))
}

fn folders_are_searched(folders: &[&str]) -> bool {
    let source = folders
        .iter()
        .position(|folder| STEP_FOLDERS.contains(folder))
        .unwrap_or(folders.len());
    folders.iter().enumerate().all(|(i, folder)| {
        let hidden = folder.starts_with('.');
        let output = i < source && OUTPUT_FOLDERS.contains(folder);
        !hidden && !output && !FOREIGN_FOLDERS.contains(folder)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_known_by_name_and_folder() {
        for path in [
            "steps/a.step.ts",
            "steps/a_step.py",
            "steps/a.step.py",
            "steps/deep/er/a.step.rb",
            "src/a_step.js",
            "src/a.step.mjs",
            "apps/backend/steps/a.step.js",
            "steps/build/a.step.ts",
            "steps/_step.py",
        ] {
            assert_eq!(role(path), Some(FileRole::Step), "{path}");
        }
        assert_eq!(role("streams/chat.stream.ts"), Some(FileRole::Stream));
        assert_eq!(role("src/chat_stream.py"), Some(FileRole::Stream));
    }

    #[test]
    fn what_the_framework_does_not_load_is_no_step() {
        for path in [
            "a.step.ts",
            "lib/a.step.ts",
            "streams/a.step.ts",
            "steps/helper.ts",
            "steps/misstep.ts",
        ] {
            assert_eq!(role(path), Some(FileRole::Module), "{path}");
        }
        for path in [
            "steps/a.step.tsx",
            "steps/a.step.jsx",
            "steps/a.step.test.ts",
            "steps/a.step.d.ts",
            "steps/.step.ts",
            "steps/node_modules/x/steps/a.step.ts",
            ".motia/compiled/steps/a.step.js",
            "dist/steps/a.step.js",
            "build/a.step.js",
            "steps/a.step.go",
            "",
            "steps/",
        ] {
            assert_eq!(role(path), None, "{path}");
        }
    }

    #[test]
    fn the_root_is_the_innermost_candidate_with_a_manifest() {
        let manifests = BTreeSet::from(["", "packages/a", "src/backend"]);
        for (path, root) in [
            ("src/steps/x.step.ts", ""),
            ("packages/a/src/x.step.ts", "packages/a"),
            ("packages/a/src/steps/x.step.ts", "packages/a"),
            ("src/backend/steps/x.step.ts", "src/backend"),
            ("apps/b/steps/x.step.ts", "apps/b"),
            ("streams/x.stream.ts", ""),
        ] {
            assert_eq!(project_root(path, &manifests), Some(root), "{path}");
        }
    }

    #[test]
    fn without_a_manifest_the_root_is_the_outermost_candidate() {
        for (path, root) in [
            ("src/steps/x.step.ts", ""),
            ("steps/orders/src/x.step.ts", ""),
            ("apps/b/src/steps/x_step.py", "apps/b"),
        ] {
            assert_eq!(project_root(path, &BTreeSet::new()), Some(root), "{path}");
        }
        assert_eq!(project_root("lib/x.step.ts", &BTreeSet::new()), None);
    }
}
