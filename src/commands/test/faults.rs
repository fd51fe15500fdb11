//! `--faults duplicate=1,crash=1`: what may fail in one run.

use banister_project::flow_test::Faults;

/// No run has more faults of a kind.
const MOST: u32 = 10;

/// Reads the counts.
///
/// # Errors
/// A kind that does not exist, or no number from 0 to 10.
pub(super) fn parse(text: &str) -> Result<Faults, String> {
    let mut faults = Faults::default();
    for part in text.split(',').map(str::trim) {
        let Some((kind, count)) = part.split_once('=') else {
            return Err(format!("'{part}' is not of the form KIND=N, as duplicate=1"));
        };
        let count = (count.trim().parse().ok()).filter(|count| *count <= MOST);
        let count = count.ok_or_else(|| format!("'{part}' needs a whole number, 0 to {MOST}"))?;
        match kind.trim() {
            "duplicate" => faults.duplicate = count,
            "crash" => faults.crash = count,
            "external" => faults.external = count,
            "timeout" => faults.timeout = count,
            other => {
                return Err(format!(
                    "there is no fault '{other}': there are duplicate, crash, external and timeout"
                ));
            }
        }
    }
    Ok(faults)
}

/// The counts as they are read.
pub(super) fn written(faults: Faults) -> String {
    let kinds = [
        ("duplicate", faults.duplicate),
        ("crash", faults.crash),
        ("external", faults.external),
        ("timeout", faults.timeout),
    ];
    let asked = kinds.iter().filter(|(_, count)| *count > 0);
    let parts: Vec<String> = asked.map(|(kind, count)| format!("{kind}={count}")).collect();
    if parts.is_empty() {
        return "crash=0".to_owned();
    }
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let faults = parse("duplicate=1, crash=2").unwrap();
        assert_eq!((faults.duplicate, faults.crash, faults.external), (1, 2, 0));
        assert_eq!(written(faults), "duplicate=1,crash=2");
        assert_eq!(parse(&written(Faults::default())), Ok(Faults::default()));
    }

    #[test]
    fn what_is_no_fault_is_refused() {
        assert!(
            parse("duplicates=1")
                .unwrap_err()
                .contains("no fault 'duplicates'")
        );
        assert!(parse("crash").unwrap_err().contains("KIND=N"));
        assert!(parse("crash=-1").unwrap_err().contains("whole number"));
        assert!(parse("crash=11").unwrap_err().contains("0 to 10"));
        assert!(parse("").is_err());
    }
}
