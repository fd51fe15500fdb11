//! The rules: one file each with its documentation, its check, its fix and its tests, and one line here.

mod checking;
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
mod loose_ends;
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
pub use similarity::is_slip;
pub(crate) mod stale_ignore;
mod state_arity;
mod state_never_written;
mod sync_python_handler;
mod syntax_error;
mod unawaited_emit;
pub(crate) mod undeclared_emit;
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

use banister_grammars::Span;

pub use self::checking::InFile;
use self::checking::Subject;
pub(crate) use self::checking::{checked, warm_up};
use self::loose_ends::LooseEnds;
use crate::config::{Asked, Selection};
use crate::diagnostic::{Diagnostic, Fix, Related, Severity};
use crate::index::{Changes, Index};
use crate::project::Step;
use crate::reads::{Lookup, note};

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

/// Their names.
pub static NAMES: [&str; RULES.len()] = {
    let mut names = [""; RULES.len()];
    let mut at = 0;
    while at < RULES.len() {
        names[at] = RULES[at].name;
        at += 1;
    }
    names
};

/// What a selection asks of each rule that it does not leave to the settings.
pub(crate) fn asked(selection: &Selection) -> Vec<(&'static str, Asked)> {
    let of = |rule: &Rule| match selection.wants(rule.name) {
        false => Some(Asked::Off),
        true if !selection.select.contains(&rule.name) => None,
        true if rule.is_off_by_default() => Some(Asked::OnAt(rule.severity)),
        true => Some(Asked::On),
    };
    let all = RULES.iter();
    all.filter_map(|rule| Some((rule.name, of(rule)?))).collect()
}

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
    check: Check,
}

/// What a rule looks at.
#[derive(Debug)]
enum Check {
    /// One step, and what it looks up. It finds nothing in other files.
    Step(fn(&Context<'_>, &Step, &mut Findings)),
    /// The same, but it looks at what several steps may share: what more than one finds in one place is told once.
    Shared(fn(&Context<'_>, &Step, &mut Findings)),
    /// One file of any kind, and what it looks up.
    Subject(fn(&Context<'_>, &Subject<'_>, &mut Findings)),
    /// All files at once. It has to note by itself what its findings rest on.
    Project(fn(&Context<'_>, &mut Findings)),
    /// No single revision of the files: its findings come from elsewhere.
    Elsewhere,
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

/// What a rule may ask. What it looks up here and in the index is noted (see [`crate::reads`]), so a rule must
/// not go around the lookups: no walk over all steps or topics to find what concerns one file.
struct Context<'i> {
    index: &'i Index,
    ends: &'i LooseEnds,
    /// True if the last check found nothing that concerns all files at once.
    had_none: bool,
    /// What has changed since the last check.
    changes: Option<&'i Changes>,
}

impl Context<'_> {
    /// The topic that `topic` is a slip for. One slip makes one finding: the rules that would report its consequences
    /// pass over both.
    fn slip(&self, topic: &str) -> Option<&str> {
        note(Lookup::Slip(topic));
        self.ends.slips.get(topic).map(String::as_str)
    }

    /// True if `topic` is a slip.
    fn is_slip(&self, topic: &str) -> bool {
        self.slip(topic).is_some()
    }

    /// True if `topic` is a slip, or the topic that a slip was meant to be.
    fn is_part_of_a_slip(&self, topic: &str) -> bool {
        self.is_slip(topic) || self.ends.meant.contains(topic)
    }

    /// True if somebody takes the topic and nobody sends it, slips apart.
    fn is_orphan(&self, topic: &str) -> bool {
        !self.index.may_be_emitted(topic) && !self.is_part_of_a_slip(topic)
    }

    /// Topics that somebody takes and nobody sends, slips apart, by name.
    fn orphans(&self) -> impl Iterator<Item = &str> {
        note(Lookup::Orphans);
        self.ends.orphans.iter().map(String::as_str)
    }

    /// Topics that somebody sends and nobody takes, by name.
    fn dead_ends(&self) -> impl Iterator<Item = &str> {
        note(Lookup::DeadEnds);
        self.ends.dead_ends.iter().map(String::as_str)
    }

    /// The files that have changed since the last check.
    fn changed_files(&self) -> impl Iterator<Item = &str> {
        let changes = self.changes.into_iter();
        changes.flat_map(|changes| changes.files.iter().map(String::as_str))
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
