//! What the placeholders of a reply stand for: parts of the request, what earlier replies put away, ids and the time.

use banister_project::flow_test::{HttpReply, ReplyBody, templates};
use chrono::{DateTime, SecondsFormat};
use serde_json::{Value as Json, json};

use crate::rng::Seed;
use crate::template::{fill_string_with, fill_with};

/// What a reply is made of.
pub(super) struct Scope<'s> {
    pub(super) request: Json,
    pub(super) store: &'s mut Json,
    pub(super) seed: Seed,
    /// Ids given so far.
    pub(super) ids: &'s mut u64,
    /// Virtual ms since the epoch.
    pub(super) now: i64,
}

/// A reply with its placeholders filled; what it puts away is put away first, so that its own body can have it.
///
/// # Errors
/// What a placeholder names and the request or the store does not have.
pub(super) fn filled(reply: &HttpReply, scope: &mut Scope<'_>) -> Result<HttpReply, String> {
    let mut reply = reply.clone();
    if let Some(set) = &reply.set {
        let set = scope.fill(set)?;
        merge(scope.store, set);
    }
    for value in reply.headers.values_mut() {
        *value = scope.fill_text(value)?.replace(['\r', '\n', '\0'], " ");
    }
    match &mut reply.body {
        ReplyBody::Empty => {}
        ReplyBody::Json(value) => *value = scope.fill(value)?,
        ReplyBody::Text(text) => *text = scope.fill_text(text)?,
        ReplyBody::Sse(events) => {
            for event in events {
                if let Some(data) = &mut event.data {
                    *data = scope.fill(data)?;
                }
                for text in [&mut event.event, &mut event.id].into_iter().flatten() {
                    *text = scope.fill_text(text)?.replace(['\r', '\n', '\0'], " ");
                }
            }
        }
        ReplyBody::Chunks(chunks) => {
            for chunk in chunks {
                chunk.data = scope.fill(&chunk.data)?;
            }
        }
    }
    Ok(reply)
}

impl Scope<'_> {
    fn fill(&mut self, value: &Json) -> Result<Json, String> {
        fill_with(value, &mut |name| self.look_up(name))
    }

    fn fill_text(&mut self, text: &str) -> Result<String, String> {
        fill_string_with(text, &mut |name| self.look_up(name))
    }

    fn look_up(&mut self, name: &str) -> Result<Option<Json>, String> {
        if !templates::is_ours(name) {
            return Ok(None);
        }
        let mut parts = name.split('.');
        let (root, mut rest) = (parts.next().unwrap_or(""), parts);
        let whole = match root {
            "request" => &self.request,
            "store" => &*self.store,
            "uuid" => return Ok(Some(Json::String(self.uuid()))),
            _ => return Ok(Some(self.time(rest.next()))),
        };
        descend(whole, rest)
            .cloned()
            .map(Some)
            .ok_or_else(|| format!("`{{{{{name}}}}}`, which is not there"))
    }

    /// A random id of version 4, from the seed of the run.
    fn uuid(&mut self) -> String {
        let mut bytes = self.seed.part("uuid", *self.ids).bytes();
        *self.ids += 1;
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let hex: String = bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!(
            "{}-{}-{}-{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..]
        )
    }

    fn time(&self, form: Option<&str>) -> Json {
        match form {
            Some("seconds") => json!(self.now.div_euclid(1_000)),
            Some("ms") => json!(self.now),
            _ => json!(
                DateTime::from_timestamp_millis(self.now)
                    .unwrap_or_default()
                    .to_rfc3339_opts(SecondsFormat::Millis, true)
            ),
        }
    }
}

/// A part of a value. A name with dots in it is tried as a whole too, since fields of forms have such names.
fn descend<'v>(value: &'v Json, parts: std::str::Split<'_, char>) -> Option<&'v Json> {
    let rest: Vec<&str> = parts.collect();
    descend_parts(value, &rest)
}

fn descend_parts<'v>(value: &'v Json, parts: &[&str]) -> Option<&'v Json> {
    let Some(first) = parts.first() else {
        return Some(value);
    };
    if let Json::Array(items) = value {
        return descend_parts(items.get(first.parse::<usize>().ok()?)?, &parts[1..]);
    }
    (1..=parts.len()).find_map(|count| {
        let inner = value.get(parts[..count].join("."))?;
        descend_parts(inner, &parts[count..])
    })
}

/// Puts `new` into `old`: objects key by key, null takes away, anything else takes the place of what was there.
fn merge(old: &mut Json, new: Json) {
    match (old, new) {
        (Json::Object(old), Json::Object(new)) => {
            for (key, value) in new {
                if value.is_null() {
                    old.shift_remove(&key);
                } else if value.is_object() {
                    let slot = old.entry(key).or_insert_with(|| json!({}));
                    merge(slot, value);
                } else {
                    old.insert(key, value);
                }
            }
        }
        (old, new) => *old = new,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(value: &Json, store: &mut Json) -> Result<Json, String> {
        let request = json!({
            "method": "POST", "url": "https://a.b/v1/x", "path": { "id": "7" },
            "body": { "amount": 5, "items": [{ "sku": "a" }], "metadata[order.id]": "o" },
            "query": {}, "headers": { "x-key": "k" }
        });
        let mut scope = Scope {
            request,
            store,
            seed: Seed::root(1),
            ids: &mut 0,
            now: 1_767_603_600_250,
        };
        scope.fill(value)
    }

    #[test]
    fn placeholders_keep_types_and_leave_foreign_ones() {
        let filled = fill(
            &json!({
                "amount": "{{request.body.amount}}", "text": "{{request.body.amount}} of {{request.path.id}}",
                "sku": "{{request.body.items.0.sku}}", "meta": "{{request.body.metadata[order.id]}}",
                "key": "{{request.headers.x-key}}", "other": "Dear {{name}}",
                "at": "{{now}}", "created": "{{now.seconds}}"
            }),
            &mut json!({}),
        );
        assert_eq!(
            filled.unwrap(),
            json!({
                "amount": 5, "text": "5 of 7", "sku": "a", "meta": "o", "key": "k", "other": "Dear {{name}}",
                "at": "2026-01-05T09:00:00.250Z", "created": 1_767_603_600
            })
        );
    }

    #[test]
    fn ids_are_uuids_and_differ() {
        let both = fill(&json!(["{{uuid}}", "{{uuid}}"]), &mut json!({})).unwrap();
        assert_ne!(both[0], both[1]);
        let id = both[0].as_str().unwrap();
        assert_eq!((id.len(), &id[14..15]), (36, "4"));
        assert_eq!(
            both,
            fill(&json!(["{{uuid}}", "{{uuid}}"]), &mut json!({})).unwrap()
        );
    }

    #[test]
    fn what_is_not_there_is_told() {
        let error = fill(&json!("{{request.body.nope}}"), &mut json!({})).unwrap_err();
        assert_eq!(error, "`{{request.body.nope}}`, which is not there");
    }

    #[test]
    fn the_store_is_merged_into() {
        let mut store = json!({ "charges": { "a": { "n": 1, "m": 2 } } });
        merge(
            &mut store,
            json!({ "charges": { "a": { "n": 3 }, "b": 1 }, "last": "b" }),
        );
        assert_eq!(
            store,
            json!({ "charges": { "a": { "n": 3, "m": 2 }, "b": 1 }, "last": "b" })
        );
        merge(&mut store, json!({ "charges": { "a": null } }));
        assert_eq!(store, json!({ "charges": { "b": 1 }, "last": "b" }));
        assert_eq!(fill(&json!("{{store.charges.b}}"), &mut store).unwrap(), json!(1));
    }
}
