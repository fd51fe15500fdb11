//! `--watch`: runs the tests that a change can matter to whenever a file changes, until Ctrl-C. As in `check --watch`,
//! the disk is looked at and not subscribed to.

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use banister_project::disk::{self, Loaded, Stamps};
use banister_testkit::suites::Suites;

use super::Arguments;
use super::affected::Known;
use super::html;
use super::interrupt::Interrupt;
use super::last_failed::Memory;
use super::run::{exit_of, remember, tell};
use super::suites;
use crate::cache_folder::cache_folder;
use crate::commands::write_stdout;
use crate::exit::Exit;
use crate::render::problem;

/// How long nothing is looked at, at least.
const PAUSE: Duration = Duration::from_millis(200);
/// A look at a large repository takes its time; it may take this share of the whole.
const SHARE: u32 = 10;
/// Editors and git write several files at a time: a change counts once nothing else has changed for so long.
const SETTLED: Duration = Duration::from_millis(60);

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let interrupt = Interrupt::listen()?;
    let root =
        disk::root_of(&arguments.dir).with_context(|| format!("cannot test {}", arguments.dir.display()))?;
    // What changes while the files are read is a change already.
    let seen = Stamps::of(&root);
    let cache = cache_folder();
    let loaded = disk::load_cached(&arguments.dir, cache.as_deref())
        .with_context(|| format!("cannot test {}", arguments.dir.display()))?;
    let memory = Memory::of(cache.as_deref(), &loaded.root);
    let mut watch = Watch {
        arguments,
        interrupt,
        memory,
        loaded,
        seen,
        known: Known::default(),
        verdicts: BTreeMap::new(),
        exit: Exit::Success,
    };
    watch.run_first()?;
    loop {
        let Some(changed) = watch.next_change() else {
            return Ok(watch.exit);
        };
        watch.run_again(&changed)?;
    }
}

struct Watch<'a> {
    arguments: &'a Arguments,
    interrupt: Interrupt,
    memory: Memory,
    loaded: Loaded,
    seen: Stamps,
    known: Known,
    /// Whether each test passed when it ran last.
    verdicts: BTreeMap<String, bool>,
    exit: Exit,
}

impl Watch<'_> {
    fn run_first(&mut self) -> anyhow::Result<()> {
        let suites = self
            .arguments
            .suites(&self.loaded.host.snapshot(), &self.loaded.root);
        let (suites, filtered_out) = self.arguments.choose(suites, &self.memory);
        self.run(&suites, filtered_out)
    }

    /// Waits for a change, settled; `None` if the person wants to end.
    fn next_change(&mut self) -> Option<Changes> {
        let mut pause = PAUSE;
        loop {
            if self.interrupt.waits(pause) {
                return None;
            }
            let begun = Instant::now();
            let mut now = Stamps::of(&self.loaded.root);
            pause = PAUSE.max(begun.elapsed() * SHARE);
            if now == self.seen {
                continue;
            }
            loop {
                if self.interrupt.waits(SETTLED) {
                    return None;
                }
                let later = Stamps::of(&self.loaded.root);
                if later == now {
                    break;
                }
                now = later;
            }
            let changed = now.differing(&self.seen).cloned().collect();
            let before = std::mem::replace(&mut self.seen, now);
            return Some(Changes { changed, before });
        }
    }

    fn run_again(&mut self, changes: &Changes) -> anyhow::Result<()> {
        clear_screen()?;
        let names: Vec<&str> = changes.changed.iter().map(String::as_str).collect();
        anstream::eprintln!("changed: {}", names.join(", "));
        if let Err(error) = self.loaded.refresh(&changes.before, &self.seen) {
            anstream::eprintln!("{}", problem::error_chain(&error.into()));
            self.exit = Exit::Failure;
            return wait_message();
        }
        let snapshot = self.loaded.host.snapshot();
        let mut suites = self.arguments.suites(&snapshot, &self.loaded.root);
        let affected = self.known.affected(&suites, &snapshot, &changes.changed);
        let all: BTreeSet<String> = suites.tests().map(|test| test.name.clone()).collect();
        self.verdicts.retain(|name, _| all.contains(name));
        suites.retain(|test| affected.contains_key(&test.name) && self.arguments.chooses(test));
        if let Some(shard) = self.arguments.shard {
            suites.retain(shard.filter());
        }
        for test in suites.tests() {
            anstream::eprintln!("  {}: {}", test.name, affected[&test.name]);
        }
        let filtered_out = all.len() - suites.tests().count();
        self.run(&suites, filtered_out)
    }

    fn run(&mut self, suites: &Suites, filtered_out: usize) -> anyhow::Result<()> {
        suites::show_invalid(suites);
        let told = tell(self.arguments, None, suites, filtered_out, &self.interrupt)?;
        if let Some(path) = &self.arguments.report {
            let snapshot = self.loaded.host.snapshot();
            html::write(path, &told, suites, &snapshot, self.arguments.seed)?;
        }
        for outcome in &told.outcomes {
            if let Some(passed) = outcome.passed() {
                self.verdicts.insert(outcome.name.clone(), passed);
            }
        }
        let verdicts = &self.verdicts;
        remember(&told.outcomes, &self.memory, |name| verdicts.contains_key(name));
        self.known.learn(suites, &told.outcomes);
        let exit = exit_of(&told, suites, &self.interrupt);
        let failing: Vec<&String> = (self.verdicts.iter())
            .filter(|(_, passed)| !**passed)
            .map(|(name, _)| name)
            .collect();
        let ran = |name: &String| told.outcomes.iter().any(|outcome| outcome.name == *name);
        for name in failing.iter().filter(|name| !ran(name)) {
            anstream::eprintln!("still failing since it ran last: {name}");
        }
        self.exit = match exit {
            Exit::Success if !failing.is_empty() => Exit::Findings,
            exit => exit,
        };
        wait_message()
    }
}

/// What has changed, and how the disk was before.
struct Changes {
    changed: BTreeSet<String>,
    before: Stamps,
}

fn wait_message() -> anyhow::Result<()> {
    anstream::eprintln!("watching for changes; Ctrl-C ends");
    Ok(())
}

fn clear_screen() -> anyhow::Result<()> {
    if std::io::stdout().is_terminal() {
        write_stdout("\u{1b}[2J\u{1b}[3J\u{1b}[H")?;
    }
    Ok(())
}
