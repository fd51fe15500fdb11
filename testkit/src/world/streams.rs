//! Streams: items by group and id, and events that leave none.

use banister_project::profile::Profile;
use serde_json::{Map, Value as Json, json};

use super::{Applied, Change, World, WorldError, text, update};

impl World {
    /// Puts an item without leaving a trace: the test's own seeding.
    pub fn seed_stream(&mut self, stream: &str, group: &str, id: &str, mut item: Json, now: i64) {
        if let Json::Object(fields) = &mut item {
            fields.insert("id".to_owned(), json!(id));
        }
        self.put_item(stream, group, id, item, now);
    }

    /// The live items of a stream by group and id.
    pub fn stream(&self, name: &str, now: i64) -> Json {
        let groups = self.streams.get(name).into_iter().flatten();
        let groups = groups.map(|(group, items)| {
            let live = items
                .iter()
                .filter(|(id, _)| !self.item_expired(name, group, id, now));
            let live: Map<String, Json> = live.map(|(id, item)| (id.clone(), item.clone())).collect();
            (group.clone(), Json::Object(live))
        });
        let filled = groups.filter(|(_, items)| items.as_object().is_some_and(|items| !items.is_empty()));
        Json::Object(filled.collect())
    }

    pub(super) fn apply_stream(
        &mut self,
        op: &str,
        method: &str,
        args: &[Json],
        now: i64,
    ) -> Result<Applied, WorldError> {
        let stream = text(op, args, 0)?;
        if method == "send" {
            return Ok(sent(stream, args));
        }
        let group = text(op, args, 1)?;
        match method {
            "get" => {
                let id = text(op, args, 2)?;
                Ok(self.item(&stream, &group, &id, now).into())
            }
            "set" => {
                let id = text(op, args, 2)?;
                let data = args.get(3).cloned().unwrap_or(Json::Null);
                Ok(self.set_item(stream, group, id, data, now))
            }
            "update" => {
                let id = text(op, args, 2)?;
                let old = self.item(&stream, &group, &id, now);
                let new = update::apply(&old, args.get(3).unwrap_or(&Json::Null)).map_err(|why| {
                    WorldError::Argument {
                        op: op.to_owned(),
                        position: 4,
                        expected: why,
                        got: args.get(3).map_or_else(|| "nothing".to_owned(), Json::to_string),
                    }
                })?;
                Ok(self.set_item(stream, group, id, new, now))
            }
            "delete" => {
                let id = text(op, args, 2)?;
                let old = self.item(&stream, &group, &id, now);
                self.remove_item(&stream, &group, &id);
                let change = (!old.is_null()).then(|| Change::Stream {
                    stream,
                    group,
                    id: Some(id),
                    kind: "delete",
                    data: old.clone(),
                });
                Ok(Applied { value: old, change })
            }
            "get_group" => {
                let groups = self.stream(&stream, now);
                let items = groups.get(&group).and_then(Json::as_object);
                Ok(Json::Array(
                    items
                        .into_iter()
                        .flatten()
                        .map(|(_, item)| item.clone())
                        .collect(),
                )
                .into())
            }
            _ => Err(WorldError::Unknown { op: op.to_owned() }),
        }
    }

    /// The framework stores nothing for falsy data.
    fn set_item(&mut self, stream: String, group: String, id: String, data: Json, now: i64) -> Applied {
        let mut item = data;
        match &mut item {
            Json::Null | Json::Bool(false) => return Json::Null.into(),
            Json::Object(fields) => {
                fields.insert("id".to_owned(), json!(id));
            }
            _ => {}
        }
        let kind = match self.item(&stream, &group, &id, now) {
            Json::Null => "create",
            _ => "update",
        };
        self.put_item(&stream, &group, &id, item.clone(), now);
        let mut value = item.clone();
        if let (Profile::Motia017, Json::Object(fields)) = (self.profile, &mut value) {
            let meta = json!({ "type": "state-stream", "streamName": stream, "groupId": group, "id": id });
            fields.insert("__motia".to_owned(), meta);
        }
        let change = Change::Stream {
            stream,
            group,
            id: Some(id),
            kind,
            data: item,
        };
        Applied {
            value,
            change: Some(change),
        }
    }

    fn put_item(&mut self, stream: &str, group: &str, id: &str, item: Json, now: i64) {
        let limits = self.limits.get(stream).copied().unwrap_or_default();
        if let Some(ttl) = limits.ttl_ms {
            let place = (stream.to_owned(), group.to_owned(), id.to_owned());
            self.stream_expiry.insert(place, now.saturating_add(ttl));
        }
        let groups = self.streams.entry(stream.to_owned()).or_default();
        let items = groups.entry(group.to_owned()).or_default();
        items.insert(id.to_owned(), item);
        let gone: Vec<String> = match limits.max_items {
            Some(most) if items.len() > most => items.keys().take(items.len() - most).cloned().collect(),
            _ => Vec::new(),
        };
        for id in gone {
            self.remove_item(stream, group, &id);
        }
    }

    fn remove_item(&mut self, stream: &str, group: &str, id: &str) {
        let place = (stream.to_owned(), group.to_owned(), id.to_owned());
        self.stream_expiry.remove(&place);
        let groups = self.streams.get_mut(stream);
        if let Some(items) = groups.and_then(|groups| groups.get_mut(group)) {
            items.shift_remove(id);
        }
    }

    fn item(&self, stream: &str, group: &str, id: &str, now: i64) -> Json {
        if self.item_expired(stream, group, id, now) {
            return Json::Null;
        }
        let groups = self.streams.get(stream);
        let item = groups.and_then(|groups| groups.get(group)?.get(id));
        item.cloned().unwrap_or(Json::Null)
    }

    fn item_expired(&self, stream: &str, group: &str, id: &str, now: i64) -> bool {
        let place = (stream.to_owned(), group.to_owned(), id.to_owned());
        self.stream_expiry.get(&place).is_some_and(|at| *at <= now)
    }
}

/// `send(channel, event)`, where the channel is `{ groupId, id? }` or the group alone.
fn sent(stream: String, args: &[Json]) -> Applied {
    let channel = args.get(1).unwrap_or(&Json::Null);
    let part = |keys: [&str; 2]| {
        let found = keys.iter().find_map(|key| channel.get(key));
        found.and_then(Json::as_str).map(str::to_owned)
    };
    let group = channel
        .as_str()
        .map(str::to_owned)
        .or_else(|| part(["groupId", "group_id"]));
    let change = Change::Stream {
        stream,
        group: group.unwrap_or_default(),
        id: part(["id", "itemId"]),
        kind: "event",
        data: args.get(2).cloned().unwrap_or(Json::Null),
    };
    Applied {
        value: Json::Null,
        change: Some(change),
    }
}
