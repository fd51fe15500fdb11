//! The mocks of one run: which reply is next, which exchanges are open, and which wait for the scheduler.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, oneshot, watch};

use super::HttpCall;
use super::notices::Notices;
use super::record::Recording;
use super::script::{Asked, Script};
use super::services::{Answers, Services};
use super::strike::Strike;

/// All open sessions.
#[derive(Default)]
pub(super) struct Sessions {
    open: Mutex<BTreeMap<u64, Arc<Session>>>,
}

impl Sessions {
    pub(super) fn open(self: &Arc<Self>, id: u64, services: Services) -> std::io::Result<MockSession> {
        let (bell, ring) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        ring.set_nonblocking(true)?;
        let session = Arc::new(Session {
            answers: Answers::new(services),
            notices: Notices::default(),
            exchanges: Mutex::default(),
            ring,
            closed: watch::Sender::new(false),
        });
        lock(&self.open).insert(id, Arc::clone(&session));
        Ok(MockSession {
            id,
            session,
            bell,
            sessions: Arc::clone(self),
        })
    }

    pub(super) fn get(&self, id: u64) -> Option<Arc<Session>> {
        lock(&self.open).get(&id).cloned()
    }
}

/// The mocks of one run, open until this is dropped.
pub struct MockSession {
    id: u64,
    session: Arc<Session>,
    bell: UnixStream,
    sessions: Arc<Sessions>,
}

impl MockSession {
    /// Its number in the preamble of connections.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// A socket that can be read from exactly as long as an exchange waits to be taken: something to poll on.
    pub fn bell(&self) -> &UnixStream {
        &self.bell
    }

    /// The virtual time that answers are made at.
    pub fn set_now(&self, now: i64) {
        self.session.answers.set_now(now);
    }

    /// True if no connection goes to a real service.
    pub fn stays_here(&self) -> bool {
        !self.session.answers.allows_any()
    }

    /// Calls to real services, in order, if they are recorded.
    pub fn take_recordings(&self) -> Vec<Recording> {
        self.session.answers.take_recordings()
    }

    /// True if an exchange waits to be taken.
    pub fn has_held(&self) -> bool {
        !lock(&self.session.exchanges).waiting.is_empty()
    }

    /// The exchange that has waited longest, if one waits.
    pub fn next_held(&self) -> Option<Held> {
        let mut exchanges = lock(&self.session.exchanges);
        let waiting = exchanges.waiting.pop_front()?;
        // One byte was put in for every exchange that waits.
        let _ = (&self.bell).read(&mut [0]);
        let mut call = waiting.call;
        call.overlapped |= exchanges.overlapped(call.exchange);
        Some(Held { call, go: waiting.go })
    }

    /// The first of the calls that `invocation` has gathered on these connections, matched against the mocks only now, so
    /// that the order in which calls arrive decides nothing.
    pub fn next_gathered(&self, invocation: u64, connections: &[u64]) -> Option<Held> {
        let mut gathered = {
            let mut exchanges = lock(&self.session.exchanges);
            let of = connections.iter().map(|connection| (invocation, *connection));
            let of = of.filter(|of| exchanges.gathered.contains_key(of)).min()?;
            exchanges.gathered.remove(&of)?
        };
        let script = self.session.answers.matched(&mut gathered.call, gathered.how);
        let _ = gathered.matched.send(script);
        Some(Held {
            call: gathered.call,
            go: gathered.go,
        })
    }
}

impl Drop for MockSession {
    fn drop(&mut self) {
        lock(&self.sessions.open).remove(&self.id);
        self.session.closed.send_replace(true);
        let mut exchanges = lock(&self.session.exchanges);
        exchanges.waiting.clear();
        exchanges.gathered.clear();
    }
}

/// An external call that has come in whole and has no answer yet. Dropping it breaks the connection.
#[derive(Debug)]
pub struct Held {
    /// The call.
    pub call: HttpCall,
    go: mpsc::UnboundedSender<Option<Strike>>,
}

impl Held {
    /// Lets the next part of the answer go out.
    pub fn go_on(&self) {
        // The client may have gone away meanwhile, which is its own affair.
        let _ = self.go.send(None);
    }

    /// Lets the service fail instead of answering.
    pub fn strike(&self, strike: Strike) {
        let _ = self.go.send(Some(strike));
    }

