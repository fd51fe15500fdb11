//! Mutated sources: whatever is deleted, repeated or spliced in, extraction ends in time, never panics, and every span
//! lies in its text. The fuzz targets in `fuzz/` look further; this test needs no other toolchain.
//!
//! `BANISTER_FUZZ_SECONDS` sets how long to look (2 by default) and `BANISTER_FUZZ_SEED` what to look at first; a failure
//! names the seed that shows it again.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of a test fail by panicking, as the test itself does"
)]

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use banister_grammars::{FileFacts, Language, extract};

/// Far above what a mutated step of some kilobytes takes (a millisecond), so that only a hang or a blow-up reaches it, on a
/// busy machine too. The parser itself gives up after half a second.
const ENDLESS: Duration = Duration::from_secs(8);

#[test]
fn mutated_sources_are_survived() {
    let seconds = variable("BANISTER_FUZZ_SECONDS").unwrap_or(2);
    let first = variable("BANISTER_FUZZ_SEED").unwrap_or(1);
    let corpus = corpus();
    for language in Language::ALL {
        let own = corpus.iter().filter(|(other, _)| *other == language).count();
        assert!(own >= 3, "{own} seeds in {language:?}");
    }
    let begun = Instant::now();
    let mut seed = first;
    while begun.elapsed() < Duration::from_secs(seconds) {
        let (language, text) = mutated(&corpus, seed);
        survive(language, &text, seed);
        seed += 1;
    }
    assert!(seed - first > 20, "only {} mutations were tried", seed - first);
}

/// What doubles the text may not do much more than double the time.
#[test]
fn repeated_pieces_cost_no_more_than_they_are_long() {
    const PIECES: [&str; 24] = [
        "await emit({ topic: 'a.b', data: { id: input.id } })\n",
        "const a = { ...a, b: [1, 'x', `y${a}`] }\n",
        "export const T = { a: 'x', b: { c: 'y' } }\n",
        "import { a } from './a'\n",
        "if (a) { b() } else { c() }\n",
        "function f(ctx) { return g(ctx) }\n",
        "x => x + ",
        "a.b.c.d(",
        "config = {'type': 'event', 'emits': [A, B]}\n",
        "class A(B):\n    x: int = 1\n",
        "def f(a, b):\n    await a.emit({'topic': b})\n",
        "def f(a)\n  a.emit(topic: 'x', data: { y: 1 })\nend\n",
        "module A\n  B = 'x'\n",
        "'",
        "`${",
        "\"#{",
        "<<~A\n",
        "/*",
        "<a ",
        "{{",
        "@a\n",
        "x = y = ",
        "z.object({ a: z.string() }).extend({ b: z.number() })\n",
        "emit(a ? b : c)\n",
    ];
    for language in Language::ALL {
        for piece in PIECES {
            let time = |bytes: usize| {
                let text = piece.repeat(bytes / piece.len());
                // The least of several: what others do on the machine only adds.
                (0..3)
                    .map(|_| {
                        let begun = worked();
                        let facts = extract(language, &text);
                        let took = worked().saturating_sub(begun);
                        assert_inside(&facts, &text, piece);
                        took
                    })
                    .min()
                    .unwrap_or_default()
            };
            let (short, long) = (time(2_000), time(16_000));
            // Eight times the text: sixteen for what is not quite linear, and a floor for the clock.
            let allowed = short.max(Duration::from_millis(2)) * 32;
            assert!(
                long < allowed,
                "{language:?} {piece:?}: {short:?} for 2 kB and {long:?} for 16 kB"
            );
        }
    }
}

/// For how long this thread has had a core; the time of day where the system does not say, which counts the waiting too.
fn worked() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let from_system = || {
        let line = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        line.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    };
    from_system().unwrap_or_else(|| START.elapsed())
}

