//! Which tests are run: by name, by `ignore`, by share.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use banister_testkit::runner::TestCase;

use super::Arguments;

/// One of several equal shares of the tests, from 1: `2/3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shard {
    number: usize,
    of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = text.split_once('/').and_then(|(number, of)| {
            let (number, of) = (number.parse().ok()?, of.parse().ok()?);
            (1..=of).contains(&number).then_some(Self { number, of })
        });
        numbers.ok_or_else(|| "it must be `K/N` with K from 1 to N, such as `1/3`".to_owned())
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl Shard {
    /// Leaves this share: every N-th of the tests, in turn. Tests that will be passed over are dealt out apart from the
    /// others, so that shares take about equally long.
    pub(super) fn filter(self) -> impl FnMut(&TestCase) -> bool {
        let mut dealt = [0; 2];
        move |test| {
            let pile = &mut dealt[usize::from(test.ignored().is_some())];
            let turn = *pile % self.of;
            *pile += 1;
            turn + 1 == self.number
        }
    }
}

impl Arguments {
    /// True if the name and `ignore` of a test are what is asked for.
    pub(super) fn chooses(&self, test: &TestCase) -> bool {
        let fits = |filter: &String| match self.exact {
            true => test.name == *filter,
            false => test.name.contains(filter.as_str()),
        };
        let named = self.filter.is_empty() || self.filter.iter().any(fits);
        named && !self.skip.iter().any(fits) && (!self.ignored || test.ignored().is_some())
    }

    /// True if the tests in `failed` are among the ones asked for.
    pub(super) fn failed_before<'t>(
        &self,
        mut tests: impl Iterator<Item = &'t TestCase>,
        failed: &BTreeSet<String>,
    ) -> bool {
        tests.any(|test| failed.contains(&test.name) && self.chooses(test))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_a_part_of_a_whole() {
        assert_eq!("2/3".parse(), Ok(Shard { number: 2, of: 3 }));
        assert_eq!("1/1".parse(), Ok(Shard { number: 1, of: 1 }));
        for wrong in ["", "1", "0/3", "4/3", "1/0", "-1/3", "1/3/4", "a/b", "1.5/3"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong:?}");
        }
    }
}
