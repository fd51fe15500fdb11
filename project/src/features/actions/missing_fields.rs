//! Adding the fields to a payload that its subscribers require, with empty values of the right type.

use std::collections::BTreeMap;

use banister_grammars::facts::{EmitSite, FieldShape, Shape};
use banister_grammars::{Language, Span};
use serde_json::Value as Json;

use super::literal::Literals;
use super::{Action, ActionKind, ActionRequest, Change};
use crate::diagnostic::Edit;
use crate::index::Index;
use crate::rules::payload_missing_field::compare;
use crate::rules::payloads::{Takers, each_delivery, follow};
use crate::source::Source;

/// One offer for each payload under the selection that lacks something.
pub(super) fn offers(index: &Index, file: &str, selected: Span) -> Vec<Action> {
    let mut found = Vec::new();
    each_delivery(index, file, |delivery, takers| {
        let is_here = delivery.site.through.is_none()
            && delivery.site.span.start <= selected.end
            && selected.start <= delivery.site.span.end;
        let Some(payload) = delivery.site.payload_span.filter(|_| is_here) else {
            return;
        };
        let missing = missing(delivery.site, takers);
        let at = payload.start;
        if missing.is_empty() || change(index, file, at).is_none() {
            return;
        }
        let names: Vec<String> = missing
            .keys()
            .map(|pointer| format!("'{}'", shown(pointer)))
            .collect();
        found.push(Action {
            title: format!("Add the missing fields: {}", names.join(", ")),
            kind: ActionKind::QuickFix,
            request: ActionRequest::MissingFields { at },
            refused: None,
        });
    });
    found
}

fn shown(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}

/// The edit of the payload that begins at byte `at`.
pub(super) fn change(index: &Index, file: &str, at: u32) -> Option<Change> {
    let source = index.source(file)?;
    let mut edits = None;
    each_delivery(index, file, |delivery, takers| {
        let begins = delivery.site.payload_span.is_some_and(|span| span.start == at);
        if begins && delivery.site.through.is_none() && edits.is_none() {
            edits = insertions(source, delivery.site, &missing(delivery.site, takers));
        }
    });
    Some(Change::edits(edits?))
}

/// The pointers of what the payload lacks, with a schema and the part of it that describes the field.
fn missing(site: &EmitSite, takers: &Takers<'_>) -> BTreeMap<String, (Json, Json)> {
    let mut all = BTreeMap::new();
    for taker in &takers.all {
        let root = &taker.schema.schema;
        let mut pointers = Vec::new();
        compare(root, root, &site.payload, "", &mut pointers);
        // Items of a list are the business of whoever makes the list.
        for pointer in pointers.into_iter().filter(|pointer| !pointer.contains("/*")) {
            let schema = described(root, &pointer).cloned().unwrap_or(Json::Null);
            all.entry(pointer).or_insert((root.clone(), schema));
        }
    }
    all
}

/// The schema of the field at a pointer into the value.
fn described<'s>(root: &'s Json, pointer: &str) -> Option<&'s Json> {
    let mut schema = root;
    for name in pointer.trim_start_matches('/').split('/') {
        schema = follow(root, schema);
        let parts = schema.get("allOf").and_then(Json::as_array).into_iter().flatten();
        let mut all = std::iter::once(schema).chain(parts.map(|part| follow(root, part)));
        schema = all.find_map(|part| part.get("properties")?.get(name))?;
    }
    Some(schema)
}

fn insertions(
    source: &Source,
    site: &EmitSite,
    missing: &BTreeMap<String, (Json, Json)>,
) -> Option<Vec<Edit>> {
    let payload = site.payload_span?;
    let text = source.text.get(payload.start as usize..payload.end as usize)?;
    let literals = Literals::like(source.facts.language, text);
    let mut by_parent: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (pointer, (root, schema)) in missing {
        let (parent, name) = pointer.rsplit_once('/')?;
        let field = literals.key(name) + &literals.value_of(root, schema);
        by_parent.entry(parent).or_default().push(field);
    }
    if by_parent.is_empty() {
        return None;
    }
    // At the end is where people write; where a comment or something else is in the way, the beginning always works.
    [Place::End, Place::Beginning].into_iter().find_map(|place| {
        let mut edits = Vec::new();
        for (parent, fields) in &by_parent {
            let open = brace_of(source, site, parent)?;
            edits.push(insertion(source, open, fields, place)?);
        }
        fulfils(source, &edits, payload.start, missing).then_some(edits)
    })
}

