//! The bounds of `infrastructure`: what the framework's own check of it refuses at start-up.

use banister_grammars::Span;
use banister_grammars::facts::{ConfigEntry, ConfigValue};

use super::config_values::Wanted;

/// Memory per whole processor, in MB: the table of sizes is a straight line.
const MB_PER_CPU: f64 = 2048.0;

/// How far from the line a processor may be: the framework allows a tenth, and rounds one row of its table.
const CPU_TOLERANCE: f64 = 0.14;

/// A value that is out of bounds.
pub(super) struct Misfit {
    pub(super) span: Span,
    /// What is wrong, to follow "… of STEP".
    pub(super) message: String,
}

/// A number that has bounds.
struct Bounds {
    part: &'static str,
    key: &'static str,
    min: f64,
    max: Option<f64>,
    unit: &'static str,
}

const BOUNDS: [Bounds; 5] = [
    Bounds {
        part: "handler",
        key: "ram",
        min: 128.0,
        max: Some(10240.0),
        unit: " MB",
    },
    Bounds {
        part: "handler",
        key: "timeout",
        min: 1.0,
        max: Some(900.0),
        unit: " seconds",
    },
    Bounds {
        part: "queue",
        key: "maxRetries",
        min: 0.0,
        max: None,
        unit: "",
    },
    Bounds {
        part: "queue",
        key: "delaySeconds",
        min: 0.0,
        max: Some(900.0),
        unit: " seconds",
    },
    Bounds {
        part: "queue",
        key: "visibilityTimeout",
        min: f64::NEG_INFINITY,
        max: None,
        unit: " seconds",
    },
];

/// What is wrong in an `infrastructure`.
pub(super) fn misfits(infrastructure: &ConfigValue) -> Vec<Misfit> {
    let mut misfits = Vec::new();
    for part in ["handler", "queue"] {
        if let Some(entry) = infrastructure.get(part)
            && !Wanted::Object.may_be(&entry.value)
        {
            misfits.push(misfit(entry, format!("`{part}` has to be an object")));
        }
    }
    let number = |part: &str, key: &str| infrastructure.get(part).and_then(|part| part.value.get(key));
    for bounds in &BOUNDS {
        if let Some(entry) = number(bounds.part, bounds.key) {
            misfits.extend(out_of(bounds, entry));
        }
    }
    misfits.extend(kind_of_queue(infrastructure));
    if let (Some(ram), Some(cpu)) = (number("handler", "ram"), number("handler", "cpu")) {
        misfits.extend(out_of_proportion(ram, cpu));
    }
    if let (Some(visibility), Some(timeout)) =
        (number("queue", "visibilityTimeout"), number("handler", "timeout"))
        && let (Some(shown), Some(limit)) = (visibility.value.number(), timeout.value.number())
        && shown <= limit
    {
        let message = format!(
            "`visibilityTimeout` ({shown} seconds) has to be more than the handler's `timeout` ({limit} seconds), or \
             a message is delivered again while it is handled"
        );
        misfits.push(misfit(visibility, message));
    }
    misfits
}

fn misfit(entry: &ConfigEntry, message: String) -> Misfit {
    Misfit {
        span: entry.value.span,
        message,
    }
}

fn out_of(bounds: &Bounds, entry: &ConfigEntry) -> Option<Misfit> {
    let Bounds {
        key, min, max, unit, ..
    } = bounds;
    if !Wanted::Number.may_be(&entry.value) {
        return Some(misfit(entry, format!("`{key}` has to be a number")));
    }
    let number = entry.value.number()?;
    if number < *min {
        return Some(misfit(entry, format!("`{key}` has to be at least {min}{unit}")));
    }
    let max = max.filter(|max| number > *max)?;
    Some(misfit(entry, format!("`{key}` has to be at most {max}{unit}")))
}

fn kind_of_queue(infrastructure: &ConfigValue) -> Option<Misfit> {
    let kind = infrastructure.get("queue")?.value.get("type")?;
    let is_other = match kind.value.text() {
        Some(text) => !matches!(text, "standard" | "fifo"),
        None => !Wanted::Text.may_be(&kind.value),
    };
    is_other.then(|| misfit(kind, "the `type` of a queue is 'standard' or 'fifo'".to_owned()))
}

fn out_of_proportion(ram: &ConfigEntry, cpu: &ConfigEntry) -> Option<Misfit> {
    let (memory, processors) = (ram.value.number()?, cpu.value.number()?);
    let expected = memory / MB_PER_CPU;
    let is_listed = (128.0..=10240.0).contains(&memory);
    (is_listed && (processors - expected).abs() > CPU_TOLERANCE).then(|| {
        misfit(
            cpu,
            format!("`cpu` ({processors}) does not go with {memory} MB of `ram`, which come with about {expected:.2}"),
        )
    })
}
