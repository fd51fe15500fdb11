//! What those hear who listen: clients of sockets, and whoever follows a stream.

use serde_json::Value as Json;

use super::{Evidence, Judgement, Reason, counted, enough, wanted};
use crate::matching::partial_match;
use crate::template::fill;
use crate::trace::What;
use banister_project::flow_test::Expectation;

impl Evidence<'_, '_> {
    /// Events that leave no item: what steps gave to `send`.
    pub(super) fn judge_stream_event(&self, expectation: &Expectation) -> Judgement {
        let Expectation::StreamEvent {
            stream,
            group,
            id,
            kind,
            data,
            times,
        } = expectation
        else {
            return Ok(());
        };
        let expected = data.as_ref().map(|data| fill(data, self.variables)).transpose()?;
        let mut sent = Vec::new();
        let mut count = 0;
        for event in &self.run.trace.events {
            let What::Stream {
                op, stream: of, args, ..
            } = &event.what
            else {
                continue;
            };
            if op != "send" || *of != stream.value {
                continue;
            }
            let (channel, event) = (&args[0], &args[1]);
            sent.push(format!("to {channel}: {event}"));
            let to = |key: &str| channel.get(key).and_then(Json::as_str);
            let fits =
                |wanted: &Option<String>, found: Option<&str>| wanted.is_none() || wanted.as_deref() == found;
            let matches = fits(group, channel.as_str().or_else(|| to("groupId")))
                && fits(id, to("id"))
                && fits(kind, event.get("type").and_then(Json::as_str))
                && expected
                    .as_ref()
                    .is_none_or(|it| partial_match(it, event.get("data").unwrap_or(&Json::Null)).is_ok());
            count += usize::from(matches);
        }
        if enough(count, *times) {
            return Ok(());
        }
        if sent.is_empty() {
            sent.push("no event was sent on it".to_owned());
        }
        let message = format!(
            "such an event of stream `{stream}` was sent {}, expected {}",
            counted(count),
            wanted(*times)
        );
        Err(Reason::new(message, sent))
    }

    pub(super) fn judge_socket(
        &self,
        client: &str,
        received: Option<&Json>,
        times: Option<u32>,
        closed: Option<(bool, Option<u32>)>,
    ) -> Judgement {
        let Some(connection) = self.run.connection(client) else {
            return Err(Reason::new(format!("`{client}` never connected"), Vec::new()));
        };
        if let Some(expected) = received {
            let expected = fill(expected, self.variables)?;
            let fits = connection
                .received
                .iter()
                .filter(|it| partial_match(&expected, it).is_ok());
            let count = fits.count();
            if !enough(count, times) {
                let mut details: Vec<String> = (connection.received.iter())
                    .map(|message| format!("received: {message}"))
                    .collect();
                if details.is_empty() {
                    details.push("it received nothing".to_owned());
                }
                let message = format!(
                    "`{client}` received such a message {}, expected {}",
                    counted(count),
                    wanted(times)
                );
                return Err(Reason::new(message, details));
            }
        }
        match (closed, connection.ended) {
            (None, _) | (Some((false, _)), None) | (Some((true, None)), Some(_)) => Ok(()),
            (Some((true, Some(code))), Some(found)) if code == found => Ok(()),
            (Some((true, Some(code))), Some(found)) => Err(Reason::new(
                format!("the step closed the connection of `{client}` with {found}, expected {code}"),
                Vec::new(),
            )),
            (Some((true, _)), None) => Err(Reason::new(
                format!("the step did not close the connection of `{client}`"),
                Vec::new(),
            )),
            (Some((false, _)), Some(found)) => Err(Reason::new(
                format!("the step closed the connection of `{client}` with {found}"),
                Vec::new(),
            )),
        }
    }
}
