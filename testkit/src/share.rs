//! A part of a whole, as coverage and mutation scores are told.

use std::fmt;

/// A part of a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// What is covered.
    pub covered: usize,
    /// What there is.
    pub total: usize,
}

impl Share {
    /// What is true of some things.
    pub fn of(things: impl IntoIterator<Item = bool>) -> Self {
        things.into_iter().fold(Self::default(), |share, covered| Self {
            covered: share.covered + usize::from(covered),
            total: share.total + 1,
        })
    }

    /// The two together.
    pub fn and(self, other: Self) -> Self {
        Self {
            covered: self.covered + other.covered,
            total: self.total + other.total,
        }
    }

    /// In per cent with one place, rounded down: only all is 100. None if there is nothing to cover.
    pub fn percent(self) -> Option<f64> {
        let thousandths = (self.covered * 1000).checked_div(self.total)?;
        Some(thousandths as f64 / 10.0)
    }

    /// True if it is less than this many per cent. Of nothing, nothing is lacking.
    pub fn is_below(self, percent: f64) -> bool {
        (self.covered as f64) * 100.0 < percent * (self.total as f64)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.percent() {
            Some(percent) => write!(f, "{percent:.1} % ({} of {})", self.covered, self.total),
            None => f.write_str("nothing to cover"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_all_is_all() {
        let share = |covered, total| Share { covered, total };
        assert_eq!(share(1999, 2000).percent(), Some(99.9));
        assert!(share(1999, 2000).is_below(100.0));
        assert!(!share(2, 3).is_below(66.6));
        assert!(share(2, 3).is_below(66.7));
        assert_eq!(share(0, 0).percent(), None);
        assert!(!share(0, 0).is_below(100.0));
        assert_eq!(share(2, 3).to_string(), "66.6 % (2 of 3)");
    }
}
