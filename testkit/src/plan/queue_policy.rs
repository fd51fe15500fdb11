//! How a subscriber's messages are queued: `infrastructure.queue` in 0.x, `config` of a queue trigger in 1.0.

use banister_grammars::facts::{ConfigValue, Dialect};

/// Attempts in all, of the framework's in-memory queue and of the engine of 1.0.
const ATTEMPTS: u32 = 3;
/// The default visibility timeout of 0.x: so long the queue waits between two attempts.
const VISIBILITY_MS: i64 = 900_000;
/// The first pause of the engine of 1.0, which doubles with each attempt.
const BACKOFF_MS: i64 = 1_000;

/// How messages are queued. Times are virtual ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueuePolicy {
    /// Messages of one group run one after the other.
    pub fifo: bool,
    /// Attempts in all.
    pub attempts: u32,
    /// The pause before the second attempt.
    pub retry_after_ms: i64,
    /// Each further pause is twice as long.
    pub doubles: bool,
    /// The pause before the first attempt.
    pub delay_ms: i64,
}

impl Default for QueuePolicy {
    fn default() -> Self {
        Self::of_dialect(Dialect::V0)
    }
}

impl QueuePolicy {
    /// What holds without a setting.
    pub fn of_dialect(dialect: Dialect) -> Self {
        Self {
            fifo: false,
            attempts: ATTEMPTS,
            retry_after_ms: match dialect {
                Dialect::V0 => VISIBILITY_MS,
                Dialect::V1 => BACKOFF_MS,
            },
            doubles: dialect == Dialect::V1,
            delay_ms: 0,
        }
    }

    /// The policy that a config object describes; what it leaves out is as usual.
    pub(super) fn read(settings: Option<&ConfigValue>, dialect: Dialect) -> Self {
        let mut policy = Self::of_dialect(dialect);
        let Some(settings) = settings else { return policy };
        let number = |key: &str| settings.get(key).and_then(|entry| entry.value.number());
        policy.fifo = settings.get("type").and_then(|entry| entry.value.text()) == Some("fifo");
        if let Some(retries) = number("maxRetries") {
            policy.attempts = (retries as u32).max(1);
        }
        let pause = match dialect {
            Dialect::V0 => number("visibilityTimeout").map(|seconds| seconds * 1000.0),
            Dialect::V1 => number("backoffDelayMs"),
        };
        if let Some(ms) = pause {
            policy.retry_after_ms = ms as i64;
        }
        if settings.get("backoffType").and_then(|entry| entry.value.text()) == Some("fixed") {
            policy.doubles = false;
        }
        if let Some(seconds) = number("delaySeconds") {
            policy.delay_ms = (seconds * 1000.0) as i64;
        }
        policy
    }

    /// The pause after this attempt has failed.
    pub fn pause_after(&self, attempt: u32) -> i64 {
        let factor = if self.doubles {
            1_i64 << attempt.saturating_sub(1).min(20)
        } else {
            1
        };
        self.retry_after_ms.saturating_mul(factor)
    }
}
