//! Keys and values of the config of a step or stream.

use banister_grammars::facts::{Dialect, StepKind};

use super::Asked;
use super::cursor::Cursor;
use super::proposals::Proposals;
use super::spot::{Home, Root, Spot, home, keys_of};
use crate::cron::Cron;
use crate::features::{Completion, CompletionKind};
use crate::index::{EntityKind, Index};
use crate::rules::config_keys;
use crate::rules::invalid_config_value::METHODS;

/// Factories of triggers of 1.0 whose options are an object.
const FACTORIES: [&str; 5] = ["http", "queue", "cron", "state", "stream"];

/// Schedules that many steps have, as five fields.
const SCHEDULES: [&str; 7] = [
    "* * * * *",
    "*/5 * * * *",
    "*/15 * * * *",
    "0 * * * *",
    "0 0 * * *",
    "0 9 * * 1-5",
    "0 0 * * 0",
];

/// What the cursor is in, among the files that hold a config.
struct Place<'i> {
    index: &'i Index,
    file: &'i str,
    dialect: Dialect,
    is_stream: bool,
}

pub(super) fn completion(asked: &Asked<'_, '_>) -> Option<Vec<Completion>> {
    let Asked {
        index,
        file,
        cursor,
        spot,
    } = *asked;
    let step = index.step(file);
    let is_stream = index.project.streams.iter().any(|stream| stream.file == file);
    if step.is_none() && !is_stream {
        return None;
    }
    let place = Place {
        index,
        file,
        dialect: step.map_or(Dialect::V0, |step| step.dialect()),
        is_stream,
    };
    match *spot {
        Spot::Key { level } => place.keys(cursor, level),
        Spot::Value { key, level } => {
            let home = home(cursor, level)?;
            place.values(cursor, &home, key)
        }
        Spot::Item { level } => {
            let list = cursor.item_before(level);
            let key = super::unfinished::key_at_end(list)?;
            let home = home(cursor, level.checked_sub(1)?)?;
            (home.root == Root::Config && home.path.is_empty() && key == "flows")
                .then(|| place.flows(cursor, level))
        }
        Spot::Argument { callee, number } => place.argument(cursor, callee, number),
        Spot::Member { .. } | Spot::Subscript { .. } => None,
    }
}

