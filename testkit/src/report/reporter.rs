//! Writes what happens while tests run, as `cargo test` does.

use std::io::{self, Write};
use std::time::Duration;

use serde_json::Value as Json;

use super::failure::{output_text, told};
use super::junit::Collected;
use super::style::{BAD, GOOD, NOTICE, paint};
use super::{ControlLabel, TestOutcome, TestStatus, json};

/// Tests in a line of the terse format.
const TERSE_WIDTH: usize = 88;

/// How it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// A line for a test.
    #[default]
    Pretty,
    /// A character for a test.
    Terse,
    /// A JSON object for an event.
    Json,
    /// One XML document at the end.
    Junit,
}

/// What is shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReportOptions {
    /// How it looks.
    pub format: Format,
    /// True for colours, which JSON never has.
    pub color: bool,
    /// Shows what handlers printed even if the test passed.
    pub nocapture: bool,
}

/// How many tests ended in which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
    /// Not run.
    pub ignored: usize,
    /// Test files that could not be read; a run that has some is not ok.
    pub invalid: usize,
    /// Tests that were not finished when the run was stopped.
    pub unfinished: usize,
}

impl Summary {
    /// True if every test that was to run has passed.
    pub fn is_ok(&self) -> bool {
        self.failed == 0 && self.invalid == 0 && self.unfinished == 0
    }
}

/// Writes the story of a run to `out`. Tests are told of in the order in which it hears of them.
#[derive(Debug)]
pub struct Reporter<W> {
    out: W,
    options: ReportOptions,
    summary: Summary,
    tests: usize,
    failed: Vec<TestOutcome>,
    junit: Collected,
    notes: Vec<String>,
}

impl<W: Write> Reporter<W> {
    /// A reporter that has not said anything.
    pub fn new(out: W, options: ReportOptions) -> Self {
        Self {
            out,
            options,
            summary: Summary::default(),
            tests: 0,
            failed: Vec::new(),
            junit: Collected::default(),
            notes: Vec::new(),
        }
    }

