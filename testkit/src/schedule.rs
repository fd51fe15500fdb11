//! Cron expressions of 5 or 6 fields (seconds first) on the virtual clock, in UTC.

use chrono::{DateTime, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds};

/// A parsed cron expression.
#[derive(Debug, Clone)]
pub struct Schedule(Cron);

/// Why an expression is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{expression}` is no cron expression: {reason}")]
pub struct ScheduleError {
    /// As written.
    pub expression: String,
    /// Why not.
    pub reason: String,
}

impl Schedule {
    /// Reads an expression.
    ///
    /// # Errors
    /// It does not parse.
    pub fn parse(expression: &str) -> Result<Self, ScheduleError> {
        let parser = CronParser::builder().seconds(Seconds::Optional).build();
        parser.parse(expression).map(Self).map_err(|error| ScheduleError {
            expression: expression.to_owned(),
            reason: error.to_string(),
        })
    }

    /// The first time after `now` (both ms since the epoch); `None` if there is none, such as for 30 February.
    pub fn next_after(&self, now: i64) -> Option<i64> {
        let from: DateTime<Utc> = DateTime::from_timestamp_millis(now)?;
        Some(self.0.find_next_occurrence(&from, false).ok()?.timestamp_millis())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONDAY_NINE: i64 = 1_767_603_600_000; // 2026-01-05T09:00:00Z
    const DAY: i64 = 86_400_000;

    #[test]
    fn the_next_time_is_strictly_later() {
        let weekly = Schedule::parse("0 0 * * 1").unwrap();
        let monday = MONDAY_NINE + 7 * DAY - 9 * 3_600_000;
        assert_eq!(weekly.next_after(MONDAY_NINE), Some(monday));
        assert_eq!(weekly.next_after(monday), Some(monday + 7 * DAY));
    }

    #[test]
    fn seconds_come_first() {
        let every_ten = Schedule::parse("*/10 * * * * *").unwrap();
        assert_eq!(every_ten.next_after(MONDAY_NINE), Some(MONDAY_NINE + 10_000));
    }

    #[test]
    fn impossible_dates_never_come() {
        let never = Schedule::parse("0 0 30 2 *").unwrap();
        assert_eq!(never.next_after(MONDAY_NINE), None);
        assert!(Schedule::parse("every day").is_err());
    }
}
