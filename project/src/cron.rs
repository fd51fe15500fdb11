//! Cron expressions as the framework's schedulers read them: 5 or 6 fields in 0.x, 6 or 7 (seconds first) in 1.0.

mod words;

use std::collections::BTreeSet;

use banister_grammars::facts::Dialect;

/// A schedule that parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    seconds: Option<Field>,
    minutes: Field,
    hours: Field,
    days: Field,
    months: Field,
    weekdays: Field,
    years: Option<Field>,
}

/// One field: as written, and the values that it allows.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Field {
    text: String,
    values: BTreeSet<u16>,
}

impl Field {
    fn is_any(&self) -> bool {
        self.text == "*" || self.text == "?"
    }
}

/// Why an expression does not parse, in words for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CronError(String);

/// What a field may hold.
struct Unit {
    name: &'static str,
    min: u16,
    max: u16,
    names: &'static [&'static str],
}

const SECOND: Unit = Unit {
    name: "second",
    min: 0,
    max: 59,
    names: &[],
};
const MINUTE: Unit = Unit {
    name: "minute",
    min: 0,
    max: 59,
    names: &[],
};
const HOUR: Unit = Unit {
    name: "hour",
    min: 0,
    max: 23,
    names: &[],
};
const DAY: Unit = Unit {
    name: "day of the month",
    min: 1,
    max: 31,
    names: &[],
};
const MONTH: Unit = Unit {
    name: "month",
    min: 1,
    max: 12,
    names: &words::MONTHS,
};
const WEEKDAY: Unit = Unit {
    name: "day of the week",
    min: 0,
    max: 7,
    names: &words::WEEKDAYS,
};
const YEAR: Unit = Unit {
    name: "year",
    min: 1970,
    max: 2100,
    names: &[],
};

/// The expressions that the 1.0 engine knows by name; 0.x knows none.
const NICKNAMES: [(&str, &str); 6] = [
    ("@yearly", "0 0 0 1 1 *"),
    ("@annually", "0 0 0 1 1 *"),
    ("@monthly", "0 0 0 1 * *"),
    ("@weekly", "0 0 0 * * 1"),
    ("@daily", "0 0 0 * * *"),
    ("@hourly", "0 0 * * * *"),
];

impl Cron {
    /// Reads an expression.
    pub fn parse(text: &str, dialect: Dialect) -> Result<Self, CronError> {
        let nickname = NICKNAMES
            .iter()
            .find(|(name, _)| dialect == Dialect::V1 && *name == text.trim());
        let text = nickname.map_or(text, |(_, expression)| expression);
        let fields: Vec<&str> = text.split_whitespace().collect();
        let (seconds, rest, years) = match (dialect, fields.as_slice()) {
            (Dialect::V0, rest @ [_, _, _, _, _]) => (None, rest, None),
            (_, [seconds, rest @ ..]) if rest.len() == 5 => (Some(*seconds), rest, None),
            (Dialect::V1, [seconds, rest @ .., year]) if rest.len() == 5 => {
                (Some(*seconds), rest, Some(*year))
            }
            (Dialect::V0, _) => {
                return Err(CronError(format!(
                    "expected 5 or 6 fields, found {}",
                    fields.len()
                )));
            }
            (Dialect::V1, _) => {
                return Err(CronError(format!(
                    "expected 6 or 7 fields, seconds first, found {}",
                    fields.len()
                )));
            }
        };
        let field = |unit: &Unit, text: &str| field(unit, text, dialect);
        let [minutes, hours, days, months, weekdays] = rest else {
            return Err(CronError("expected five fields after the seconds".into()));
        };
        Ok(Self {
            seconds: seconds.map(|text| field(&SECOND, text)).transpose()?,
            minutes: field(&MINUTE, minutes)?,
            hours: field(&HOUR, hours)?,
            days: field(&DAY, days)?,
            months: field(&MONTH, months)?,
            weekdays: field(&WEEKDAY, weekdays)?,
            years: years.map(|text| field(&YEAR, text)).transpose()?,
        })
    }

    /// The same schedule in the plainest form, for schedulers that know less: seconds first, every value written out, a year
    /// only if there was one.
    pub fn plain(&self) -> String {
        let written = |field: &Field| {
            if field.text == "*" || field.text == "?" {
                return "*".to_owned();
            }
            let values: Vec<String> = field.values.iter().map(u16::to_string).collect();
            values.join(",")
        };
        let seconds = self.seconds.as_ref().map_or_else(|| "0".to_owned(), written);
        let mut fields = vec![seconds];
        fields.extend(
            [
                &self.minutes,
                &self.hours,
                &self.days,
                &self.months,
                &self.weekdays,
            ]
            .map(written),
        );
        fields.extend(self.years.as_ref().map(written));
        fields.join(" ")
    }

    /// True if no calendar has a day that the expression allows: February 30.
    pub fn never_runs(&self) -> bool {
        // With a day of the week the schedulers differ on whether both must hold.
        self.weekdays.is_any()
            && !self.months.values.iter().any(|month| {
                let longest = match month {
                    2 => 29,
                    4 | 6 | 9 | 11 => 30,
                    _ => 31,
                };
                self.days.values.iter().any(|day| *day <= longest)
            })
    }
}

