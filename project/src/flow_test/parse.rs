//! From the text of a flow test file to its tests, or to everything that is wrong with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use banister_grammars::Span;
use serde_json::Value as Json;

use super::problem::{DUPLICATE_NAME, INVALID_VALUE, MISSING_KEY, SYNTAX, problem};
use super::reader::{Fields, Keys, Reader};
use super::yaml::{self, Node};
use super::{FlowFile, FlowTest, Given, HttpMock, InputSource, Shared, Spanned, SpecProblem};
use crate::config::ALLOWABLE;
use crate::profile::Profile;

pub(super) const FILE: Keys = &["mocks", "profile", "isolation", "allow", "invariants", "tests"];
const CASSETTE: Keys = &["http"];
pub(super) const TEST: Keys = &[
    "name",
    "property",
    "for_all",
    "mocks",
    "given",
    "when",
    "then",
    "cases",
    "schedules",
    "faults",
    "profile",
    "isolation",
    "allow",
    "invariants",
    "ignore",
];
pub(super) const GIVEN: Keys = &["now", "env", "state", "streams"];
pub(super) const SCHEMA_OF: Keys = &["schema_of"];

/// Reads the file at `path` (relative to the project) with this text.
///
/// # Errors
/// Everything that is wrong with it, in the order of the text.
pub fn parse(path: &str, text: Arc<str>) -> Result<FlowFile, Vec<SpecProblem>> {
    let mut reader = Reader::default();
    let root = yaml::read(&text, &mut reader.problems);
    let (tests, shared) = match &root {
        Some(root) => reader.file(root),
        None => {
            if reader.problems.is_empty() {
                let message = "the file is empty: it needs the key `tests`";
                reader.problems.push(problem(SYNTAX, Span::default(), message));
            }
            (Vec::new(), Shared::default())
        }
    };
    if reader.problems.is_empty() {
        return Ok(FlowFile {
            shared,
            path: path.to_owned(),
            text,
            tests,
        });
    }
    // A value behind an alias is read at every place where it stands, and is wrong only once.
    let mut problems = reader.problems;
    problems.sort_by(|a, b| (a.span, a.rule, &a.message).cmp(&(b.span, b.rule, &b.message)));
    problems.dedup();
    Err(problems)
}

/// Reads a cassette: a file with the key `http`, whose mocks are written as in a test.
///
/// # Errors
/// Everything that is wrong with it, in the order of the text.
pub fn parse_cassette(text: &str) -> Result<Vec<HttpMock>, Vec<SpecProblem>> {
    let mut reader = Reader::default();
    let mut mocks = Vec::new();
    if let Some(root) = yaml::read(text, &mut reader.problems)
        && let Some(fields) = reader.fields(&root, "a cassette", CASSETTE)
    {
        mocks = reader
            .require(&fields, "http")
            .and_then(|node| reader.filled_list(node, "`http`"))
            .map(<[Node]>::to_vec)
            .unwrap_or_default()
            .iter()
            .filter_map(|node| reader.http_mock(node))
            .collect();
    }
    match reader.problems.is_empty() {
        true => Ok(mocks),
        false => Err(reader.problems),
    }
}

/// Any YAML document as JSON, read as strictly as a test.
///
/// # Errors
/// What is wrong with it, in one sentence.
pub fn read_document(text: &str) -> Result<Json, String> {
    let mut problems = Vec::new();
    let root = yaml::read(text, &mut problems);
    match (root, problems.first()) {
        (Some(root), None) => Ok(root.to_json()),
        (_, Some(problem)) => Err(problem.message.clone()),
        (None, None) => Err("the file is empty".to_owned()),
    }
}