fn survive(language: Language, text: &str, seed: u64) {
    let begun = Instant::now();
    let facts = catch_unwind(|| extract(language, text))
        .unwrap_or_else(|_| panic!("BANISTER_FUZZ_SEED={seed} panics in {language:?}:\n{text}"));
    let took = begun.elapsed();
    assert!(
        took < ENDLESS,
        "BANISTER_FUZZ_SEED={seed} takes {took:?} in {language:?}:\n{text}"
    );
    assert_inside(
        &facts,
        text,
        &format!("BANISTER_FUZZ_SEED={seed} in {language:?}"),
    );
}

/// Every span of the facts is a range of characters of the text, wherever it stands in them.
fn assert_inside(facts: &FileFacts, text: &str, what: &str) {
    let json = serde_json::to_value(facts).unwrap();
    let mut left = vec![&json];
    while let Some(value) = left.pop() {
        if let Some((start, end)) = span(value) {
            assert!(
                text.get(start..end).is_some(),
                "{what}: {start}..{end} is no part of\n{text}"
            );
        }
        match value {
            serde_json::Value::Array(items) => left.extend(items),
            serde_json::Value::Object(fields) => left.extend(fields.values()),
            _ => {}
        }
    }
}

fn span(value: &serde_json::Value) -> Option<(usize, usize)> {
    let fields = value.as_object().filter(|fields| fields.len() == 2)?;
    let number = |name: &str| usize::try_from(fields.get(name)?.as_u64()?).ok();
    Some((number("start")?, number("end")?))
}

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The steps and modules of the repository's own projects.
fn corpus() -> Vec<(Language, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for folder in ["examples", "tests/projects", "fuzz/seeds"] {
        collect(&root.join(folder), &mut files);
    }
    files.sort();
    files
        .iter()
        .filter_map(|path| {
            let language = Language::of_path(path.to_str()?)?;
            Some((language, std::fs::read_to_string(path).ok()?))
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.file_name().is_some_and(|name| name == "node_modules") {
            continue;
        }
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// A source of the corpus after some changes: the same for the same seed and corpus.
fn mutated(corpus: &[(Language, String)], seed: u64) -> (Language, String) {
    let mut dice = Dice::of(seed);
    let (language, text) = &corpus[dice.below(corpus.len())];
    let mut tokens = tokens(text);
    for _ in 0..=dice.below(6) {
        let at = dice.below(tokens.len().max(1)).min(tokens.len());
        let end = (at + 1 + dice.below(8)).min(tokens.len());
        match dice.below(6) {
            0 => drop(tokens.drain(at..end)),
            1 => {
                let piece: Vec<String> = tokens[at..end].to_vec();
                let times = [1, 2, 40][dice.below(3)];
                let copies = std::iter::repeat_n(piece, times).flatten();
                tokens.splice(at..at, copies);
            }
            2 => {
                // Some of another file, often of another language.
                let (_, other) = &corpus[dice.below(corpus.len())];
                let other = self::tokens(other);
                let from = dice.below(other.len().max(1)).min(other.len());
                let to = (from + dice.below(30)).min(other.len());
                tokens.splice(at..end, other[from..to].iter().cloned());
            }
            3 if end < tokens.len() => tokens.swap(at, end),
            4 => {
                const ODD: [&str; 22] = [
                    "'", "\"", "`", "${", "(", ")", "{", "}", "[", "]", "<", "\\", "\0", "\r", "😀",
                    "\u{301}", "...", "=>", "#{", "\u{feff}", "**", ":",
                ];
                tokens.insert(at, ODD[dice.below(ODD.len())].to_owned());
            }
            _ => tokens.truncate(at),
        }
    }
    (*language, tokens.concat())
}

/// Words, runs of blanks, and every other character on its own.
fn tokens(text: &str) -> Vec<String> {
    let kind = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => 1,
        c if c.is_whitespace() => 2,
        _ => 0,
    };
    let mut tokens: Vec<String> = Vec::new();
    let mut last = 0;
    for c in text.chars() {
        let this = kind(c);
        match tokens.last_mut() {
            Some(token) if this != 0 && this == last => token.push(c),
            _ => tokens.push(c.to_string()),
        }
        last = this;
    }
    tokens
}

/// A small generator, so that a seed means the same on every machine.
struct Dice(u64);

impl Dice {
    fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}
