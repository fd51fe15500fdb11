//! What is read off the text of a step, against what its module yields in its interpreter: the config, and every
//! schema from the side of the sender and from that of the receiver.
//!
//! A schema that is read off may say less than the truth, never more and never something else. Where it says less, the
//! part counts as unknown; the totals are printed.

mod canonical;
mod compare;
mod inputs;
mod packages;
mod run_time;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use banister_grammars::facts::{Declaration, SchemaFact, SchemaNotation, Text, Trigger};
use banister_project::{Project as Facts, Snapshot, Step, disk};
use serde_json::{Value as Json, json};

use crate::support::command::repository;
use crate::support::project::Project;

use compare::Tally;
use run_time::{Sides, Yielded};

/// Projects whose steps cannot be loaded as they are: that is what they are for, or they are parts that another test lays
/// together.
const NOT_LOADABLE: [&str; 3] = ["bad-input", "mocked-code", "seeded-bugs"];

/// Steps that use packages and names which their flow tests put in place, and which not every machine has or none can have.
const NEED_MOCKS: [&str; 9] = [
    "billing/steps/charge-invoice.step.ts",
    "billing/steps/write_invoice.step.rb",
    "broken-invariants/steps/unloadable.step.js",
    "content-pipeline/steps/count_reads_step.py",
    "content-pipeline/steps/judge_article_step.py",
    "content-pipeline/steps/shorten_article_step.py",
    "seed-forms/steps/api/find-copy.step.ts",
    "seed-forms/steps/events/mail_bill.step.rb",
    "seed-forms/steps/events/suggest_books_step.py",
];

/// How node, Python and Ruby say that it is not there.
const MISSING: [&str; 4] = [
    "Cannot find module",
    "No module named",
    "cannot load such file",
    "is not defined",
];

/// The least share of schema parts that the projects of forms must yield as they are.
const LEAST_KNOWN: f64 = 0.9;

#[test]
fn what_is_read_off_is_what_the_modules_yield() {
    let Some(packages) = packages::installed() else {
        return;
    };
    let mut total = Report::default();
    for folder in projects() {
        let report = compare_project(&folder, &packages);
        report.print(&name_of(&folder));
        total.add(report);
    }
    total.print("all");
    assert!(
        total.differences.is_empty(),
        "what is read off differs from what the modules yield:\n{}",
        total.differences.join("\n")
    );
    let needs_mocks = |(step, why): &&(String, String)| {
        NEED_MOCKS.contains(&step.as_str()) && MISSING.iter().any(|said| why.contains(said))
    };
    let failures: Vec<_> = total.failures.iter().filter(|it| !needs_mocks(it)).collect();
    assert!(failures.is_empty(), "steps that do not load: {failures:#?}");
    let known = total.tally.share_known();
    assert!(
        known >= LEAST_KNOWN,
        "only {:.1} % of the schemas' parts are known",
        known * 100.0
    );
    assert!(
        total.steps > 40 && total.schemas > 60,
        "too little to compare: {} steps",
        total.steps
    );
}

fn projects() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for group in ["examples", "tests/projects"] {
        for entry in fs::read_dir(repository(group)).expect("a folder of projects") {
            let path = entry.expect("a folder can be listed").path();
            if path.is_dir() && !NOT_LOADABLE.contains(&name_of(&path).as_str()) {
                folders.push(path);
            }
        }
    }
    folders.sort();
    folders
}

