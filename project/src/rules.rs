//! The rules: one file each with its documentation, its check, its fix and its tests, and one line here.

pub(crate) mod contract;
mod duplicate_route;
mod duplicate_step_name;
mod emit_shape;
mod examples;
mod invalid_cron;
mod missing_config_key;
mod missing_handler;
mod misspelled_topic;
mod never_emitted_topic;
pub mod page;
mod payload_missing_field;
mod payload_unknown_field;
mod payload_wrong_type;
mod reserved_route;
mod routes;
mod similarity;
mod sync_python_handler;
mod syntax_error;
mod unawaited_emit;
mod undeclared_emit;
mod unsubscribed_topic;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use banister_grammars::Span;

use crate::diagnostic::{Diagnostic, Fix, Related, Severity};
use crate::index::Index;

/// Every rule, in the order of reports.
pub const RULES: &[Rule] = &[
    syntax_error::RULE,
    missing_config_key::RULE,
    missing_handler::RULE,
    duplicate_step_name::RULE,
    duplicate_route::RULE,
    reserved_route::RULE,
    sync_python_handler::RULE,
    emit_shape::RULE,
    unawaited_emit::RULE,
    invalid_cron::RULE,
    undeclared_emit::RULE,
    misspelled_topic::RULE,
    never_emitted_topic::RULE,
    unsubscribed_topic::RULE,
    payload_missing_field::RULE,
    payload_wrong_type::RULE,
    payload_unknown_field::RULE,
    contract::REMOVED_SUBSCRIBER,
    contract::RENAMED_TOPIC,
    contract::NARROWED_PAYLOAD,
    contract::REMOVED_ROUTE,
    contract::NARROWED_RESPONSE,
];

/// A rule: its name is part of the contract with every report, suppression and settings file.
#[derive(Debug)]
pub struct Rule {
    /// `undeclared-emit`.
    pub name: &'static str,
    /// The severity of most of its findings; the documentation tells when it differs.
    pub severity: Severity,
    /// What it finds, why that hurts and what to do, in Markdown.
    pub doc: &'static str,
    check: fn(&Context<'_>, &mut Findings),
}

/// The rule of that name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name)
}

/// What a rule may ask.
struct Context<'i> {
    index: &'i Index,
    /// Topics that are taken for a slip of the pen, with the topic that was meant. One slip makes one finding: the
    /// rules that would report its consequences pass over both.
    misspelled: BTreeMap<String, String>,
}

impl Context<'_> {
    /// True if `topic` is a slip, or the topic that a slip was meant to be.
    fn is_part_of_a_slip(&self, topic: &str) -> bool {
        self.misspelled.contains_key(topic) || self.misspelled.values().any(|meant| meant == topic)
    }
}

/// Collects the findings of one rule.
struct Findings {
    rule: &'static Rule,
    found: Vec<Diagnostic>,
}

impl Findings {
    /// Adds a finding with the rule's own severity; the caller refines it.
    fn report(&mut self, file: &str, span: Span, message: String) -> Finding<'_> {
        self.found.push(Diagnostic {
            rule: self.rule.name,
            severity: self.rule.severity,
            message,
            file: file.to_owned(),
            span,
            related: Vec::new(),
            help: None,
            fix: None,
        });
        Finding(self.found.last_mut())
    }
}

/// A finding that was just reported.
struct Finding<'f>(Option<&'f mut Diagnostic>);

impl Finding<'_> {
    fn severity(mut self, severity: Severity) -> Self {
        self.edit(|finding| finding.severity = severity);
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.edit(|finding| finding.help = Some(help.into()));
        self
    }

    fn fix(mut self, fix: Option<Fix>) -> Self {
        self.edit(|finding| finding.fix = fix);
        self
    }

    fn related(mut self, file: &str, span: Span, message: impl Into<String>) -> Self {
        let related = Related {
            message: message.into(),
            file: file.to_owned(),
            span,
        };
        self.edit(|finding| finding.related.push(related));
        self
    }

    fn edit(&mut self, change: impl FnOnce(&mut Diagnostic)) {
        if let Some(finding) = &mut self.0 {
            change(finding);
        }
    }
}

/// The findings of one project, computed once.
pub(crate) fn findings(index: &Index) -> &[Diagnostic] {
    index.findings.get_or_init(|| {
        let level = |rule: &Rule| index.config.rules.get(rule.name);
        let is_off = |rule: &Rule| level(rule) == Some(&None);
        let misspelled = if is_off(&misspelled_topic::RULE) {
            BTreeMap::new()
        } else {
            misspelled_topic::slips(index)
        };
        let context = Context { index, misspelled };
        let mut found = Vec::new();
        for rule in RULES.iter().filter(|rule| !is_off(rule)) {
            let mut findings = Findings {
                rule,
                found: Vec::new(),
            };
            (rule.check)(&context, &mut findings);
            if let Some(Some(severity)) = level(rule) {
                findings
                    .found
                    .iter_mut()
                    .for_each(|finding| finding.severity = *severity);
            }
            found.extend(findings.found);
        }
        found
    })
}

/// The order of every report: file, position, rule, and then whatever else tells two findings apart.
pub(crate) fn order(one: &Diagnostic, other: &Diagnostic) -> Ordering {
    let key = |finding: &Diagnostic| (finding.span, finding.rule);
    one.file
        .cmp(&other.file)
        .then_with(|| key(one).cmp(&key(other)))
        .then_with(|| one.message.cmp(&other.message))
}

/// `a`, `b` and `c` of a list, quoted as in the sentence around it.
fn list<S: AsRef<str>>(items: &[S], quote: char, last: &str) -> String {
    let quoted: Vec<String> = items
        .iter()
        .map(|item| format!("{quote}{}{quote}", item.as_ref()))
        .collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_have_one_name_each_and_a_text() {
        let mut names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RULES.len());
        assert!(
            RULES.iter().all(|rule| rule.doc.len() > 80),
            "every rule explains itself"
        );
        assert!(rule("undeclared-emit").is_some());
        assert!(rule("no-such-rule").is_none());
    }
}
