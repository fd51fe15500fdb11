//! The key-value store.

use banister_project::profile::Profile;
use serde_json::{Value as Json, json};

use super::{Applied, Change, World, WorldError, glob, text, update};

impl World {
    /// Puts an item without leaving a trace: the test's own seeding.
    pub fn seed_state(&mut self, group: &str, key: &str, value: Json) {
        self.state
            .entry(group.to_owned())
            .or_default()
            .insert(key.to_owned(), value);
    }

    /// An item of the state, if it is there and has not expired at `now`, whatever the profile would make of it.
    pub fn state_item(&self, group: &str, key: &str, now: i64) -> Option<&Json> {
        if self.expired(group, key, now) {
            return None;
        }
        self.state.get(group)?.get(key)
    }

    /// All live items of exactly this group, in order of first writing.
    pub(super) fn live_items(&self, group: &str, now: i64) -> Vec<(&String, &Json)> {
        let items = self.state.get(group).into_iter().flatten();
        items.filter(|(key, _)| !self.expired(group, key, now)).collect()
    }

    /// The keys of a group, for messages.
    pub fn state_keys(&self, group: &str, now: i64) -> Vec<&str> {
        let items = self.live_items(group, now);
        items.into_iter().map(|(key, _)| key.as_str()).collect()
    }

    /// What a step gets when it asks for a group. The in-memory adapter of releases compares the beginning of
    /// `group:key`, so that `user:1` also gives what is in `user:10`.
    fn asked_group(&self, group: &str, now: i64) -> Vec<(&String, &Json)> {
        if self.profile == Profile::Seed {
            return self.live_items(group, now);
        }
        let groups = self.state.iter();
        groups
            .flat_map(|(name, items)| items.iter().map(move |(key, item)| (name, key, item)))
            .filter(|(name, key, _)| format!("{name}:{key}").starts_with(group))
            .map(|(_, key, item)| (key, item))
            .collect()
    }

    pub(super) fn apply_state(
        &mut self,
        op: &str,
        method: &str,
        args: &[Json],
        now: i64,
    ) -> Result<Applied, WorldError> {
        if method == "list_groups" {
            return Ok(self.group_names(now).into());
        }
        let group = text(op, args, 0)?;
        match method {
            "get" => {
                let key = text(op, args, 1)?;
                Ok(self.asked_item(&group, &key, now).into())
            }
            "set" | "exchange" => {
                let key = text(op, args, 1)?;
                let new = args.get(2).cloned().unwrap_or(Json::Null);
                let old = self.put(&group, &key, new.clone(), args.get(3), now);
                let value = match method {
                    "set" => new.clone(),
                    _ => json!({ "old_value": old, "new_value": new }),
                };
                Ok(changed(value, group, key, old, new))
            }
            "update" => {
                let key = text(op, args, 1)?;
                let old = self.asked_item(&group, &key, now);
                let new = update::apply(&old, args.get(2).unwrap_or(&Json::Null))
                    .map_err(|why| argument(op, 3, why, args.get(2)))?;
                self.put(&group, &key, new.clone(), None, now);
                let value = json!({ "old_value": old, "new_value": new });
                Ok(changed(value, group, key, old, new))
            }
            "delete" => {
                let key = text(op, args, 1)?;
                let old = self.remove(&group, &key, now);
                Ok(changed(old.clone(), group, key, old, Json::Null))
            }
            "clear" => {
                self.clear(&group);
                Ok(Json::Null.into())
            }
            "get_group" => Ok(pairs(self.asked_group(&group, now)).into()),
            "get_pattern" => {
                let pattern = text(op, args, 1)?;
                let items = self.asked_group(&group, now);
                let fits = items.into_iter().filter(|(key, _)| glob::matches(&pattern, key));
                Ok(pairs(fits.collect()).into())
            }
            _ => Err(WorldError::Unknown { op: op.to_owned() }),
        }
    }

    /// The in-memory adapter of releases takes a falsy item for none.
    fn asked_item(&self, group: &str, key: &str, now: i64) -> Json {
        let item = self.state_item(group, key, now);
        item.filter(|item| self.profile == Profile::Seed || !is_falsy(item))
            .cloned()
            .unwrap_or(Json::Null)
    }

    /// Puts an item and gives the one before. Releases know no time to live.
    fn put(&mut self, group: &str, key: &str, value: Json, ttl: Option<&Json>, now: i64) -> Json {
        let old = self.asked_item(group, key, now);
        let place = (group.to_owned(), key.to_owned());
        self.expiry.remove(&place);
        let seconds = ttl
            .and_then(Json::as_f64)
            .filter(|_| self.profile == Profile::Seed);
        if let Some(seconds) = seconds {
            self.expiry
                .insert(place, now.saturating_add((seconds * 1000.0) as i64));
        }
        self.seed_state(group, key, value);
        old
    }

    fn remove(&mut self, group: &str, key: &str, now: i64) -> Json {
        let old = self.asked_item(group, key, now);
        // The in-memory adapter of releases finds nothing to delete in a falsy item.
        let keeps = self.profile == Profile::Motia017 && old.is_null();
        if !keeps {
            self.expiry.remove(&(group.to_owned(), key.to_owned()));
            if let Some(items) = self.state.get_mut(group) {
                items.shift_remove(key);
            }
        }
        old
    }

    fn clear(&mut self, group: &str) {
        let is_in = |name: &str| {
            name == group || (self.profile == Profile::Motia017 && name.starts_with(&format!("{group}:")))
        };
        self.state.retain(|name, _| !is_in(name));
        self.expiry.retain(|(name, _), _| !is_in(name));
    }

    fn group_names(&self, now: i64) -> Json {
        let names = self
            .state
            .keys()
            .filter(|group| !self.live_items(group, now).is_empty());
        json!(names.collect::<Vec<_>>())
    }

    fn expired(&self, group: &str, key: &str, now: i64) -> bool {
        self.expiry
            .get(&(group.to_owned(), key.to_owned()))
            .is_some_and(|at| *at <= now)
    }
}

fn changed(value: Json, group: String, key: String, old: Json, new: Json) -> Applied {
    Applied {
        value,
        change: Some(Change::State { group, key, old, new }),
    }
}

fn argument(op: &str, position: usize, expected: &'static str, got: Option<&Json>) -> WorldError {
    WorldError::Argument {
        op: op.to_owned(),
        position,
        expected,
        got: got.map_or_else(|| "nothing".to_owned(), Json::to_string),
    }
}

fn is_falsy(item: &Json) -> bool {
    match item {
        Json::Null | Json::Bool(false) => true,
        Json::String(text) => text.is_empty(),
        Json::Number(number) => number.as_f64() == Some(0.0),
        _ => false,
    }
}

fn pairs(items: Vec<(&String, &Json)>) -> Json {
    Json::Array(items.into_iter().map(|(key, item)| json!([key, item])).collect())
}