fn name_of(folder: &Path) -> String {
    folder
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// What one project, or all of them, came to.
#[derive(Default)]
struct Report {
    steps: usize,
    config_values: usize,
    unknown_config_values: usize,
    schemas: usize,
    equal: usize,
    tally: Tally,
    differences: Vec<String>,
    /// Steps that do not load, and why.
    failures: Vec<(String, String)>,
}

impl Report {
    fn add(&mut self, other: Report) {
        self.steps += other.steps;
        self.config_values += other.config_values;
        self.unknown_config_values += other.unknown_config_values;
        self.schemas += other.schemas;
        self.equal += other.equal;
        self.tally.add(&other.tally);
        self.differences.extend(other.differences);
        self.failures.extend(other.failures);
    }

    #[allow(
        clippy::print_stderr,
        reason = "the totals are what a reader of the test wants to see"
    )]
    fn print(&self, name: &str) {
        eprintln!(
            "differential {name}: {} steps and streams, {} config values ({} unknown); {} schemas, {} equal; {} parts, \
             {} unknown ({:.1} % known)",
            self.steps,
            self.config_values,
            self.unknown_config_values,
            self.schemas,
            self.equal,
            self.tally.parts,
            self.tally.unknown,
            self.tally.share_known() * 100.0
        );
        if std::env::var_os("BANISTER_SHOW_UNKNOWN").is_some() {
            for unknown in &self.tally.unknown_at {
                eprintln!("  unknown: {unknown}");
            }
        }
    }
}

fn compare_project(folder: &Path, packages: &packages::Packages) -> Report {
    let project = Project::copy_of(folder);
    packages.link(folder, &project);
    let loaded = disk::load(project.root()).expect("the project can be read");
    let snapshot = loaded.host.snapshot();
    let mut report = Report::default();
    for facts in snapshot.projects() {
        let files = files(&facts, project.root());
        for yielded in run_time::ask(&files, packages) {
            let file = yielded
                .file
                .strip_prefix(project.root())
                .expect("a file of the project")
                .to_string_lossy()
                .into_owned();
            compare_file(&facts, &snapshot, &file, &yielded, &name_of(folder), &mut report);
        }
    }
    report
}

fn files(facts: &Facts, root: &Path) -> Vec<PathBuf> {
    let steps = facts.steps.iter().map(|step| &step.file);
    let streams = facts.streams.iter().map(|stream| &stream.file);
    steps.chain(streams).map(|file| root.join(file)).collect()
}

fn compare_file(
    facts: &Facts,
    snapshot: &Snapshot,
    file: &str,
    yielded: &Yielded,
    project: &str,
    report: &mut Report,
) {
    let place = format!("{project}/{file}");
    let (config, schemas) = match &yielded.answer {
        Ok(answer) => answer,
        Err(error) => {
            report.failures.push((place, error.clone()));
            return;
        }
    };
    report.steps += 1;
    let mut found: Vec<(String, &SchemaFact)> = Vec::new();
    if let Some(step) = facts.steps.iter().find(|step| step.file == file) {
        compare_config(step, config, &place, report);
        found = step_schemas(step);
    } else if let Some(stream) = facts.streams.iter().find(|stream| stream.file == file) {
        compare_value(
            stream.name().map(|name| json!(name)),
            config.get("name"),
            &place,
            "name",
            report,
        );
        let schema = stream
            .facts()
            .stream
            .as_ref()
            .and_then(|fact| fact.schema.as_ref());
        found.extend(schema.map(|schema| ("stream".to_owned(), schema)));
    }
    for (name, fact) in &found {
        if schemas.get(name).is_none() && fact.notation != SchemaNotation::Null {
            report
                .differences
                .push(format!("{place}: {name}: the module yields no such schema"));
        }
    }
    for (name, sides) in schemas {
        let place = format!("{place}: {name}");
        let fact = found
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, fact)| *fact);
        let whole = fact.and_then(|fact| snapshot.schema(file, fact));
        compare_schema(whole.as_ref(), sides, &place, report);
    }
}

fn step_schemas(step: &Step) -> Vec<(String, &SchemaFact)> {
    let triggers: &[Trigger] = step.fact().map_or(&[], |fact| &fact.triggers);
    let mut found = Vec::new();
    for trigger in triggers {
        found.extend(trigger.input.as_ref().map(|input| ("input".to_owned(), input)));
        let responses = trigger.responses.iter();
        found.extend(responses.map(|(status, schema)| (format!("response {status}"), schema)));
    }
    found
}

