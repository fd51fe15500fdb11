//! What the steps share: state and streams, in memory, on the virtual clock.
//!
//! The profile says whose semantics hold. `motia-0.17` is the framework's in-memory adapters, with what they do to falsy
//! items and to groups with a common prefix; `seed` is what documents promise: items come back as they were put, a group
//! never catches another, and items may have a time to live.

mod glob;
mod state;
mod streams;
mod update;

use std::collections::BTreeMap;

use banister_project::profile::Profile;
use serde_json::{Map, Value as Json, json};

/// Groups of items, each in order of first writing.
type Groups = BTreeMap<String, Map<String, Json>>;

/// Shared state and streams of one run.
#[derive(Debug, Clone)]
pub struct World {
    profile: Profile,
    state: Groups,
    expiry: BTreeMap<(String, String), i64>,
    streams: BTreeMap<String, Groups>,
    stream_expiry: BTreeMap<(String, String, String), i64>,
    limits: BTreeMap<String, StreamLimits>,
}

/// How long and how many items a stream keeps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StreamLimits {
    /// Virtual ms.
    pub ttl_ms: Option<i64>,
    /// Items of a group; the oldest go.
    pub max_items: Option<usize>,
}

/// What an operation gave, and what it changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// For the handler.
    pub value: Json,
    /// For whoever listens.
    pub change: Option<Change>,
}

/// A change that others may react to.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// An item of the state.
    State {
        /// Its group.
        group: String,
        /// Its key.
        key: String,
        /// Before; null for none.
        old: Json,
        /// After; null for none.
        new: Json,
    },
    /// Something on a stream.
    Stream {
        /// The stream.
        stream: String,
        /// Its group.
        group: String,
        /// The item, unless an event is about the whole group.
        id: Option<String>,
        /// `create`, `update`, `delete`, or `event` for one that leaves no item.
        kind: &'static str,
        /// The item, or the event.
        data: Json,
    },
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
    /// An empty world.
    pub fn new(profile: Profile, limits: BTreeMap<String, StreamLimits>) -> Self {
        Self {
            profile,
            state: Groups::default(),
            expiry: BTreeMap::new(),
            streams: BTreeMap::new(),
            stream_expiry: BTreeMap::new(),
            limits,
        }
    }

    /// Applies an operation of a handler.
    ///
    /// # Errors
    /// A missing or ill-typed argument, or an operation that does not exist.
    pub fn apply(&mut self, op: &str, args: &[Json], now: i64) -> Result<Applied, WorldError> {
        match op.split_once('.') {
            Some(("state", method)) => self.apply_state(op, method, args, now),
            Some(("stream", method)) => self.apply_stream(op, method, args, now),
            _ => Err(WorldError::Unknown { op: op.to_owned() }),
        }
    }

    /// Everything that is there at `now`, for people: state by group and key, streams by name, group and id.
    pub fn snapshot(&self, now: i64) -> Json {
        let state: Map<String, Json> = (self.state.keys())
            .map(|group| {
                let items = self.live_items(group, now);
                let items: Map<String, Json> =
                    items.into_iter().map(|(k, v)| (k.clone(), v.clone())).collect();
                (group.clone(), Json::Object(items))
            })
            .filter(|(_, items)| items.as_object().is_some_and(|items| !items.is_empty()))
            .collect();
        let streams: Map<String, Json> = (self.streams.keys())
            .map(|name| (name.clone(), self.stream(name, now)))
            .filter(|(_, groups)| groups.as_object().is_some_and(|groups| !groups.is_empty()))
            .collect();
        json!({ "state": state, "streams": streams })
    }
}

impl From<Json> for Applied {
    fn from(value: Json) -> Self {
        Self { value, change: None }
    }
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

#[cfg(test)]
mod tests;