    /// Lets the whole answer go out.
    pub fn answer(self) {
        self.call.parts.iter().for_each(|_| self.go_on());
    }
}

/// What connections share with the holder of a session.
pub(super) struct Session {
    /// What services say.
    pub(super) answers: Answers,
    /// Where clients hear that their answer is held.
    pub(super) notices: Notices,
    exchanges: Mutex<Exchanges>,
    ring: UnixStream,
    closed: watch::Sender<bool>,
}

#[derive(Default)]
struct Exchanges {
    next: u64,
    /// Open exchanges, and those that were open beside them.
    open: BTreeMap<u64, BTreeSet<u64>>,
    /// Exchanges in which something was asked: a connection that is only opened, as some clients do ahead of need, meets
    /// nobody.
    asked: BTreeSet<u64>,
    waiting: VecDeque<Waiting>,
    /// Calls that wait until their handler has parked, by invocation and connection.
    gathered: BTreeMap<(u64, u64), Gathered>,
}

struct Waiting {
    call: HttpCall,
    go: mpsc::UnboundedSender<Option<Strike>>,
}

struct Gathered {
    call: HttpCall,
    how: Asked,
    matched: oneshot::Sender<Script>,
    go: mpsc::UnboundedSender<Option<Strike>>,
}

impl Exchanges {
    fn overlapped(&self, exchange: u64) -> bool {
        let beside = self.open.get(&exchange);
        beside.is_some_and(|others| !others.is_disjoint(&self.asked))
    }
}

impl Session {
    /// Completes when the session is closed.
    pub(super) async fn closed(&self) {
        let _ = self.closed.subscribe().wait_for(|closed| *closed).await;
    }

    /// Counts an exchange as open, from the moment its connection is known, so that a call which is still shaking hands
    /// counts as one that overlaps.
    ///
    /// One that is `watched` waits for those beside it, so that it races with none.
    pub(super) fn begin(self: &Arc<Self>, watched: bool) -> Exchange {
        let mut exchanges = lock(&self.exchanges);
        let id = exchanges.next;
        exchanges.next += 1;
        let mut others = BTreeSet::new();
        if !watched {
            others.extend(exchanges.open.keys());
            exchanges.open.values_mut().for_each(|known| {
                known.insert(id);
            });
            exchanges.open.insert(id, others);
        }
        Exchange {
            id,
            session: Arc::clone(self),
        }
    }
}

#[cfg(test)]
impl MockSession {
    pub(super) fn waiting(&self) -> usize {
        lock(&self.session.exchanges).waiting.len()
    }
}

/// An open exchange; closed when this is dropped.
pub(super) struct Exchange {
    id: u64,
    session: Arc<Session>,
}

impl Exchange {
    pub(super) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// Puts the call before the scheduler; the receiver hears when the parts of its answer may go, or how the service fails.
    pub(super) fn hold(&self, mut call: HttpCall) -> mpsc::UnboundedReceiver<Option<Strike>> {
        let (go, going) = mpsc::unbounded_channel();
        call.exchange = self.id;
        let mut exchanges = lock(&self.session.exchanges);
        exchanges.asked.insert(self.id);
        exchanges.waiting.push_back(Waiting { call, go });
        // The buffer of a socket holds far more bytes than a run makes calls at once.
        let _ = (&self.session.ring).write(&[1]);
        going
    }

    /// Keeps the call until its handler has parked; the first receiver hears what is answered, the second when the parts
    /// of it may go.
    pub(super) fn gather(
        &self,
        of: (u64, u64),
        mut call: HttpCall,
        how: Asked,
    ) -> (oneshot::Receiver<Script>, mpsc::UnboundedReceiver<Option<Strike>>) {
        let (matched, script) = oneshot::channel();
        let (go, going) = mpsc::unbounded_channel();
        call.exchange = self.id;
        let gathered = Gathered {
            call,
            how,
            matched,
            go,
        };
        lock(&self.session.exchanges).gathered.insert(of, gathered);
        (script, going)
    }

    /// The client is about to have its whole answer: whatever it asks next comes after this exchange, not beside it, even
    /// if this connection takes its time to end.
    pub(super) fn settle(&self) {
        lock(&self.session.exchanges).open.remove(&self.id);
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.settle();
    }
}

/// A poisoned lock only means that another thread panicked between two whole updates.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
