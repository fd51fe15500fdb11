//! Runs the tests that pass with one mutant at a time. A mutant is tried in every file whose tests come by its place, in
//! the order of the tests until one of them fails; for one that survives, something is looked for that would not have
//! let it (`suggestions.rs`).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};

use super::{Harness, How, IsolationMode, PATIENCE, TestCase};
use crate::decision::Decide;
use crate::explore::departures_of;
use crate::flow::FlowResult;
use crate::live_stage::LiveStage;
use crate::mutation::{
    Mutant, MutantReport, Mutation, MutationReport, Observed, Site, Verdict, has_effect, sites,
};
use crate::plan::Plan;
use crate::protocol::Isolation;
use crate::report::ControlLabel;
use crate::rng::Seed;
use crate::template::Variables;
use crate::worker::groups;

/// A property and a generated test are mutated with so many of their cases.
const CASES: usize = 12;
/// A mutant is tried in so many of the orders that a test explores.
const ORDERS: u32 = 20;

/// A test without a mutant.
pub(super) struct Base {
    pub(super) inputs: Vec<Variables>,
    pub(super) results: Vec<FlowResult>,
}

/// Where a mutant applies in a test.
pub(super) struct Place {
    pub(super) test: usize,
    pub(super) input: usize,
    site: Site,
}

/// A mutant with the tests of one file that come by its place.
struct Unit<'m> {
    mutant: &'m Mutant,
    file: &'m str,
    places: Vec<&'m Place>,
}

/// What became of a mutant in a file, and the run in which it survived.
type Judged = (Verdict, Option<FlowResult>, usize);

impl Harness {
    /// Tries at most `most` mutants of `tests`, all operators in turn. The same tests give the same report for any number
    /// of jobs. None if the run is stopped.
    pub fn mutate(&self, tests: &[TestCase], most: usize) -> Option<MutationReport> {
        let bases = self.each(tests, |case, stage| self.base(case, stage))?;
        let mut report = MutationReport::default();
        let mut found: BTreeMap<Mutant, Vec<Place>> = BTreeMap::new();
        for (test, base) in bases.iter().enumerate() {
            match base {
                Ok(base) => base.add_places(test, &self.plan, &mut found),
                Err(reason) => report.left_out.push((tests[test].name.clone(), reason.clone())),
            }
        }
        let chosen = in_turn(&found, most);
        report.not_tried = found.len() - chosen.len();
        let units: Vec<Unit<'_>> = chosen
            .iter()
            .flat_map(|(mutant, places)| of_files(mutant, places, tests))
            .collect();
        let judged = self.each(&units, |unit, stage| {
            self.judge_mutant(unit, tests, &bases, stage)
        })?;
        let mut survived: BTreeMap<&Mutant, (&Place, &FlowResult)> = BTreeMap::new();
        let mut by_mutant: BTreeMap<&Mutant, BTreeMap<String, Verdict>> = BTreeMap::new();
        for (unit, (verdict, result, place)) in units.iter().zip(&judged) {
            by_mutant
                .entry(unit.mutant)
                .or_default()
                .insert(unit.file.to_owned(), verdict.clone());
            if let Some(result) = result {
                survived
                    .entry(unit.mutant)
                    .or_insert((unit.places[*place], result));
            }
        }
        for (mutant, places) in chosen {
            let mut names: Vec<String> = places
                .iter()
                .map(|place| tests[place.test].name.clone())
                .collect();
            names.dedup();
            report.mutants.push(MutantReport {
                mutant: mutant.clone(),
                tests: names,
                by_file: by_mutant.remove(mutant).unwrap_or_default(),
                suggestion: None,
            });
        }
        report.mutants.sort_by(|a, b| a.mutant.cmp(&b.mutant));
        let open: Vec<usize> = (0..report.mutants.len())
            .filter(|at| report.mutants[*at].verdict() == Verdict::Survived)
            .collect();
        let suggestions = self.each(&open, |at, stage| {
            let mutant = &report.mutants[*at].mutant;
            let (place, result) = survived.get(mutant)?;
            Some(self.suggestion(mutant, place, result, tests, &bases, stage))
        })?;
        for (at, suggestion) in open.into_iter().zip(suggestions) {
            report.mutants[at].suggestion = suggestion;
        }
        Some(report)
    }

