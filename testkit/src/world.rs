//! What the steps share: state and streams, in memory, on the virtual clock.
//!
//! Departures from the framework's in-memory adapters, all towards what its documents promise: falsy items are
//! returned as they are, a group never catches another group with the same prefix, and a fourth argument of
//! `state.set` is a time to live.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

/// Groups of items, each in order of first writing.
type Groups = BTreeMap<String, Map<String, Json>>;

/// Shared state and streams of one run.
#[derive(Debug, Clone, Default)]
pub struct World {
    state: Groups,
    expiry: BTreeMap<(String, String), i64>,
    streams: BTreeMap<String, Groups>,
}

/// Why an operation is refused; the handler gets the text as an error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorldError {
    /// An argument is missing or of the wrong type.
    #[error("{op}: argument {position} must be {expected}, got {got}")]
    Argument {
        /// The operation.
        op: String,
        /// 1-based.
        position: usize,
        /// "a string".
        expected: &'static str,
        /// The value, shortened.
        got: String,
    },
    /// No such operation.
    #[error("{op} is not an operation of the harness")]
    Unknown {
        /// The operation.
        op: String,
    },
}

impl World {
    /// Puts an item without leaving a trace: the test's own seeding.
    pub fn seed_state(&mut self, group: &str, key: &str, value: Json) {
        self.state
            .entry(group.to_owned())
            .or_default()
            .insert(key.to_owned(), value);
    }

    /// An item of the state, if it is there and has not expired at `now`.
    pub fn state_item(&self, group: &str, key: &str, now: i64) -> Option<&Json> {
        if self.expired(group, key, now) {
            return None;
        }
        self.state.get(group)?.get(key)
    }

    /// All live items of a group, in order of first writing.
    pub fn state_group(&self, group: &str, now: i64) -> Vec<(&String, &Json)> {
        let items = self.state.get(group).into_iter().flatten();
        items.filter(|(key, _)| !self.expired(group, key, now)).collect()
    }

    /// Every group that has items.
    pub fn state_groups(&self) -> impl Iterator<Item = &String> {
        self.state.keys()
    }

    /// The groups of a stream, by group and item.
    pub fn stream(&self, name: &str) -> Option<&BTreeMap<String, Map<String, Json>>> {
        self.streams.get(name)
    }

    /// Applies an operation of a handler.
    ///
    /// # Errors
    /// A missing or ill-typed argument, or an operation that does not exist.
    pub fn apply(&mut self, op: &str, args: &[Json], now: i64) -> Result<Json, WorldError> {
        match op.split_once('.') {
            Some(("state", method)) => self.apply_state(op, method, args, now),
            Some(("stream", method)) => self.apply_stream(op, method, args),
            _ => Err(WorldError::Unknown { op: op.to_owned() }),
        }
    }

    fn apply_state(&mut self, op: &str, method: &str, args: &[Json], now: i64) -> Result<Json, WorldError> {
        let group = text(op, args, 0)?;
        match method {
            "get" => Ok(self
                .state_item(&group, &text(op, args, 1)?, now)
                .cloned()
                .unwrap_or(Json::Null)),
            "set" => {
                let key = text(op, args, 1)?;
                let value = args.get(2).cloned().unwrap_or(Json::Null);
                self.expiry.remove(&(group.clone(), key.clone()));
                if let Some(seconds) = args.get(3).and_then(Json::as_f64) {
                    self.expiry.insert(
                        (group.clone(), key.clone()),
                        now.saturating_add((seconds * 1000.0) as i64),
                    );
                }
                self.state.entry(group).or_default().insert(key, value.clone());
                Ok(value)
            }
            "delete" => {
                let key = text(op, args, 1)?;
                let live = !self.expired(&group, &key, now);
                self.expiry.remove(&(group.clone(), key.clone()));
                let old = self
                    .state
                    .get_mut(&group)
                    .and_then(|items| items.shift_remove(&key));
                Ok(old.filter(|_| live).unwrap_or(Json::Null))
            }
            "clear" => {
                self.state.remove(&group);
                self.expiry.retain(|(of, _), _| *of != group);
                Ok(Json::Null)
            }
            "get_group" => Ok(pairs(self.state_group(&group, now))),
            "get_pattern" => {
                let glob = text(op, args, 1)?;
                let items = self.state_group(&group, now);
                Ok(pairs(
                    items
                        .into_iter()
                        .filter(|(key, _)| glob_matches(&glob, key))
                        .collect(),
                ))
            }
            _ => Err(WorldError::Unknown { op: op.to_owned() }),
        }
    }

    fn apply_stream(&mut self, op: &str, method: &str, args: &[Json]) -> Result<Json, WorldError> {
        let groups = self.streams.entry(text(op, args, 0)?).or_default();
        if method == "send" {
            return Ok(Json::Null);
        }
        let group = text(op, args, 1)?;
        match method {
            "get" => {
                let id = text(op, args, 2)?;
                Ok(groups
                    .get(&group)
                    .and_then(|items| items.get(&id))
                    .cloned()
                    .unwrap_or(Json::Null))
            }
            "set" => {
                let id = text(op, args, 2)?;
                let mut item = args.get(3).cloned().unwrap_or(Json::Null);
                if let Json::Object(fields) = &mut item {
                    fields.insert("id".to_owned(), json!(id));
                }
                groups.entry(group).or_default().insert(id, item.clone());
                Ok(item)
            }
            "delete" => {
                let id = text(op, args, 2)?;
                let old = groups.get_mut(&group).and_then(|items| items.shift_remove(&id));
                Ok(old.unwrap_or(Json::Null))
            }
            "get_group" => {
                let items = groups
                    .get(&group)
                    .into_iter()
                    .flatten()
                    .map(|(_, item)| item.clone());
                Ok(Json::Array(items.collect()))
            }
            _ => Err(WorldError::Unknown { op: op.to_owned() }),
        }
    }

