//! The handler: what 0.x hands over with the context, 1.0 imports.

use banister_grammars::facts::{ParamFact, ReadForm, StepKind};
use banister_grammars::{Language, Span};

use super::text::{is_statement, same_line_before, without_await, word_count};
use super::{CONFIG_TYPES, Draft, Refusal, request, streams};

pub(super) fn rewrite(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let facts = draft.facts;
    if facts.emit_escapes || facts.state_escapes || !facts.hand_overs.is_empty() {
        return Err("the context is handed to other code".into());
    }
    if !facts.seed_uses.is_empty() || !facts.handling.unbound.is_empty() {
        return Err("the handler uses what the framework does not have".into());
    }
    if draft.fact.handler.is_none() {
        return if draft.step.kind() == Some(StepKind::Noop) {
            Ok(())
        } else {
            Err("the handler is not visible".into())
        };
    }
    typed_config(draft)?;
    let Some(signature) = facts.handling.signature.clone() else {
        return Err("something stands between the framework and the handler".into());
    };
    let params: Vec<ParamFact> = signature.params;
    let is_cron = draft.step.kind() == Some(StepKind::Cron);
    let (input, context) = match (params.as_slice(), is_cron) {
        ([], _) => (None, None),
        ([context], true) => (None, Some(context)),
        ([input], false) => (Some(input), None),
        ([input, context], false) => (Some(input), Some(context)),
        _ => return Err("the handler has other parameters than 0.x hands over".into()),
    };
    if draft.step.kind() == Some(StepKind::Api) {
        request::rewrite(draft, input)?;
    }
    match context {
        Some(context) if context.name.is_none() => taken_apart(draft, input, context)?,
        Some(context) => named(draft, context, is_cron)?,
        None if facts.emits.is_empty() && facts.state_uses.is_empty() && facts.stream_uses.is_empty() => {}
        None => return Err("it is not visible where the handler takes its context from".into()),
    }
    Ok(())
}

/// `{ emit, logger }`: the names stay or are imported, and the rest of the parameter stays.
fn taken_apart(draft: &mut Draft<'_>, input: Option<&ParamFact>, context: &ParamFact) -> Result<(), Refusal> {
    let written = draft.slice(context.span).to_owned();
    let inner = written.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let names: Vec<&str> = inner
        .unwrap_or("?")
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let mut kept = Vec::new();
    for name in &names {
        match *name {
            "logger" => draft.need("logger"),
            "emit" | "state" | "streams" => {}
            "traceId" => kept.push(*name),
            other => return Err(format!("'{other}' of the context has no counterpart in 1.0")),
        }
    }
    uses(draft, "emit", "state")?;
    let taken = streams::rewrite(draft, "streams")?;
    only(
        draft,
        "emit",
        draft.facts.emits.len() + usize::from(names.contains(&"emit")),
    )?;
    only(
        draft,
        "state",
        draft.facts.state_uses.len() + usize::from(names.contains(&"state")),
    )?;
    only(draft, "streams", taken + usize::from(names.contains(&"streams")))?;
    let remaining = (!kept.is_empty()).then(|| format!("{{ {} }}", kept.join(", ")));
    match (input, remaining) {
        (Some(_), Some(remaining)) => draft.replace(context.span, remaining),
        (Some(input), None) => draft.replace(
            Span {
                start: input.span.end,
                end: context.span.end,
            },
            "",
        ),
        (None, Some(remaining)) => draft.replace(context.span, format!("_input, {remaining}")),
        (None, None) => draft.replace(context.span, ""),
    }
    Ok(())
}

/// `ctx.emit`: what is imported is used without the context.
fn named(draft: &mut Draft<'_>, context: &ParamFact, is_cron: bool) -> Result<(), Refusal> {
    let name = context.name.clone().unwrap_or_default();
    let (emit, state) = (format!("{name}.emit"), format!("{name}.state"));
    let streams = format!("{name}.streams");
    uses(draft, &emit, &state)?;
    let taken = streams::rewrite(draft, &streams)?;
    only(draft, &streams, taken)?;
    only(draft, &emit, draft.facts.emits.len())?;
    only(draft, &state, draft.facts.state_uses.len())?;
    for read in &draft.facts.handling.context_reads.clone() {
        if read.form != ReadForm::Name {
            return Err(format!(
                "'{}' of the context is read in a roundabout way",
                read.key
            ));
        }
        match read.key.as_str() {
            "logger" => {
                draft.need("logger");
                let start = read
                    .span
                    .start
                    .saturating_sub(u32::try_from(name.len() + 1).unwrap_or(0));
                let member = Span {
                    start,
                    end: read.span.end,
                };
                if draft.slice(member) != format!("{name}.logger") {
                    return Err("'logger' of the context is read in a roundabout way".into());
                }
                draft.replace(member, "logger");
            }
            "emit" | "state" | "streams" | "traceId" | "trace_id" => {}
            other => return Err(format!("'{other}' of the context has no counterpart in 1.0")),
        }
    }
    if is_cron {
        let written = draft.slice(context.span).to_owned();
        draft.replace(context.span, format!("_input, {written}"));
    }
    Ok(())
}