fn compare_schema(fact: Option<&SchemaFact>, sides: &Sides, place: &str, report: &mut Report) {
    let has_output = matches!(sides, Sides::Both { output: Some(_), .. });
    let sides: Vec<(&str, Json, Json)> = match (fact, sides) {
        (None, sides) => vec![("input", json!({}), sides.input().clone())],
        (Some(fact), Sides::Plain(plain)) => {
            let truth = match fact.notation {
                SchemaNotation::Shorthand => canonical::of_shorthand(plain),
                _ => plain.clone(),
            };
            vec![("input", fact.input(), truth)]
        }
        (Some(fact), Sides::Both { input, output }) => {
            let mut sides = vec![("input", fact.input(), input.clone())];
            sides.extend(
                output
                    .iter()
                    .map(|output| ("output", fact.output(), output.clone())),
            );
            sides
        }
    };
    for (side, read_off, truth) in sides {
        report.schemas += 1;
        let mut tally = Tally::default();
        let place = format!("{place} ({side})");
        let (read_off, truth) = (canonical::of(&read_off), canonical::of(&truth));
        let mut wrong = String::new();
        // Objects of Zod 3, and those that come out of Zod 4, are closed though nobody wrote so.
        let is_zod = fact.is_some_and(|fact| fact.notation == SchemaNotation::Zod);
        let closed_by_library = is_zod && (side == "output" || !has_output);
        compare::compare(&read_off, &truth, closed_by_library, &place, &mut tally);
        for difference in &tally.differences {
            let _ = write!(wrong, "\n  {difference}");
        }
        if !wrong.is_empty() {
            report.differences.push(format!("{place}:{wrong}"));
        }
        if tally.unknown == 0 && tally.differences.is_empty() {
            report.equal += 1;
        }
        report.tally.add(&tally);
    }
}

/// Compares what a config says beside its schemas.
fn compare_config(step: &Step, config: &Json, place: &str, report: &mut Report) {
    let kind = step
        .fact()
        .and_then(|fact| fact.kind_text.as_ref())
        .and_then(|kind| kind.text.known())
        .map(|kind| json!(kind));
    let text = |text: Option<&str>| text.map(|text| json!(text));
    for (key, read_off) in [
        ("type", kind),
        ("name", text(step.name())),
        ("method", text(step.method())),
        ("path", text(step.path())),
        ("cron", text(step.cron())),
    ] {
        compare_value(read_off, config.get(key), place, key, report);
    }
    let flows = config.get("flows").map(|_| json!(step.flows()));
    compare_value(flows, config.get("flows"), place, "flows", report);
    let declared = config.get("emits").map(topics);
    let read_off = match step.declaration() {
        Declaration::Absent => None,
        declaration => declaration.is_complete().then(|| json!(step.emits())),
    };
    compare_value(read_off, declared.as_ref(), place, "emits", report);
    let taken = config.get("subscribes").map(topics);
    let triggers: &[Trigger] = step.fact().map_or(&[], |fact| &fact.triggers);
    let is_known = triggers.iter().all(|trigger| {
        let mut topics = trigger.topics.iter();
        !trigger.topics_open && topics.all(|topic| matches!(topic.topic.text, Text::Known(_)))
    });
    let read_off = (taken.is_some() && is_known).then(|| json!(step.subscribes()));
    compare_value(read_off, taken.as_ref(), place, "subscribes", report);
}

/// The names of a list of topics, which may be objects with labels.
fn topics(list: &Json) -> Json {
    let name = |topic: &Json| topic.get("topic").unwrap_or(topic).clone();
    list.as_array().into_iter().flatten().map(name).collect()
}

fn compare_value(read_off: Option<Json>, truth: Option<&Json>, place: &str, key: &str, report: &mut Report) {
    report.config_values += usize::from(truth.is_some());
    match (read_off, truth) {
        (Some(read_off), Some(truth)) if &read_off == truth => {}
        (None, Some(_)) => report.unknown_config_values += 1,
        (None, None) => {}
        (Some(read_off), truth) => report.differences.push(format!(
            "{place}: {key}: read off {read_off}, and the module yields {}",
            truth.unwrap_or(&Json::Null)
        )),
    }
}
