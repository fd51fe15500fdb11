//! `--fail-under`: how much must be covered, at least.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::Kind;
use crate::share::Share;

/// How many per cent of what must be covered: `80`, or `steps=100,edges=80`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FailUnder {
    least: BTreeMap<Kind, f64>,
}

/// Why a text is no such demand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThresholdError {
    /// No number from 0 to 100.
    #[error("'{0}' must be a number from 0 to 100, such as `80` or `steps=100,edges=80`")]
    Percent(String),
    /// Not something that can be measured.
    #[error("{0}")]
    Kind(String),
    /// The same twice.
    #[error("'{0}' is given twice")]
    Twice(&'static str),
}

impl FromStr for FailUnder {
    type Err = ThresholdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut least = BTreeMap::new();
        for part in text.split(',') {
            let (kind, percent) = part.split_once('=').unwrap_or((Kind::Total.name(), part));
            let kind: Kind = kind.trim().parse().map_err(ThresholdError::Kind)?;
            let number = percent.trim().trim_end_matches('%').trim_end().parse::<f64>();
            let percent = number
                .ok()
                .filter(|it| (0.0..=100.0).contains(it))
                .ok_or_else(|| ThresholdError::Percent(percent.trim().to_owned()))?;
            if least.insert(kind, percent).is_some() {
                return Err(ThresholdError::Twice(kind.name()));
            }
        }
        Ok(Self { least })
    }
}

impl FailUnder {
    /// The kinds that it demands something of.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.least.keys().copied()
    }

    /// What is lacking, where `share` says how much of a kind is covered.
    pub fn shortfalls(&self, share: impl Fn(Kind) -> Option<Share>) -> Vec<Shortfall> {
        let all = self.least.iter().filter_map(|(kind, least)| {
            let share = share(*kind).filter(|share| share.is_below(*least))?;
            Some(Shortfall {
                kind: *kind,
                share,
                least: *least,
            })
        });
        all.collect()
    }
}

/// Less than what must be covered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shortfall {
    /// Of what.
    pub kind: Kind,
    /// How much there is.
    pub share: Share,
    /// How many per cent there must be.
    pub least: f64,
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            Kind::Total => "coverage".to_owned(),
            Kind::Mutation => "the mutation score".to_owned(),
            kind => format!("coverage of {}", kind.name()),
        };
        write!(
            f,
            "{what} is {}, and `--fail-under` asks for {} %",
            self.share, self.least
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demand_is_a_number_or_one_for_each_kind() {
        let of = |text: &str| -> FailUnder { text.parse().unwrap() };
        let half = |_| Some(Share { covered: 1, total: 2 });
        assert_eq!(of("50").shortfalls(half), []);
        assert_eq!(
            of("50.1%").shortfalls(half)[0].to_string(),
            "coverage is 50.0 % (1 of 2), and `--fail-under` asks for 50.1 %"
        );
        let both = of("steps=100, edges = 20");
        let lacking: Vec<Kind> = both.shortfalls(half).iter().map(|it| it.kind).collect();
        assert_eq!(lacking, [Kind::Steps]);
        assert_eq!(of("mutation=80").shortfalls(|_| None), []);
    }

    #[test]
    fn what_is_no_demand_is_refused() {
        for (text, says) in [
            ("", "must be a number"),
            ("101", "must be a number"),
            ("-1", "must be a number"),
            ("NaN", "must be a number"),
            ("steps", "must be a number"),
            ("lines=80", "'lines' cannot be measured: total, steps,"),
            ("steps=1,steps=2", "given twice"),
        ] {
            let error = text.parse::<FailUnder>().unwrap_err().to_string();
            assert!(error.contains(says), "{text:?}: {error}");
        }
    }
}