fn field(unit: &Unit, text: &str, dialect: Dialect) -> Result<Field, CronError> {
    let mut values = BTreeSet::new();
    for part in text.split(',') {
        values.extend(part_values(unit, part, dialect)?);
    }
    if unit.name == WEEKDAY.name && values.remove(&7) {
        values.insert(0);
    }
    Ok(Field {
        text: text.to_owned(),
        values,
    })
}

fn part_values(unit: &Unit, part: &str, dialect: Dialect) -> Result<Vec<u16>, CronError> {
    let invalid = || CronError(format!("`{part}` is not a valid {}", unit.name));
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (
            range,
            Some(step.parse::<u16>().ok().filter(|n| *n > 0).ok_or_else(invalid)?),
        ),
        None => (part, None),
    };
    let all = unit.min..=unit.max;
    let blank =
        range == "?" && dialect == Dialect::V1 && (unit.name == DAY.name || unit.name == WEEKDAY.name);
    let values: Vec<u16> = if range == "*" || blank {
        all.collect()
    } else if let Some((from, to)) = range.split_once('-') {
        let (from, to) = (value(unit, from, part)?, value(unit, to, part)?);
        // A range that ends before it starts goes over the turn of the unit; the 0.x scheduler takes it.
        if from <= to {
            (from..=to).collect()
        } else {
            (from..=unit.max).chain(unit.min..=to).collect()
        }
    } else {
        // The 0.x scheduler reads only the digits before the `#` of `1#2`.
        let nth = (dialect == Dialect::V0 && unit.name == WEEKDAY.name)
            .then(|| range.split_once('#'))
            .flatten();
        let from = value(unit, nth.map_or(range, |(day, _)| day), part)?;
        match (step, dialect) {
            (None, _) => vec![from],
            (Some(_), Dialect::V1) => (from..=unit.max).collect(),
            (Some(_), Dialect::V0) => {
                return Err(CronError(format!(
                    "`{part}` needs a range before the step, such as `{from}-{}`",
                    unit.max
                )));
            }
        }
    };
    Ok(values
        .into_iter()
        .step_by(usize::from(step.unwrap_or(1)))
        .collect())
}

fn value(unit: &Unit, text: &str, part: &str) -> Result<u16, CronError> {
    let is = |name: &str| {
        text.eq_ignore_ascii_case(name) || name.get(..3).is_some_and(|n| text.eq_ignore_ascii_case(n))
    };
    let named = (unit.min..).zip(unit.names).find(|(_, name)| is(name));
    if let Some((number, _)) = named {
        return Ok(number);
    }
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<u16>() {
        Ok(number) if digits && (unit.min..=unit.max).contains(&number) => Ok(number),
        _ if digits => Err(CronError(format!(
            "{} `{text}` is not within {}–{}",
            unit.name, unit.min, unit.max
        ))),
        _ => Err(CronError(format!("`{part}` is not a valid {}", unit.name))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_framework_runs_parses() {
        for text in [
            "* * * * *",
            "*/5 * * * *",
            "30 5 * * TUE",
            "0 0 1,15 jan-jun Monday",
            "0 9-17/2 * * 1-5",
            "0 22-4 * * *",
            "15 0 0 * * 7",
            "0 0 * * 1#2",
            "  0   0 * * *  ",
        ] {
            assert!(
                Cron::parse(text, Dialect::V0).is_ok(),
                "{text}: {:?}",
                Cron::parse(text, Dialect::V0)
            );
        }
        for text in [
            "0 0 2 * * *",
            "0 */5 * * * * *",
            "0 0 0 1 1 ? 2030",
            "0 5/10 * * * *",
            "@daily",
        ] {
            assert!(Cron::parse(text, Dialect::V1).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_it_does_not_run_is_explained() {
        for (text, message) in [
            ("", "expected 5 or 6 fields, found 0"),
            ("0 25 * * *", "hour `25` is not within 0–23"),
            ("0 0 0 1 *", "day of the month `0` is not within 1–31"),
            (
                "5/10 * * * *",
                "`5/10` needs a range before the step, such as `5-59`",
            ),
            ("*/0 * * * *", "`*/0` is not a valid minute"),
            ("0 0 * * TUX", "`TUX` is not a valid day of the week"),
            ("0 0 ? * *", "`?` is not a valid day of the month"),
            ("0 0 L * *", "`L` is not a valid day of the month"),
            ("@daily", "expected 5 or 6 fields, found 1"),
            ("1, * * * *", "`` is not a valid minute"),
            ("+1 * * * *", "`+1` is not a valid minute"),
            ("99999999 * * * *", "minute `99999999` is not within 0–59"),
            ("0 0 0 1 1 * 2030", "expected 5 or 6 fields, found 7"),
        ] {
            assert_eq!(
                Cron::parse(text, Dialect::V0).unwrap_err().to_string(),
                message,
                "{text}"
            );
        }
        let message = Cron::parse("0 0 * * 1", Dialect::V1).unwrap_err().to_string();
        assert_eq!(message, "expected 6 or 7 fields, seconds first, found 5");
    }

    #[test]
    fn impossible_dates_are_seen_only_where_the_calendar_decides() {
        let never = |text| Cron::parse(text, Dialect::V0).unwrap().never_runs();
        assert!(never("0 0 30 2 *"));
        assert!(never("0 0 31 2,4,6 *"));
        assert!(!never("0 0 29 2 *"));
        assert!(!never("0 0 31 2,3 *"));
        assert!(!never("0 0 30 2 MON"));
    }
}