    fn expired(&self, group: &str, key: &str, now: i64) -> bool {
        self.expiry
            .get(&(group.to_owned(), key.to_owned()))
            .is_some_and(|at| *at <= now)
    }
}

fn pairs(items: Vec<(&String, &Json)>) -> Json {
    Json::Array(items.into_iter().map(|(key, item)| json!([key, item])).collect())
}

/// Groups and keys are texts; the framework joins them into one, so that numbers are as good.
fn text(op: &str, args: &[Json], at: usize) -> Result<String, WorldError> {
    match args.get(at) {
        Some(Json::String(text)) => Ok(text.clone()),
        Some(Json::Number(number)) => Ok(number.to_string()),
        other => {
            let mut got = other.map_or_else(|| "nothing".to_owned(), Json::to_string);
            if got.chars().count() > 40 {
                got = got.chars().take(40).chain(['…']).collect();
            }
            Err(WorldError::Argument {
                op: op.to_owned(),
                position: at + 1,
                expected: "a string",
                got,
            })
        }
    }
}

/// `*` stands for any text, `?` for one character.
fn glob_matches(glob: &str, text: &str) -> bool {
    let (glob, text): (Vec<char>, Vec<char>) = (glob.chars().collect(), text.chars().collect());
    let (mut g, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match glob.get(g) {
            Some('*') => {
                retry = Some((g, t));
                g += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                g += 1;
                t += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    g = star + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    glob[g..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(world: &mut World, op: &str, args: &Json, now: i64) -> Json {
        world.apply(op, args.as_array().unwrap(), now).unwrap()
    }

    #[test]
    fn items_come_back_as_they_were_put() {
        let mut world = World::default();
        for value in [
            json!(0),
            json!(""),
            json!(false),
            json!(null),
            json!({"b": 1, "a": 2}),
        ] {
            apply(&mut world, "state.set", &json!(["g", "k", value]), 0);
            assert_eq!(
                apply(&mut world, "state.get", &json!(["g", "k"]), 0).to_string(),
                value.to_string()
            );
        }
    }

    #[test]
    fn a_group_does_not_catch_another_with_its_prefix() {
        let mut world = World::default();
        apply(&mut world, "state.set", &json!(["user:1", "k", 1]), 0);
        apply(&mut world, "state.set", &json!(["user:10", "k", 2]), 0);
        assert_eq!(
            apply(&mut world, "state.get_group", &json!(["user:1"]), 0),
            json!([["k", 1]])
        );
        apply(&mut world, "state.clear", &json!(["user:1"]), 0);
        assert_eq!(
            apply(&mut world, "state.get", &json!(["user:10", "k"]), 0),
            json!(2)
        );
    }

    #[test]
    fn an_item_expires_on_the_virtual_clock() {
        let mut world = World::default();
        apply(&mut world, "state.set", &json!(["g", "k", 1, 300]), 1_000);
        assert_eq!(
            apply(&mut world, "state.get", &json!(["g", "k"]), 300_999),
            json!(1)
        );
        assert_eq!(
            apply(&mut world, "state.get", &json!(["g", "k"]), 301_000),
            json!(null)
        );
        assert_eq!(
            apply(&mut world, "state.delete", &json!(["g", "k"]), 301_000),
            json!(null)
        );
        apply(&mut world, "state.set", &json!(["g", "k", 2, 1]), 0);
        apply(&mut world, "state.set", &json!(["g", "k", 3]), 0);
        assert_eq!(
            apply(&mut world, "state.get", &json!(["g", "k"]), 9_000_000),
            json!(3)
        );
    }

    #[test]
    fn patterns_are_globs() {
        for (glob, text, expected) in [
            ("a:*", "a:1", true),
            ("a:*:c", "a:b:b:c", true),
            ("*", "", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a*", "ba", false),
            ("*ab", "aab", true),
        ] {
            assert_eq!(glob_matches(glob, text), expected, "{glob} on {text}");
        }
    }

    #[test]
    fn wrong_arguments_are_refused_by_name() {
        let error = World::default()
            .apply("state.get", &[json!({"a": 1})], 0)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "state.get: argument 1 must be a string, got {\"a\":1}"
        );
        assert!(World::default().apply("state.nope", &[json!("g")], 0).is_err());
    }

    #[test]
    fn streams_keep_items_by_group() {
        let mut world = World::default();
        let item = apply(
            &mut world,
            "stream.set",
            &json!(["chat", "u1", "m1", {"text": "hi"}]),
            0,
        );
        assert_eq!(item, json!({"text": "hi", "id": "m1"}));
        assert_eq!(
            apply(&mut world, "stream.get_group", &json!(["chat", "u1"]), 0),
            json!([item])
        );
        assert_eq!(
            apply(&mut world, "stream.get", &json!(["chat", "u2", "m1"]), 0),
            json!(null)
        );
    }
}