#[derive(Clone, Copy)]
enum Place {
    Beginning,
    End,
}

/// The opening brace of the object at a pointer into the payload.
fn brace_of(source: &Source, site: &EmitSite, pointer: &str) -> Option<usize> {
    let mut open = site.payload_span?.start as usize;
    let mut shape = &site.payload;
    for name in pointer.split('/').skip(1) {
        let Shape::Object { fields, .. } = shape else {
            return None;
        };
        let field: &FieldShape = fields.iter().find(|field| field.name == name)?;
        let end = field.span.end as usize;
        let rest = source.text.get(end..)?;
        let value = rest.trim_start_matches(['\'', '"']).trim_start();
        let value = value
            .strip_prefix("=>")
            .or_else(|| value.strip_prefix(':'))?
            .trim_start();
        open = source.text.len() - value.len();
        shape = &field.value;
    }
    (source.text.as_bytes().get(open) == Some(&b'{')).then_some(open)
}

fn insertion(source: &Source, open: usize, fields: &[String], place: Place) -> Option<Edit> {
    let text = &source.text;
    let close = closing_brace(text, open)?;
    let inner = text.get(open + 1..close)?;
    let pad = if source.facts.language == Language::Python {
        ""
    } else {
        " "
    };
    let edit = |start: usize, end: usize, text: String| Edit {
        file: source.path.clone(),
        span: Span::new(start, end),
        text,
    };
    if inner.trim().is_empty() {
        return Some(edit(open + 1, close, format!("{pad}{}{pad}", fields.join(", "))));
    }
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let first_line = inner
        .split_once('\n')
        .filter(|(before, _)| before.trim().is_empty());
    let indent = first_line.map(|(_, rest)| {
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        format!("{line_break}{}", &rest[..blanks])
    });
    match place {
        Place::Beginning => {
            let lead = indent.unwrap_or_else(|| pad.to_owned());
            let lines: String = fields.iter().map(|field| format!("{lead}{field},")).collect();
            let gap = if pad.is_empty() && !lines.starts_with(['\n', '\r']) {
                " "
            } else {
                ""
            };
            Some(edit(open + 1, open + 1, lines + gap))
        }
        Place::End => {
            let trimmed = inner.trim_end();
            let at = open + 1 + trimmed.len();
            let has_comma = trimmed.ends_with(',');
            let lead = indent.unwrap_or_else(|| " ".to_owned());
            let joined = fields.join(&format!(",{lead}"));
            let (before, after) = if has_comma { ("", ",") } else { (",", "") };
            Some(edit(at, at, format!("{before}{lead}{joined}{after}")))
        }
    }
}

/// The brace that ends the object. Braces inside of strings and comments may mislead it; the result is parsed again.
fn closing_brace(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.get(open..)?.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(mark), c) if c == mark => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => {
                depth -= 1;
                if depth == 0 {
                    return Some(open + at);
                }
            }
            _ => {}
        }
    }
    None
}

