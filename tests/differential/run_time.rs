//! What modules yield when their interpreter runs them.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

use super::packages::Packages;
use crate::support::command::repository;

/// One schema at run time.
pub(super) enum Sides {
    /// As the config holds it.
    Plain(Json),
    /// What may come in, and what comes out where the library can tell.
    Both { input: Json, output: Option<Json> },
}

impl Sides {
    pub(super) fn input(&self) -> &Json {
        match self {
            Sides::Plain(schema) | Sides::Both { input: schema, .. } => schema,
        }
    }

    fn parse(json: &Json) -> Self {
        match json.get("plain") {
            Some(plain) => Sides::Plain(plain.clone()),
            None => Sides::Both {
                input: json["input"].clone(),
                output: json.get("output").cloned(),
            },
        }
    }
}

/// One module.
pub(super) struct Yielded {
    pub(super) file: PathBuf,
    /// The config without its schemas, and the schemas by name; or why the module does not load.
    pub(super) answer: Result<(Json, BTreeMap<String, Sides>), String>,
}

/// Loads every file in the interpreter of its language.
pub(super) fn ask(files: &[PathBuf], packages: &Packages) -> Vec<Yielded> {
    let dump = |name: &str| repository("tests/support/dump").join(name);
    let mut node = Command::new("node");
    node.arg("--import")
        .arg(packages.typescript_loader())
        .arg(dump("dump.mjs"));
    let mut python = Command::new("python3");
    python.arg(dump("dump.py"));
    python
        .env("PYTHONPATH", packages.python_path())
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let mut ruby = Command::new("ruby");
    ruby.arg(dump("dump.rb"));
    let mut all = Vec::new();
    for (command, extensions) in [(node, &["ts", "js"][..]), (python, &["py"]), (ruby, &["rb"])] {
        let is_its = |file: &&PathBuf| {
            extensions
                .iter()
                .any(|extension| file.extension() == Some(OsStr::new(extension)))
        };
        let files: Vec<&PathBuf> = files.iter().filter(is_its).collect();
        if !files.is_empty() {
            all.extend(run(command, &files));
        }
    }
    all
}

fn run(mut command: Command, files: &[&PathBuf]) -> Vec<Yielded> {
    let output = command
        .args(files)
        .output()
        .unwrap_or_else(|error| panic!("{command:?} does not start ({error}): run scripts/setup.sh"));
    let text = String::from_utf8_lossy(&output.stdout);
    // Modules may print while they load.
    let answers: Vec<Json> = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Json>(line).ok())
        .filter(|answer| answer.get("file").is_some())
        .collect();
    assert_eq!(
        answers.len(),
        files.len(),
        "{command:?} says\n{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    answers.iter().map(parse).collect()
}

fn parse(answer: &Json) -> Yielded {
    let file = Path::new(answer["file"].as_str().expect("a file")).to_owned();
    let answer = match answer.get("error").and_then(Json::as_str) {
        Some(error) => Err(error.to_owned()),
        None => {
            let schemas = answer["schemas"].as_object().expect("schemas");
            let schemas = schemas
                .iter()
                .map(|(name, sides)| (name.clone(), Sides::parse(sides)));
            Ok((answer["config"].clone(), schemas.collect()))
        }
    };
    Yielded { file, answer }
}