    /// Runs a test without a mutant; the reason if it cannot have one.
    fn base(&self, case: &TestCase, stage: &mut LiveStage<'_>) -> Result<Base, String> {
        if case.ignored().is_some() && !self.options.run_ignored {
            return Err("it is ignored".to_owned());
        }
        let seed = self.seed_of(case, 0);
        let inputs = match &case.auto {
            Some(auto) => self.auto_inputs(case, auto, stage, seed, CASES)?,
            None => self.inputs(case, stage, seed, CASES)?,
        };
        let mut base = Base {
            inputs: Vec::new(),
            results: Vec::new(),
        };
        for variables in inputs {
            let result = self.run_plainly(case, stage, 0, &variables);
            if let Some(failure) = result.failures.first() {
                return Err(format!("it fails: {}", failure.headline));
            }
            if result.label == ControlLabel::Opaque {
                return Err("its run is opaque: another one may go another way".to_owned());
            }
            base.inputs.push(variables);
            base.results.push(result);
        }
        Ok(base)
    }

    fn seed_of(&self, case: &TestCase, turn: u64) -> Seed {
        Seed::root(self.options.seed).part(&case.name, turn)
    }

    fn isolation_of(&self, case: &TestCase) -> Isolation {
        match self.options.isolation {
            Some(IsolationMode::One(isolation)) => isolation,
            Some(IsolationMode::Both) => Isolation::Fresh,
            None => case.test().isolation.map_or(Isolation::Fresh, Isolation::from),
        }
    }

    /// Plain runs first, then other orders of the tests that have them.
    fn judge_mutant(
        &self,
        unit: &Unit<'_>,
        tests: &[TestCase],
        bases: &[Result<Base, String>],
        stage: &mut LiveStage<'_>,
    ) -> Judged {
        let mut survived = None;
        let killed = |case: &TestCase, at| {
            let by = case.name.clone();
            (Verdict::Killed { by }, None, at)
        };
        for (at, place) in unit.places.iter().enumerate() {
            let case = &tests[place.test];
            let Ok(base) = &bases[place.test] else { continue };
            let result = self.run_mutant(unit.mutant, place, case, base, stage, None);
            if !result.failures.is_empty() {
                return killed(case, at);
            }
            let original = observed(&base.results[place.input]);
            let telling = result.mutated
                && has_effect(unit.mutant.operator, &place.site, &original, &observed(&result));
            if telling && survived.is_none() {
                survived = Some((result, at));
            }
        }
        let mut explored = None;
        for (at, place) in unit.places.iter().enumerate() {
            let case = &tests[place.test];
            let Ok(base) = &bases[place.test] else { continue };
            // The first place in a test stands for the others.
            let is_first = explored.replace(place.test) != Some(place.test);
            if is_first && self.dies_in_another_order(unit.mutant, place, case, base, stage) {
                return killed(case, at);
            }
        }
        match survived {
            Some((result, at)) => (Verdict::Survived, Some(result), at),
            None => (Verdict::NoEffect, None, 0),
        }
    }

    /// True if a test that explores fails with the mutant in a run that passes without it.
    fn dies_in_another_order(
        &self,
        mutant: &Mutant,
        place: &Place,
        case: &TestCase,
        base: &Base,
        stage: &mut LiveStage<'_>,
    ) -> bool {
        let seed = self.seed_of(case, 0);
        let Some(mut exploration) = self.exploration_of(case, seed) else {
            return false;
        };
        exploration.schedules = exploration.schedules.min(ORDERS);
        let mut run =
            |decide: &mut dyn Decide| self.run_mutant(mutant, place, case, base, stage, Some(decide));
        let Some(found) = exploration.first_failure(&mut run) else {
            return false;
        };
        // Orders that the test itself did not come to may show what is no mutant's fault.
        let departures = departures_of(&found.decisions);
        let (without, _) = self.again(case, stage, seed, &base.inputs[place.input], &departures);
        without.failures.is_empty()
    }

    pub(super) fn run_plainly(
        &self,
        case: &TestCase,
        stage: &mut LiveStage<'_>,
        turn: u64,
        variables: &Variables,
    ) -> FlowResult {
        let (seed, isolation) = (self.seed_of(case, turn), self.isolation_of(case));
        self.run_isolated(case, stage, seed, variables.clone(), isolation, None)
    }

