//! Middleware that steps name by a text: releases call the text and fail, documents mean a function of that name. The
//! settings say in which file it is; without them the usual folders are looked at.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use banister_grammars::facts::{ConfigKind, ConfigValue};
use banister_project::{Project, Step};

const FOLDERS: [&str; 6] = [
    "middleware",
    "middlewares",
    "src/middleware",
    "src/middlewares",
    "steps/middleware",
    "steps/middlewares",
];
const ENDINGS: [&str; 6] = ["ts", "js", "mts", "mjs", "py", "rb"];

/// The files by name, absolute.
pub(super) fn files(project: &Project, root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for name in project.steps.iter().flat_map(names) {
        let file = match project.test.middleware.get(name) {
            Some(file) => Some(root.join(file)),
            None => usual_file(root, name),
        };
        if let Some(file) = file {
            found.insert(name.to_owned(), file.to_string_lossy().into_owned());
        }
    }
    found
}

/// The texts in a step's `middleware`.
fn names(step: &Step) -> Vec<&str> {
    let config = step.source.facts.config.as_ref();
    let of_triggers = config
        .and_then(|config| config.get("triggers"))
        .map_or(&[][..], |triggers| triggers.value.items());
    let inner = of_triggers
        .iter()
        .filter_map(|trigger| trigger.get("middleware"))
        .map(|entry| &entry.value);
    let own = config
        .and_then(|config| config.get("middleware"))
        .map(|entry| &entry.value);
    let items = own.into_iter().chain(inner).flat_map(ConfigValue::items);
    items
        .filter_map(|item| match &item.kind {
            ConfigKind::Text { value, .. } => Some(value.as_str()),
            _ => None,
        })
        .collect()
}

/// A file of the usual folders with the middleware's name, or one that says the name.
fn usual_file(root: &Path, name: &str) -> Option<PathBuf> {
    let kebab: String = name
        .chars()
        .flat_map(|c| {
            c.is_uppercase()
                .then_some('-')
                .into_iter()
                .chain(c.to_lowercase())
        })
        .collect();
    let snake = kebab.replace('-', "_");
    for folder in FOLDERS.map(|folder| root.join(folder)) {
        let files = [name, kebab.as_str(), snake.as_str()]
            .into_iter()
            .flat_map(|stem| ENDINGS.map(|ending| folder.join(format!("{stem}.{ending}"))));
        if let Some(file) = files.into_iter().find(|file| file.is_file()) {
            return Some(file);
        }
        let mut others: Vec<PathBuf> = std::fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|file| {
                file.extension()
                    .is_some_and(|it| ENDINGS.iter().any(|ending| it == *ending))
            })
            .collect();
        others.sort();
        let says = |file: &PathBuf| std::fs::read_to_string(file).is_ok_and(|text| text.contains(name));
        if let Some(file) = others.into_iter().find(says) {
            return Some(file);
        }
    }
    None
}
