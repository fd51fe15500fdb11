//! Which rules look at which file again. Every file of a project is checked on its own, and what the rules look up on
//! the way is noted. After an edit the files are checked again whose notes name something that has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use banister_grammars::FileFacts;
use banister_grammars::Span;

use super::loose_ends::LooseEnds;
use super::{Check, Context, Findings, RULES, Rule, misspelled_topic};
use crate::diagnostic::Diagnostic;
use crate::flow_source::FlowSource;
use crate::flow_test::{SpecProblem, check_names};
use crate::index::{Changes, Helper, Index};
use crate::project::{Step, Stream};
use crate::reads::{Key, record};
use crate::shelf::{Shelf, Shelved};
use crate::source::Source;

/// What a file is to the rules.
pub(super) enum Subject<'i> {
    Step(&'i Step),
    Stream(&'i Stream),
    Helper(&'i Helper),
    /// A module that defines a step where the framework does not look.
    Stray(&'i Source),
    /// A flow test, with what is wrong with it.
    FlowTest(&'i FlowSource, Vec<SpecProblem>),
}

impl<'i> Subject<'i> {
    /// What a file is: a module may be two things at once.
    fn all_of(index: &'i Index, file: &str) -> Vec<Self> {
        let step = index.project.steps.get(file).map(Self::Step);
        let stream = index.project.streams.get(file).map(Self::Stream);
        let helper = index.helpers.get(file).map(Self::Helper);
        let stray = index.strays.get(file).map(|stray| Self::Stray(stray));
        let flow_test = index.flow_tests.get(file).map(|flow| {
            // Names are held against the project only once the file can be read.
            let problems = match &flow.parsed {
                Ok(parsed) => check_names(parsed, index.names()),
                Err(problems) => problems.clone(),
            };
            Self::FlowTest(flow, problems)
        });
        [step, stream, helper, stray, flow_test]
            .into_iter()
            .flatten()
            .collect()
    }

    /// Its path.
    pub(super) fn file(&self) -> &'i str {
        match self {
            Self::Step(step) => &step.file,
            Self::Stream(stream) => &stream.file,
            Self::Helper(helper) => &helper.file,
            Self::Stray(source) => &source.path,
            Self::FlowTest(flow, _) => &flow.path,
        }
    }

    /// The facts of what sends and takes messages.
    pub(super) fn facts(&self) -> Option<&'i FileFacts> {
        match self {
            Self::Step(step) => Some(step.facts()),
            Self::Helper(helper) => Some(helper.facts()),
            _ => None,
        }
    }
}

/// The outcome of one file, or of the rules that look at all files at once.
#[derive(Debug)]
struct Outcome {
    reads: Box<[Key]>,
    /// In the order of reports.
    found: Arc<[Diagnostic]>,
}

/// A file with its outcome.
#[derive(Debug, Clone)]
struct Unit {
    file: String,
    outcome: Arc<Outcome>,
}

impl Shelved for Unit {
    type Key = str;

    fn key(&self) -> &str {
        &self.file
    }
}

/// The findings in a file, whichever file's check has found them.
#[derive(Debug, Clone)]
pub struct InFile {
    /// The file.
    pub file: String,
    /// In the order of reports.
    pub findings: Arc<[Diagnostic]>,
}

impl Shelved for InFile {
    type Key = str;

    fn key(&self) -> &str {
        &self.file
    }
}

/// The files whose checks looked something up.
#[derive(Debug, Clone)]
struct Readers {
    key: Key,
    /// Sorted.
    files: Arc<Vec<Arc<str>>>,
}

impl Shelved for Readers {
    type Key = Key;

    fn key(&self) -> &Key {
        &self.key
    }
}

/// What the rules find in a project, and what that rests on.
#[derive(Debug)]
pub(crate) struct Checked {
    units: Shelf<Unit>,
    /// Who looked up what: worked out before the first edit, and kept up from then on.
    readers: OnceLock<Shelf<Readers>>,
    whole: Arc<Outcome>,
    ends: LooseEnds,
    /// The findings by file.
    pub(crate) in_files: Shelf<InFile>,
    /// By file, the other files whose checks found something in it.
    abroad: Arc<BTreeMap<String, BTreeSet<String>>>,
}

/// The findings of one project, worked out once.
pub(crate) fn checked(index: &Index) -> Arc<Checked> {
    index
        .conclusions
        .get(|before: Option<(&Checked, _)>| match before {
            Some((before, changes)) => before.updated(index, changes.clone()),
            None => Checked::anew(index),
        })
}

/// Works out what the first edit would have to wait for, if the project was checked.
pub(crate) fn warm_up(index: &Index) {
    if let Some(checked) = index.conclusions.known::<Checked>() {
        checked.readers();
    }
}

/// The rules that are on.
struct Rules {
    of_files: Vec<&'static Rule>,
    of_projects: Vec<&'static Rule>,
    with_slips: bool,
}

impl Rules {
    fn of(index: &Index) -> Self {
        let is_on = |rule: &&Rule| match index.config.rules.get(rule.name) {
            Some(level) => level.is_some(),
            None => !rule.is_off_by_default(),
        };
        let is_of_projects = |rule: &&Rule| matches!(rule.check, Check::Project(_));
        let on = RULES.iter().filter(is_on);
        let (of_projects, of_files) = on.partition(is_of_projects);
        Self {
            of_files,
            of_projects,
            with_slips: is_on(&&misspelled_topic::RULE),
        }
    }

    fn of_file(&self, context: &Context<'_>, file: &str) -> Outcome {
        outcome(context, || {
            let subjects = Subject::all_of(context.index, file);
            let mut all = Vec::new();
            for rule in &self.of_files {
                let mut findings = Findings {
                    rule,
                    found: Vec::new(),
                };
                for subject in &subjects {
                    match (&rule.check, subject) {
                        (Check::Step(check) | Check::Shared(check), Subject::Step(step)) => {
                            check(context, step, &mut findings);
                        }
                        (Check::Subject(check), subject) => check(context, subject, &mut findings),
                        _ => {}
                    }
                }
                all.append(&mut findings.found);
            }
            all
        })
    }

    fn of_project(&self, context: &Context<'_>) -> Outcome {
        outcome(context, || {
            let mut all = Vec::new();
            for rule in &self.of_projects {
                let mut findings = Findings {
                    rule,
                    found: Vec::new(),
                };
                if let Check::Project(check) = &rule.check {
                    check(context, &mut findings);
                }
                all.append(&mut findings.found);
            }
            all
        })
    }
}

fn outcome(context: &Context<'_>, work: impl FnOnce() -> Vec<Diagnostic>) -> Outcome {
    let (mut found, reads) = record(work);
    for finding in &mut found {
        if let Some(Some(severity)) = context.index.config.rules.get(finding.rule) {
            finding.severity = *severity;
        }
    }
    found.sort_by(crate::diagnostic::order);
    Outcome {
        reads,
        found: found.into(),
    }
}

impl Checked {
    fn anew(index: &Index) -> Self {
        Self::anew_with(index, None)
    }

    /// With as many helping threads as are wanted, else as are worth it.
    fn anew_with(index: &Index, threads: Option<usize>) -> Self {
        let rules = Rules::of(index);
        let ends = LooseEnds::of(index, rules.with_slips);
        let context = Context {
            index,
            ends: &ends,
            had_none: false,
            changes: None,
        };
        let files: BTreeSet<&str> = (index.project.steps.iter().map(|step| step.file.as_str()))
            .chain(index.project.streams.iter().map(|stream| stream.file.as_str()))
            .chain(index.helpers.iter().map(|helper| helper.file.as_str()))
            .chain(index.strays.iter().map(|stray| stray.path.as_str()))
            .chain(index.flow_tests.iter().map(|flow| flow.path.as_str()))
            .collect();
        let threads = threads.unwrap_or_else(|| helpers(files.len()));
        let units = run_with(threads, &rules, &context, files);
        let whole = rules.of_project(&context);
        let mut checked = Self {
            units: units.into_iter().collect(),
            readers: OnceLock::new(),
            whole: Arc::new(whole),
            ends,
            in_files: Shelf::default(),
            abroad: Arc::default(),
        };
        let mut abroad: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut places: BTreeSet<String> = places(&checked.whole).map(str::to_owned).collect();
        for unit in &checked.units {
            for place in places_abroad(unit) {
                abroad
                    .entry(place.to_owned())
                    .or_default()
                    .insert(unit.file.clone());
            }
            places.extend(self::places(&unit.outcome).map(str::to_owned));
        }
        checked.abroad = Arc::new(abroad);
        checked.in_files = places
            .into_iter()
            .filter_map(|file| checked.in_file(file))
            .collect();
        checked
    }

    /// The same after some changes: only what has looked up something of them is checked again.
    fn updated(&self, index: &Index, mut changes: Changes) -> Self {
        let rules = Rules::of(index);
        let ends = self.ends.updated(index, rules.with_slips, &mut changes);
        let readers = self.readers();
        let reading = changes.keys.iter().filter_map(|key| readers.get(key));
        let mut stale: BTreeSet<&str> = changes.files.iter().map(String::as_str).collect();
        stale.extend(
            reading
                .flat_map(|readers| readers.files.iter())
                .map(AsRef::as_ref),
        );
        let context = Context {
            index,
            ends: &ends,
            had_none: self.whole.found.is_empty(),
            changes: Some(&changes),
        };
        let is_whole_stale = self.whole.reads.iter().any(|read| changes.keys.contains(read));
        let whole = if is_whole_stale {
            Arc::new(rules.of_project(&context))
        } else {
            Arc::clone(&self.whole)
        };
        let fresh = run(&rules, &context, stale);
        let mut next = Self {
            units: self.units.clone(),
            readers: OnceLock::new(),
            whole,
            ends: LooseEnds::default(),
            in_files: self.in_files.clone(),
            abroad: Arc::clone(&self.abroad),
        };
        let mut places: BTreeSet<String> = BTreeSet::new();
        if !Arc::ptr_eq(&self.whole, &next.whole) {
            places.extend(
                self::places(&self.whole)
                    .chain(self::places(&next.whole))
                    .map(str::to_owned),
            );
        }
        let mut readers = readers.clone();
        for unit in fresh {
            let old = self.units.get(&unit.file);
            note_readers(&mut readers, old, &unit);
            places.insert(unit.file.clone());
            places.extend(
                old.into_iter()
                    .chain([&unit])
                    .flat_map(places_abroad)
                    .map(str::to_owned),
            );
            next.replace(old, unit);
        }
        for file in places {
            match next.in_file(file.clone()) {
                Some(found) => next.in_files.insert(found),
                None => drop(next.in_files.remove(&file)),
            }
        }
        next.ends = ends;
        next.readers = OnceLock::from(readers);
        next
    }

    fn readers(&self) -> &Shelf<Readers> {
        self.readers.get_or_init(|| {
            let mut files: BTreeMap<Key, Vec<Arc<str>>> = BTreeMap::new();
            for unit in &self.units {
                let file: Arc<str> = unit.file.as_str().into();
                for read in &unit.outcome.reads {
                    files.entry(*read).or_default().push(Arc::clone(&file));
                }
            }
            let each = files.into_iter().map(|(key, mut files)| {
                files.shrink_to_fit();
                let files = Arc::new(files);
                Readers { key, files }
            });
            each.collect()
        })
    }

    fn replace(&mut self, old: Option<&Unit>, new: Unit) {
        let left: BTreeSet<&str> = old.into_iter().flat_map(places_abroad).collect();
        let entered: BTreeSet<&str> = places_abroad(&new).collect();
        if left != entered {
            let abroad = Arc::make_mut(&mut self.abroad);
            for place in left {
                if let Some(units) = abroad.get_mut(place) {
                    units.remove(&new.file);
                }
            }
            for place in entered {
                abroad
                    .entry(place.to_owned())
                    .or_default()
                    .insert(new.file.clone());
            }
        }
        self.units.insert(new);
    }

    /// All findings in a file; nothing if there are none.
    fn in_file(&self, file: String) -> Option<InFile> {
        let others = self.abroad.get(&file).into_iter().flatten();
        let units: BTreeSet<&str> = others.chain([&file]).map(String::as_str).collect();
        // Most files alone find what is in them.
        if let (1, Some(own)) = (units.len(), self.units.get(&file))
            && places_abroad(own).next().is_none()
            && places(&self.whole).all(|place| place != file)
        {
            let findings = Arc::clone(&own.outcome.found);
            return (!findings.is_empty()).then_some(InFile { file, findings });
        }
        let mut findings: Vec<Diagnostic> = Vec::new();
        // What a file shares with others may be found by each of them.
        let mut shared: BTreeSet<(Span, &str)> = BTreeSet::new();
        for unit in units.into_iter().filter_map(|unit| self.units.get(unit)) {
            let here = || unit.outcome.found.iter().filter(|found| found.file == file);
            findings.extend(
                here()
                    .filter(|found| !shared.contains(&(found.span, found.rule)))
                    .cloned(),
            );
            let is_shared = |found: &&Diagnostic| {
                super::rule(found.rule).is_some_and(|rule| matches!(rule.check, Check::Shared(_)))
            };
            shared.extend(here().filter(is_shared).map(|found| (found.span, found.rule)));
        }
        findings.extend(
            self.whole
                .found
                .iter()
                .filter(|found| found.file == file)
                .cloned(),
        );
        findings.sort_by(crate::diagnostic::order);
        (!findings.is_empty()).then(|| InFile {
            file,
            findings: findings.into(),
        })
    }
}

/// Brings the readers up to date with a fresh outcome. Most look up the same as before.
fn note_readers(readers: &mut Shelf<Readers>, old: Option<&Unit>, new: &Unit) {
    let before = old.map_or(&[][..], |old| &old.outcome.reads);
    let now = &new.outcome.reads;
    let has = |reads: &[Key], key: &Key| reads.binary_search(key).is_ok();
    let changed =
        (before.iter().filter(|key| !has(now, key))).chain(now.iter().filter(|key| !has(before, key)));
    for key in changed {
        let mut files = readers
            .get(key)
            .map_or_else(Arc::default, |readers| Arc::clone(&readers.files));
        let list = Arc::make_mut(&mut files);
        match list.binary_search_by(|file| file.as_ref().cmp(new.file.as_str())) {
            Ok(at) => drop(list.remove(at)),
            Err(at) => list.insert(at, new.file.as_str().into()),
        }
        if files.is_empty() {
            readers.remove(key);
        } else {
            readers.insert(Readers { key: *key, files });
        }
    }
}

/// The files in which something was found.
fn places(outcome: &Outcome) -> impl Iterator<Item = &str> {
    outcome.found.iter().map(|found| found.file.as_str())
}

/// Those that are another one than the file itself.
fn places_abroad(unit: &Unit) -> impl Iterator<Item = &str> {
    places(&unit.outcome).filter(|place| *place != unit.file)
}

/// Fewer files are checked sooner than a thread is started.
const MIN_FILES_FOR_THREADS: usize = 200;

/// Checks files on all cores: whoever is free takes the next ones. In their order.
fn run(rules: &Rules, context: &Context<'_>, files: BTreeSet<&str>) -> Vec<Unit> {
    run_with(helpers(files.len()), rules, context, files)
}

/// How many threads help to check so many files.
fn helpers(files: usize) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    if files >= MIN_FILES_FOR_THREADS {
        cores.saturating_sub(1)
    } else {
        0
    }
}

fn run_with(helpers: usize, rules: &Rules, context: &Context<'_>, files: BTreeSet<&str>) -> Vec<Unit> {
    const AT_ONCE: usize = 32;
    let files: Vec<&str> = files.into_iter().collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(AT_ONCE, Ordering::Relaxed);
            if at >= files.len() {
                return done;
            }
            for file in &files[at..(at + AT_ONCE).min(files.len())] {
                done.push(Unit {
                    file: (*file).to_owned(),
                    outcome: Arc::new(rules.of_file(context, file)),
                });
            }
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..helpers).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for thread in threads {
            match thread.join() {
                Ok(more) => done.extend(more),
                // A rule that panics does so in front of whoever asked.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    })
}

#[cfg(test)]
mod tests;
