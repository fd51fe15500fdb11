//! The handler: what 0.x hands over with the context, 1.0 imports.

use banister_grammars::facts::{ParamFact, ReadForm, StepKind};
use banister_grammars::{Language, Span};

use super::{Draft, Refusal};

/// The types of configs in 0.x.
const CONFIG_TYPES: [&str; 5] = [
    "EventConfig",
    "ApiRouteConfig",
    "CronConfig",
    "NoopConfig",
    "StepConfig",
];

pub(super) fn rewrite(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let facts = draft.facts;
    if facts.emit_escapes || facts.state_escapes || !facts.hand_overs.is_empty() {
        return Err("the context is handed to other code".into());
    }
    if !facts.stream_uses.is_empty() {
        return Err("streams are made by hand in 1.0".into());
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
        request(draft, input)?;
    }
    match context {
        Some(context) if context.name.is_none() => taken_apart(draft, input, context)?,
        Some(context) => named(draft, context, is_cron)?,
        None if facts.emits.is_empty() && facts.state_uses.is_empty() => {}
        None => return Err("it is not visible where the handler takes its context from".into()),
    }
    if draft.is_python() && !facts.state_uses.is_empty() {
        return Err("in Python, the state answers otherwise in 1.0".into());
    }
    Ok(())
}

/// The request of an HTTP step is one member of what 1.0 hands over.
fn request(draft: &mut Draft<'_>, input: Option<&ParamFact>) -> Result<(), Refusal> {
    if draft.is_python() {
        return Err("in Python, the request is another one in 1.0".into());
    }
    if draft
        .facts
        .handling
        .request_reads
        .iter()
        .any(|read| read.key == "rawBody")
    {
        return Err("'rawBody' has no counterpart in 1.0".into());
    }
    let Some(input) = input else { return Ok(()) };
    let written = draft.slice(input.span).to_owned();
    let is_plain = Some(written.as_str()) == input.name.as_deref()
        || (written.starts_with('{') && written.ends_with('}'));
    if !is_plain {
        return Err("the request has a type or a default".into());
    }
    draft.replace(input.span, format!("{{ request: {written} }}"));
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
            "emit" => draft.need("enqueue"),
            "state" => draft.need("stateManager"),
            "logger" => draft.need("logger"),
            "traceId" => kept.push(*name),
            other => return Err(format!("'{other}' of the context has no counterpart in 1.0")),
        }
    }
    uses(draft, "emit", "state")?;
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
    uses(draft, &emit, &state)?;
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
            "emit" => draft.need("enqueue"),
            "state" => draft.need("stateManager"),
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
            "traceId" | "trace_id" => {}
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
        let mut callee = site.callee;
        if draft.is_python() {
            // 1.0 sends at once in Python: there is nothing to wait for.
            let before = draft.text.get(..callee.start as usize).unwrap_or("");
            let start = before.trim_end().strip_suffix("await").map(str::len);
            callee.start = start
                .and_then(|start| u32::try_from(start).ok())
                .unwrap_or(callee.start);
        }
        draft.replace(callee, "enqueue");
    }
    for access in &draft.facts.state_uses {
        let method = match access.method.as_str() {
            "get" => "get",
            "getGroup" => "list",
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
        draft.replace(access.callee, format!("stateManager.{method}"));
    }
    Ok(())
}

/// True if nothing but `await` stands before a call in its line.
fn is_statement(draft: &Draft<'_>, call: Span) -> bool {
    let before = draft.text.get(..call.start as usize).unwrap_or("");
    let line = before.rsplit('\n').next().unwrap_or("").trim();
    line.is_empty() || line == "await"
}

