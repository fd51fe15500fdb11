//! `then`: what must be true afterwards.

use std::collections::BTreeMap;

use super::problem::{INVALID_VALUE, MISSING_KEY};
use super::reader::{Fields, Keys, Reader};
use super::yaml::{Data, Node};
use super::{CalledHttp, Expectation, Spanned};

const KINDS: [&str; 14] = [
    "response",
    "emitted",
    "not_emitted",
    "state",
    "stream",
    "stream_event",
    "ws",
    "ran",
    "called",
    "not_called",
    "dead_lettered",
    "retried",
    "threw",
    "log",
];
pub(super) const EXPECTATION: Keys = &KINDS;
pub(super) const RESPONSE: Keys = &["status", "headers", "body", "captures"];
pub(super) const EMITTED: Keys = &["topic", "data", "times"];
pub(super) const CALLED: Keys = &["http", "function", "args", "times", "query", "headers", "body"];
pub(super) const NOT_CALLED: Keys = &["http", "query", "headers", "body"];
pub(super) const LOG: Keys = &["level", "message", "times"];
pub(super) const LEVELS: [&str; 4] = ["debug", "info", "warn", "error"];

impl Reader {
    pub(super) fn expectations(&mut self, node: &Node) -> Vec<Spanned<Expectation>> {
        let items = self.filled_list(node, "`then`").unwrap_or_default();
        items.iter().filter_map(|item| self.expectation(item)).collect()
    }

    fn expectation(&mut self, node: &Node) -> Option<Spanned<Expectation>> {
        let known = self.problems.len();
        let fields = self.fields(node, "an expectation", EXPECTATION)?;
        let misspelled = self.problems.len() > known;
        let (kind, value) = self.only_kind(&fields, &KINDS, "an expectation", misspelled)?;
        let span = fields.key_span(kind).unwrap_or(node.span);
        let expectation = match kind {
            "response" => self.response(value)?,
            "emitted" => {
                let fields = self.fields(value, "`emitted`", EMITTED)?;
                let topic = self
                    .require(&fields, "topic")
                    .and_then(|node| self.text(node, "`topic`"));
                let times = self.times(&fields);
                Expectation::Emitted {
                    topic: topic?,
                    data: fields.get("data").map(Node::to_json),
                    times,
                }
            }
            "not_emitted" => Expectation::NotEmitted {
                topic: self.text(value, "`not_emitted`")?,
            },
            "state" => Expectation::State(self.state(value)?),
            "stream" => self.stream(value)?,
            "stream_event" => self.stream_event(value)?,
            "ws" => self.socket_expectation(value)?,
            "ran" => {
                let steps = self.filled_list(value, "`ran`")?;
                Expectation::Ran(
                    steps
                        .iter()
                        .filter_map(|step| self.text(step, "a step of `ran`"))
                        .collect(),
                )
            }
            "called" => self.called(value)?,
            "not_called" => {
                let fields = self.fields(value, "`not_called`", NOT_CALLED)?;
                let http = self
                    .require(&fields, "http")
                    .and_then(|node| self.endpoint(node, "`http`"))?;
                Expectation::NotCalled(self.request_pattern(&fields, http))
            }
            "dead_lettered" => Expectation::DeadLettered(self.failed_message(value, "`dead_lettered`")?),
            "retried" => Expectation::Retried(self.failed_message(value, "`retried`")?),
            "threw" => self.threw(value)?,
            _ => self.log(value)?,
        };
        Some(Spanned {
            value: expectation,
            span,
        })
    }

    fn called(&mut self, node: &Node) -> Option<Expectation> {
        if let Data::List(_) = &node.data {
            let items = self.filled_list(node, "`called`")?;
            let mut calls = Vec::new();
            for item in items {
                let fields = self.fields(item, "`called`", CALLED)?;
                calls.extend(self.called_http(&fields, false));
            }
            return Some(Expectation::Called(calls));
        }
        let fields = self.fields(node, "`called`", CALLED)?;
        match (fields.get("http"), fields.get("function")) {
            (Some(_), Some(_)) => self.wrong(node, "`called` has either `http` or `function`"),
            (None, Some(function)) => self.called_function(&fields, function),
            _ => Some(Expectation::Called(vec![self.called_http(&fields, true)?])),
        }
    }

    /// A call of a service; `or_function` says so where a function could stand as well.
    fn called_http(&mut self, fields: &Fields<'_>, or_function: bool) -> Option<CalledHttp> {
        for key in ["function", "args"] {
            if let Some(at) = fields.key_span(key) {
                let message = match or_function {
                    true => format!("`{key}` belongs to a `function`"),
                    false => format!("`{key}` stands alone: several calls in order are calls of services"),
                };
                self.report(INVALID_VALUE, at, message);
            }
        }
        let Some(http) = fields.get("http") else {
            let message = match or_function {
                true => "`called` needs the key `http` or `function`",
                false => "`called` needs the key `http`",
            };
            self.report(MISSING_KEY, fields.place(), message);
            return None;
        };
        let http = self.endpoint(http, "`http`");
        let times = self.times(fields);
        let request = self.request_pattern(fields, http?);
        Some(CalledHttp { request, times })
    }

