//! Whether two runs left the same, up to what time and chance make different: the clock of a serial order shows other times,
//! and ids are drawn in another order.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::trace::Trace;
use crate::volatile::Volatile;

/// Dates that a run can mean by a number lie so far around it, in ms: a year before, ten years after.
const BEFORE: i64 = 366 * 24 * 3_600_000;
const AFTER: i64 = 10 * BEFORE;

/// Fields whose name says that they hold a length of time.
const LENGTHS: [&str; 12] = [
    "elapsed", "duration", "latency", "took", "millis", "seconds", "wait", "delay", "age", "ms", "lag",
    "uptime",
];

/// The times of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Times {
    all: BTreeSet<i64>,
}

/// What is not compared.
#[derive(Debug, Default)]
pub(crate) struct Masks {
    volatile: Volatile,
    from: i64,
    to: i64,
}

/// An item, if it is there, and the times of its run.
type Item<'i> = (Option<&'i Json>, &'i Times);

impl Times {
    pub(crate) fn of(trace: &Trace) -> Self {
        Self {
            all: trace.events.iter().map(|event| event.at).collect(),
        }
    }

    /// True if a number is the time between two events of the run, in ms or in seconds.
    fn has_length(&self, number: f64) -> bool {
        let mut pairs = (self.all.iter()).flat_map(|one| self.all.iter().map(move |other| other - one));
        number == 0.0
            || pairs.any(|length| {
                let length = length as f64;
                length != 0.0 && (number == length || number * 1_000.0 == length)
            })
    }
}

impl Masks {
    /// Leaves out what is volatile, and what is a time near those of `times`.
    pub(crate) fn new(volatile: Volatile, times: &Times) -> Self {
        Self {
            volatile,
            from: times.all.first().map_or(0, |it| it.saturating_sub(BEFORE)),
            to: times.all.last().map_or(0, |it| it.saturating_add(AFTER)),
        }
    }

    /// [`Self::new`] for what one run left.
    pub(crate) fn of(volatile: Volatile, left: &super::Left) -> Self {
        Self::new(volatile, &left.times)
    }