impl Place<'_> {
    /// The keys of the object in frame `level`, if it is one that the framework reads.
    fn keys(&self, cursor: &Cursor<'_>, level: usize) -> Option<Vec<Completion>> {
        let home = home(cursor, level)?;
        let open = cursor.frames.get(level)?.at;
        let written = keys_of(cursor.text, open, cursor.start());
        let known = match (&home.root, home.path.as_slice()) {
            (Root::Config, []) if self.is_stream => config_keys::STREAM.to_vec(),
            (Root::Config, ["baseConfig"]) if self.is_stream => vec!["storageType", "factory"],
            (Root::Config, []) => config_keys::of_step(self.dialect(&written), self.kind(cursor, open)),
            (Root::Config, ["triggers", "[]"]) => {
                config_keys::of_trigger(text_of(cursor.text, open, "type"))?
            }
            (Root::Config, ["emits" | "virtualEmits" | "enqueues" | "virtualEnqueues", "[]"]) => {
                config_keys::EMIT_ENTRY.to_vec()
            }
            (Root::Call(callee), [])
                if self.is_factory(callee) && cursor.frames.get(level)?.opener == b'{' =>
            {
                config_keys::of_trigger(Some(callee))?
            }
            _ => return None,
        };
        let is_written = |key: &&str| {
            let python = |written: &&str| config_keys::camel_case(cursor.language, written) == Some(*key);
            written.iter().any(|other| *other == *key || python(other))
        };
        let mut proposals = Proposals::new(cursor);
        for key in known.iter().filter(|key| !is_written(key)) {
            proposals.key(key, CompletionKind::Key, about(key), "", value_of(key));
        }
        Some(proposals.finish())
    }

    fn values(&self, cursor: &Cursor<'_>, home: &Home<'_>, key: &str) -> Option<Vec<Completion>> {
        let mut proposals = Proposals::new(cursor);
        match (&home.root, home.path.as_slice(), key) {
            (Root::Config, ["baseConfig"], "storageType") if self.is_stream => {
                proposals.text("default", CompletionKind::Value, "kept by the framework");
                proposals.text("custom", CompletionKind::Value, "kept by a factory of your own");
            }
            _ if self.is_stream => return None,
            (Root::Config, [], "type") if self.dialect == Dialect::V0 => {
                for (kind, about) in [
                    ("api", "an HTTP endpoint"),
                    ("event", "started by topics"),
                    ("cron", "started by a schedule"),
                    ("noop", "a picture in the flow, without a handler"),
                ] {
                    proposals.text(kind, CompletionKind::Value, about);
                }
            }
            (Root::Config, ["triggers", "[]"], "type") => {
                for (kind, about) in [
                    ("http", "an HTTP endpoint"),
                    ("queue", "started by a topic"),
                    ("cron", "started by a schedule"),
                    ("state", "started by a change of the state"),
                    ("stream", "started by a change of a stream"),
                ] {
                    proposals.text(kind, CompletionKind::Value, about);
                }
            }
            (Root::Config, [] | ["triggers", "[]"], "method") => {
                for method in METHODS {
                    proposals.text(method, CompletionKind::Value, "");
                }
            }
            (Root::Config, [], "cron") | (Root::Config, ["triggers", "[]"], "cron" | "expression") => {
                self.schedules(&mut proposals);
            }
            (Root::Config, ["triggers", "[]"], "streamName") => {
                super::shared::streams(self.index, &mut proposals)
            }
            _ => return None,
        }
        Some(proposals.finish())
    }

    fn argument(&self, cursor: &Cursor<'_>, callee: &str, number: usize) -> Option<Vec<Completion>> {
        if self.dialect != Dialect::V1 || !self.is_factory(callee) || number > 0 {
            return None;
        }
        let mut proposals = Proposals::new(cursor);
        match callee.rsplit(|ch: char| !ch.is_alphanumeric()).next()? {
            "http" => METHODS
                .iter()
                .for_each(|method| proposals.text(method, CompletionKind::Value, "")),
            "cron" => self.schedules(&mut proposals),
            "stream" => super::shared::streams(self.index, &mut proposals),
            _ => return None,
        }
        Some(proposals.finish())
    }

    fn flows(&self, cursor: &Cursor<'_>, level: usize) -> Vec<Completion> {
        let open = cursor.frames.get(level).map_or(0, |frame| frame.at);
        let listed = super::list_at(cursor.text, open);
        let mut proposals = Proposals::new(cursor);
        for (entity, places) in self.index.all_entities() {
            let elsewhere = places.iter().filter(|place| *place.file != *self.file).count();
            if entity.kind == EntityKind::Flow && elsewhere > 0 && !listed.contains(entity.name.as_str()) {
                let plural = if elsewhere == 1 { "" } else { "s" };
                proposals.text(
                    &entity.name,
                    CompletionKind::Flow,
                    &format!("{elsewhere} other step{plural}"),
                );
            }
        }
        proposals.finish()
    }

    fn schedules(&self, proposals: &mut Proposals) {
        for schedule in SCHEDULES {
            let expression = match self.dialect {
                Dialect::V0 => schedule.to_owned(),
                Dialect::V1 => format!("0 {schedule}"),
            };
            if let Ok(cron) = Cron::parse(&expression, self.dialect) {
                proposals.text(&expression, CompletionKind::Value, &cron.words());
            }
        }
    }

    /// The kind by the facts; in code that does not parse, by the text.
    fn kind(&self, cursor: &Cursor<'_>, open: usize) -> Option<StepKind> {
        match text_of(cursor.text, open, "type") {
            Some("api") => Some(StepKind::Api),
            Some("event") => Some(StepKind::Event),
            Some("cron") => Some(StepKind::Cron),
            Some("noop") => Some(StepKind::Noop),
            _ => self.index.step(self.file)?.kind(),
        }
    }

    fn dialect(&self, written: &[&str]) -> Dialect {
        if written.contains(&"triggers") || written.contains(&"enqueues") {
            Dialect::V1
        } else if written.contains(&"type") {
            Dialect::V0
        } else {
            self.dialect
        }
    }

    fn is_factory(&self, callee: &str) -> bool {
        let name = callee.rsplit(|ch: char| !ch.is_alphanumeric()).next();
        self.dialect == Dialect::V1 && name.is_some_and(|name| FACTORIES.contains(&name))
    }
}

