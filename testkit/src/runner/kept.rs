//! Failures that are kept in `flow-regressions/` of the project, one file for each thing that is broken. They are run
//! first next time, and any of them can be run alone with `--replay`.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::trace_files::slug;
use super::{Harness, Regression, RegressionError, TestCase, drift};
use crate::decision::Departure;
use crate::failure::{FailurePlace, FlowFailure};
use crate::flow::FlowResult;
use crate::rng::Seed;
use crate::template::Variables;
use crate::trace::{Trace, What};

/// The folder, in the project.
pub const REGRESSIONS: &str = "flow-regressions";

/// So many failures of one test are kept.
const MOST: usize = 5;
/// Digits that tell the failures of a test apart, in the names of their files.
const DIGITS: usize = 8;

/// A failure with its file.
pub(super) struct Kept {
    pub(super) path: PathBuf,
    pub(super) regression: Regression,
}

impl Kept {
    /// True for a file of an older version, whose name does not say which failure it is.
    fn is_unnamed(&self, case: &TestCase) -> bool {
        self.path.file_name() == Some(format!("{}.json", slug(&case.name)).as_ref())
    }
}

impl Harness {
    /// The kept failures of a test, by file name, each run once: the one that is replayed, else those in the project.
    pub(super) fn known_failures(&self, case: &TestCase) -> Vec<Kept> {
        if let Some(replayed) = &self.options.replay {
            let kept = Kept {
                path: PathBuf::new(),
                regression: replayed.clone(),
            };
            return match replayed.test == case.name {
                true => vec![kept],
                false => Vec::new(),
            };
        }
        let mut all: Vec<Kept> = Vec::new();
        for kept in self.files_of(case) {
            let is_same_run = |it: &Kept| {
                let (one, other) = (&it.regression, &kept.regression);
                (one.seed, &one.input, &one.departures) == (other.seed, &other.input, &other.departures)
            };
            if !all.iter().any(is_same_run) {
                all.push(kept);
            }
        }
        all
    }

    /// Keeps each thing that a run breaks; gives the path of the first one's file, relative to the project.
    pub(super) fn keep_failures(
        &self,
        case: &TestCase,
        result: &mut FlowResult,
        input: &Variables,
        departures: &[Departure],
    ) -> Option<String> {
        if input.is_empty() && departures.is_empty() {
            return None;
        }
        let folder = self.options.regressions.as_ref()?;
        let mut files = self.files_of(case);
        let mut shown = Vec::new();
        for (at, failure) in result.failures.iter().take(MOST).enumerate() {
            let regression = Regression {
                version: 1,
                test: case.name.clone(),
                seed: self.options.seed,
                banister: env!("CARGO_PKG_VERSION").to_owned(),
                interpreters: self.versions_of(&result.trace),
                failure: failure.headline.clone(),
                breaks: case.broken_by(failure),
                input: input.clone(),
                departures: departures.to_vec(),
                decisions: drift::until_last_departure(&result.decisions),
            };
            let path = folder.join(file_of(case, &regression.breaks));
            let is_it = |it: &&Kept| {
                it.path == path || it.is_unnamed(case) && it.regression.failure == failure.headline
            };
            let known = files.iter().find(is_it);
            let is_new = known.is_none();
            let path = known.map_or(path, |it| it.path.clone());
            shown.push(self.shown_path(&path));
            // What has a run of its own already keeps it, and what another machine has kept stays as it is.
            if known.is_some_and(|it| at > 0 || it.regression.is_same(&regression)) {
                continue;
            }
            if is_new && files.len() >= MOST {
                result.notes.push(format!(
                    "{MOST} failures of this test are kept in {REGRESSIONS}/, and one more is not: delete those that are mended"
                ));
                shown.pop();
                break;
            }
            if let Err(error) = regression.write(&path) {
                self.problem(format!(
                    "the failure cannot be saved in {}: {error}",
                    path.display()
                ));
                shown.pop();
                break;
            }
            if is_new {
                files.push(Kept { path, regression });
            }
        }
        shown.into_iter().next()
    }

    /// Every file of a test that can be read, by name.
    fn files_of(&self, case: &TestCase) -> Vec<Kept> {
        let Some(folder) = &self.options.regressions else {
            return Vec::new();
        };
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Vec::new(),
            Err(error) => {
                self.problem(format!("{} cannot be read: {error}", folder.display()));
                return Vec::new();
            }
        };
        let stem = slug(&case.name);
        let mut paths: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| is_file_of(path, &stem))
            .collect();
        paths.sort();
        let mut all = Vec::new();
        for path in paths {
            match Regression::read(&path) {
                Ok(regression) if regression.test == case.name => all.push(Kept { path, regression }),
                Ok(_) => {}
                // Another thread or program may have taken it away.
                Err(RegressionError::Read { source, .. }) if source.kind() == ErrorKind::NotFound => {}
                Err(error) => self.problem(format!(
                    "{error}: delete it, and it is made anew when the test fails"
                )),
            }
        }
        all
    }

    /// The versions of the interpreters that ran the steps of a run.
    pub(super) fn versions_of(&self, trace: &Trace) -> BTreeMap<String, String> {
        let steps = trace.events.iter().filter_map(|event| match &event.what {
            What::Started { step, .. } => self.plan.step(step),
            _ => None,
        });
        self.versions.of(steps.map(|at| self.plan.steps[at].language))
    }

    pub(super) fn shown_path(&self, path: &Path) -> String {
        let shown = path.strip_prefix(&self.plan.root).unwrap_or(path);
        shown.to_string_lossy().into_owned()
    }
}