    pub(super) fn run_mutant(
        &self,
        mutant: &Mutant,
        place: &Place,
        case: &TestCase,
        base: &Base,
        stage: &mut LiveStage<'_>,
        decide: Option<&mut dyn Decide>,
    ) -> FlowResult {
        let mutation = Mutation::new(mutant.clone(), place.site.clone());
        let variables = base.inputs[place.input].clone();
        let isolation = self.isolation_of(case);
        let how = How::Mutated(Box::new(mutation), decide);
        self.run_how(case, stage, self.seed_of(case, 0), variables, isolation, how)
    }

    /// What comes of each item, in order; on all threads. None if the run is stopped.
    fn each<T: Sync, R: Send>(
        &self,
        items: &[T],
        work: impl Fn(&T, &mut LiveStage<'_>) -> R + Sync,
    ) -> Option<Vec<R>> {
        let next = AtomicUsize::new(0);
        let (done, results) = mpsc::channel();
        let mut finished: BTreeMap<usize, R> = BTreeMap::new();
        std::thread::scope(|scope| {
            for _ in 0..self.options.jobs.clamp(1, items.len().max(1)) {
                let (next, done, work) = (&next, done.clone(), &work);
                scope.spawn(move || {
                    let mut stage = self.stage();
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(item) = items.get(at).filter(|_| !self.options.stop.is_stopped()) else {
                            self.leave(stage);
                            return;
                        };
                        let result = work(item, &mut stage);
                        if done.send((at, result)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(done);
            loop {
                match results.recv_timeout(PATIENCE) {
                    Ok((at, result)) => {
                        finished.insert(at, result);
                    }
                    // A thread may have been about to start an interpreter: again and again.
                    Err(RecvTimeoutError::Timeout) if self.options.stop.is_stopped() => {
                        groups::end_all(self.mocks.port());
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        });
        let all = finished.len() == items.len() && !self.options.stop.is_stopped();
        all.then(|| finished.into_values().collect())
    }
}

impl Base {
    /// Adds the places of its mutants: the first and the last of the first input that has some, and one of each other.
    fn add_places(&self, test: usize, plan: &Plan, found: &mut BTreeMap<Mutant, Vec<Place>>) {
        for (input, result) in self.results.iter().enumerate() {
            for (mutant, sites) in sites(&result.trace, plan) {
                let places = found.entry(mutant).or_default();
                let most = match places.last().is_some_and(|last| last.test == test) {
                    true => 1,
                    false => sites.len(),
                };
                let sites = sites.into_iter().take(most);
                places.extend(sites.map(|site| Place { test, input, site }));
            }
        }
    }
}

pub(super) fn observed(result: &FlowResult) -> Observed<'_> {
    Observed {
        trace: &result.trace,
        state: &result.state,
        streams: &result.streams,
        variables: &result.variables,
    }
}

/// At most so many mutants, of each operator in turn.
fn in_turn(found: &BTreeMap<Mutant, Vec<Place>>, most: usize) -> Vec<(&Mutant, &Vec<Place>)> {
    let mut nth = BTreeMap::new();
    let mut all: Vec<(usize, (&Mutant, &Vec<Place>))> = found
        .iter()
        .map(|it| {
            let turn = nth.entry(it.0.operator).or_insert(0_usize);
            *turn += 1;
            (*turn, it)
        })
        .collect();
    all.sort_by_key(|(turn, it)| (*turn, it.0.operator));
    all.into_iter().take(most).map(|(_, it)| it).collect()
}

/// One unit for each file whose tests come by the place of a mutant.
fn of_files<'m>(mutant: &'m Mutant, places: &'m [Place], tests: &'m [TestCase]) -> Vec<Unit<'m>> {
    let mut units: Vec<Unit<'m>> = Vec::new();
    for place in places {
        let name = tests[place.test].name.as_str();
        let file = name.split_once("::").map_or(name, |(file, _)| file);
        match units.iter_mut().find(|unit| unit.file == file) {
            Some(unit) => unit.places.push(place),
            None => units.push(Unit {
                mutant,
                file,
                places: vec![place],
            }),
        }
    }
    units
}