    fn called_function(&mut self, fields: &Fields<'_>, function: &Node) -> Option<Expectation> {
        for key in ["query", "headers", "body"] {
            if let Some(at) = fields.key_span(key) {
                self.report(INVALID_VALUE, at, format!("`{key}` belongs to `http`"));
            }
        }
        let args = fields.get("args");
        if let Some(args) = args {
            self.list(args, "`args`")?;
        }
        Some(Expectation::CalledFunction {
            function: self.text(function, "`function`")?,
            args: args.map(Node::to_json),
            times: self.times(fields),
        })
    }

    fn response(&mut self, node: &Node) -> Option<Expectation> {
        let fields = self.fields(node, "`response`", RESPONSE)?;
        let status = fields
            .get("status")
            .and_then(|node| self.whole(node, "`status`", 100, 999));
        let headers = self.header_lines(fields.get("headers"));
        let body = fields.get("body").map(Node::to_json);
        let captures = fields
            .get("captures")
            .and_then(|node| self.captures(node))
            .unwrap_or_default();
        let nothing = ["status", "headers", "body", "captures"]
            .iter()
            .all(|key| fields.get(key).is_none());
        if nothing {
            let message = "`response` needs one of `status`, `headers`, `body`, `captures`";
            self.report(MISSING_KEY, node.span, message);
        }
        Some(Expectation::Response {
            status: status.and_then(|it| u16::try_from(it).ok()),
            headers,
            body,
            captures,
        })
    }

    /// Headers of an answer; several cookies are a list.
    fn header_lines(&mut self, node: Option<&Node>) -> BTreeMap<String, Vec<String>> {
        let mut headers = BTreeMap::new();
        let entries = node.and_then(|node| self.entries(node, "headers"));
        for (name, value) in entries.unwrap_or_default() {
            let name = name.value.to_ascii_lowercase();
            let what = format!("`{name}` of headers");
            let lines = match &value.data {
                Data::List(_) if name != "set-cookie" => {
                    let message = format!("{what} must be a text: only `set-cookie` may be a list");
                    self.wrong(value, message)
                }
                Data::List(_) => self.filled_list(value, &what).map(|lines| {
                    lines
                        .iter()
                        .filter_map(|line| self.scalar_text(line, &what))
                        .collect()
                }),
                _ => self.scalar_text(value, &what).map(|line| vec![line]),
            };
            headers.extend(lines.map(|lines| (name, lines)));
        }
        headers
    }

    fn captures(&mut self, node: &Node) -> Option<BTreeMap<String, String>> {
        let mut captures = BTreeMap::new();
        for (name, path) in self.entries(node, "`captures`")? {
            let Some(path) = self.text(path, "the path of a capture") else {
                continue;
            };
            let rooted = ["$.status", "$.headers", "$.body"].iter().any(|root| {
                path.strip_prefix(root)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            });
            if !rooted {
                let message = format!("`{path}` must start with `$.body`, `$.headers` or `$.status`");
                self.report(INVALID_VALUE, path.span, message);
            }
            self.variable_name(name);
            captures.insert(name.value.clone(), path.value);
        }
        Some(captures)
    }

    /// A name that `{{name}}` can say.
    pub(super) fn variable_name(&mut self, name: &Spanned<String>) {
        let fits = name.chars().all(|c| c.is_alphanumeric() || "_-".contains(c));
        if !fits || name.is_empty() {
            let message = format!("`{name}` is not a name for a value: use letters, digits, `_` and `-`");
            self.report(INVALID_VALUE, name.span, message);
        }
    }

    fn stream(&mut self, node: &Node) -> Option<Expectation> {
        let mut streams = Vec::new();
        for (name, groups) in self.entries(node, "`stream`")? {
            match &groups.data {
                Data::Map(_) => streams.push((name.clone(), groups.to_json())),
                _ => self
                    .wrong(groups, format!("stream `{name}` must be a mapping of groups"))
                    .unwrap_or_default(),
            }
        }
        Some(Expectation::Stream(streams))
    }

    fn log(&mut self, node: &Node) -> Option<Expectation> {
        let fields = self.fields(node, "`log`", LOG)?;
        let level = fields.get("level").and_then(|node| self.text(node, "`level`"));
        if let Some(level) = level.as_ref().filter(|level| !LEVELS.contains(&level.as_str())) {
            let message = format!("`{level}` is not a level: {}", LEVELS.join(", "));
            self.report(INVALID_VALUE, level.span, message);
        }
        let message = fields
            .get("message")
            .and_then(|node| self.scalar_text(node, "`message`"));
        let times = self.times(&fields);
        Some(Expectation::Log {
            level: level.map(|level| level.value),
            message,
            times,
        })
    }
}