impl TestCase {
    /// What a failure breaks, in a form that stays the same while inputs, orders and lines of the file change: the text
    /// of the expectation, else where it is and the beginning of its sentence without numbers.
    pub(super) fn broken_by(&self, failure: &FlowFailure) -> String {
        let kind = without_numbers(failure.headline.split(": ").next().unwrap_or_default());
        match &failure.place {
            FailurePlace::Unknown => kind,
            FailurePlace::Step(at) => format!("{}: {kind}", at.file),
            FailurePlace::Test(span) => {
                let (text, test) = (&self.file.text, self.test());
                let mut expected = test.then.iter().map(|it| it.span);
                let mut held = test.invariants.iter().map(|it| it.span);
                match expected.any(|it| it == *span) || held.any(|it| it == *span) {
                    true => item_at(text, span.start as usize),
                    false => format!("{}: {kind}", span.slice(text)),
                }
            }
        }
    }
}

/// The text of the YAML item that has its first key at this byte: the rest of the line, and the lines below it that are
/// further to the right.
fn item_at(text: &str, start: usize) -> String {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let line_start = text
        .get(..start)
        .and_then(|it| it.rfind('\n'))
        .map_or(0, |at| at + 1);
    let column = indent(text.get(line_start..).unwrap_or_default());
    let mut lines = text.get(start..).unwrap_or_default().lines();
    let first = lines.next().unwrap_or_default();
    let more = lines.take_while(|line| line.trim().is_empty() || indent(line) > column);
    let words = std::iter::once(first).chain(more).flat_map(str::split_whitespace);
    words.collect::<Vec<_>>().join(" ")
}

/// The name of the file that keeps a failure: the same for the same failure.
fn file_of(case: &TestCase, breaks: &str) -> String {
    let digits = Seed::root(0).part(breaks, 0).hex();
    format!("{}.{}.json", slug(&case.name), &digits[..DIGITS])
}

/// True for `<stem>.json`, which older versions wrote, and `<stem>.<digits>.json`.
fn is_file_of(path: &Path, stem: &str) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Some(rest) = name
        .strip_prefix(stem)
        .and_then(|rest| rest.strip_suffix(".json"))
    else {
        return false;
    };
    let is_digits = |digits: &str| digits.len() == DIGITS && digits.bytes().all(|b| b.is_ascii_hexdigit());
    rest.is_empty() || rest.strip_prefix('.').is_some_and(is_digits)
}

fn without_numbers(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c.is_ascii_digit() {
            true if out.ends_with('#') => {}
            true => out.push('#'),
            false => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use banister_grammars::Span;
    use banister_project::flow_test;

    use super::*;
    use crate::scheduler::Place;

    fn case(text: &str) -> TestCase {
        let file = Arc::new(flow_test::parse("tests/a.flow.yaml", Arc::from(text)).unwrap());
        TestCase::all_of(&file).remove(0)
    }

    fn failed(place: FailurePlace, headline: &str) -> FlowFailure {
        FlowFailure {
            headline: headline.to_owned(),
            place,
            details: Vec::new(),
        }
    }

    const TEST: &str = "tests:\n  - name: a\n    when: [{ advance: 1s }]\n    then:\n      - { ran: [A] }\n      - { not_emitted: t }\n";

    #[test]
    fn the_same_expectation_has_the_same_file_wherever_it_stands() {
        let (one, moved) = (case(TEST), case(&format!("# moved\n{TEST}")));
        let at = |case: &TestCase, nth: usize| FailurePlace::Test(case.test().then[nth].span);
        let file =
            |case: &TestCase, nth, headline| file_of(case, &case.broken_by(&failed(at(case, nth), headline)));
        assert_eq!(file(&one, 0, "A ran 2 times"), file(&moved, 0, "A never ran"));
        assert_ne!(file(&one, 0, "A ran"), file(&one, 1, "A ran"));
        assert!(
            is_file_of(Path::new(&file(&one, 0, "x")), "tests__a__a"),
            "{}",
            file(&one, 0, "x")
        );
    }

    #[test]
    fn an_expectation_is_all_of_its_lines() {
        let text = "then:\n  - state:\n      a: { k: 1 }\n\n      b: 2\n  - state: { c: 3 }\nx: y\n";
        assert_eq!(
            item_at(text, text.find("state").unwrap()),
            "state: a: { k: 1 } b: 2"
        );
        assert_eq!(item_at(text, text.rfind("state").unwrap()), "state: { c: 3 }");
        assert_eq!(item_at(text, text.len() + 9), "");
    }

    #[test]
    fn what_is_no_expectation_is_told_by_its_sentence() {
        let test = case(TEST);
        let step = |line| {
            FailurePlace::Step(Place {
                file: "a.step.ts".to_owned(),
                line,
                column: 1,
            })
        };
        let broken = |place, headline| test.broken_by(&failed(place, headline));
        assert_eq!(
            broken(step(3), "A threw TypeError: no 12"),
            broken(step(4), "A threw TypeError: no 13")
        );
        assert_ne!(
            broken(step(3), "A threw TypeError"),
            broken(step(3), "A threw KeyError")
        );
        assert_eq!(
            broken(FailurePlace::Unknown, "uncontrolled source at op 12"),
            "uncontrolled source at op #"
        );
        let name = FailurePlace::Test(Span {
            ..test.test().name.span
        });
        assert_eq!(broken(name, "no case was run"), "a: no case was run");
    }

    #[test]
    fn files_of_another_test_are_no_files_of_this_one() {
        let is = |name: &str| is_file_of(Path::new(name), "t__a");
        assert!(is("t__a.json") && is("t__a.00ffaa12.json"));
        assert!(!is("t__a-b.json") && !is("t__a.b.json") && !is("t__a.00ffaa123.json") && !is("t__a.txt"));
    }
}
