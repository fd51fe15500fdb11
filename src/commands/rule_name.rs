//! The name of a rule as an argument: an unknown one is a usage error that names the likeliest.

use banister_project::rules::{RULES, Rule, rule};
use clap::builder::{PossibleValuesParser, TypedValueParser};

pub(super) fn parser() -> impl TypedValueParser<Value = &'static Rule> {
    PossibleValuesParser::new(RULES.iter().map(|rule| rule.name))
        .try_map(|name| rule(&name).ok_or_else(|| format!("there is no rule `{name}`")))
}
