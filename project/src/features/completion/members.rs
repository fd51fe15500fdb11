//! Members of what the framework hands over: of the context, its logger, its state and its streams.
//!
//! Only where the expression surely is one of these, and where no type tells the language's own server.

use banister_grammars::Language;
use banister_grammars::facts::{Dialect, StepKind};

use super::Asked;
use super::cursor::Cursor;
use super::input::{Handler, MAX_NAMES, bindings, value};
use super::proposals::Proposals;
use super::spot::Spot;
use crate::features::{Completion, CompletionKind};

/// A member, and what it is for.
type Member = (&'static str, &'static str);

const LOGGER: [Member; 4] = [
    ("info", "logs a line"),
    ("warn", "logs a line"),
    ("error", "logs a line"),
    ("debug", "logs a line"),
];

pub(super) fn completion(asked: &Asked<'_, '_>) -> Option<Vec<Completion>> {
    let Asked {
        index,
        file,
        cursor,
        spot,
    } = *asked;
    let step = index.step(file)?;
    let dialect = step.dialect();
    let is_typed = cursor.language == Language::TypeScript && step.facts().handling.declared.is_some();
    if is_typed {
        return None;
    }
    // In 0.x a schedule hands over nothing but the context.
    let is_alone = step.kind() == Some(StepKind::Cron) && dialect == Dialect::V0;
    let place = usize::from(!is_alone);
    if let Spot::Key { level } = *spot {
        return taken_apart(cursor, level, place, dialect);
    }
    let Spot::Member { receiver } = *spot else {
        return None;
    };
    let handler = Handler::at(cursor, place)?;
    if handler.is_typed(cursor.language) {
        return None;
    }
    let path = handler.resolve(receiver, MAX_NAMES)?;
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let known = match path.as_slice() {
        [] => of_context(cursor.language, dialect),
        ["logger"] => LOGGER.to_vec(),
        ["state"] => of_state(cursor.language, dialect),
        ["streams", _] => of_stream(cursor.language, dialect),
        _ => return None,
    };
    let mut proposals = Proposals::new(cursor);
    for (name, about) in known {
        proposals.text(name, CompletionKind::Member, about);
    }
    Some(proposals.finish())
}

/// The names in the braces that take the context apart where the handler takes it.
fn taken_apart(cursor: &Cursor<'_>, level: usize, place: usize, dialect: Dialect) -> Option<Vec<Completion>> {
    let braces = cursor.frames.get(level)?;
    let around = cursor.frames.get(level.checked_sub(1)?)?;
    let head = cursor.outside(around).trim_end();
    let head = value(head.rsplit(['\n', ';']).next().unwrap_or(head));
    let head = head.strip_suffix("async").unwrap_or(head).trim_end();
    let is_handler = !head.contains("=>")
        && head
            .strip_suffix('=')
            .or_else(|| head.strip_suffix(':'))
            .unwrap_or(head)
            .split(|ch: char| !ch.is_alphanumeric() && ch != '_')
            .any(|word| word == "handler");
    let fits = cursor.language.is_script()
        && is_handler
        && (braces.opener, around.opener) == (b'{', b'(')
        && around.number == place
        && cursor.item_before(level).trim().is_empty();
    if !fits {
        return None;
    }
    let rest = cursor.text.get(cursor.replace().end as usize..)?;
    let rest = rest.split(['}', '\n']).next().unwrap_or("");
    let before = cursor.text.get(braces.at + 1..cursor.start())?;
    let taken: Vec<&str> = [before, rest]
        .into_iter()
        .flat_map(bindings)
        .map(|(key, _)| key)
        .collect();
    let mut proposals = Proposals::new(cursor).with_names();
    for (name, about) in of_context(cursor.language, dialect) {
        if !taken.contains(&name) {
            proposals.text(name, CompletionKind::Member, about);
        }
    }
    Some(proposals.finish())
}

/// What every release of a dialect has: what only documents show is not proposed.
fn of_context(language: Language, dialect: Dialect) -> Vec<Member> {
    let trace = if language.is_script() {
        "traceId"
    } else {
        "trace_id"
    };
    let trace = (trace, "the same for all that one request or schedule has started");
    if dialect == Dialect::V1 {
        let own: &[Member] = if language == Language::Python {
            &[
                ("input_value", "what the handler is given"),
                ("get_data", "the body or the message"),
                ("match", "one function for each kind of trigger"),
                ("is_queue", "true if a topic has started it"),
                ("is_api", "true if a request has started it"),
                ("is_cron", "true if a schedule has started it"),
                ("is_state", "true if the state has started it"),
                ("is_stream", "true if a stream has started it"),
            ]
        } else {
            &[
                ("is", "which kind of trigger has started it"),
                ("getData", "the body or the message"),
                ("match", "one function for each kind of trigger"),
            ]
        };
        let mut members = vec![trace, ("trigger", "what has started it")];
        members.extend(own);
        return members;
    }
    let mut members = vec![
        ("emit", "sends a message"),
        ("logger", "logs with the trace of this run"),
        ("state", "what the steps share"),
    ];
    if language != Language::Ruby {
        members.push(("streams", "the streams of the project"));
    }
    members.extend([trace, ("flows", "the flows of the step")]);
    members
}

fn of_state(language: Language, dialect: Dialect) -> Vec<Member> {
    let mut members = vec![
        ("get", "one item: group, key"),
        ("set", "keeps an item: group, key, value"),
        ("delete", "takes an item away: group, key"),
        ("clear", "takes a whole group away"),
    ];
    match (language, dialect) {
        (_, Dialect::V1) => members.extend([
            ("list", "all items of a group"),
            ("update", "changes parts of an item: group, key, operations"),
        ]),
        (Language::TypeScript | Language::JavaScript, _) => {
            members.push(("getGroup", "all items of a group"));
        }
        (Language::Python, _) => members.push(("get_group", "all items of a group")),
        (Language::Ruby, _) => {}
    }
    members
}

fn of_stream(language: Language, dialect: Dialect) -> Vec<Member> {
    let mut members = vec![
        ("get", "one item: group, id"),
        ("set", "keeps an item: group, id, data"),
        ("delete", "takes an item away: group, id"),
    ];
    members.push(match (language, dialect) {
        (_, Dialect::V1) => ("list", "all items of a group"),
        (Language::Python, _) => ("get_group", "all items of a group"),
        _ => ("getGroup", "all items of a group"),
    });
    members.push(match dialect {
        Dialect::V1 => ("update", "changes parts of an item: group, id, operations"),
        Dialect::V0 => ("send", "tells listeners and keeps nothing: channel, event"),
    });
    members
}