/// The plain text that a key has in the object that opens at `open`.
pub(super) fn text_of<'t>(text: &'t str, open: usize, key: &str) -> Option<&'t str> {
    let mut depth = 0_usize;
    let mut rest = text.get(open + 1..)?;
    while let Some(at) = rest.find(['(', '[', '{', ')', ']', '}', '\'', '"', '`']) {
        let ch = rest[at..].chars().next()?;
        let before = &rest[..at];
        rest = &rest[at + 1..];
        match ch {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.checked_sub(1)?,
            quote => {
                let line = rest.split('\n').next().unwrap_or("");
                let end = line.find(quote);
                if depth == 0 && super::unfinished::key_at_end(before) == Some(key) {
                    return end.map(|end| &rest[..end]);
                }
                let inside = end.unwrap_or(line.len());
                // `"key": ` stays before the next quote, so that its key is seen.
                let behind = rest[inside..].trim_start_matches(quote).trim_start();
                let is_key = behind.starts_with(':') || behind.starts_with("=>");
                if is_key && depth == 0 && rest[..inside] == *key {
                    let value = behind.trim_start_matches([':', '=', '>']).trim_start();
                    let quote = value.chars().next().filter(|ch| matches!(ch, '\'' | '"'))?;
                    let value = value[1..].split('\n').next().unwrap_or("");
                    return value.find(quote).map(|end| &value[..end]);
                }
                rest = rest.get(inside + 1..).unwrap_or("");
            }
        }
    }
    None
}

/// What a key is for.
fn about(key: &str) -> &'static str {
    match key {
        "type" => "what starts it",
        "name" => "unique in the project",
        "description" => "for the workbench",
        "emits" | "enqueues" => "the topics that it may send",
        "subscribes" => "the topics that start it",
        "virtualEmits" | "virtualEnqueues" => "topics that only the picture shows as sent",
        "virtualSubscribes" => "topics that only the picture shows as taken",
        "flows" => "the flows that it belongs to",
        "path" => "the route",
        "method" => "the HTTP method",
        "bodySchema" => "schema of the request's body",
        "responseSchema" => "schemas of the answers, by status",
        "queryParams" => "names of the query parameters",
        "middleware" => "functions around the handler",
        "input" => "schema of the messages",
        "cron" | "expression" => "the schedule",
        "triggers" => "what starts it",
        "schema" => "schema of the items",
        "baseConfig" => "where the items are kept",
        "includeFiles" => "files that are packed with it",
        "infrastructure" | "config" => "queue and limits of the handler",
        "condition" => "runs only if this says so",
        "topic" => "the topic",
        "label" => "the words in the picture",
        "conditional" => "drawn as one of several ways",
        _ => "",
    }
}

/// The start of a key's value, as a snippet; `'` stands for the quote of the language.
fn value_of(key: &str) -> Option<&'static str> {
    Some(match key {
        "type" | "name" | "description" | "path" | "method" | "cron" | "expression" | "topic" | "label"
        | "storageType" | "streamName" | "groupId" | "itemId" => "'$1'",
        "emits" | "enqueues" | "subscribes" | "virtualEmits" | "virtualEnqueues" | "virtualSubscribes"
        | "flows" | "includeFiles" => "['$1']",
        "queryParams" | "middleware" | "triggers" => "[$1]",
        "responseSchema" | "baseConfig" | "infrastructure" | "config" => "{ $1 }",
        "conditional" => "${1:true}",
        _ => return None,
    })
}
