//! Cron expressions on the virtual clock, in the time zone of the handlers (`TZ`). The project's own reader says what the
//! framework's scheduler takes; a value of both the day of the month and the day of the week must hold, as there.

use banister_grammars::facts::Dialect;
use banister_project::cron::Cron as Expression;
use chrono::DateTime;
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

/// A parsed cron expression.
#[derive(Debug, Clone)]
pub struct Schedule {
    cron: Cron,
    zone: Tz,
}

/// Why a schedule is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// It does not parse.
    #[error("`{expression}` is no cron expression: {reason}")]
    Expression {
        /// As written.
        expression: String,
        /// Why not.
        reason: String,
    },
    /// There is no such time zone.
    #[error("`{0}` is no time zone: the environment variable TZ holds a name such as Europe/Berlin")]
    Zone(String),
}

impl Schedule {
    /// Reads an expression of a step in this dialect; `zone` is a name such as `Europe/Berlin`, UTC if absent.
    ///
    /// # Errors
    /// It does not parse, or there is no such zone.
    pub fn parse(expression: &str, dialect: Dialect, zone: Option<&str>) -> Result<Self, ScheduleError> {
        let invalid = |reason: String| ScheduleError::Expression {
            expression: expression.to_owned(),
            reason,
        };
        let plain = Expression::parse(expression, dialect)
            .map_err(|error| invalid(error.to_string()))?
            .plain();
        let parser = CronParser::builder()
            .seconds(Seconds::Required)
            .year(Year::Optional)
            .dom_and_dow(true)
            .build();
        let cron = parser.parse(&plain).map_err(|error| invalid(error.to_string()))?;
        let zone = match zone.filter(|zone| !zone.is_empty()) {
            None => Tz::UTC,
            Some(name) => name
                .trim_start_matches(':')
                .parse()
                .map_err(|_| ScheduleError::Zone(name.to_owned()))?,
        };
        Ok(Self { cron, zone })
    }

    /// The first time after `now` (both ms since the epoch); `None` if there is none, such as for 30 February.
    pub fn next_after(&self, now: i64) -> Option<i64> {
        let from = DateTime::from_timestamp_millis(now)?.with_timezone(&self.zone);
        Some(
            self.cron
                .find_next_occurrence(&from, false)
                .ok()?
                .timestamp_millis(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONDAY_NINE: i64 = 1_767_603_600_000; // 2026-01-05T09:00:00Z
    const HOUR: i64 = 3_600_000;
    const DAY: i64 = 24 * HOUR;

    fn next(expression: &str, zone: Option<&str>) -> Option<i64> {
        let schedule = Schedule::parse(expression, Dialect::V0, zone).unwrap();
        schedule.next_after(MONDAY_NINE).map(|at| at - MONDAY_NINE)
    }

    #[test]
    fn the_next_time_is_strictly_later() {
        let weekly = Schedule::parse("0 0 * * 1", Dialect::V0, None).unwrap();
        let monday = MONDAY_NINE + 7 * DAY - 9 * HOUR;
        assert_eq!(weekly.next_after(MONDAY_NINE), Some(monday));
        assert_eq!(weekly.next_after(monday), Some(monday + 7 * DAY));
    }

    #[test]
    fn seconds_come_first() {
        assert_eq!(next("*/10 * * * * *", None), Some(10_000));
        let with_year = Schedule::parse("0 0 0 1 1 * 2027", Dialect::V1, None).unwrap();
        assert_eq!(with_year.next_after(MONDAY_NINE), Some(1_798_761_600_000));
    }

    #[test]
    fn both_days_must_hold() {
        // The next Friday that is a 13th.
        assert_eq!(next("0 0 13 * 5", None), Some(39 * DAY - 9 * HOUR));
    }

    #[test]
    fn a_range_may_go_over_the_turn() {
        assert_eq!(next("0 22-10 * * *", None), Some(HOUR));
    }

    #[test]
    fn hours_are_those_of_the_zone() {
        assert_eq!(next("0 12 * * *", Some("Europe/Berlin")), Some(2 * HOUR));
        assert_eq!(next("0 12 * * *", Some("America/New_York")), Some(8 * HOUR));
        let error = Schedule::parse("0 12 * * *", Dialect::V0, Some("Mars/Base")).unwrap_err();
        assert!(error.to_string().contains("Mars/Base"));
    }

    #[test]
    fn an_hour_that_does_not_exist_in_spring_is_no_end() {
        let daily = Schedule::parse("30 2 * * *", Dialect::V0, Some("Europe/Berlin")).unwrap();
        let before = 1_774_656_000_000; // 2026-03-28T00:00:00Z; the clock jumps on the 29th
        let first = daily.next_after(before).unwrap();
        let second = daily.next_after(first).unwrap();
        let third = daily.next_after(second).unwrap();
        assert!(first < second && second < third && third - first <= 2 * DAY);
    }

    #[test]
    fn impossible_dates_never_come() {
        assert_eq!(next("0 0 30 2 *", None), None);
        assert!(Schedule::parse("every day", Dialect::V0, None).is_err());
        assert!(Schedule::parse("@daily", Dialect::V0, None).is_err());
    }
}
