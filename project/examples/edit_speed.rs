//! Times what follows a keystroke, without an editor around it: taking over a text, bringing the index up to date, and
//! the findings; then a completion.
//!
//!     cargo run --release -p banister-project --example edit_speed -- FOLDER [EDITS]
//!
//! FOLDER is a step project such as `bench/project.py` writes. Times are milliseconds: the mean processor time where Linux
//! tells it, so that what else the machine does counts less, and median and 99th percentile by the clock. The parse of the
//! edited file is part of every edit, and printed on its own to compare with.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement prints its figures, looks at clocks and has nothing to recover from"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use banister_grammars::extract;
use banister_project::{Host, disk};

/// Where a person types in a step: a word of code that says nothing, or the name of a topic.
const KINDS: [(&str, &str); 3] = [
    ("in the code", "handler"),
    ("in an emitted topic", "emit"),
    ("in the config", "name"),
];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap();
    let edits: usize = arguments.next().map_or(200, |edits| edits.parse().unwrap());
    let begun = Instant::now();
    let loaded = disk::load(Path::new(&folder)).unwrap();
    let mut host = loaded.host;
    let read = begun.elapsed();
    let begun = Instant::now();
    let findings = host.snapshot().findings().len();
    let checked = begun.elapsed();
    host.snapshot().warm_up();
    println!(
        "read {} ms, first check {} ms, files with findings {findings}",
        ms(read),
        ms(checked)
    );
    let files: Vec<String> = host
        .snapshot()
        .sources()
        .map(|source| source.path.clone())
        .filter(|path| path.contains("step"))
        .collect();
    for (kind, word) in KINDS {
        measure(&mut host, &files, edits, kind, word);
    }
}

fn measure(host: &mut Host, files: &[String], edits: usize, kind: &str, word: &str) {
    let (mut parses, mut indexes, mut checks, mut completions) = (vec![], vec![], vec![], vec![]);
    for edit in 0..edits {
        let file = &files[edit * 7919 % files.len()];
        let source = host.snapshot().source(file).unwrap().clone();
        let Some(at) = place(&source.text, word) else {
            continue;
        };
        let mut text = source.text.to_string();
        text.insert(at, 'x');
        for text in [text, source.text.to_string()] {
            let begun = Clock::now();
            extract(source.facts.language, &text);
            parses.push(begun.elapsed());
            let begun = Clock::now();
            host.set_file(file, text.into());
            let snapshot = host.snapshot();
            snapshot.is_loaded(file);
            indexes.push(begun.elapsed());
            snapshot.findings();
            checks.push(begun.elapsed());
            let begun = Clock::now();
            snapshot.completion(file, u32::try_from(at).unwrap());
            completions.push(begun.elapsed());
        }
    }
    println!(
        "{kind}: parse {} | to the index {} | to the findings {} | completion {}",
        row(parses),
        row(indexes),
        row(checks),
        row(completions)
    );
}

/// The processor time of this thread, which Linux counts in ticks, and the clock.
struct Clock(Option<Duration>, Instant);

impl Clock {
    fn now() -> Self {
        Self(Self::spent(), Instant::now())
    }

    /// The first number is the time on a processor in nanoseconds.
    fn spent() -> Option<Duration> {
        let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        Some(Duration::from_nanos(spent.split(' ').next()?.parse().ok()?))
    }

    /// The time by the clock, and that on a processor.
    fn elapsed(&self) -> (Duration, Option<Duration>) {
        let spent = self.0.zip(Self::spent());
        let spent = spent.map(|(before, now)| now.saturating_sub(before));
        (self.1.elapsed(), spent)
    }
}

/// A place to type at: within the topic of an emit call, or behind the word.
fn place(text: &str, word: &str) -> Option<usize> {
    let at = text.rfind(word)?;
    if word != "emit" {
        return Some(at + word.len());
    }
    let quoted = text[at..].find("chain.")?;
    Some(at + quoted + 6)
}

/// The mean processor time, median and 99th percentile.
fn row(times: Vec<(Duration, Option<Duration>)>) -> String {
    let spent: Option<Duration> = times.iter().map(|(_, spent)| *spent).sum();
    let count = u32::try_from(times.len().max(1)).unwrap();
    let mean = spent.map_or_else(String::new, |spent| ms(spent / count));
    let mut clock: Vec<Duration> = times.into_iter().map(|(clock, _)| clock).collect();
    clock.sort();
    let at = |share: usize| {
        clock
            .get(clock.len() * share / 100)
            .map_or_else(String::new, |time| ms(*time))
    };
    format!("{mean} ({} / {})", at(50), at(99))
}

fn ms(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1000.0)
}