/// Renames the calls that send and those on the state.
fn uses(draft: &mut Draft<'_>, emit: &str, state: &str) -> Result<(), Refusal> {
    for site in &draft.facts.emits {
        if site.through.is_some() || draft.slice(site.callee) != emit {
            return Err("a message is sent in a roundabout way".into());
        }
        let callee = waited(draft, site.callee);
        draft.replace(callee, "enqueue");
        draft.need("enqueue");
    }
    for access in &draft.facts.state_uses {
        let method = match access.method.as_str() {
            "get" => "get",
            "getGroup" | "get_group" => "list",
            "set" | "delete" if is_statement(draft, access.span) => access.method.as_str(),
            "set" | "delete" => {
                return Err(format!(
                    "what 'state.{}' answers is another thing in 1.0",
                    access.method
                ));
            }
            other => return Err(format!("'state.{other}' has no counterpart in 1.0")),
        };
        let callee = draft.slice(access.callee);
        if callee != format!("{state}.{}", access.method) {
            return Err("the state is used in a roundabout way".into());
        }
        if draft.is_python() && method == "get" {
            is_raw(draft, access.span)?;
        }
        let callee = waited(draft, access.callee);
        draft.replace(callee, format!("stateManager.{method}"));
        draft.need("stateManager");
    }
    Ok(())
}

/// A callee with the `await` before it in Python, where 1.0 answers at once: there is nothing to wait for.
fn waited(draft: &Draft<'_>, callee: Span) -> Span {
    let start = if draft.is_python() {
        without_await(draft.text, callee.start)
    } else {
        callee.start
    };
    Span { start, ..callee }
}

/// Releases of 0.x hand Python what it keeps under the key `data` of a dictionary, 1.0 the value itself: code that takes
/// the wrapper off would take a part of the value. Code that does not know of the wrapper gets in 1.0 what it means.
fn is_raw(draft: &Draft<'_>, call: Span) -> Result<(), Refusal> {
    let wrapped = || Err("what 'state.get' answers has no 'data' around it in 1.0".to_owned());
    let after = draft.text.get(call.end as usize..).unwrap_or("");
    let takes = |after: &str| {
        let after = after.trim_start_matches([')', ' ']);
        [".get('data'", ".get(\"data\"", "['data'", "[\"data\"", ".data"]
            .iter()
            .any(|form| after.starts_with(form))
    };
    if takes(after) {
        return wrapped();
    }
    let head = same_line_before(draft.text, waited(draft, call).start).trim_end();
    let Some(name) = head.strip_suffix('=').map(str::trim) else {
        return Ok(());
    };
    let mut places = draft.text.match_indices(name);
    let is_taken = |(at, _): (usize, &str)| takes(&draft.text[at + name.len()..]);
    if places.any(is_taken) { wrapped() } else { Ok(()) }
}

/// A name that stands anywhere else is used in a way that nobody has looked at.
fn only(draft: &Draft<'_>, name: &str, count: usize) -> Result<(), Refusal> {
    if word_count(draft.text, name) == count {
        Ok(())
    } else {
        Err(format!("'{name}' is also used in another way"))
    }
}

/// TypeScript: the config is checked, not widened, and the handler is typed by it.
fn typed_config(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if let Some(declared) = &draft.facts.handling.declared {
        let member = Span {
            start: declared.span.start.saturating_sub(2),
            end: declared.span.end + 2,
        };
        let written = draft.slice(member);
        if !(written.starts_with('[') && written.ends_with(']')) {
            return Err("the type of the handler is written in a roundabout way".into());
        }
        draft.replace(member, "<typeof config>");
    }
    if draft.step.language != Language::TypeScript {
        return Ok(());
    }
    let before = draft.text.get(..draft.fact.span.start as usize).unwrap_or("");
    let after = draft
        .text
        .get(draft.fact.span.end as usize..)
        .unwrap_or("")
        .trim_start();
    if after.starts_with("as ") || after.starts_with("satisfies ") {
        return Err("the config is checked against a type of 0.x".into());
    }
    let head = before.trim_end().strip_suffix('=').map(str::trim_end);
    let name_end = head.and_then(|head| head.rfind("config").map(|at| (at + "config".len(), head.len())));
    let Some((name_end, head_end)) = name_end else {
        return Err("the config is written in a roundabout way".into());
    };
    let annotation = before
        .get(name_end..head_end)
        .unwrap_or("")
        .trim_start_matches(':')
        .trim();
    if annotation.is_empty() {
        return Ok(());
    }
    if !CONFIG_TYPES.contains(&annotation) {
        return Err(format!("the config has the type '{annotation}'"));
    }
    draft.need("type StepConfig");
    draft.replace(Span::new(name_end, head_end), "");
    let end = Span {
        start: draft.fact.span.end,
        end: draft.fact.span.end,
    };
    draft.replace(end, " as const satisfies StepConfig");
    Ok(())
}
