//! The rules: one file each with its documentation, its check, its fix and its tests, and one line here.

pub(crate) mod config_keys;
mod config_values;
pub(crate) mod contract;
mod duplicate_route;
mod duplicate_step_name;
mod emit_shape;
mod event_cycle;
mod examples;
mod express_style_request;
mod flow_test;
mod handler_arity;
mod handler_name_mismatch;
mod handlers;
mod incompatible_subscribers;
mod infrastructure;
pub(crate) mod invalid_config_value;
mod invalid_cron;
pub(crate) mod invalid_ignore;
mod misnamed_step_file;
mod missing_config_key;
mod missing_handler;
mod misspelled_topic;
mod never_emitted_topic;
pub mod page;
pub(crate) mod payload_missing_field;
mod payload_types;
mod payload_unknown_field;
mod payload_wrong_type;
pub(crate) mod payloads;
mod reserved_route;
mod response_missing_field;
mod routes;
mod seed_dialect;
mod shadowed_route;
mod similarity;
pub(crate) mod stale_ignore;
mod state_arity;
mod state_never_written;
mod sync_python_handler;
mod syntax_error;
mod unawaited_emit;
mod undeclared_emit;
mod undeclared_status;
pub(crate) mod unexplained_ignore;
mod unknown_config_key;
mod unknown_context_member;
mod unknown_path_param;
mod unknown_stream;
mod unrepresentable_schema;
mod unresolved_middleware;
mod unsubscribed_topic;
mod unused_emit;
mod unused_mock;

use std::cmp;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

use banister_grammars::Span;

use crate::diagnostic::{Diagnostic, Fix, Related, Severity};
use crate::flow_test::{ProjectNames, SpecProblem, check_names};
use crate::index::Index;

/// Every rule, in the order of reports.
pub const RULES: &[Rule] = &[
    syntax_error::RULE,
    missing_config_key::RULE,
    unknown_config_key::RULE,
    invalid_config_value::RULE,
    missing_handler::RULE,
    misnamed_step_file::RULE,
    duplicate_step_name::RULE,
    duplicate_route::RULE,
    shadowed_route::RULE,
    reserved_route::RULE,
    unresolved_middleware::RULE,
    unrepresentable_schema::RULE,
    seed_dialect::RULE,
    sync_python_handler::RULE,
    handler_arity::RULE,
    handler_name_mismatch::RULE,
    unknown_context_member::RULE,
    unknown_path_param::RULE,
    express_style_request::RULE,
    undeclared_status::RULE,
    response_missing_field::RULE,
    emit_shape::RULE,
    unawaited_emit::RULE,
    invalid_cron::RULE,
    undeclared_emit::RULE,
    misspelled_topic::RULE,
    never_emitted_topic::RULE,
    unsubscribed_topic::RULE,
    unused_emit::RULE,
    event_cycle::RULE,
    payload_missing_field::RULE,
    payload_wrong_type::RULE,
    payload_unknown_field::RULE,
    incompatible_subscribers::RULE,
    state_arity::RULE,
    state_never_written::RULE,
    unknown_stream::RULE,
    flow_test::SYNTAX,
    flow_test::UNKNOWN_KEY,
    flow_test::DUPLICATE_KEY,
    flow_test::MISSING_KEY,
    flow_test::INVALID_VALUE,
    flow_test::DUPLICATE_NAME,
    flow_test::UNSUPPORTED,
    flow_test::UNKNOWN_STEP,
    flow_test::UNKNOWN_TOPIC,
    flow_test::UNKNOWN_ROUTE,
    flow_test::UNKNOWN_STATE_GROUP,
    unused_mock::RULE,
    invalid_ignore::RULE,
    unexplained_ignore::RULE,
    stale_ignore::RULE,
    contract::REMOVED_SUBSCRIBER,
    contract::RENAMED_TOPIC,
    contract::NARROWED_PAYLOAD,
    contract::REMOVED_ROUTE,
    contract::NARROWED_RESPONSE,
];

/// Rules that only report where `banister.toml` gives them a level, or where they are asked for by name.
pub const OFF_BY_DEFAULT: &[&str] = &["incompatible-subscribers"];

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

impl Rule {
    /// True for a rule that reports where it is asked for, and nowhere else.
    pub fn is_off_by_default(&self) -> bool {
        OFF_BY_DEFAULT.contains(&self.name)
    }
}

/// What a rule may ask.
struct Context<'i> {
    index: &'i Index,
    /// Topics that are taken for a slip of the pen, with the topic that was meant. One slip makes one finding: the
    /// rules that would report its consequences pass over both.
    misspelled: BTreeMap<String, String>,
    /// What is wrong with the project's flow tests, by file.
    flow_problems: Vec<(String, SpecProblem)>,
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
            fix_is_guess: false,
            unnecessary: false,
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

    fn unnecessary(mut self) -> Self {
        self.edit(|finding| finding.unnecessary = true);
        self
    }

    fn fix(mut self, fix: Option<Fix>) -> Self {
        self.edit(|finding| finding.fix = fix);
        self
    }

    /// The fix is for a person to look at: `--fix` leaves it alone.
    fn guess(mut self) -> Self {
        self.edit(|finding| finding.fix_is_guess = true);
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
        let is_on = |rule: &&Rule| match level(rule) {
            Some(level) => level.is_some(),
            None => !rule.is_off_by_default(),
        };
        let misspelled = if is_on(&&misspelled_topic::RULE) {
            misspelled_topic::slips(index)
        } else {
            BTreeMap::new()
        };
        let context = Context {
            index,
            misspelled,
            flow_problems: flow_problems(index),
        };
        let rules: Vec<&'static Rule> = RULES.iter().filter(is_on).collect();
        let mut found = apply_all(&rules, &context);
        for finding in &mut found {
            if let Some(Some(severity)) = index.config.rules.get(finding.rule) {
                finding.severity = *severity;
            }
        }
        found
    })
}

/// Projects with fewer steps are checked sooner than a thread is started.
const MIN_STEPS_FOR_THREADS: usize = 200;

/// What the rules find, in their order, looked for on all cores: whoever is free takes the next rule.
fn apply_all(rules: &[&'static Rule], context: &Context<'_>) -> Vec<Diagnostic> {
    let is_large = context.index.project.steps.len() >= MIN_STEPS_FOR_THREADS;
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let helpers = if is_large {
        cores.min(rules.len()).saturating_sub(1)
    } else {
        0
    };
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(rule) = rules.get(at) else { return done };
            let mut findings = Findings {
                rule,
                found: Vec::new(),
            };
            (rule.check)(context, &mut findings);
            done.push((at, findings.found));
        }
    };
    let mut done = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..helpers).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for thread in threads {
            match thread.join() {
                Ok(more) => done.extend(more),
                // A rule that panics does so in front of whoever asked.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().flat_map(|(_, found)| found).collect()
}

/// What is wrong with each flow test of the project: names are held against it only once the file can be read.
fn flow_problems(index: &Index) -> Vec<(String, SpecProblem)> {
    if index.flow_tests.is_empty() {
        return Vec::new();
    }
    let names = ProjectNames::of(index);
    let problems = index.flow_tests.iter().flat_map(|flow| {
        let found = match &flow.parsed {
            Ok(file) => check_names(file, &names),
            Err(problems) => problems.clone(),
        };
        found.into_iter().map(|problem| (flow.path.clone(), problem))
    });
    problems.collect()
}

/// The order of every report: file, position, rule, and then whatever else tells two findings apart.
pub(crate) fn order(one: &Diagnostic, other: &Diagnostic) -> cmp::Ordering {
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
