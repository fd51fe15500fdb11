//! `500ms`, `30s`, `5m`, `2h`, `7d`, `1w` and sums of them such as `1d12h`.

/// Milliseconds of every unit, the larger first.
const UNITS: [(&str, i64); 6] = [
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// The duration in ms; the error says what is wrong.
pub(super) fn parse(text: &str) -> Result<i64, String> {
    let mut rest = text.trim();
    let mut total: i64 = 0;
    if rest.is_empty() {
        return Err("a duration is empty".to_owned());
    }
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let letters = after.len() - after.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        let (unit, after) = after.split_at(letters);
        let factor = UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .map(|(_, factor)| *factor);
        let (Some(factor), false) = (factor, number.is_empty()) else {
            return Err(format!(
                "`{text}` is not a duration: write `500ms`, `30s`, `5m`, `2h`, `7d`, `1w` or `1d12h`"
            ));
        };
        let sum = number
            .parse::<i64>()
            .ok()
            .and_then(|it| it.checked_mul(factor)?.checked_add(total));
        total = sum.ok_or_else(|| format!("`{text}` is too long a time"))?;
        rest = after.trim_start();
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn units_add_up() {
        for (text, ms) in [
            ("500ms", 500),
            ("30s", 30_000),
            ("5m", 300_000),
            ("2h", 7_200_000),
            ("7d", 604_800_000),
            ("1w", 604_800_000),
            ("1d12h", 129_600_000),
            ("1m 500ms", 60_500),
            ("0s", 0),
        ] {
            assert_eq!(parse(text), Ok(ms), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "",
            "5",
            "h",
            "1.5h",
            "-1s",
            "5 m",
            "7 days",
            "99999999999999999w",
            "1é",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
