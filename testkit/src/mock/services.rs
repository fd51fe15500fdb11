//! What the services of a run answer: the mocks in order, how far each has come, and what they share.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use banister_project::flow_test::HttpMock;
use serde_json::{Map, Value as Json};

use super::HttpCall;
use super::choice::{Request, choose};
use super::openapi::OpenApi;
use super::record::Recording;
use super::scope::{Scope, filled};
use super::script::{Asked, Script, unmatched};
use crate::rng::Seed;

/// What a session is opened with.
#[derive(Debug, Clone)]
pub struct Services {
    /// Mocks; the first that matches answers.
    pub http: Vec<HttpMock>,
    /// Services that documents describe, behind the mocks.
    pub openapi: Vec<OpenApi>,
    /// Hosts and ports that are reached for real.
    pub allow: Vec<(String, u16)>,
    /// True if calls to allowed services are recorded.
    pub record: bool,
    /// Names of secrets beside the usual ones.
    pub redact: Vec<String>,
    /// True if every part of every answer waits until the scheduler lets it go, and its client knows.
    pub holds_all: bool,
    /// Source of the ids in replies.
    pub seed: Seed,
    /// Virtual time at the start, ms since the epoch.
    pub now: i64,
}

impl From<Vec<HttpMock>> for Services {
    fn from(http: Vec<HttpMock>) -> Self {
        Self {
            http,
            openapi: Vec::new(),
            allow: Vec::new(),
            record: false,
            redact: Vec::new(),
            holds_all: false,
            seed: Seed::root(0),
            now: 0,
        }
    }
}

/// Notes in a call what is answered to it; without an answer that is an error of the harness' own.
pub(super) fn noted(call: &mut HttpCall, found: Result<Script, Option<String>>) -> Script {
    let script = match found {
        Ok(script) => {
            (call.status, call.fault) = (script.status, script.fault);
            script
        }
        Err(near_miss) => {
            let error = format!("no mock answers {} {}", call.method, call.url);
            let script = Script::failure(501, &unmatched(&error, near_miss.as_deref()));
            (call.unmatched, call.near_miss) = (true, near_miss);
            script
        }
    };
    call.parts = script.parts.iter().map(|part| part.after).collect();
    script
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
    /// Calls to real services.
    recordings: Vec<Recording>,
}

impl Answers {
    pub(super) fn new(services: Services) -> Self {
        Self {
            now: AtomicI64::new(services.now),
            memory: Mutex::new(Memory {
                served: vec![0; services.http.len()],
                store: Json::Object(Map::new()),
                ids: 0,
                recordings: Vec::new(),
            }),
            services,
        }
    }

    pub(super) fn set_now(&self, now: i64) {
        self.now.store(now, Ordering::Relaxed);
    }

    /// True if a connection goes to the real service.
    pub(super) fn allows(&self, host: &str, port: u16) -> bool {
        (self.services.allow.iter()).any(|(allowed, at)| allowed == host && *at == port)
    }

    /// True if some connection may go to a real service.
    pub(super) fn allows_any(&self) -> bool {
        !self.services.allow.is_empty()
    }

    /// True if a connection goes to the real service call by call, so that it can be recorded.
    pub(super) fn records(&self, host: &str, port: u16) -> bool {
        self.services.record && self.allows(host, port)
    }

    /// Names of secrets beside the usual ones.
    pub(super) fn redact(&self) -> &[String] {
        &self.services.redact
    }

    pub(super) fn keep(&self, recording: Recording) {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.recordings.push(recording);
    }

    pub(super) fn take_recordings(&self) -> Vec<Recording> {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut memory.recordings)
    }

    /// What a document says to a request; `None` if none is about it.
    fn described(&self, request: &Request, how: Asked) -> Option<Result<Script, Option<String>>> {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let call = format!("{} {}", request.at.method, request.at.url());
        let seed = self.services.seed.part(&call, memory.ids);
        let answer = (self.services.openapi.iter()).find_map(|service| service.answer(request, seed))?;
        memory.ids += 1;
        Some(answer.map(|reply| Script::of(&reply, how)).map_err(Some))
    }

    /// What is answered to a call, and in the call what is known of it.
    pub(super) fn matched(&self, call: &mut HttpCall, how: Asked) -> Script {
        let found = self.answer(&call.request, how);
        noted(call, found)
    }

    /// The next reply of the first mock that matches.
    ///
    /// # Errors
    /// None does: what the closest would have needed. Or its reply cannot be made: why.
    pub(super) fn answer(&self, request: &Request, how: Asked) -> Result<Script, Option<String>> {
        let at = match choose(&self.services.http, request) {
            Ok(at) => at,
            Err(near_miss) => return self.described(request, how).unwrap_or(Err(near_miss)),
        };
        let mock = &self.services.http[at];
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let memory = &mut *memory;
        if mock.once && memory.served[at] >= mock.replies.len() {
            return Err(Some(format!(
                "`{}` is mocked, but {}, and `repeat` is false",
                mock.request.on,
                match mock.replies.len() {
                    1 => "its one reply is used up".to_owned(),
                    count => format!("its {count} replies are used up"),
                }
            )));
        }
        let turn = memory.served[at].min(mock.replies.len().saturating_sub(1));
        memory.served[at] += 1;
        let reply = mock.replies.get(turn).ok_or(None)?;
        let mut scope = Scope {
            request: request.as_json(&mock.request.on),
            store: &mut memory.store,
            seed: self.services.seed,
            ids: &mut memory.ids,
            now: self.now.load(Ordering::Relaxed),
        };
        let reply = filled(reply, &mut scope).map_err(|missing| {
            Some(format!(
                "`{}` is mocked, but its reply needs {missing}",
                mock.request.on
            ))
        })?;
        Ok(Script::of(&reply, how))
    }
}