impl Reader {
    fn file(&mut self, root: &Node) -> (Vec<FlowTest>, Shared) {
        let Some(fields) = self.fields(root, "a flow test file", FILE) else {
            return (Vec::new(), Shared::default());
        };
        let shared = fields
            .get("mocks")
            .map(|node| self.mocks(node))
            .unwrap_or_default();
        let shared_code = fields
            .get("mocks")
            .map(|node| self.code_mocks(node))
            .unwrap_or_default();
        let profile = fields.get("profile").and_then(|node| self.profile(node));
        let isolation = fields.get("isolation").and_then(|node| self.isolation(node));
        let allow = fields
            .get("allow")
            .map(|node| self.allow(node))
            .unwrap_or_default();
        let invariants = fields
            .get("invariants")
            .map(|node| self.invariants(node))
            .unwrap_or_default();
        let list = self
            .require(&fields, "tests")
            .and_then(|node| self.filled_list(node, "`tests`"));
        let mut tests: Vec<FlowTest> = Vec::new();
        for node in list.unwrap_or_default() {
            let Some(mut test) = self.test(node) else { continue };
            if tests.iter().any(|other| other.name.value == test.name.value) {
                let message = format!("another test of this file is called \"{}\"", test.name);
                self.report(DUPLICATE_NAME, test.name.span, message);
            }
            test.mocks.extend(&shared);
            test.mocks_written.extend(fields.get("mocks").map(Node::to_json));
            test.code.extend(&shared_code);
            self.mocked_functions_exist(&test);
            test.profile = test.profile.or(profile);
            test.isolation = test.isolation.or(isolation);
            test.allow.extend(allow.iter().cloned());
            test.invariants.extend(invariants.iter().cloned());
            tests.push(test);
        }
        let (mocks, code) = (shared, shared_code);
        (tests, Shared { mocks, code })
    }

    fn test(&mut self, node: &Node) -> Option<FlowTest> {
        let fields = self.fields(node, "a test", TEST)?;
        let name = self.test_name(&fields);
        let for_all = self.for_all(&fields);
        let mocks = fields
            .get("mocks")
            .map(|node| self.mocks(node))
            .unwrap_or_default();
        let code = fields
            .get("mocks")
            .map(|node| self.code_mocks(node))
            .unwrap_or_default();
        let given = fields
            .get("given")
            .and_then(|node| self.given(node))
            .unwrap_or_default();
        let when = self
            .require(&fields, "when")
            .map(|node| self.actions(node))
            .unwrap_or_default();
        let then = self
            .require(&fields, "then")
            .map(|node| self.expectations(node))
            .unwrap_or_default();
        let cases = fields
            .get("cases")
            .and_then(|node| self.whole(node, "`cases`", 1, u32::MAX));
        if let (None, Some(at)) = (fields.get("property"), fields.key_span("cases")) {
            self.report(
                INVALID_VALUE,
                at,
                "`cases` belongs to a `property`: a plain test runs once",
            );
        }
        let profile = fields.get("profile").and_then(|node| self.profile(node));
        let allow = fields
            .get("allow")
            .map(|node| self.allow(node))
            .unwrap_or_default();
        Some(FlowTest {
            name: name?,
            for_all,
            mocks,
            mocks_written: fields.get("mocks").map(Node::to_json).into_iter().collect(),
            code,
            given,
            when,
            then,
            cases,
            profile,
            isolation: fields.get("isolation").and_then(|node| self.isolation(node)),
            allow,
            invariants: fields
                .get("invariants")
                .map(|node| self.invariants(node))
                .unwrap_or_default(),
            schedules: self.schedules(&fields),
            faults: self.faults(&fields),
            ignore: fields.get("ignore").and_then(|node| self.ignore(node)),
        })
    }

    /// The reason, which a report shows beside the name.
    fn ignore(&mut self, node: &Node) -> Option<Spanned<String>> {
        let reason = self.text(node, "the reason in `ignore`")?;
        if reason.chars().any(char::is_control) {
            return self.wrong(node, "the reason in `ignore` must be one line");
        }
        Some(reason)
    }

    fn profile(&mut self, node: &Node) -> Option<Profile> {
        let name = self.text(node, "`profile`")?;
        let found = Profile::parse(&name);
        if found.is_none() {
            let message = format!("`{name}` is not a profile: {}", Profile::NAMES.join(", "));
            self.report(INVALID_VALUE, name.span, message);
        }
        found
    }

    fn allow(&mut self, node: &Node) -> Vec<String> {
        let items = self.list(node, "`allow`").unwrap_or_default();
        let mut allowed = Vec::new();
        for item in items {
            let Some(name) = self.text(item, "a finding of `allow`") else {
                continue;
            };
            if !ALLOWABLE.contains(&name.value.as_str()) {
                let message = format!("`{name}` cannot be allowed: {}", ALLOWABLE.join(", "));
                self.report(INVALID_VALUE, name.span, message);
            }
            allowed.push(name.value);
        }
        allowed
    }