    /// So many tests will run.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn suite_started(&mut self, tests: usize) -> io::Result<()> {
        self.tests = tests;
        match self.options.format {
            Format::Json => self.json(&json::suite_started(tests)),
            Format::Junit => Ok(()),
            _ => writeln!(
                self.out,
                "\nrunning {tests} {}",
                if tests == 1 { "test" } else { "tests" }
            ),
        }
    }

    /// A test's turn has come.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn test_started(&mut self, name: &str) -> io::Result<()> {
        match self.options.format {
            Format::Json => self.json(&json::test_started(name))?,
            Format::Pretty => write!(self.out, "test {name} ... ")?,
            Format::Terse | Format::Junit => {}
        }
        // A test that takes long should be seen to run.
        self.out.flush()
    }

    /// A test ended.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn test_finished(&mut self, outcome: &TestOutcome) -> io::Result<()> {
        match &outcome.status {
            TestStatus::Passed => self.summary.passed += 1,
            TestStatus::Failed => {
                self.summary.failed += 1;
                self.failed.push(outcome.clone());
            }
            TestStatus::Ignored { .. } => self.summary.ignored += 1,
        }
        if outcome.status != TestStatus::Failed {
            self.notes.extend(
                outcome
                    .notes
                    .iter()
                    .map(|note| format!("{}: {note}", outcome.name)),
            );
        }
        match self.options.format {
            Format::Json => self.json(&json::test_finished(outcome, self.options.nocapture))?,
            Format::Pretty => writeln!(self.out, "{}", self.verdict(outcome))?,
            Format::Terse => self.dot(&outcome.status)?,
            Format::Junit => self.junit.finished(outcome),
        }
        if self.options.nocapture && self.is_for_people() && !outcome.output.is_empty() {
            write!(
                self.out,
                "{}",
                output_text(&outcome.output, None, self.options.color)
            )?;
        }
        self.out.flush()
    }

    /// A test was not finished when the run was stopped.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn test_unfinished(&mut self, name: &str) -> io::Result<()> {
        self.summary.unfinished += 1;
        match self.options.format {
            Format::Json => self.json(&json::test_unfinished(name)),
            // The first is the one whose line has begun.
            Format::Pretty if self.summary.unfinished == 1 => {
                writeln!(self.out, "{}", paint("not finished", BAD, self.options.color))
            }
            Format::Pretty | Format::Terse => Ok(()),
            Format::Junit => {
                self.junit.unfinished(name);
                Ok(())
            }
        }
    }

    fn is_for_people(&self) -> bool {
        matches!(self.options.format, Format::Pretty | Format::Terse)
    }

    /// A test file could not be read: `problems` is what is wrong with it, as it is shown to people.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn invalid_file(&mut self, file: &str, problems: &str) -> io::Result<()> {
        self.summary.invalid += 1;
        match self.options.format {
            Format::Json => self.json(&json::invalid_file(file, problems))?,
            Format::Junit => self.junit.invalid_file(file, problems),
            Format::Pretty | Format::Terse => {}
        }
        Ok(())
    }

    /// All tests have run; `filtered_out` were not chosen.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn suite_finished(&mut self, filtered_out: usize, elapsed: Duration) -> io::Result<Summary> {
        let summary = self.summary;
        match self.options.format {
            Format::Json => self.json(&json::suite_finished(&summary, filtered_out, elapsed))?,
            Format::Junit => {
                let junit = std::mem::take(&mut self.junit).write(elapsed);
                self.out.write_all(junit.map_err(io::Error::other)?.as_bytes())?;
            }
            Format::Pretty | Format::Terse => self.conclude(filtered_out, elapsed)?,
        }
        self.out.flush()?;
        Ok(summary)
    }

    fn conclude(&mut self, filtered_out: usize, elapsed: Duration) -> io::Result<()> {
        let color = self.options.color;
        if self.options.format == Format::Terse && self.tests > 0 {
            writeln!(self.out)?;
        }
        if !self.notes.is_empty() {
            writeln!(self.out, "\n{}", paint("notes:", NOTICE, color))?;
            for note in &self.notes {
                writeln!(self.out, "    {note}")?;
            }
        }
        if !self.failed.is_empty() {
            writeln!(self.out, "\nfailures:\n")?;
            for outcome in &self.failed {
                writeln!(self.out, "---- {} ----", outcome.name)?;
                writeln!(self.out, "{}", told(outcome, self.options.nocapture, color))?;
            }
            writeln!(self.out, "failures:")?;
            for outcome in &self.failed {
                writeln!(self.out, "    {}", outcome.name)?;
            }
        }
        let Summary {
            passed,
            failed,
            ignored,
            unfinished,
            ..
        } = self.summary;
        let verdict = match self.summary.is_ok() {
            true => paint("ok", GOOD, color),
            false => paint("FAILED", BAD, color),
        };
        // libtest has no word for it; the line is longer only where it must be.
        let cut = match unfinished {
            0 => String::new(),
            count => format!("{count} not finished; "),
        };
        writeln!(
            self.out,
            "\ntest result: {verdict}. {passed} passed; {failed} failed; {ignored} ignored; 0 measured; \
             {filtered_out} filtered out; {cut}finished in {:.2}s\n",
            elapsed.as_secs_f64()
        )
    }

    fn json(&mut self, line: &Json) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }

    fn verdict(&self, outcome: &TestOutcome) -> String {
        let color = self.options.color;
        let verdict = match &outcome.status {
            TestStatus::Passed => paint("ok", GOOD, color),
            TestStatus::Failed => paint("FAILED", BAD, color),
            TestStatus::Ignored { reason: None } => paint("ignored", NOTICE, color),
            TestStatus::Ignored { reason: Some(reason) } => {
                format!("{}, {reason}", paint("ignored", NOTICE, color))
            }
        };
        match outcome.label {
            ControlLabel::Controlled => verdict,
            label => format!("{verdict} ({label})"),
        }
    }

    fn dot(&mut self, status: &TestStatus) -> io::Result<()> {
        let color = self.options.color;
        let dot = match status {
            TestStatus::Passed => paint(".", GOOD, color),
            TestStatus::Failed => paint("F", BAD, color),
            TestStatus::Ignored { .. } => paint("i", NOTICE, color),
        };
        write!(self.out, "{dot}")?;
        let done = self.summary.passed + self.summary.failed + self.summary.ignored;
        if done.is_multiple_of(TERSE_WIDTH) && done < self.tests {
            writeln!(self.out, " {done}/{}", self.tests)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
