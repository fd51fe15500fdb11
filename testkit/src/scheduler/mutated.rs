//! The places where a mutation of the run makes itself felt: messages, operations on the state and on
//! streams, retries, schedules.

use serde_json::Value as Json;

use super::Run;
use crate::mutation::{Mutation, Sending};
use crate::world::{Applied, WorldError};

/// A message that a handler sends.
pub(super) struct Message {
    pub(super) invocation: u32,
    pub(super) topic: String,
    pub(super) data: Json,
    pub(super) trace_id: String,
    pub(super) flows: Vec<String>,
    pub(super) dropped: bool,
    pub(super) group: Option<String>,
}

impl Run<'_> {
    /// What shall be done to the run, before it begins.
    pub(crate) fn mutate(&mut self, mutation: Option<Mutation>) {
        self.mutation = mutation;
    }

    /// True if the run came by the place of its mutation.
    pub(crate) fn is_mutated(&self) -> bool {
        self.mutation.as_ref().is_some_and(Mutation::is_applied)
    }

    /// Sends a message of a handler in the way of this run.
    pub(super) fn send_mutated(&mut self, message: Message) {
        let Some(mutation) = &mut self.mutation else {
            return;
        };
        let sending = mutation.on_emit(message.invocation, &message.data);
        if sending.held {
            self.held = Some(message);
            return;
        }
        let sender = message.invocation;
        self.send_as(&message, &sending);
        // What waited for a message of this sender comes after it.
        if let Some(held) = self.held.take_if(|held| held.invocation == sender) {
            let plainly = Sending::plain(&held.data);
            self.send_as(&held, &plainly);
        }
    }

    fn send_as(&mut self, message: &Message, sending: &Sending) {
        let Some(data) = &sending.data else { return };
        // The other topic is one that the step may send on.
        let (topic, dropped) = match &sending.topic {
            Some(other) => (other, false),
            None => (&message.topic, message.dropped),
        };
        for _ in 0..sending.times {
            let before = self.queue.sent();
            self.send(
                Some(message.invocation),
                topic,
                data,
                &message.trace_id,
                &message.flows,
                dropped,
                message.group.as_deref(),
            );
            if sending.reversed || sending.delay_ms > 0 {
                self.queue.alter_since(before, sending.delay_ms, sending.reversed);
            }
        }
    }

    /// Applies an operation of a handler on the state or a stream.
    pub(super) fn apply_to_world(
        &mut self,
        invocation: u32,
        op: &str,
        args: &[Json],
    ) -> Result<Applied, WorldError> {
        match &mut self.mutation {
            Some(mutation) => mutation.apply_to(&mut self.world, invocation, op, args, self.now),
            None => self.world.apply(op, args, self.now),
        }
    }

    /// True if a schedule comes and its step does not run.
    pub(super) fn misses(&mut self, step: usize) -> bool {
        let name = &self.plan.steps[step].name;
        let mutation = self.mutation.as_mut();
        mutation.is_some_and(|mutation| mutation.misses(name))
    }

    /// True if the message that a handler failed with is not tried again.
    pub(super) fn gives_up(&mut self, invocation: u32) -> bool {
        let mutation = self.mutation.as_mut();
        mutation.is_some_and(|mutation| mutation.gives_up(invocation))
    }
}
