//! Cron expressions on the virtual clock, in the time zone of the handlers (`TZ`). The project's own reader says what the
//! framework's scheduler takes; a value of both the day of the month and the day of the week must hold, as there.
//!
//! The scheduler of 0.x (node-cron 3) looks at the clock on the wall every second. So what falls into an hour that is
//! left out in spring does not run, and what falls into one that comes twice in autumn runs twice.

use banister_grammars::facts::Dialect;
use banister_project::cron::Cron as Expression;
use chrono::{DateTime, Offset as _, TimeZone as _, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

/// A parsed cron expression.
#[derive(Debug, Clone)]
pub struct Schedule {
    cron: Cron,
    zone: Tz,
    dialect: Dialect,
}

/// A zone's clock is looked at so often (ms) for a change; no zone puts it twice within a day.
const DAY_MS: i64 = 86_400_000;

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
        Ok(Self { cron, zone, dialect })
    }

    /// The first time after `now` (both ms since the epoch); `None` if there is none, such as for 30 February.
    pub fn next_after(&self, now: i64) -> Option<i64> {
        match self.dialect {
            Dialect::V0 => self.next_on_the_wall(now),
            Dialect::V1 => {
                let from = DateTime::from_timestamp_millis(now)?.with_timezone(&self.zone);
                let next = self.cron.find_next_occurrence(&from, false).ok()?;
                Some(next.timestamp_millis())
            }
        }
    }

    /// The first time after `now` at which a clock on the wall shows what the expression wants.
    fn next_on_the_wall(&self, now: i64) -> Option<i64> {
        let (mut from, mut inclusive) = (now, false);
        loop {
            let ahead = self.ahead_of_utc(from)?;
            let shown = DateTime::<Utc>::from_timestamp_millis(from.checked_add(ahead)?)?;
            let wanted = self.cron.find_next_occurrence(&shown, inclusive).ok()?;
            let next = wanted.timestamp_millis() - ahead;
            match self.change_between(from, next, ahead)? {
                None => return Some(next),
                Some(change) => (from, inclusive) = (change, true),
            }
        }
    }

    /// By how many ms the zone's clock is ahead at `at`.
    fn ahead_of_utc(&self, at: i64) -> Option<i64> {
        let utc = DateTime::from_timestamp_millis(at)?.naive_utc();
        let offset = self.zone.offset_from_utc_datetime(&utc).fix();
        Some(i64::from(offset.local_minus_utc()) * 1000)
    }

    /// The first moment after `from`, not after `until`, from which on the clock is not `ahead` any more.
    fn change_between(&self, from: i64, until: i64, ahead: i64) -> Option<Option<i64>> {
        let mut before = from;
        while before < until {
            let mut after = before.saturating_add(DAY_MS).min(until);
            if self.ahead_of_utc(after)? == ahead {
                before = after;
                continue;
            }
            while after - before > 1 {
                let middle = before + (after - before) / 2;
                if self.ahead_of_utc(middle)? == ahead {
                    before = middle;
                } else {
                    after = middle;
                }
            }
            return Some(Some(after));
        }
        Some(None)
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

    /// The first `count` times after `after` in Berlin, RFC 3339 without the year.
    fn in_berlin(expression: &str, after: &str, count: usize) -> Vec<String> {
        let schedule = Schedule::parse(expression, Dialect::V0, Some("Europe/Berlin")).unwrap();
        let mut now = DateTime::parse_from_rfc3339(after).unwrap().timestamp_millis();
        let mut times = Vec::new();
        for _ in 0..count {
            now = schedule.next_after(now).unwrap();
            let time = DateTime::from_timestamp_millis(now).unwrap();
            times.push(time.format("%m-%dT%H:%M").to_string());
        }
        times
    }

    #[test]
    fn an_hour_that_is_left_out_in_spring_has_no_run() {
        let times = in_berlin("30 2 * * *", "2026-03-28T00:00:00Z", 3);
        assert_eq!(times, ["03-28T01:30", "03-30T00:30", "03-31T00:30"]);
    }

    #[test]
    fn an_hour_that_comes_twice_in_autumn_has_two_runs() {
        let times = in_berlin("30 2 * * *", "2026-10-24T12:00:00Z", 3);
        assert_eq!(times, ["10-25T00:30", "10-25T01:30", "10-26T01:30"]);
        let times = in_berlin("0 * * * *", "2026-10-24T22:30:00Z", 4);
        assert_eq!(
            times,
            ["10-24T23:00", "10-25T00:00", "10-25T01:00", "10-25T02:00"]
        );
    }

    #[test]
    fn a_far_date_is_found_across_many_changes_of_the_clock() {
        assert_eq!(
            in_berlin("0 12 29 2 *", "2026-03-01T00:00:00Z", 1),
            ["02-29T11:00"]
        );
    }

    #[test]
    fn impossible_dates_never_come() {
        assert_eq!(next("0 0 30 2 *", None), None);
        assert!(Schedule::parse("every day", Dialect::V0, None).is_err());
        assert!(Schedule::parse("@daily", Dialect::V0, None).is_err());
    }
}
