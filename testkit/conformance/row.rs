//! The rows as they stand in `rows/*.toml`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::language::Tongue;

/// One behaviour of the framework.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    /// What is so, in words.
    pub(crate) name: String,
    /// Where the description of the framework says it: `§3 request`.
    pub(crate) facts: String,
    /// The step, where one is enough.
    #[serde(flatten)]
    pub(crate) step: Step,
    /// Further steps. One that is not written in the language of the run stays in the language that it is written in.
    #[serde(default)]
    pub(crate) steps: Vec<Step>,
    /// Further files beside the steps.
    #[serde(default)]
    pub(crate) files: BTreeMap<String, String>,
    /// Settings of the project; `{folder}` is the folder of the row, `{language}` the language of the run.
    #[serde(default)]
    pub(crate) settings: String,
    /// The rest of a flow test in YAML: `given`, `when`, `then` and what else a test may have.
    pub(crate) flow: String,
    /// Events that the trace must hold in this order, with these keys.
    #[serde(default)]
    pub(crate) trace: Vec<Json>,
    /// Texts that the test must fail with, one each in the headlines; it must pass if there are none.
    #[serde(default)]
    pub(crate) fails: Vec<String>,
    /// Texts that must stand in the notes.
    #[serde(default)]
    pub(crate) notes: Vec<String>,
    /// The file that it stands in, without its ending.
    #[serde(skip)]
    pub(crate) table: String,
}

/// A step in some languages.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Step {
    /// The config; the name may be left out.
    #[serde(default)]
    pub(crate) config: Json,
    /// Bodies of the handler by language.
    pub(crate) js: Option<String>,
    pub(crate) ts: Option<String>,
    pub(crate) py: Option<String>,
    pub(crate) rb: Option<String>,
    /// Whole files by language, where a body is not enough.
    #[serde(default)]
    pub(crate) module: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    row: Vec<Row>,
}

impl Row {
    /// The languages that its first step is written in. A row in JavaScript is not repeated in TypeScript, which runs in
    /// the same interpreter, unless it says so.
    pub(crate) fn tongues(&self) -> Vec<Tongue> {
        let first = self.all_steps().next().expect("a row has a step");
        first.tongues()
    }

    pub(crate) fn all_steps(&self) -> impl Iterator<Item = &Step> {
        let own = (!self.step.tongues().is_empty()).then_some(&self.step);
        own.into_iter().chain(&self.steps)
    }
}

impl Step {
    pub(crate) fn tongues(&self) -> Vec<Tongue> {
        let all = Tongue::ALL.into_iter();
        all.filter(|tongue| self.body(*tongue).is_some() || self.module.contains_key(tongue.name()))
            .collect()
    }

    fn body(&self, tongue: Tongue) -> Option<&String> {
        match tongue {
            Tongue::JavaScript => self.js.as_ref(),
            Tongue::TypeScript => self.ts.as_ref(),
            Tongue::Python => self.py.as_ref(),
            Tongue::Ruby => self.rb.as_ref(),
        }
    }

    /// The n-th file of a row that runs in `tongue`: its name and its text.
    pub(crate) fn file(&self, number: usize, tongue: Tongue) -> (String, String) {
        let written = self.tongues();
        let tongue = if written.contains(&tongue) {
            tongue
        } else {
            *written.first().expect("a step is written in a language")
        };
        let text = match (self.module.get(tongue.name()), self.body(tongue)) {
            (Some(module), _) => module.clone(),
            (None, Some(body)) => tongue.module(&self.named(number), body),
            (None, None) => unreachable!("it is written in this language"),
        };
        (tongue.file(number), text)
    }

    fn named(&self, number: usize) -> Json {
        let mut config = self.config.clone();
        let fields = config.as_object_mut().expect("a config is a table");
        fields
            .entry("name")
            .or_insert_with(|| Json::String(format!("S{number}")));
        config
    }
}

/// Every row of every table, in the order of the files.
pub(crate) fn read_all() -> Vec<Row> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/rows");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    paths.sort();
    let mut rows = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let table: Table =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        rows.extend(table.row.into_iter().map(|row| Row {
            table: name.clone(),
            ..row
        }));
    }
    rows
}
