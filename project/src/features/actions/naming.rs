//! How new steps and their files are called: as the project calls those that it has.

use banister_grammars::Language;

use crate::discovery::{self, FileRole};
use crate::index::Index;
use crate::workspace::Snapshot;

/// How a step that takes a topic is called: `handle`, `order`, `placed`.
pub(super) fn words(topic: &str) -> Vec<String> {
    let mut words = parts(topic);
    if words.is_empty() {
        words.push("message".to_owned());
    }
    words.insert(0, "handle".to_owned());
    words
}

/// `order.placed` and `orderPlaced` are both `order`, `placed`.
pub(super) fn parts(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let begins = !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && before.is_ascii_lowercase());
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// `order`, `placed` as `orderPlaced`.
pub(super) fn camel(words: &[String]) -> String {
    words
        .split_first()
        .map(|(first, rest)| first.clone() + &pascal(rest))
        .unwrap_or_default()
}

fn pascal(words: &[String]) -> String {
    let capital = |word: &String| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + rest
    };
    words.iter().map(capital).collect()
}

/// A name that no step of the project has.
pub(super) fn step_name(index: &Index, words: &[String]) -> String {
    let name = pascal(words);
    let is_free = |name: &String| !index.project.steps.iter().any(|step| step.name() == Some(name));
    let mut names = std::iter::once(name.clone()).chain((2..).map(|n| format!("{name}{n}")));
    names.find(is_free).unwrap_or(name)
}

/// A path beside the sender, named as the project names its steps.
pub(super) fn free_path(
    snapshot: &Snapshot,
    index: &Index,
    file: &str,
    words: &[String],
    language: Language,
) -> Option<String> {
    let beside = discovery::folder(file);
    let first = index
        .project
        .steps
        .first()
        .map(|step| discovery::folder(&step.file));
    let (style, suffix) = naming(index, language);
    let stem = match style {
        Style::Kebab => words.join("-"),
        Style::Snake => words.join("_"),
        Style::Pascal => pascal(words),
        Style::Camel => camel(words),
    };
    let in_folder = |folder: &str, name: String| {
        if folder.is_empty() {
            name
        } else {
            format!("{folder}/{name}")
        }
    };
    let is_step = |folder: &&str| {
        discovery::role(&in_folder(folder, format!("{stem}{suffix}"))) == Some(FileRole::Step)
    };
    let folder = std::iter::once(beside).chain(first).find(is_step)?;
    let joint = if style == Style::Snake { "_" } else { "-" };
    let stems = std::iter::once(stem.clone()).chain((2..).map(|n| format!("{stem}{joint}{n}")));
    stems
        .map(|stem| in_folder(folder, stem + suffix))
        .find(|path| snapshot.source(path).is_none())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Style {
    Kebab,
    Snake,
    Camel,
    Pascal,
}

/// How the project writes the names of files in this language, else as the framework's documents do.
fn naming(index: &Index, language: Language) -> (Style, &'static str) {
    let (style, suffixes): (Style, &[&'static str]) = match language {
        Language::TypeScript => (Style::Kebab, &[".step.ts", "_step.ts"]),
        Language::JavaScript => (Style::Kebab, &[".step.js", "_step.js"]),
        Language::Ruby => (Style::Snake, &[".step.rb", "_step.rb"]),
        // The only name that every release since 0.7 loads.
        Language::Python => (Style::Snake, &["_step.py"]),
    };
    let names: Vec<&str> = index
        .project
        .steps
        .iter()
        .filter(|step| step.language == language)
        .map(|step| step.file.rsplit('/').next().unwrap_or(&step.file))
        .collect();
    let count = |suffix: &str| names.iter().filter(|name| name.ends_with(suffix)).count();
    let suffix = suffixes.iter().rev().max_by_key(|suffix| count(suffix)).copied();
    let stems = names.iter().filter_map(|name| {
        let found = suffixes.iter().find_map(|suffix| name.strip_suffix(suffix));
        style_of(found?)
    });
    let mut counts = [
        (style, 0),
        (Style::Kebab, 0),
        (Style::Snake, 0),
        (Style::Camel, 0),
        (Style::Pascal, 0),
    ];
    for found in stems {
        for (_, count) in counts.iter_mut().filter(|(style, _)| *style == found) {
            *count += 1;
        }
    }
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    (
        most.map_or(style, |(style, _)| *style),
        suffix.unwrap_or(suffixes[0]),
    )
}

/// The style of a name of several words; one word has every style.
fn style_of(stem: &str) -> Option<Style> {
    let capital = stem.starts_with(|c: char| c.is_ascii_uppercase());
    let mixed = stem.chars().skip(1).any(|c| c.is_ascii_uppercase());
    match () {
        () if stem.contains('-') => Some(Style::Kebab),
        () if stem.contains('_') => Some(Style::Snake),
        () if capital => Some(Style::Pascal),
        () if mixed => Some(Style::Camel),
        () => None,
    }
}