/// A name that stands anywhere else is used in a way that nobody has looked at.
fn only(draft: &Draft<'_>, name: &str, count: usize) -> Result<(), Refusal> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let text = draft.text;
    let words = text.match_indices(name).filter(|(at, _)| {
        let before = text[..*at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        let is_key = text[at + name.len()..].trim_start().starts_with(':');
        !before.is_some_and(|c| is_part(c) || c == '.') && !after.is_some_and(is_part) && !is_key
    });
    if words.count() == count {
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

/// Imports what the handler uses now.
pub(super) fn import(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let mut names: Vec<String> = draft.imports.iter().map(|name| (*name).to_owned()).collect();
    let old = framework_imports(draft)?;
    let own = names.len();
    for statement in &old {
        let written = draft.slice(*statement);
        let is_type = written.starts_with("import type ");
        let inside = written
            .split_once('{')
            .and_then(|(_, rest)| rest.split_once('}'))
            .map_or("", |(inside, _)| inside);
        for name in inside.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let bare = name.trim_start_matches("type ").trim();
            if CONFIG_TYPES.contains(&bare) {
                continue;
            }
            let kept = if is_type || bare == "Handlers" {
                format!("type {bare}")
            } else {
                name.to_owned()
            };
            if !names.contains(&kept) {
                names.push(kept);
            }
        }
    }
    if old.is_empty() && own == 0 {
        return Ok(());
    }
    names.sort_by_key(|name| name.trim_start_matches("type ").to_lowercase());
    let list = names.join(", ");
    let line = match draft.step.language {
        _ if names.is_empty() => String::new(),
        Language::Python => format!("from motia import {list}"),
        _ if draft.text.contains("exports.") => format!("const {{ {list} }} = require('motia')"),
        _ => {
            let like = old.first().map_or("", |first| draft.slice(*first));
            let quote = if like.contains('"') { '"' } else { '\'' };
            let end = if like.ends_with(';') { ";" } else { "" };
            format!("import {{ {list} }} from {quote}motia{quote}{end}")
        }
    };
    if let Some((first, others)) = old.split_first() {
        draft.replace(*first, line);
        for other in others {
            let rest = draft.text.get(other.end as usize..).unwrap_or("");
            let end = other.end as usize + usize::from(rest.starts_with('\n'));
            draft.replace(Span::new(other.start as usize, end), "");
        }
        return Ok(());
    }
    if draft.text.contains("__future__") {
        return Err("the file imports from '__future__', which must stay first".into());
    }
    // Before the first import, or else before the line of the config: whatever heads the file stays its head.
    let first = draft.facts.imports.iter().map(|import| import.span.start);
    let first = first.chain([draft.fact.span.start]).min().unwrap_or(0) as usize;
    let before = draft.text.get(..first).unwrap_or("");
    let mut at = before.rfind('\n').map_or(0, |at| at + 1);
    if draft.text[at..].starts_with('}') {
        // The import ends in this line and begins further up.
        at = before.rfind("\nimport").map_or(0, |at| at + 1);
    }
    draft.replace(Span::new(at, at), format!("{line}\n"));
    Ok(())
}

/// The statements that import from the framework, each over as many lines as it has.
fn framework_imports(draft: &Draft<'_>) -> Result<Vec<Span>, Refusal> {
    let roundabout = || "the import of the framework is written in a roundabout way".to_owned();
    let mut statements = Vec::new();
    for import in &draft.facts.imports {
        if import.module != "motia" {
            continue;
        }
        let before = draft.text.get(..import.span.start as usize).unwrap_or("");
        let start = before.rfind("import").ok_or_else(roundabout)?;
        let head = &before[start..];
        let names = head.split_once('{').and_then(|(keyword, rest)| {
            let inside = rest.split_once('}')?.0;
            ["import", "import type"]
                .contains(&keyword.trim())
                .then_some(inside)
        });
        let at_line = before[..start].is_empty() || before[..start].ends_with('\n');
        let is_plain = names.is_some_and(|inside| !inside.contains(['/', '{']));
        if draft.is_python() || !at_line || !is_plain {
            return Err(roundabout());
        }
        let rest = draft.text.get(import.span.end as usize..).unwrap_or("");
        let line = rest.split(['\n', '\r']).next().unwrap_or("");
        if !matches!(line, "'" | "\"" | "';" | "\";") {
            return Err(roundabout());
        }
        statements.push(Span::new(start, import.span.end as usize + line.len()));
    }
    Ok(statements)
}
