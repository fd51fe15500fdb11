//! A run that departs from the plain one at given points only.

use std::collections::BTreeMap;

use banister_project::flow_test::Faults;

use super::budget;
use crate::decision::{Choice, Decide, Decision, Departure, FaultKind};

/// Follows departures; everywhere else the first option is taken.
#[derive(Debug)]
pub struct Scripted {
    departures: Vec<Departure>,
    taken: Vec<bool>,
    /// How often each choice was there so far.
    times: BTreeMap<(String, String), u32>,
    faults: Faults,
}

impl Scripted {
    /// Follows `departures` of a test that allows these faults.
    pub fn new(departures: Vec<Departure>, faults: Faults) -> Self {
        Self {
            taken: vec![false; departures.len()],
            departures,
            times: BTreeMap::new(),
            faults,
        }
    }

    /// Departures that there was no point for, in their order: the run has drifted from the one that they were made for.
    pub fn missed(&self) -> Vec<&Departure> {
        let pairs = self.departures.iter().zip(&self.taken);
        pairs
            .filter(|(_, taken)| !**taken)
            .map(|(departure, _)| departure)
            .collect()
    }
}

impl Decide for Scripted {
    fn decide(&mut self, options: &[Choice]) -> usize {
        let default = &options[0].label;
        let mut picked = 0;
        for (place, option) in options.iter().enumerate().skip(1) {
            let wanted = |it: &Departure| it.pick == option.label && it.instead_of == *default;
            if !self.departures.iter().any(wanted) {
                continue;
            }
            let times = (self.times)
                .entry((option.label.clone(), default.clone()))
                .or_insert(0);
            *times += 1;
            let times = *times;
            let at = (self.departures.iter()).position(|it| wanted(it) && it.time == times);
            if let Some(at) = at.filter(|_| picked == 0) {
                self.taken[at] = true;
                picked = place;
            }
        }
        picked
    }

    fn may_fault(&self, kind: FaultKind) -> bool {
        budget(self.faults, kind) > 0
    }
}

/// Where these decisions depart from the plain run.
pub fn departures_of(decisions: &[Decision]) -> Vec<Departure> {
    let departed = decisions
        .iter()
        .enumerate()
        .filter(|(_, decision)| decision.taken > 0);
    departed
        .filter_map(|(at, decision)| departure_at(decisions, at, decision.taken))
        .collect()
}

/// The departure that takes the option at `place` of the decision at `at`.
pub(super) fn departure_at(decisions: &[Decision], at: usize, place: usize) -> Option<Departure> {
    let decision = decisions.get(at)?;
    let (default, pick) = (
        &decision.options.first()?.label,
        &decision.options.get(place)?.label,
    );
    let same = |it: &&Decision| {
        it.options[0].label == *default && it.options.iter().skip(1).any(|option| option.label == *pick)
    };
    let time = decisions[..=at].iter().filter(same).count();
    Some(Departure {
        pick: pick.clone(),
        instead_of: default.clone(),
        time: u32::try_from(time).unwrap_or(u32::MAX),
    })
}
