//! Which tests are run: by name, by `ignore`, by share.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use banister_testkit::runner::TestCase;
use banister_testkit::suites::Suites;

use super::Arguments;
use crate::render::problem;

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
            false => is_named(&test.name, filter),
        };
        let named = self.filter.is_empty() || self.filter.iter().any(fits);
        named && !self.skip.iter().any(fits) && (!self.ignored || test.ignored().is_some())
    }

    /// Says so if there is nothing to run, or nothing that the filters name: a run of no tests is a good one, and is
    /// seldom meant.
    pub(super) fn warn_of_nothing(&self, suites: &Suites) {
        let count = suites.tests().count();
        let is_asked_for = |test: &TestCase| {
            let mut filters = self.filter.iter();
            filters.any(|filter| match self.exact {
                true => test.name == *filter,
                false => is_named(&test.name, filter),
            })
        };
        let text = if count == 0 && suites.invalid.is_empty() {
            "there are no flow tests here: they are files called `*.flow.yaml`".to_owned()
        } else if count > 0 && !self.filter.is_empty() && !suites.tests().any(is_asked_for) {
            let filters: Vec<String> = self.filter.iter().map(|it| format!("'{it}'")).collect();
            let filters = filters.join(" or ");
            format!("no test has a name with {filters}: there are {count}, and `--list` names them")
        } else {
            return;
        };
        anstream::eprintln!("{}", problem::warning(&text));
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

/// True if a filter names a test: by a part of its name, or by its file.
fn is_named(name: &str, filter: &str) -> bool {
    let file = filter.strip_prefix("./").unwrap_or(filter);
    let stem = [".flow.yaml", ".flow.yml"]
        .iter()
        .find_map(|end| file.strip_suffix(end));
    name.contains(filter) || stem.is_some_and(|stem| name.contains(&format!("{stem}::")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_named_by_a_part_of_its_name_or_by_its_file() {
        for filter in [
            "orders",
            "paid",
            "tests/orders.flow.yaml",
            "./tests/orders.flow.yml",
            "orders.flow.yaml",
        ] {
            assert!(is_named("tests/orders::it is paid", filter), "{filter}");
        }
        for filter in ["orders.yaml", "tests/order.flow.yaml", "payments"] {
            assert!(!is_named("tests/orders::it is paid", filter), "{filter}");
        }
    }

    #[test]
    fn a_shard_is_a_part_of_a_whole() {
        assert_eq!("2/3".parse(), Ok(Shard { number: 2, of: 3 }));
        assert_eq!("1/1".parse(), Ok(Shard { number: 1, of: 1 }));
        for wrong in ["", "1", "0/3", "4/3", "1/0", "-1/3", "1/3/4", "a/b", "1.5/3"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong:?}");
        }
    }
}
