//! Streams: 0.x has them on the context, in 1.0 a step makes its own, of the config that defines the stream.

use std::collections::BTreeMap;

use banister_grammars::facts::{StreamUse, Text};
use banister_grammars::{Language, Span};

use super::super::literal::{Literals, is_identifier};
use super::super::naming::{camel, parts};
use super::text::{is_statement, same_line_before, without_await, word_count};
use super::{Draft, Refusal};
use crate::discovery;
use crate::project::Stream;

/// Rewrites the uses of streams; `access` is how the file reaches the collection: `streams`, `context.streams`. Answers
/// how often a stream is taken out of the collection.
pub(super) fn rewrite(draft: &mut Draft<'_>, access: &str) -> Result<usize, Refusal> {
    let uses = &draft.facts.stream_uses;
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    let mut taken = 0;
    for used in uses {
        let name = known(used);
        if !used.aliased {
            name.clone()?;
        }
        let Some(place) = place(draft, used, access)? else {
            if let Some(method) = &used.method {
                call(draft, used, method, used.name.span.end)?;
            }
            continue;
        };
        taken += 1;
        let name = name?;
        let own = match names.get(name) {
            Some(own) => own.clone(),
            None => declare(draft, name)?,
        };
        names.insert(name, own.clone());
        draft.replace(place, own);
        match &used.method {
            Some(method) => call(draft, used, method, place.end)?,
            None => kept(draft, place, uses)?,
        }
    }
    Ok(taken)
}

fn known(used: &StreamUse) -> Result<&str, Refusal> {
    match &used.name.text {
        Text::Known(name) => Ok(name),
        _ => Err("a stream is chosen while the step runs".into()),
    }
}

/// Where a stream is taken out of the collection: `streams.chat`, `streams['chat']`, `streams.get("chat")`. Nothing for
/// one that has a name of its own.
fn place(draft: &Draft<'_>, used: &StreamUse, access: &str) -> Result<Option<Span>, Refusal> {
    let roundabout = || "a stream is taken in a roundabout way".to_owned();
    let name = used.name.span;
    if used.aliased {
        let written = draft.slice(name);
        let is_found = written
            .strip_prefix(access)
            .is_some_and(|rest| rest.starts_with(".get("));
        return Ok(is_found.then_some(name));
    }
    let before = draft.text.get(..name.start as usize).unwrap_or("");
    let after = draft.text.get(name.end as usize..).unwrap_or("");
    let (opened, closed) = if before.ends_with(['\'', '"', '`']) {
        let head = &before[..before.len() - 1];
        let end = if head.ends_with('[') { ']' } else { ')' };
        let head = head.strip_suffix('[').or_else(|| head.strip_suffix(".get("));
        (
            head,
            after
                .get(1..)
                .is_some_and(|rest| rest.starts_with(end))
                .then_some(2),
        )
    } else {
        (
            before.strip_suffix('.').map(|head| head.trim_end_matches('?')),
            Some(0),
        )
    };
    let (Some(head), Some(closed)) = (opened, closed) else {
        return Err(roundabout());
    };
    let head = head.strip_suffix(access).ok_or_else(roundabout)?;
    if head.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.')) {
        return Err(roundabout());
    }
    Ok(Some(Span {
        start: Span::new(head.len(), 0).start,
        end: name.end + closed,
    }))
}

/// A stream that is no callee: it may only get a name of its own, whose uses are all seen.
fn kept(draft: &Draft<'_>, place: Span, uses: &[StreamUse]) -> Result<(), Refusal> {
    let handed = || Err("a stream is handed to other code".to_owned());
    let after = draft.text.get(place.end as usize..).unwrap_or("");
    let Some(head) = same_line_before(draft.text, place.start)
        .trim_end()
        .strip_suffix('=')
    else {
        return handed();
    };
    let alias = head.trim_end().rsplit(char::is_whitespace).next().unwrap_or("");
    let ends = after.starts_with(['\n', '\r', ';']) || after.is_empty();
    let calls = uses
        .iter()
        .filter(|used| used.aliased && draft.slice(used.name.span) == alias)
        .count();
    if ends && is_identifier(alias) && names_in(draft.text, alias) == calls + 1 {
        Ok(())
    } else {
        handed()
    }
}

/// How often a name stands in a text, not counting texts in quotes that begin with it.
fn names_in(text: &str, name: &str) -> usize {
    let quoted = ['\'', '"', '`'].map(|quote| text.matches(&format!("{quote}{name}")).count());
    word_count(text, name).saturating_sub(quoted.iter().sum())
}

