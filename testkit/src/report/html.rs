//! The report as a page: one file that needs no network, no server and no script.

mod swim;

use std::collections::BTreeMap;
use std::time::Duration;

use banister_project::graph::escaped;

use super::{ControlLabel, Reached, Summary, TestOutcome, TestStatus, failure::output_text};

const TEMPLATE: &str = include_str!("html/page.html");

/// What the page shows.
#[derive(Debug)]
pub struct HtmlReport<'r> {
    /// The flow graph as SVG, with what ran and failed marked.
    pub picture: &'r str,
    /// Tests in order.
    pub outcomes: &'r [TestOutcome],
    /// What each step came to, by label; steps that no test reached have zero runs.
    pub steps: &'r BTreeMap<String, u32>,
    /// Files that could not be run, with what is wrong.
    pub invalid: &'r [(String, String)],
    /// Tests that were not finished.
    pub unfinished: &'r [String],
    /// The counts.
    pub summary: Summary,
    /// On the wall.
    pub elapsed: Duration,
    /// The seed of the run.
    pub seed: u64,
}

impl HtmlReport<'_> {
    /// The page.
    pub fn page(&self) -> String {
        let (verdict, tone) = match self.summary.is_ok() {
            true => ("passed", "good"),
            false => ("FAILED", "bad"),
        };
        // One pass over the template: texts of the project that look like a mark stay what they are.
        let mut page = String::with_capacity(TEMPLATE.len() + self.picture.len());
        for (at, piece) in TEMPLATE.split("@@").enumerate() {
            match (at % 2, piece) {
                (1, "verdict") => page += verdict,
                (1, "tone") => page += tone,
                (1, "counts") => page += &self.counts(),
                (1, "main") => page += &self.main(),
                _ => page += piece,
            }
        }
        page
    }

    fn counts(&self) -> String {
        let Summary {
            passed,
            failed,
            ignored,
            invalid,
            unfinished,
        } = self.summary;
        let mut parts = vec![
            format!("{passed} passed"),
            format!("{failed} failed"),
            format!("{ignored} ignored"),
        ];
        if invalid > 0 {
            parts.push(format!("{invalid} files that cannot be run"));
        }
        if unfinished > 0 {
            parts.push(format!("{unfinished} not finished"));
        }
        let seconds = self.elapsed.as_secs_f64();
        format!("{}; seed {}; {seconds:.2} s", parts.join(", "), self.seed)
    }

    fn main(&self) -> String {
        let mut out = String::new();
        for (path, problems) in self.invalid {
            out += &format!(
                "<section class=\"failed\"><h2 class=\"bad\">{} cannot be run</h2>\n<pre>{}</pre></section>\n",
                escaped(path),
                escaped(problems)
            );
        }
        if !self.unfinished.is_empty() {
            let items = self
                .unfinished
                .iter()
                .map(|name| format!("<li>{}</li>\n", escaped(name)));
            out += &format!(
                "<h2 class=\"bad\">Not finished</h2>\n<ul>\n{}</ul>\n",
                items.collect::<String>()
            );
        }
        out += &self.graph();
        out += "<h2>Tests</h2>\n";
        // What is wrong comes first: it is what the page is opened for.
        let (failed, rest): (Vec<_>, Vec<_>) =
            (self.outcomes.iter()).partition(|outcome| outcome.status == TestStatus::Failed);
        failed.into_iter().chain(rest).for_each(|it| out += &test(it));
        out
    }

    fn graph(&self) -> String {
        let rows = self.steps.iter().map(|(step, runs)| {
            let runs = match runs {
                0 => "<span class=\"notice\">never</span>".to_owned(),
                1 => "once".to_owned(),
                runs => format!("{runs} times"),
            };
            format!(
                "<tr><th scope=\"row\">{}</th><td>{runs}</td></tr>\n",
                escaped(step)
            )
        });
        format!(
            "<h2>Flow graph</h2>\n<p class=\"soft\">Thick outline: it ran. Red and thicker: it failed. Faint and dashed: no test \
             reached it.</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Flow graph\">\n{}</div>\n\
             <details><summary>Steps and how often they ran</summary><div><table><caption>All tests together</caption>\n\
             <thead><tr><th scope=\"col\">Step</th><th scope=\"col\">Ran</th></tr></thead>\n<tbody>\n{}</tbody></table></div></details>\n",
            self.picture,
            rows.collect::<String>()
        )
    }
}

fn test(outcome: &TestOutcome) -> String {
    let (word, tone) = match &outcome.status {
        TestStatus::Passed => ("passed", "good"),
        TestStatus::Failed => ("FAILED", "bad"),
        TestStatus::Ignored { .. } => ("ignored", "notice"),
    };
    let (class, open) = match outcome.status {
        TestStatus::Failed => (" class=\"failed\"", " open"),
        _ => ("", ""),
    };
    let mut out = format!(
        "<details{class}{open}><summary><span class=\"word {tone}\">{word}</span> {} <span class=\"soft\">{:.3} s</span></summary><div>\n",
        escaped(&outcome.name),
        outcome.duration.as_secs_f64()
    );
    if let TestStatus::Ignored { reason: Some(reason) } = &outcome.status {
        out += &format!("<p>{}</p>\n", escaped(reason));
    }
    out += &failure(outcome);
    let steps: Vec<&str> = outcome.reached.steps.keys().map(String::as_str).collect();
    if !steps.is_empty() {
        out += &format!("<p class=\"soft\">Ran: {}</p>\n", escaped(&steps.join(", ")));
    }
    for note in &outcome.notes {
        out += &format!(
            "<p><span class=\"word notice\">note:</span> {}</p>\n",
            escaped(note)
        );
    }
    if outcome.label != ControlLabel::Controlled {
        out += &format!(
            "<p><span class=\"word notice\">control:</span> {}</p>\n",
            outcome.label
        );
    }
    let printed = output_text(&outcome.output, None, false);
    if !printed.is_empty() {
        out += &format!("<h3>Printed</h3>\n<pre>{}</pre>\n", escaped(&printed));
    }
    out + "</div></details>\n"
}

fn failure(outcome: &TestOutcome) -> String {
    let Some(failure) = &outcome.failure else {
        return String::new();
    };
    let mut out = format!("<p class=\"word bad\">{}</p>\n", escaped(&failure.headline));
    if let Some(place) = &failure.place {
        out += &format!("<p><code>{}</code></p>\n", escaped(&place.to_string()));
    }
    if !failure.details.is_empty() {
        out += &format!("<pre>{}</pre>\n", escaped(&failure.details.join("\n")));
    }
    if let Some(input) = &failure.minimal_input {
        out += &format!(
            "<h3>Minimal input</h3>\n<pre>{}</pre>\n",
            escaped(&input.to_string())
        );
    }
    for (title, shown) in [("State", &failure.state), ("Streams", &failure.streams)] {
        if let Some(shown) = shown {
            let text = serde_json::to_string_pretty(shown).unwrap_or_default();
            out += &format!("<h3>{title} at the end</h3>\n<pre>{}</pre>\n", escaped(&text));
        }
    }
    out += &swim::lanes(&failure.timeline, &outcome.name);
    if !failure.replay.is_empty() {
        out += &format!("<h3>See it again</h3>\n<pre>{}</pre>\n", escaped(&failure.replay));
    }
    out
}

/// What all outcomes came by together.
pub fn reached_by<'o>(outcomes: impl IntoIterator<Item = &'o TestOutcome>) -> Reached {
    outcomes.into_iter().fold(Reached::default(), |mut all, outcome| {
        all.extend(&outcome.reached);
        all
    })
}

#[cfg(test)]
mod tests;