    /// Where an item is to be compared: in its whole group if its key is another one in each run; `None` if nobody knows.
    pub(super) fn place<'p>(&self, path: &'p [String]) -> Option<&'p [String]> {
        let strange = path.iter().skip(1).position(|name| self.text(name));
        match strange {
            None => Some(path),
            // The last one.
            Some(at) if at + 2 == path.len() && path.len() > 2 => Some(&path[..path.len() - 1]),
            Some(_) => None,
        }
    }

    /// True if the two are the same as far as can be told. `varies` says whether serial orders differ among themselves.
    pub(super) fn same(&self, one: Item<'_>, other: Item<'_>, varies: &dyn Fn() -> bool) -> bool {
        match (one.0, other.0) {
            (Some(left), Some(right)) => {
                let lengths = |name: &str, a: f64, b: f64| {
                    one.1.has_length(a) && other.1.has_length(b) && (is_length(name) || varies())
                };
                self.alike("", left, right, &lengths)
            }
            // An item that holds nothing is as good as none.
            (None, Some(Json::Null)) | (Some(Json::Null), None) | (None, None) => true,
            (Some(Json::Object(fields)), None) | (None, Some(Json::Object(fields))) => fields.is_empty(),
            _ => false,
        }
    }

    fn alike(&self, name: &str, one: &Json, other: &Json, lengths: &dyn Fn(&str, f64, f64) -> bool) -> bool {
        match (one, other) {
            (Json::Object(a), Json::Object(b)) => {
                if a.len() != b.len() {
                    return false;
                }
                let strange = |map: &serde_json::Map<String, Json>| -> Vec<Json> {
                    let those = map.iter().filter(|(key, _)| self.text(key));
                    those.map(|(_, item)| item.clone()).collect()
                };
                let known = a.iter().filter(|(key, _)| !self.text(key));
                let mut known = known.map(|(key, item)| (key, item, b.get(key)));
                known.all(|(key, item, other)| {
                    other.is_some_and(|other| self.alike(key, item, other, lengths))
                }) && self.alike_in_some_order(&strange(a), &strange(b), lengths)
            }
            (Json::Array(a), Json::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.alike(name, a, b, lengths))
            }
            (Json::String(a), Json::String(b)) => a == b || (self.text(a) && self.text(b)),
            (Json::Number(a), Json::Number(b)) => {
                if self.number(a) && self.number(b) {
                    return true;
                }
                match (a.as_f64(), b.as_f64()) {
                    (Some(a), Some(b)) => a == b || lengths(name, a, b),
                    _ => a == b,
                }
            }
            (one, other) => one == other,
        }
    }

    /// Items whose keys are other ones in each run.
    fn alike_in_some_order(
        &self,
        one: &[Json],
        other: &[Json],
        lengths: &dyn Fn(&str, f64, f64) -> bool,
    ) -> bool {
        let mut left: Vec<&Json> = other.iter().collect();
        one.len() == other.len()
            && one.iter().all(|item| {
                let place = left.iter().position(|it| self.alike("", item, it, lengths));
                place.map(|at| left.swap_remove(at)).is_some()
            })
    }

    /// True for a text that time or chance makes.
    fn text(&self, text: &str) -> bool {
        self.volatile.is_in(text) || has_uuid(text) || has_date(text) || self.has_epoch(text)
    }

    /// True for a number that time or chance makes.
    fn number(&self, number: &serde_json::Number) -> bool {
        let is_time = |value: f64| {
            let (from, to) = (self.from as f64, self.to as f64);
            (from..=to).contains(&value) || (from..=to).contains(&(value * 1_000.0))
        };
        self.volatile.has_number(number) || number.as_f64().is_some_and(is_time)
    }

    /// True if a text holds a time in ms since the epoch.
    fn has_epoch(&self, text: &str) -> bool {
        let runs = text
            .split(|c: char| !c.is_ascii_digit())
            .filter(|it| it.len() == 13);
        runs.filter_map(|it| it.parse::<i64>().ok())
            .any(|it| (self.from..=self.to).contains(&it))
    }
}

/// True for `elapsedMs`, `wait_time`.
fn is_length(name: &str) -> bool {
    let mut words = Vec::new();
    for part in name.split(|c: char| !c.is_ascii_alphanumeric()) {
        let mut word = String::new();
        for c in part.chars() {
            if c.is_ascii_uppercase() && !word.ends_with(|it: char| it.is_ascii_uppercase()) {
                words.push(std::mem::take(&mut word).to_ascii_lowercase());
            }
            word.push(c);
        }
        words.push(word.to_ascii_lowercase());
    }
    words.iter().any(|it| LENGTHS.contains(&it.as_str()))
}

/// True for a text with a date and a time of day in it, as programs write them: `2026-01-05T09:00:00Z`, `Mon Jan 05 2026 09:00:00
/// GMT`.
fn has_date(text: &str) -> bool {
    let shape = |shape: &[u8]| {
        text.as_bytes().windows(shape.len()).any(|it| {
            let mut pairs = it.iter().zip(shape);
            pairs.all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                b'T' => matches!(byte, b'T' | b' '),
                wanted => byte == wanted,
            })
        })
    };
    shape(b"0000-00-00T00:00") || (shape(b"00:00:00") && (text.contains("GMT") || text.contains("UTC")))
}

fn has_uuid(text: &str) -> bool {
    const DASHES: [usize; 4] = [8, 13, 18, 23];
    let is_one = |it: &[u8]| {
        let mut each = it.iter().enumerate();
        each.all(|(at, byte)| match DASHES.contains(&at) {
            true => *byte == b'-',
            false => byte.is_ascii_hexdigit(),
        })
    };
    text.as_bytes().windows(36).any(is_one)
}
