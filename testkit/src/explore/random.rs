//! Random orders, in three styles that find different defects: priorities for each thing that can be done (partial order
//! sampling), priorities for each handler with a few changes (probabilistic concurrency testing), and a plain walk.

use std::collections::BTreeMap;

use banister_project::flow_test::Faults;

use super::budget;
use crate::decision::{Choice, Decide, FaultKind, OptionKind, Touch, clash};
use crate::rng::Seed;

/// Handlers change their priority at this many points, of so many.
const CHANGES: u64 = 2;
const POINTS: u64 = 24;
/// A fault strikes at one of so many points.
const FAULTS_RARE: u64 = 8;
/// Time passes, where it could, once in so many times.
const WAITS_RARE: u64 = 6;

/// How a random order is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    PartialOrder,
    Priorities,
    Walk,
}

impl Style {
    /// The styles take turns.
    pub(super) fn of_run(number: u32) -> Self {
        match number % 3 {
            0 => Self::PartialOrder,
            1 => Self::Priorities,
            _ => Self::Walk,
        }
    }
}

/// A random order that depends on its seed alone.
#[derive(Debug)]
pub(super) struct Random {
    seed: Seed,
    style: Style,
    faults: BTreeMap<FaultKind, u32>,
    drawn: u64,
    points: u64,
    priorities: BTreeMap<String, u64>,
    changes: Vec<u64>,
}

impl Random {
    pub(super) fn new(seed: Seed, style: Style, faults: Faults) -> Self {
        let kinds = FaultKind::ALL.into_iter();
        let changes = (0..CHANGES).map(|n| seed.part("change", n).number() % POINTS);
        Self {
            seed,
            style,
            faults: kinds.map(|kind| (kind, budget(faults, kind))).collect(),
            drawn: 0,
            points: 0,
            priorities: BTreeMap::new(),
            changes: changes.collect(),
        }
    }

    fn draw(&mut self) -> u64 {
        self.drawn += 1;
        self.seed.part("draw", self.drawn).number()
    }

    fn fault(&mut self, options: &[Choice]) -> usize {
        let drawn = self.draw();
        if !drawn.is_multiple_of(FAULTS_RARE) {
            return 0;
        }
        let taken = 1 + (drawn / FAULTS_RARE) as usize % (options.len() - 1);
        let kind = FaultKind::of_label(&options[taken].label);
        if let Some(left) = kind.and_then(|kind| self.faults.get_mut(&kind)) {
            *left = left.saturating_sub(1);
        }
        taken
    }

    fn priority(&mut self, of: &str) -> u64 {
        if let Some(known) = self.priorities.get(of) {
            return *known;
        }
        let drawn = self.draw();
        self.priorities.insert(of.to_owned(), drawn);
        drawn
    }

    fn best(&mut self, options: &[Choice], name: fn(&Choice) -> &str) -> usize {
        let ranked: Vec<u64> = options.iter().map(|it| self.priority(name(it))).collect();
        let best = (0..options.len()).max_by_key(|at| (ranked[*at], std::cmp::Reverse(*at)));
        best.unwrap_or(0)
    }
}

impl Decide for Random {
    fn decide(&mut self, options: &[Choice]) -> usize {
        if options[0].kind == OptionKind::NoFault {
            return self.fault(options);
        }
        self.points += 1;
        let waits = options.last().is_some_and(|it| it.kind == OptionKind::Wait);
        if waits && self.draw().is_multiple_of(WAITS_RARE) {
            return options.len() - 1;
        }
        let real = &options[..options.len() - usize::from(waits)];
        match self.style {
            Style::Walk => self.draw() as usize % real.len(),
            Style::PartialOrder => {
                let taken = self.best(real, |it| &it.label);
                // Whatever clashes with it is drawn anew, so that no order of two such things is likelier than another.
                for other in real {
                    if other.label != real[taken].label && clash(&other.touches, &real[taken].touches) {
                        self.priorities.remove(&other.label);
                    }
                }
                taken
            }
            Style::Priorities => {
                let taken = self.best(real, |it| &it.actor);
                if self.changes.contains(&self.points) {
                    self.priorities.insert(real[taken].actor.clone(), 0);
                    return self.best(real, |it| &it.actor);
                }
                taken
            }
        }
    }

    fn may_fault(&self, kind: FaultKind) -> bool {
        self.faults.get(&kind).is_some_and(|left| *left > 0)
    }

    fn done(&mut self, choice: &Choice, _: &[Touch]) {
        if self.style == Style::PartialOrder {
            self.priorities.remove(&choice.label);
        }
    }
}
