//! The request of an HTTP step, which 1.0 hands over with an answer to write.

use banister_grammars::Span;
use banister_grammars::facts::{KeyRead, ParamFact, ReadForm};

use super::text::{same_line_before, word_count};
use super::{Draft, Refusal};

/// Rewrites the parameter, in Python what is read off it.
pub(super) fn rewrite(draft: &mut Draft<'_>, input: Option<&ParamFact>) -> Result<(), Refusal> {
    let reads = &draft.facts.handling.request_reads;
    if reads
        .iter()
        .any(|read| matches!(read.key.as_str(), "rawBody" | "raw_body"))
    {
        return Err("'rawBody' has no counterpart in 1.0".into());
    }
    let Some(input) = input else { return Ok(()) };
    let written = draft.slice(input.span).to_owned();
    if draft.is_python() {
        return in_python(draft, reads, &written, input);
    }
    let is_plain = Some(written.as_str()) == input.name.as_deref()
        || (written.starts_with('{') && written.ends_with('}'));
    if !is_plain {
        return Err("the request has a type or a default".into());
    }
    draft.replace(input.span, format!("{{ request: {written} }}"));
    Ok(())
}

/// Python: a dictionary becomes an object whose members are spelled otherwise.
fn in_python(
    draft: &mut Draft<'_>,
    reads: &[KeyRead],
    written: &str,
    input: &ParamFact,
) -> Result<(), Refusal> {
    let Some(name) = input.name.as_deref().filter(|name| *name == written) else {
        return Err("the request has a type or a default".into());
    };
    if word_count(draft.text, name) != reads.len() + 1 {
        return Err(format!("'{name}' is also used in another way"));
    }
    for read in reads {
        let member = match read.key.as_str() {
            "body" => "body",
            "headers" => "headers",
            "pathParams" | "path_params" => "path_params",
            "queryParams" | "query_params" => "query_params",
            other => return Err(format!("'{other}' of the request has no counterpart in 1.0")),
        };
        let Some(span) = place(draft, read, name) else {
            return Err(format!(
                "'{}' of the request is read in a roundabout way",
                read.key
            ));
        };
        let new = format!("{name}.request.{member}");
        // A request without a body has `None` there, where 0.x has an empty dictionary.
        let new = if member == "body" {
            or_empty(draft, span, &new)
        } else {
            new
        };
        draft.replace(span, new);
    }
    Ok(())
}

/// `req["body"]`, `req.get("body")`, `req.get("body", {})`, `req.body`.
fn place(draft: &Draft<'_>, read: &KeyRead, name: &str) -> Option<Span> {
    let before = draft.text.get(..read.span.start as usize)?;
    let after = draft.text.get(read.span.end as usize..)?;
    let (head, behind) = match read.form {
        ReadForm::Name => (before.strip_suffix('.')?, 0),
        ReadForm::Shorthand => return None,
        ReadForm::Text => {
            let quote = before.chars().next_back().filter(|c| matches!(c, '\'' | '"'))?;
            let head = before.strip_suffix(quote)?;
            let rest = after.strip_prefix(quote)?;
            if let Some(head) = head.strip_suffix('[') {
                rest.starts_with(']').then_some((head, 2))?
            } else {
                let head = head.strip_suffix(".get(")?;
                let (default, _) = rest.split_once(')')?;
                let is_empty = matches!(default.trim_start_matches(',').trim(), "" | "{}" | "None");
                is_empty.then_some((head, default.len() + 2))?
            }
        }
    };
    let head = head.strip_suffix(name)?;
    Some(Span::new(head.len(), read.span.end as usize + behind))
}

/// `x or {}`, in brackets where something else follows or stands before it.
fn or_empty(draft: &Draft<'_>, span: Span, new: &str) -> String {
    let after = draft.text.get(span.end as usize..).unwrap_or("");
    if after.trim_start_matches(' ').starts_with("or ") {
        return new.to_owned();
    }
    let is_value = same_line_before(draft.text, span.start).trim_end().ends_with('=')
        && (after.is_empty() || after.starts_with(['\n', '\r']));
    if is_value {
        format!("{new} or {{}}")
    } else {
        format!("({new} or {{}})")
    }
}