    fn test_name(&mut self, fields: &Fields<'_>) -> Option<Spanned<String>> {
        let (key, node) = match (fields.get("name"), fields.get("property")) {
            (Some(_), Some(_)) => {
                let at = fields.key_span("property").unwrap_or(fields.place());
                self.report(INVALID_VALUE, at, "a test has either a `name` or a `property`");
                return None;
            }
            (Some(node), None) => ("`name`", node),
            (None, Some(node)) => ("`property`", node),
            (None, None) => {
                self.report(
                    MISSING_KEY,
                    fields.place(),
                    "a test needs the key `name` or `property`",
                );
                return None;
            }
        };
        let name = self.text(node, key)?;
        if name.chars().any(char::is_control) || name.trim() != name.value {
            return self.wrong(node, format!("{key} must be one line without spaces around it"));
        }
        Some(name)
    }

    fn for_all(&mut self, fields: &Fields<'_>) -> Vec<(Spanned<String>, InputSource)> {
        let node = match (fields.get("property"), fields.get("for_all")) {
            (Some(_), Some(node)) => node,
            (Some(_), None) => {
                let message = "a `property` needs the key `for_all`: the values that it holds for";
                self.report(
                    MISSING_KEY,
                    fields.key_span("property").unwrap_or(fields.place()),
                    message,
                );
                return Vec::new();
            }
            (None, Some(_)) => {
                let at = fields.key_span("for_all").unwrap_or(fields.place());
                self.report(INVALID_VALUE, at, "`for_all` belongs to a `property`");
                return Vec::new();
            }
            (None, None) => return Vec::new(),
        };
        let entries = self.entries(node, "`for_all`").unwrap_or_default();
        if entries.is_empty() {
            self.report(INVALID_VALUE, node.span, "`for_all` names no value");
        }
        let mut sources = Vec::new();
        for (name, source) in entries {
            self.variable_name(name);
            if let Some(source) = self.input_source(source) {
                sources.push((name.clone(), source));
            }
        }
        sources
    }

    fn input_source(&mut self, node: &Node) -> Option<InputSource> {
        let entries = self.entries(node, "the values of `for_all`")?;
        if !entries.iter().any(|(key, _)| key.value == "schema_of") {
            return Some(InputSource::Schema(Spanned {
                value: node.to_json(),
                span: node.span,
            }));
        }
        let fields = self.fields(node, "`for_all` with `schema_of`", SCHEMA_OF)?;
        let source = fields.get("schema_of")?;
        let text = self.text(source, "`schema_of`")?;
        match text
            .rsplit_once('.')
            .filter(|(step, part)| !step.is_empty() && ["body", "input"].contains(part))
        {
            Some((step, part)) => Some(InputSource::SchemaOf {
                step: step.to_owned(),
                part: part.to_owned(),
                span: text.span,
            }),
            None => self.wrong(
                source,
                format!("`{text}` must be a step with `.body` or `.input`: `CreateOrder.body`"),
            ),
        }
    }

    fn given(&mut self, node: &Node) -> Option<Given> {
        let fields = self.fields(node, "`given`", GIVEN)?;
        let now = fields.get("now").and_then(|node| self.instant(node));
        let env = fields
            .get("env")
            .and_then(|node| self.texts(node, "`env`"))
            .unwrap_or_else(BTreeMap::new);
        let state = fields
            .get("state")
            .and_then(|node| self.state(node))
            .unwrap_or_default();
        let streams = fields
            .get("streams")
            .and_then(|node| self.stream_items(node))
            .unwrap_or_default();
        Some(Given {
            now,
            env,
            state,
            streams,
        })
    }

    fn instant(&mut self, node: &Node) -> Option<i64> {
        let text = self.text(node, "`now`")?;
        match chrono::DateTime::parse_from_rfc3339(&text) {
            Ok(instant) => Some(instant.timestamp_millis()),
            Err(_) => {
                let message = format!("`{text}` is not a time with its zone, such as `2026-01-05T09:00:00Z`");
                self.wrong(node, message)
            }
        }
    }
}

#[cfg(test)]
mod tests;