/// A call of a method of a stream that ends at `end`.
fn call(draft: &mut Draft<'_>, used: &StreamUse, method: &str, end: u32) -> Result<(), Refusal> {
    let after = draft.text.get(end as usize..).unwrap_or("");
    let written = after
        .strip_prefix("?.")
        .map(|rest| (2, rest))
        .or_else(|| after.strip_prefix('.').map(|rest| (1, rest)));
    let Some((dots, _)) = written.filter(|(_, rest)| rest.starts_with(method)) else {
        return Err("a stream is used in a roundabout way".into());
    };
    let new = match method {
        "get" => "get",
        "getGroup" | "get_group" => "list",
        "set" | "delete" if is_statement(draft, used.span) => method,
        "set" | "delete" => {
            return Err(format!(
                "what '{method}' of a stream answers is another thing in 1.0"
            ));
        }
        "send" if !draft.is_python() => "send",
        other => return Err(format!("'{other}' of a stream has no counterpart in 1.0")),
    };
    let start = end + dots;
    if new != method {
        let span = Span::new(start as usize, start as usize + method.len());
        draft.replace(span, new);
    }
    if draft.is_python() {
        // 1.0 answers at once in Python: there is nothing to wait for.
        let begin = without_await(draft.text, used.span.start);
        if begin < used.span.start {
            draft.replace(
                Span {
                    start: begin,
                    end: used.span.start,
                },
                "",
            );
        }
    }
    Ok(())
}

/// The stream of a name as a value of this file; its name here.
fn declare(draft: &mut Draft<'_>, name: &str) -> Result<String, Refusal> {
    let words = words(name);
    draft.need("Stream");
    if draft.is_python() {
        let own = free(draft.text, words.join("_"), "_stream");
        let quote = Literals::like(Language::Python, draft.slice(draft.fact.span));
        draft.values.push(format!("{own} = Stream({})", quote.text(name)));
        return Ok(own);
    }
    let camel = camel(&words);
    let own = free(draft.text, camel.clone(), "Stream");
    let config = free(draft.text, camel, "Config");
    let source = import_of(draft, name)?;
    let is_common = draft.is_common();
    let literals = Literals::like(draft.step.language, draft.slice(draft.fact.span));
    let source = literals.text(&source);
    let end = draft.semicolon();
    draft.own_imports.push(if is_common {
        format!("const {{ config: {config} }} = require({source}){end}")
    } else {
        format!("import {{ config as {config} }} from {source}{end}")
    });
    draft
        .values
        .push(format!("const {own} = new Stream({config}){end}"));
    Ok(own)
}

/// How this file imports the module that defines a stream.
fn import_of(draft: &Draft<'_>, name: &str) -> Result<String, Refusal> {
    let is_script = |stream: &&Stream| matches!(stream.language, Language::TypeScript | Language::JavaScript);
    let streams = draft.index.project.streams.iter();
    let mut found = streams.filter(|stream| stream.name() == Some(name));
    let Some(stream) = found.clone().find(is_script) else {
        return Err(match found.next() {
            Some(_) => format!("the stream '{name}' is defined in another language"),
            None => format!("no file defines the stream '{name}'"),
        });
    };
    let text = &stream.source.text;
    let at = stream.facts().stream.as_ref().map_or(0, |fact| fact.span.start);
    let head = same_line_before(text, at);
    let exports = ["export const config", "exports.config", "module.exports.config"];
    if !exports.iter().any(|export| head.starts_with(export)) {
        return Err(format!("the stream '{name}' does not export its 'config'"));
    }
    let path = discovery::relative(discovery::folder(&draft.step.file), &stream.file);
    let (stem, extension) = path.rsplit_once('.').unwrap_or((&path, ""));
    let others = draft.facts.imports.iter().map(|import| import.module.as_str());
    let mut others = others.filter(|module| module.starts_with('.'));
    // As the file names its other modules; without any, as the language wants it.
    let like = match others.next() {
        Some(module) if module.ends_with(".js") => ".js".to_owned(),
        Some(module) if module.ends_with(".ts") => format!(".{extension}"),
        Some(_) => String::new(),
        None if draft.step.language == Language::JavaScript && !draft.is_common() => ".js".to_owned(),
        None => String::new(),
    };
    Ok(format!("{stem}{like}"))
}

/// The words of its name that a variable can begin with.
fn words(name: &str) -> Vec<String> {
    let mut words = parts(name);
    words.retain(|word| word != "stream");
    let is_digit = |c: char| c.is_ascii_digit();
    if words.first().is_none_or(|word| word.starts_with(is_digit)) {
        words.insert(0, "the".to_owned());
    }
    words
}

/// A name that does not stand in the text.
fn free(text: &str, stem: String, suffix: &str) -> String {
    let name = stem + suffix;
    let mut names = std::iter::once(name.clone()).chain((2..).map(|n| format!("{name}{n}")));
    names.find(|name| !text.contains(name.as_str())).unwrap_or(name)
}
