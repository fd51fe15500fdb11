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

const BOUNDS: [Bounds; 6] = [
    Bounds {
        part: "handler",
        key: "cpu",
        min: f64::NEG_INFINITY,
        max: None,
        unit: "",
    },
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

#[cfg(test)]
mod tests {
    use crate::fixture::{errors, report};

    #[test]
    fn infrastructure_has_bounds() {
        let with = |infrastructure: &str| {
            errors(&report(&format!(
                "//- steps/a.step.ts\nexport const config = {{ type: 'event', name: 'A', subscribes: [], emits: [],\n\
                 infrastructure: {infrastructure} }}\nexport const handler = async () => {{}}\n"
            )))
        };
        for (infrastructure, message) in [
            ("{ handler: { ram: 64 } }", "A: `ram` has to be at least 128 MB"),
            (
                "{ handler: { ram: 20480 } }",
                "A: `ram` has to be at most 10240 MB",
            ),
            (
                "{ handler: { timeout: 0 } }",
                "A: `timeout` has to be at least 1 seconds",
            ),
            (
                "{ handler: { timeout: 901 } }",
                "A: `timeout` has to be at most 900 seconds",
            ),
            ("{ handler: { ram: '2GB' } }", "A: `ram` has to be a number"),
            ("{ handler: { cpu: 'all' } }", "A: `cpu` has to be a number"),
            (
                "{ handler: { ram: 2048, cpu: 4 } }",
                "A: `cpu` (4) does not go with 2048 MB of `ram`, which come with about 1.00",
            ),
            (
                "{ queue: { type: 'lifo' } }",
                "A: the `type` of a queue is 'standard' or 'fifo'",
            ),
            (
                "{ queue: { maxRetries: -1 } }",
                "A: `maxRetries` has to be at least 0",
            ),
            (
                "{ queue: { delaySeconds: 1000 } }",
                "A: `delaySeconds` has to be at most 900 seconds",
            ),
            ("{ queue: [] }", "A: `queue` has to be an object"),
            (
                "8",
                "`infrastructure` of A has to be an object, and it is a number",
            ),
        ] {
            let found = with(infrastructure);
            assert!(
                found.ends_with(&format!("error invalid-config-value: {message}\n")),
                "{found}"
            );
            assert_eq!(found.lines().count(), 1, "{found}");
        }
        let redelivered = with("{ handler: { timeout: 30 }, queue: { visibilityTimeout: 10 } }");
        assert!(
            redelivered.contains("`visibilityTimeout` (10 seconds) has to be more"),
            "{redelivered}"
        );
        for fine in [
            "{}",
            "{ handler: { ram: 3008, cpu: 1.5, timeout: 30 }, queue: { type: 'fifo', maxRetries: 0, visibilityTimeout: 31 } }",
            "{ handler: { ram: 128, cpu: 0.0625, machine: 'cpu' }, queue: { delaySeconds: 0 } }",
            "{ handler: { ram: 10240, cpu: 5 } }",
            "{ handler: { ram: Number(process.env.RAM), cpu: 9 } }",
            "{ handler: { ...base, timeout: 5000 } }",
        ] {
            assert_eq!(with(fine), "", "{fine}");
        }
    }
}
