//! Answers that are JSON already when their handler is done.
//!
//! tower-lsp turns every answer into a tree of JSON values before it is written, which takes longer than finding a long
//! list does. A handler may instead leave the text of its answer here and answer null; the transport, which polls
//! all handlers on one thread, takes it as soon as the poll is over in which the handler left it.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use tower_lsp::jsonrpc::{Id, Response};

/// The text of an answer.
pub(crate) type Text = Vec<u8>;

/// Where the handler that is polled leaves its answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Prewritten(Arc<Mutex<Option<Text>>>);

/// What goes to the client.
pub(crate) enum Answer {
    /// An answer of tower-lsp's.
    Response(Response),
    /// The text of a result.
    Text(Id, Text),
}

/// An answer as text; nothing if it cannot be one.
pub(crate) fn text(answer: &impl Serialize) -> Option<Text> {
    serde_json::to_vec(answer)
        .inspect_err(|error| tracing::error!("an answer cannot be written as JSON: {error}"))
        .ok()
}

impl Prewritten {
    /// Leaves an answer; the handler must be done with this.
    pub(crate) fn leave(&self, text: Text) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
    }

    /// The answer with what its handler left. One that failed or was cancelled counts, whatever was left.
    pub(crate) fn complete(&self, response: Response) -> Answer {
        let left = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match left.filter(|_| response.is_ok()) {
            Some(text) => Answer::Text(response.id().clone(), text),
            None => Answer::Response(response),
        }
    }
}

impl Answer {
    /// The body of the message.
    pub(crate) fn body(&self) -> serde_json::Result<Text> {
        match self {
            Self::Response(response) => serde_json::to_vec(response),
            Self::Text(id, text) => {
                let mut body = br#"{"jsonrpc":"2.0","result":"#.to_vec();
                body.reserve(text.len() + 32);
                body.extend_from_slice(text);
                body.extend_from_slice(br#","id":"#);
                serde_json::to_writer(&mut body, id)?;
                body.push(b'}');
                Ok(body)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};
    use tower_lsp::jsonrpc::Error;

    use super::*;

    #[test]
    fn a_text_reads_like_the_same_answer_of_tower_lsp() {
        let result = json!([{ "label": "a\"é\n" }, null]);
        for id in [Id::Number(7), Id::String("x\"y".into()), Id::Null] {
            let written = Prewritten::default();
            written.leave(text(&result).unwrap());
            let ours = written.complete(Response::from_ok(id.clone(), Json::Null));
            assert!(matches!(ours, Answer::Text(..)));
            let theirs = Answer::Response(Response::from_ok(id, result.clone()));
            assert_eq!(ours.body().unwrap(), theirs.body().unwrap());
            let next = written.complete(Response::from_ok(Id::Number(8), Json::Null));
            assert!(matches!(next, Answer::Response(_)), "it is taken once");
        }
    }

    #[test]
    fn an_error_counts_and_what_was_left_is_forgotten() {
        let written = Prewritten::default();
        written.leave(b"[]".to_vec());
        let failed = written.complete(Response::from_error(Id::Number(1), Error::request_cancelled()));
        assert!(matches!(failed, Answer::Response(response) if response.is_error()));
        let next = written.complete(Response::from_ok(Id::Number(2), Json::Null));
        assert!(matches!(next, Answer::Response(_)));
    }
}
