//! Answers of services that come later in virtual time: which are held, when each goes on, and what is due first.
//!
//! While a handler can run, time stands still. Once all it waits for are timers and held answers, time moves to the
//! earliest of them. An answer that is due at the moment of a timer comes first: a client's time limit strikes if the
//! answer takes longer than it allows, not if it takes as long.

use std::collections::VecDeque;

use super::{Live, Run};
use crate::mock::{HttpCall, Strike};
use crate::report::ControlLabel;
use crate::stage::Resume;
use crate::trace::What;

/// An exchange whose answer, or the rest of it, is still to come.
#[derive(Debug)]
pub(super) struct Open {
    exchange: u64,
    connection: u64,
    method: String,
    url: String,
    /// When the next part goes out; `None`: never.
    due: Option<i64>,
    /// Virtual ms between the parts after that.
    rest: VecDeque<Option<i64>>,
    /// The service fails in this way instead.
    strike: Option<Strike>,
    /// True while what is due is an answer without a delay: it only waits for the calls that are made beside it.
    at_once: bool,
}

/// A held answer that is due.
#[derive(Debug)]
pub(super) struct DueAnswer {
    /// Virtual time, ms since the epoch.
    pub(super) due: i64,
    /// Its place among the exchanges of its handler.
    pub(super) place: usize,
    /// The client's number for the connection.
    pub(super) connection: u64,
    /// It waits for nothing but the calls that are made beside it.
    pub(super) at_once: bool,
    /// The call in words.
    pub(super) call: String,
}

impl Live {
    /// The held answer that is due first, as its time and its place.
    pub(super) fn next_answer(&self) -> Option<(i64, usize)> {
        let due = (self.exchanges.iter().enumerate())
            .filter_map(|(at, open)| Some((open.due?, open.connection, at)))
            .min();
        due.map(|(due, _, at)| (due, at))
    }

    /// The held answers that are due.
    pub(super) fn due_answers(&self, now: i64) -> Vec<DueAnswer> {
        let due = self.exchanges.iter().enumerate().filter_map(|(place, open)| {
            Some(DueAnswer {
                due: open.due.filter(|due| *due <= now)?,
                place,
                connection: open.connection,
                at_once: open.at_once,
                call: format!("{} {}", open.method, open.url),
            })
        });
        due.collect()
    }

    /// True if the answer to a call of its only waits for the calls that are made beside it.
    pub(super) fn is_answered_at_once(&self) -> bool {
        self.exchanges.iter().any(|open| open.at_once)
    }

    /// The earliest moment at which something happens to it.
    pub(super) fn next_due(&self) -> Option<i64> {
        let timer = self.timers.iter().map(|timer| timer.due).min();
        let answer = self.next_answer().map(|(due, _)| due);
        timer.into_iter().chain(answer).min()
    }
}

impl Run<'_> {
    /// Lets the answer to a call go out, or keeps what is not due yet.
    pub(super) fn hold_or_answer(&mut self, at: usize, call: &HttpCall, strike: Option<Strike>) {
        let mut parts: VecDeque<_> = call.parts.iter().copied().collect();
        let Some(connection) = call.connection else {
            // The client cannot hear that it has to wait, so it does not.
            if parts.iter().any(|after| *after != Some(0)) {
                self.label = self.label.max(ControlLabel::Partial);
                self.remark(format!(
                    "{} {} was answered at once: its client cannot hear that it has to wait",
                    call.method, call.url
                ));
            }
            parts.iter().for_each(|_| self.stage.answer(call.exchange));
            return;
        };
        let Some(after) = parts.pop_front() else { return };
        self.live[at].exchanges.push(Open {
            exchange: call.exchange,
            connection,
            method: call.method.clone(),
            url: call.url.clone(),
            due: after.map(|ms| self.now.saturating_add(ms)),
            rest: parts,
            strike,
            at_once: after == Some(0),
        });
    }

    /// Calls of a handler that wait for nothing but each other are answered one by one, in the order in which it made
    /// them, as soon as it has parked with all of them. `None` if there is none; false if its interpreter is gone.
    pub(super) fn answer_gathered(&mut self, at: usize) -> Option<bool> {
        let exchanges = &self.live[at].exchanges;
        let first = (exchanges.iter().enumerate())
            .filter(|(_, open)| open.at_once)
            .min_by_key(|(_, open)| open.connection);
        let (place, _) = first?;
        let connection = self.next_part(at, place);
        let resume = Resume {
            now: self.now,
            exchanges: vec![connection],
            ..Resume::default()
        };
        Some(self.go_on(at, resume))
    }

    /// Forgets exchanges that the handler has given up: `kept` are the connections that it still has.
    pub(super) fn keep_exchanges(&mut self, at: usize, kept: &[u64]) {
        self.live[at]
            .exchanges
            .retain(|open| kept.contains(&open.connection));
    }

    /// Lets the next part of a held answer go out; gives its connection.
    pub(super) fn answer_held(&mut self, at: usize, place: usize) -> u64 {
        let open = &self.live[at].exchanges[place];
        let what = What::Answered {
            method: open.method.clone(),
            url: open.url.clone(),
        };
        let is_at_once = open.at_once;
        let connection = self.next_part(at, place);
        if !is_at_once {
            self.note(Some(self.live[at].invocation), what);
        }
        connection
    }

    fn next_part(&mut self, at: usize, place: usize) -> u64 {
        let now = self.now;
        let open = &mut self.live[at].exchanges[place];
        let (exchange, connection) = (open.exchange, open.connection);
        let is_at_once = std::mem::take(&mut open.at_once);
        let strike = open.strike;
        if is_at_once {
            self.live[at].turns.count();
        }
        if let Some(strike) = strike {
            self.live[at].exchanges.remove(place);
            self.stage.strike(exchange, strike);
            return connection;
        }
        let open = &mut self.live[at].exchanges[place];
        match open.rest.pop_front() {
            Some(after) => open.due = after.map(|ms| now.saturating_add(ms)),
            None => {
                self.live[at].exchanges.remove(place);
            }
        }
        self.stage.answer(exchange);
        connection
    }

    /// What a handler that can never go on waits for.
    pub(super) fn unanswered(&self, at: usize) -> Option<String> {
        let open = self.live[at].exchanges.first()?;
        Some(format!("{} {}", open.method, open.url))
    }
}
