//! What the services of a run answer: the mocks in order, how far each has come, and what they share.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use banister_project::flow_test::HttpMock;
use serde_json::{Map, Value as Json};

use super::choice::{Request, choose};
use super::scope::{Scope, filled};
use super::script::{Asked, Script};
use crate::rng::Seed;

/// What a session is opened with.
#[derive(Debug, Clone)]
pub struct Services {
    /// Mocks; the first that matches answers.
    pub http: Vec<HttpMock>,
    /// Source of the ids in replies.
    pub seed: Seed,
    /// Virtual time at the start, ms since the epoch.
    pub now: i64,
}

impl From<Vec<HttpMock>> for Services {
    fn from(http: Vec<HttpMock>) -> Self {
        Self {
            http,
            seed: Seed::root(0),
            now: 0,
        }
    }
}

/// Services at work.
pub(super) struct Answers {
    services: Services,
    now: AtomicI64,
    memory: Mutex<Memory>,
}

/// What one answer leaves to the next.
struct Memory {
    /// Replies given so far, by mock.
    served: Vec<usize>,
    /// What replies have put away.
    store: Json,
    /// Ids given so far.
    ids: u64,
}

impl Answers {
    pub(super) fn new(services: Services) -> Self {
        Self {
            now: AtomicI64::new(services.now),
            memory: Mutex::new(Memory {
                served: vec![0; services.http.len()],
                store: Json::Object(Map::new()),
                ids: 0,
            }),
            services,
        }
    }

    pub(super) fn set_now(&self, now: i64) {
        self.now.store(now, Ordering::Relaxed);
    }

    /// The next reply of the first mock that matches.
    ///
    /// # Errors
    /// None does: what the closest would have needed. Or its reply cannot be made: why.
    pub(super) fn answer(&self, request: &Request, how: Asked) -> Result<Script, Option<String>> {
        let at = choose(&self.services.http, request)?;
        let mock = &self.services.http[at];
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let memory = &mut *memory;
        let turn = memory.served[at].min(mock.replies.len().saturating_sub(1));
        memory.served[at] += 1;
        let reply = mock.replies.get(turn).ok_or(None)?;
        let mut scope = Scope {
            request: request.as_json(&mock.on),
            store: &mut memory.store,
            seed: self.services.seed,
            ids: &mut memory.ids,
            now: self.now.load(Ordering::Relaxed),
        };
        let reply = filled(reply, &mut scope)
            .map_err(|missing| Some(format!("`{}` is mocked, but its reply needs {missing}", mock.on)))?;
        Ok(Script::of(&reply, how))
    }
}
