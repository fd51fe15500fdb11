//! What can be done to a run.

/// What is done to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operator {
    /// What a handler writes to the state or to a stream is not kept.
    LostWrite,
    /// A message is not sent.
    DropEmit,
    /// A message is sent on another topic.
    SwapTopic,
    /// A schedule comes, and its step does not run.
    MissSchedule,
    /// A message is sent twice.
    DuplicateEmit,
    /// A message whose handler failed is given up without another attempt.
    SkipRetry,
    /// A read of the state or of a stream gives what was there before the last write to the group or the stream.
    StaleRead,
    /// A message lacks a field.
    DropField,
    /// The takers of a message get it in the opposite order, or it comes after the next message of its sender.
    ReorderEmit,
    /// A message comes a second later.
    DelayEmit,
}

impl Operator {
    /// All of them, the gravest first.
    pub const ALL: [Operator; 10] = [
        Operator::LostWrite,
        Operator::DropEmit,
        Operator::SwapTopic,
        Operator::MissSchedule,
        Operator::DuplicateEmit,
        Operator::SkipRetry,
        Operator::StaleRead,
        Operator::DropField,
        Operator::ReorderEmit,
        Operator::DelayEmit,
    ];

    /// How reports call it.
    pub fn name(self) -> &'static str {
        match self {
            Operator::LostWrite => "lost_write",
            Operator::DropEmit => "drop_emit",
            Operator::SwapTopic => "swap_topic",
            Operator::MissSchedule => "miss_schedule",
            Operator::DuplicateEmit => "duplicate_emit",
            Operator::SkipRetry => "skip_retry",
            Operator::StaleRead => "stale_read",
            Operator::DropField => "drop_field",
            Operator::ReorderEmit => "reorder_emit",
            Operator::DelayEmit => "delay_emit",
        }
    }
}

/// A mutant: the same one wherever a step does the same thing, in whatever run of it and in whatever test.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mutant {
    /// What is done.
    pub operator: Operator,
    /// The step whose message or operation it is; for a skipped retry, the one that failed.
    pub step: String,
    /// The topic, the group of the state, or the stream; empty for a schedule.
    pub subject: String,
    /// True if the subject is a stream.
    pub of_stream: bool,
    /// The field that is missing, or the topic that the message is sent on instead.
    pub detail: Option<String>,
}

impl Mutant {
    /// What it does, as the beginning of a sentence.
    pub fn says(&self) -> String {
        let Self { step, subject, .. } = self;
        let detail = self.detail.as_deref().unwrap_or_default();
        match self.operator {
            Operator::LostWrite if self.of_stream => {
                format!("losing what {step} writes to the stream `{subject}`")
            }
            Operator::LostWrite => format!("losing what {step} writes to `{subject}` of the state"),
            Operator::DropEmit => format!("dropping `{subject}` from {step}"),
            Operator::SwapTopic => format!("sending `{subject}` from {step} as `{detail}`"),
            Operator::MissSchedule => format!("missing a schedule of {step}"),
            Operator::DuplicateEmit => format!("sending `{subject}` from {step} twice"),
            Operator::SkipRetry => {
                format!("giving up `{subject}` when {step} fails, without another attempt,")
            }
            Operator::StaleRead if self.of_stream => {
                format!("reading what was in the stream `{subject}` before the last write in {step}")
            }
            Operator::StaleRead => format!("reading what was in `{subject}` before the last write in {step}"),
            Operator::DropField => format!("dropping field `{detail}` of `{subject}` from {step}"),
            Operator::ReorderEmit => format!("changing the order in which `{subject}` from {step} arrives"),
            Operator::DelayEmit => format!("delaying `{subject}` from {step} by a second"),
        }
    }
}
