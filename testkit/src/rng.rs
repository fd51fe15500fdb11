//! Seeds: every source of chance in a run is derived from one number, by name, so that removing one event while
//! shrinking does not shift the randomness of the others.

use sha2::{Digest, Sha256};

/// A 32-byte seed from which others are derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed([u8; 32]);

impl Seed {
    /// The seed of a whole invocation of the harness, as given with `--seed`.
    pub fn root(number: u64) -> Self {
        Self(Sha256::digest(number.to_be_bytes()).into())
    }

    /// The seed of a named part: a test, a case, a step's n-th run.
    pub fn part(self, name: &str, ordinal: u64) -> Self {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name.as_bytes());
        hash.update(ordinal.to_be_bytes());
        Self(hash.finalize().into())
    }

    /// 64 hex digits, as the worker protocol carries it.
    pub fn hex(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The first eight bytes as a number.
    pub fn number(self) -> u64 {
        self.0
            .iter()
            .take(8)
            .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
    }

    /// The seed's bytes.
    pub fn bytes(self) -> [u8; 32] {
        self.0
    }
}

/// A trace id in the framework's form: five letters or digits without look-alikes, a dash, and the low digits of the
/// clock.
pub fn trace_id(seed: Seed, now: i64) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKMNPQRSTUVWXYZ123456789";
    let head: String = seed
        .0
        .iter()
        .take(5)
        .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
        .collect();
    let digits = now.unsigned_abs().to_string();
    format!("{head}-{}", digits.get(6..).unwrap_or(&digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_independent_of_each_other() {
        let seed = Seed::root(7);
        assert_eq!(seed.part("a", 1), Seed::root(7).part("a", 1));
        let all = [
            seed.part("a", 1),
            seed.part("a", 2),
            seed.part("b", 1),
            Seed::root(8).part("a", 1),
        ]
        .map(Seed::hex);
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn trace_ids_have_the_frameworks_form() {
        let id = trace_id(Seed::root(1), 1_767_603_600_000);
        assert_eq!(id.len(), 5 + 1 + 7);
        assert!(id.ends_with("-3600000"));
    }
}
