//! What the file imports: from the framework what 0.x handed over, and the definitions of its streams.

use banister_grammars::{Language, Span};

use super::{CONFIG_TYPES, Draft, Refusal};

/// Imports what the handler uses now.
pub(super) fn rewrite(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let old = framework_imports(draft)?;
    if old.is_empty() && draft.imports.is_empty() {
        return Ok(());
    }
    let names = names(draft, &old);
    let lines = std::iter::once(statement(draft, &names, old.first()));
    let lines = lines.chain(draft.own_imports.clone());
    let lines = lines.collect::<Vec<_>>().join("\n");
    let values: String = draft.values.iter().map(|value| format!("{value}\n")).collect();
    let config = line_of(draft.text, draft.fact.span.start as usize);
    let mut starts = draft
        .facts
        .imports
        .iter()
        .map(|import| import.span.start as usize);
    let has_imports = starts.any(|start| start < config);
    if !values.is_empty() && has_imports {
        let at = above_comments(draft.text, config);
        draft.replace(Span::new(at, at), format!("{values}\n"));
    }
    if let Some((first, others)) = old.split_first() {
        draft.replace(*first, lines);
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
    let at = if has_imports { first_import(draft) } else { config };
    let values = if values.is_empty() || has_imports {
        String::new()
    } else {
        format!("\n{values}\n")
    };
    draft.replace(Span::new(at, at), format!("{lines}\n{values}"));
    Ok(())
}

/// The names that the file takes from the framework, sorted: those that it needs now and those that it keeps.
fn names(draft: &Draft<'_>, old: &[Span]) -> Vec<String> {
    let mut names: Vec<String> = draft.imports.iter().map(|name| (*name).to_owned()).collect();
    for statement in old {
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
    names.sort_by_key(|name| name.trim_start_matches("type ").to_lowercase());
    names
}

/// The import of these names, written like the one that it replaces.
fn statement(draft: &Draft<'_>, names: &[String], old: Option<&Span>) -> String {
    let list = names.join(", ");
    match draft.step.language {
        _ if names.is_empty() => String::new(),
        Language::Python => format!("from motia import {list}"),
        _ if draft.is_common() => format!("const {{ {list} }} = require('motia'){}", draft.semicolon()),
        _ => {
            let like = old.map_or("", |old| draft.slice(*old));
            let quote = if like.contains('"') { '"' } else { '\'' };
            let end = if like.ends_with(';') { ";" } else { "" };
            format!("import {{ {list} }} from {quote}motia{quote}{end}")
        }
    }
}

/// Where the line of the first import begins.
fn first_import(draft: &Draft<'_>) -> usize {
    let first = draft.facts.imports.iter().map(|import| import.span.start);
    let at = line_of(draft.text, first.min().unwrap_or(0) as usize);
    if draft.text[at..].starts_with('}') {
        // The import ends in this line and begins further up.
        return draft.text[..at].rfind("\nimport").map_or(0, |at| at + 1);
    }
    at
}

/// Where the line of an offset begins.
fn line_of(text: &str, at: usize) -> usize {
    text.get(..at)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |at| at + 1)
}

/// Where the comments begin that stand right above a line, else the line itself.
fn above_comments(text: &str, line: usize) -> usize {
    let mut at = line;
    while at > 0 {
        let above = line_of(text, at - 1);
        let written = text[above..at].trim_start();
        if !["//", "/*", "*", "#"]
            .iter()
            .any(|mark| written.starts_with(mark))
        {
            break;
        }
        at = above;
    }
    at
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
