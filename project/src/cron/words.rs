//! A schedule in words, for hovers and hints.

use std::collections::BTreeSet;

use super::{Cron, Field};

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// More moments of a day than this are told by their fields instead.
const MAX_TIMES: usize = 4;

impl Cron {
    /// The schedule in words: "at 02:30 on Monday".
    pub fn words(&self) -> String {
        let mut text = self.time();
        if !self.days.is_any() {
            let days: Vec<String> = self.days.values.iter().map(u16::to_string).collect();
            let noun = if days.len() == 1 { "day" } else { "days" };
            text += &format!(" on {noun} {} of the month", list(&days));
        }
        if !self.weekdays.is_any() {
            text += &format!(" on {}", named(&self.weekdays.values, |day| WEEKDAYS.get(day)));
        }
        if !self.months.is_any() {
            text += &format!(
                " in {}",
                named(&self.months.values, |month| MONTHS.get(month.wrapping_sub(1)))
            );
        }
        if let Some(years) = self.years.as_ref().filter(|years| !years.is_any()) {
            text += &format!(" in the year {}", years.text);
        }
        text
    }

    fn time(&self) -> String {
        let seconds = self.seconds.as_ref().filter(|seconds| seconds.text != "0");
        if let Some(seconds) = seconds {
            let within = if self.minutes.is_any() && self.hours.is_any() {
                String::new()
            } else {
                format!(", {}", self.time_of_day())
            };
            return match every(seconds) {
                Some(1) => format!("every second{within}"),
                Some(step) => format!("every {step} seconds{within}"),
                None => format!("at second {}{within}", seconds.text),
            };
        }
        self.time_of_day()
    }

    fn time_of_day(&self) -> String {
        let hours = match every(&self.hours) {
            Some(1) => String::new(),
            Some(step) => format!(" of every {step} hours"),
            None => format!(" of the hours {}", self.hours.text),
        };
        match every(&self.minutes) {
            Some(1) => return format!("every minute{hours}"),
            Some(step) => return format!("every {step} minutes{hours}"),
            None => {}
        }
        let times: Vec<String> = self
            .hours
            .values
            .iter()
            .flat_map(|hour| {
                self.minutes
                    .values
                    .iter()
                    .map(move |minute| format!("{hour:02}:{minute:02}"))
            })
            .collect();
        if times.len() <= MAX_TIMES {
            return format!("at {}", list(&times));
        }
        let on_the_hour = self.minutes.text == "0";
        match every(&self.hours) {
            Some(1) if on_the_hour => "every hour".to_owned(),
            Some(step) if on_the_hour => format!("every {step} hours"),
            _ if on_the_hour => format!("at the hours {}", self.hours.text),
            Some(1) => format!("at minute {} of every hour", self.minutes.text),
            _ => format!("at minute {}{hours}", self.minutes.text),
        }
    }
}

/// `n` of `*/n`, 1 of `*`.
fn every(field: &Field) -> Option<u16> {
    match field.text.strip_prefix('*')? {
        "" => Some(1),
        step => step.strip_prefix('/')?.parse().ok(),
    }
}

fn named(values: &BTreeSet<u16>, name: impl Fn(usize) -> Option<&'static &'static str>) -> String {
    let names: Vec<String> = values
        .iter()
        .filter_map(|value| name(usize::from(*value)))
        .map(|name| (*name).to_owned())
        .collect();
    let (first, last) = (values.first(), values.last());
    match (first, last) {
        (Some(first), Some(last)) if values.len() > 2 && usize::from(last - first) + 1 == values.len() => {
            let ends = [names.first(), names.last()]
                .into_iter()
                .flatten()
                .cloned()
                .collect::<Vec<_>>();
            ends.join(" to ")
        }
        _ => list(&names),
    }
}

fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use banister_grammars::facts::Dialect;

    use super::*;

    #[test]
    fn schedules_read_like_a_sentence() {
        for (expression, words) in [
            ("* * * * *", "every minute"),
            ("*/5 * * * *", "every 5 minutes"),
            (
                "*/15 9-17 * * 1-5",
                "every 15 minutes of the hours 9-17 on Monday to Friday",
            ),
            ("0 * * * *", "every hour"),
            ("0 */6 * * *", "at 00:00, 06:00, 12:00 and 18:00"),
            ("0 */2 * * *", "every 2 hours"),
            ("30 2 * * *", "at 02:30"),
            ("0 0 * * 1", "at 00:00 on Monday"),
            ("0 0 1 1 *", "at 00:00 on day 1 of the month in January"),
            (
                "10 * * * SUN,WED",
                "at minute 10 of every hour on Sunday and Wednesday",
            ),
            (
                "0 0 1-3 * 7",
                "at 00:00 on days 1, 2 and 3 of the month on Sunday",
            ),
        ] {
            assert_eq!(
                Cron::parse(expression, Dialect::V0).unwrap().words(),
                words,
                "{expression}"
            );
        }
        for (expression, words) in [
            ("0 0 2 * * *", "at 02:00"),
            ("*/10 * * * * *", "every 10 seconds"),
            ("30 0 2 * * * 2030", "at second 30, at 02:00 in the year 2030"),
        ] {
            assert_eq!(
                Cron::parse(expression, Dialect::V1).unwrap().words(),
                words,
                "{expression}"
            );
        }
    }
}
