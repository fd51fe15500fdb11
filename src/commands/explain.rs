//! `banister explain`: the rules in their own words.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use banister_project::Severity;
use banister_project::rules::page::{self, first_sentence};
use banister_project::rules::{RULES, Rule};
use serde::Serialize;

use super::{rule_name, write_stdout};
use crate::exit::Exit;
use crate::render::entry::word;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The rule; all of them are listed if none is given
    #[arg(value_parser = rule_name::parser(), hide_possible_values = true)]
    rule: Option<&'static Rule>,
    /// How it is told
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write the pages of all rules into this folder
    #[arg(long, value_name = "DIR", hide = true, conflicts_with = "rule")]
    write_docs: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// A JSON list of rules with their documentation in Markdown
    Json,
}

#[derive(Serialize)]
struct Description {
    name: &'static str,
    severity: Severity,
    summary: String,
    doc: String,
    url: String,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    if let Some(folder) = &arguments.write_docs {
        write_docs(folder)?;
        return Ok(Exit::Success);
    }
    write_stdout(&match arguments.format {
        Format::Text => arguments.rule.map_or_else(list, explain),
        Format::Json => {
            let rules = RULES
                .iter()
                .filter(|rule| arguments.rule.is_none_or(|wanted| wanted.name == rule.name));
            let described: Vec<Description> = rules.map(describe).collect();
            serde_json::to_string_pretty(&described)? + "\n"
        }
    })?;
    Ok(Exit::Success)
}

fn explain(rule: &Rule) -> String {
    format!("{} ({})\n\n{}", rule.name, word(rule.severity), rule.markdown())
}

fn describe(rule: &Rule) -> Description {
    Description {
        name: rule.name,
        severity: rule.severity,
        summary: first_sentence(rule.doc),
        doc: rule.markdown(),
        url: rule.address(),
    }
}

/// A line for each rule, with the beginning of its documentation up to the first full stop.
fn list() -> String {
    let width = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or_default();
    let line = |rule: &Rule| {
        let severity = word(rule.severity);
        format!(
            "{:width$}  {severity:7}  {}\n",
            rule.name,
            first_sentence(rule.doc)
        )
    };
    RULES.iter().map(line).collect()
}

fn write_docs(folder: &Path) -> anyhow::Result<()> {
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    };
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    write("README.md", page::overview())?;
    RULES
        .iter()
        .try_for_each(|rule| write(&format!("{}.md", rule.name), page::page(rule)))
}
