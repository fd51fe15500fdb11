//! One run of a row: the project as static analysis sees it, the flow test, the verdict.

use std::sync::Arc;

use banister_project::flow_test::{self, FlowTest};
use banister_project::workspace::Host;
use banister_testkit::flow::{FlowResult, run_flow};
use banister_testkit::mock::Services;
use banister_testkit::plan::Plan;
use banister_testkit::protocol::Isolation;
use banister_testkit::rng::Seed;
use banister_testkit::template::Variables;
use serde_json::Value as Json;

use crate::language::Tongue;
use crate::row::Row;
use crate::stages::{Stages, files, folder};

pub(crate) fn run(row: &Row, number: usize, tongue: Tongue, stages: &Stages) -> Result<(), String> {
    let plan = plan(row, number, tongue, stages)?;
    let test = parse(row)?;
    let result = stages.with(|stage| {
        let services = Services::from(test.mocks.http.clone());
        let setting = stage.setting(services, Seed::root(0), Isolation::Fresh, Variables::new());
        let setting = setting.map_err(|error| error.to_string())?;
        let result = run_flow(&plan, stage, &test, setting);
        stage.close_session();
        Ok::<_, String>(result)
    })?;
    judge(row, &result).map_err(|problem| format!("{problem}\n{}", story(row, &result)))
}

fn plan(row: &Row, number: usize, tongue: Tongue, stages: &Stages) -> Result<Plan, String> {
    let mut host = Host::new();
    for (path, text) in files(row, number, tongue) {
        host.set_file(&path, text.into());
    }
    if !row.settings.is_empty() {
        let settings = row.settings.replace("{folder}", &folder(number, tongue));
        let settings = settings.replace("{language}", tongue.name());
        host.set_file("banister.toml", settings.into());
    }
    let snapshot = host.snapshot();
    match snapshot.projects().as_slice() {
        [project] => Ok(Plan::of_project(project, &stages.root())),
        projects => Err(format!("{} projects instead of one", projects.len())),
    }
}

fn parse(row: &Row) -> Result<FlowTest, String> {
    let lines: Vec<&str> = row
        .flow
        .lines()
        .skip_while(|line| line.trim().is_empty())
        .collect();
    let depth = lines
        .first()
        .map_or(0, |line| line.len() - line.trim_start().len());
    let body = lines
        .iter()
        .map(|line| format!("    {}\n", line.get(depth..).unwrap_or("")))
        .collect::<String>();
    let text = format!("tests:\n  - name: row\n{body}");
    match flow_test::parse("row.flow.yaml", Arc::from(text)) {
        Ok(file) => Ok(file.tests.into_iter().next().expect("one test")),
        Err(problems) => {
            let told = problems.iter().map(|it| format!("{}: {}", it.rule, it.message));
            Err(told.collect::<Vec<_>>().join("\n"))
        }
    }
}

fn judge(row: &Row, result: &FlowResult) -> Result<(), String> {
    let headlines: Vec<&str> = result.failures.iter().map(|it| it.headline.as_str()).collect();
    for wanted in &row.fails {
        if !result
            .failures
            .iter()
            .any(|it| it.headline.contains(wanted) || it.details.iter().any(|line| line.contains(wanted)))
        {
            return Err(format!("no failure says {wanted:?}"));
        }
    }
    if headlines.len() > row.fails.len() {
        return Err(format!(
            "{} failures, expected {}",
            headlines.len(),
            row.fails.len()
        ));
    }
    for wanted in &row.notes {
        if !result.notes.iter().any(|note| note.contains(wanted)) {
            return Err(format!("no note says {wanted:?}"));
        }
    }
    let events: Vec<Json> = result
        .trace
        .events
        .iter()
        .map(|event| serde_json::to_value(event).unwrap())
        .collect();
    let mut rest = events.iter();
    for wanted in &row.trace {
        if !rest.any(|event| holds(event, wanted)) {
            return Err(format!("the trace has no {wanted} here"));
        }
    }
    Ok(())
}

/// True if all keys of `wanted` are there with these values.
fn holds(event: &Json, wanted: &Json) -> bool {
    match (wanted, event) {
        (Json::Object(wanted), Json::Object(event)) => wanted
            .iter()
            .all(|(key, value)| event.get(key).is_some_and(|found| holds(found, value))),
        _ => event == wanted,
    }
}

fn story(row: &Row, result: &FlowResult) -> String {
    let mut out = format!("{}\n", row.facts);
    for failure in &result.failures {
        out.push_str(&format!("  {}\n", failure.headline));
        for line in &failure.details {
            out.push_str(&format!("    {line}\n"));
        }
    }
    for note in &result.notes {
        out.push_str(&format!("  note: {note}\n"));
    }
    out.push_str(&result.trace.canonical());
    out
}
