//! How well a schema lends itself to generation: values that are thrown away cost time and leave gaps, and large or slow
//! ones make a test slow that looks small.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use super::Compiled;
use super::dice::Dice;
use super::generate::Mode;

/// Values that are made to see how it goes.
const TRIALS: u32 = 100;
/// A larger share of rejected values is told, in percent …
const MUCH: u32 = 50;
/// … and this one is too much to go on with.
const TOO_MUCH: u32 = 95;
/// A larger value is told, in bytes of JSON.
const LARGE: usize = 256 * 1024;
/// A slower value is told. It is far beyond what a busy machine makes of a common one.
const SLOW: Duration = Duration::from_millis(20);
/// No more values are made to see how it goes when so much time has passed.
const PATIENCE: Duration = Duration::from_secs(2);

/// What became of some values that were made by chance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// Values made.
    pub made: u32,
    /// Values that the schema did not allow, and that were thrown away.
    pub rejected: u32,
    /// The parts of the schema that rejected values, as JSON pointers, with how many; the strictest first.
    pub strict: Vec<(String, u32)>,
    /// The largest value, in bytes of JSON.
    pub largest: usize,
    /// The time for all of them.
    pub took: Duration,
}

/// What is wrong, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthProblem {
    /// True if tests with these values are not worth running.
    pub is_fatal: bool,
    text: String,
}

impl fmt::Display for HealthProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Health {
    pub(super) fn of(compiled: &Compiled) -> Self {
        let mut health = Self::default();
        let mut strict: BTreeMap<String, u32> = BTreeMap::new();
        let start = Instant::now();
        let mut dice = Dice::of(0);
        for _ in 0..TRIALS {
            if start.elapsed() > PATIENCE {
                break;
            }
            let made = compiled.generator.value(Mode::Random, &mut dice);
            health.made += 1;
            match made {
                Ok(value) => match compiled.validator.validate(&value) {
                    Ok(()) => health.largest = health.largest.max(size(&value)),
                    Err(error) => {
                        health.rejected += 1;
                        *strict.entry(format!("#{}", error.schema_path())).or_default() += 1;
                    }
                },
                Err(_) => {
                    health.rejected += 1;
                    *strict.entry("#".to_owned()).or_default() += 1;
                }
            }
        }
        health.took = start.elapsed();
        health.strict = strict.into_iter().collect();
        health
            .strict
            .sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        health
    }

    /// What a person should know before relying on such values.
    pub fn problems(&self) -> Vec<HealthProblem> {
        let mut out = Vec::new();
        let share = self.rejected * 100 / self.made.max(1);
        if share > MUCH {
            let places: Vec<String> = self
                .strict
                .iter()
                .take(3)
                .map(|(place, count)| format!("'{place}' rejects {count} of {}", self.made))
                .collect();
            let text = format!(
                "{share} % of the values made are not valid: {}. Say there in `pattern`, bounds or `enum` what is wanted, or give `examples`",
                places.join(", ")
            );
            out.push(HealthProblem {
                is_fatal: share > TOO_MUCH,
                text,
            });
        }
        if self.largest > LARGE {
            let text = format!(
                "values of up to {} KiB are made: set `maxItems`, `maxProperties` or `maxLength`",
                self.largest / 1024
            );
            out.push(HealthProblem {
                is_fatal: false,
                text,
            });
        }
        if self.took > SLOW * self.made {
            let text = format!(
                "a value takes more than {} ms to make: the schema is too large or refers to itself too often",
                SLOW.as_millis()
            );
            out.push(HealthProblem {
                is_fatal: false,
                text,
            });
        }
        out
    }

    /// What a person should know of the values for `name`, in sentences.
    pub fn notes(&self, name: &str) -> Vec<String> {
        let problems = self.problems().into_iter();
        problems.map(|it| format!("inputs for {name}: {it}")).collect()
    }
}

fn size(value: &Json) -> usize {
    value.to_string().len()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_makes_values_poor_is_told_with_their_name() {
        let health = |schema| Health::of(&Compiled::of(&schema).unwrap());
        let half =
            json!({"type": "array", "items": {"type": "integer", "not": {"multipleOf": 2}}, "minItems": 2});
        let told = health(half).notes("`order`");
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0].starts_with("inputs for `order`: ") && told[0].contains("'#/items/not' rejects"),
            "{told:?}"
        );
        assert_eq!(health(json!({"type": "integer"})).notes("`order`"), [""; 0]);
        let slow = Health {
            made: 10,
            took: SLOW * 11,
            ..Health::default()
        };
        assert_eq!(
            slow.notes("`order`"),
            [
                "inputs for `order`: a value takes more than 20 ms to make: the schema is too large or refers to itself too often"
            ]
        );
    }
}