/// True if the file still parses after the edits and the payload then has the fields.
fn fulfils(source: &Source, edits: &[Edit], payload: u32, missing: &BTreeMap<String, (Json, Json)>) -> bool {
    let mut text = source.text.to_string();
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| std::cmp::Reverse(edit.span));
    for edit in sorted {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    let facts = banister_grammars::extract(source.facts.language, &text);
    let site = facts
        .emits
        .iter()
        .find(|site| site.payload_span.is_some_and(|span| span.start == payload));
    let has = |pointer: &String| {
        let mut shape = site.map(|site| &site.payload);
        for name in pointer.split('/').skip(1) {
            shape = match shape {
                Some(Shape::Object { fields, .. }) => fields
                    .iter()
                    .find(|field| field.name == name)
                    .map(|field| &field.value),
                _ => None,
            };
        }
        shape.is_some()
    };
    facts.problems.len() <= source.facts.problems.len() && missing.keys().all(has)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::super::testing::{after, applied, offers};

    const TAKER: &str = "\
//- steps/z.step.ts
import { z } from 'zod'
export const config = {
  type: 'event', name: 'Z', subscribes: ['x.done'], emits: [],
  input: z.object({
    id: z.string(), total: z.number(), paid: z.boolean(), tags: z.array(z.string()),
    kind: z.enum(['new', 'old']), user: z.object({ name: z.string(), note: z.string().optional() }),
  }),
}
export const handler = async () => {}
";

    fn check(fixture: &str, expected: &Expect) {
        let fixture = format!("{fixture}{TAKER}");
        expected.assert_eq(&after(&fixture, "Add the missing fields"));
        let (snapshot, file, actions) = offers(&fixture);
        let change = snapshot.change(&file, &actions[0].request).unwrap();
        let left = applied(&snapshot, &change).check();
        assert!(
            left.iter().all(|it| it.rule != "payload-missing-field"),
            "{left:?}"
        );
    }

    #[test]
    fn an_empty_payload_gets_all_of_them() {
        check(
            "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
export const handler = async ({ emit }) => {
  await emit({ topic: 'x.done', data: {$0} })
}
",
            &expect![[r#"
                export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
                export const handler = async ({ emit }) => {
                  await emit({ topic: 'x.done', data: { id: '', kind: 'new', paid: false, tags: [], total: 0, user: { name: '' } } })
                }
            "#]],
        );
    }

    #[test]
    fn python_and_ruby_are_written_as_they_are() {
        check(
            "\
//- steps/a_step.py
config = {'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'emits': ['x.done']}
async def handler(context):
    await context.emit({\"topic\": \"x.done\", \"data\": {\"id\": \"1\", \"user\": {}$0, \"kind\": \"new\", \"tags\": [\"{\"]}})
",
            &expect![[r#"
                config = {'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'emits': ['x.done']}
                async def handler(context):
                    await context.emit({"topic": "x.done", "data": {"id": "1", "user": {"name": ""}, "kind": "new", "tags": ["{"], "paid": False, "total": 0}})
            "#]],
        );
        check(
            "\
//- steps/a.step.rb
def config
  { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
end
def handler(context)
  context.emit(topic: 'x.done', data: { id: '1', total: 1, paid: true, $0tags: [] })
end
",
            &expect![[r#"
                def config
                  { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
                end
                def handler(context)
                  context.emit(topic: 'x.done', data: { id: '1', total: 1, paid: true, tags: [], kind: 'new', user: { name: '' } })
                end
            "#]],
        );
    }

    #[test]
    fn lines_commas_and_comments_are_kept() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
exports.handler = async ({ emit }) => {
  await emit({
    topic: 'x.done',
    data: {
      id: '1',$0
      total: 2,
      user: { name: 'n' },
      tags: [],
    },
  })
}
",
            &expect![[r#"
                exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
                exports.handler = async ({ emit }) => {
                  await emit({
                    topic: 'x.done',
                    data: {
                      id: '1',
                      total: 2,
                      user: { name: 'n' },
                      tags: [],
                      kind: 'new',
                      paid: false,
                    },
                  })
                }
            "#]],
        );
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'x.done', data: {
    id: '1', user: { name: 'n' }, tags: [],$0 kind: 'old', total: 1 // more to come
  } })
}
",
            &expect![[r#"
                exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }
                exports.handler = async ({ emit }) => {
                  await emit({ topic: 'x.done', data: {
                    paid: false,
                    id: '1', user: { name: 'n' }, tags: [], kind: 'old', total: 1 // more to come
                  } })
                }
            "#]],
        );
    }

    #[test]
    fn a_payload_that_is_made_elsewhere_is_left_alone() {
        let fixture = format!(
            "\
//- steps/a.step.js
exports.config = {{ type: 'cron', name: 'A', cron: '* * * * *', emits: ['x.done'] }}
exports.handler = async ({{ emit }}) => {{
  const data = {{ id: '1' }}
  await emit({{ topic: 'x.done', $0data }})
}}
{TAKER}"
        );
        let (_, _, actions) = offers(&fixture);
        assert!(
            actions.iter().all(|action| !action.title.starts_with("Add")),
            "{actions:?}"
        );
    }
}
