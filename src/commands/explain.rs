//! `banister explain`: the rules in their own words.

use banister_project::rules::{RULES, Rule};

use super::{rule_name, write_stdout};
use crate::exit::Exit;
use crate::render::entry::word;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The rule; all of them are listed if none is given
    #[arg(value_parser = rule_name::parser(), hide_possible_values = true)]
    rule: Option<&'static Rule>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    write_stdout(&arguments.rule.map_or_else(list, explain))?;
    Ok(Exit::Success)
}

fn explain(rule: &Rule) -> String {
    format!(
        "{} ({})\n\n{}\n",
        rule.name,
        word(rule.severity),
        rule.doc.trim_end()
    )
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

/// The first sentence of a text, on one line.
pub(crate) fn first_sentence(doc: &str) -> String {
    let text = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => text,
    }
}
