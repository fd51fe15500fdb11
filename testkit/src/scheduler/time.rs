//! What happens next, and when: handlers wake, messages are delivered, handlers run out of time, schedules fire.

use std::collections::BTreeSet;

use super::{Live, Run};
use crate::plan::TriggerId;
use crate::protocol::Timer;
use crate::queue::Delivery;
use crate::schedule::Schedule;
use crate::scheduler::Cause;
use crate::scheduler::launch::Launch;
use crate::stage::Resume;
use crate::trace::What;

impl Run<'_> {
    /// Moves the clock by `ms`; what falls due on the way happens at its time.
    pub fn advance(&mut self, ms: i64) {
        self.note(None, What::Advance { ms });
        let target = self.now.saturating_add(ms);
        let schedules = self.schedules();
        while !self.exhausted {
            let upcoming = schedules
                .iter()
                .filter_map(|(trigger, it)| Some((it.next_after(self.now)?, *trigger)));
            let Some((due, _)) = upcoming.clone().min().filter(|(due, _)| *due <= target) else {
                break;
            };
            let firing: Vec<TriggerId> = upcoming
                .filter(|(at, _)| *at == due)
                .map(|(_, trigger)| trigger)
                .collect();
            self.settle_until(Some(due));
            self.pass_to(due);
            for trigger in firing {
                self.fire(trigger);
            }
            self.settle_until(Some(due));
        }
        self.settle_until(Some(target));
        self.pass_to(target);
        self.settle_until(None);
    }

    /// Every schedule that can fire; of one that cannot, the framework only writes a line, and so do we.
    fn schedules(&mut self) -> Vec<(TriggerId, Schedule)> {
        let zone = self.start.env.get("TZ").cloned();
        let plan = self.plan;
        let mut schedules = Vec::new();
        for (id, trigger) in plan.triggers() {
            let Some(expression) = &trigger.cron else { continue };
            let step = &plan.steps[id.step];
            match Schedule::parse(expression, step.dialect, zone.as_deref()) {
                Ok(schedule) => schedules.push((id, schedule)),
                Err(error) => self.remark(format!("{} never runs by itself: {error}", step.name)),
            }
        }
        schedules
    }

    /// Goes on until nothing is left to do, moving the clock at most to `limit`.
    pub(super) fn settle_until(&mut self, limit: Option<i64>) {
        loop {
            if self.is_too_long() {
                return;
            }
            if self.exploration.is_some() {
                if self.time_out() || self.explore(limit) {
                    continue;
                }
                if self.acts.is_some() {
                    return;
                }
            } else if self.hand_out() || self.wake_due() || self.time_out() {
                continue;
            }
            let delivery = match self.exploration {
                Some(_) => None,
                None => {
                    let groups = self.running_groups();
                    self.queue.pop_due(self.now, |group| groups.contains(group))
                }
            };
            if let Some(delivery) = delivery {
                self.deliver(delivery);
                continue;
            }
            if let Some(at) = self.rested() {
                self.hand_out_to(at);
                continue;
            }
            let Some(next) = self.next_moment() else { return };
            if limit.is_some_and(|limit| next > limit) {
                return;
            }
            self.pass_to(next);
        }
    }

    pub(super) fn next_moment(&self) -> Option<i64> {
        let deadline = match self.under_way() {
            Some(at) => self.live[at].deadline,
            None => self.live.iter().filter_map(|live| live.deadline).min(),
        };
        deadline.into_iter().chain(self.next_happening()).min()
    }

    /// When the next timer, answer or message comes; that a handler runs out of time is none of them.
    pub(super) fn next_happening(&self) -> Option<i64> {
        if let Some(at) = self.under_way() {
            return self.live[at].next_due();
        }
        let groups = self.running_groups();
        let handlers = self.live.iter().filter_map(Live::next_due);
        handlers
            .chain(self.queue.next_due(|group| groups.contains(group)))
            .min()
    }

    /// Groups of which a message is being worked on.
    pub(super) fn running_groups(&self) -> BTreeSet<String> {
        let causes = self.live.iter().map(|live| &live.cause);
        causes
            .filter_map(|cause| match cause {
                Cause::Message(delivery) => delivery.group.clone(),
                _ => None,
            })
            .collect()
    }

    /// Tells a handler what happened on its streams and its socket.
    fn hand_out(&mut self) -> bool {
        let Some(at) = self.live.iter().position(Live::hears) else {
            return false;
        };
        self.hand_out_to(at);
        true
    }

    pub(super) fn hand_out_to(&mut self, at: usize) {
        let live = &mut self.live[at];
        let resume = Resume {
            now: self.now,
            // Of one that rested.
            replies: std::mem::take(&mut live.replies),
            events: std::mem::take(&mut live.inbox),
            ..Resume::default()
        };
        live.timers.clear();
        if self.go_on(at, resume) {
            self.run_on(at);
        }
    }

    /// Wakes the handler that has waited longest for a timer or an answer that is due.
    fn wake_due(&mut self) -> bool {
        let now = self.now;
        let due = (self.live.iter().enumerate())
            .filter_map(|(at, live)| Some((live.next_due()?, live.invocation, at)))
            .filter(|(due, _, _)| *due <= now)
            .min();
        let Some((due, _, at)) = due else { return false };
        if let Some((_, place)) = self.live[at].next_answer().filter(|(answer, _)| *answer == due) {
            self.wake_with_answer(at, place);
            return true;
        }
        self.wake_with_timers(at);
        true
    }

    pub(super) fn wake_with_answer(&mut self, at: usize, place: usize) {
        self.live[at].timers.clear();
        let resume = Resume {
            now: self.now,
            exchanges: vec![self.answer_held(at, place)],
            ..Resume::default()
        };
        if self.go_on(at, resume) {
            self.run_on(at);
        }
    }

    pub(super) fn wake_with_timers(&mut self, at: usize) {
        let now = self.now;
        let mut fired: Vec<Timer> = self.live[at]
            .timers
            .iter()
            .copied()
            .filter(|timer| timer.due <= now)
            .collect();
        fired.sort_by_key(|timer| (timer.due, timer.id));
        self.live[at].timers.clear();
        let resume = Resume {
            now,
            timers: fired.iter().map(|timer| timer.id).collect(),
            ..Resume::default()
        };
        if self.go_on(at, resume) {
            self.run_on(at);
        }
    }

    /// Ends a handler that has used up the time that its step allows.
    fn time_out(&mut self) -> bool {
        let late = |live: &Live| live.deadline.is_some_and(|deadline| deadline <= self.now);
        let Some(at) = self.live.iter().position(late) else {
            return false;
        };
        self.over_time(at);
        true
    }

    pub(super) fn deliver(&mut self, delivery: Delivery) {
        if delivery.chain > super::MAX_CHAIN {
            self.give_up();
            return;
        }
        if delivery.attempt == 1 {
            self.check_payload(&delivery);
        }
        self.launch(Launch {
            to: delivery.to,
            text: delivery.topic.clone(),
            input: delivery.data.clone(),
            trace_id: delivery.trace_id.clone(),
            flows: delivery.flows.clone(),
            cause: Cause::Message(delivery),
        });
    }
}
