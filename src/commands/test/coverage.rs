//! `--coverage` and `--fail-under`: what the tests came by, and whether that is enough.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use banister_project::Snapshot;
use banister_project::graph::Graph;
use banister_testkit::coverage::{Coverage, Kind};
use banister_testkit::suites::Suites;

use super::run::Told;
use super::{Arguments, Format};
use crate::commands::write_stdout;
use crate::exit::Exit;
use crate::render::problem;

/// How coverage is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum CoverageFormat {
    /// A table after the results
    Text,
    /// A file for programs
    Json,
    /// A page with the flow graph
    Html,
}

/// Tells of the coverage if that is asked for, and says how the run ends for its sake.
pub(super) fn tell(
    arguments: &Arguments,
    told: &Told,
    suites: &Suites,
    filtered_out: usize,
    snapshot: &Snapshot,
) -> anyhow::Result<Exit> {
    if arguments.coverage.is_none() && arguments.fail_under.is_none() {
        return Ok(Exit::Success);
    }
    let partial = partial(arguments, told, suites, filtered_out);
    let coverage = Coverage::of(snapshot, suites, &told.outcomes, &told.schemas, partial);
    if let Some(format) = arguments.coverage {
        show(arguments, format, &coverage, snapshot)?;
    }
    if told.summary.unfinished > 0 {
        return Ok(Exit::Success);
    }
    Ok(judge(arguments, &coverage))
}

/// Why not every test of the workspace counts.
fn partial(arguments: &Arguments, told: &Told, suites: &Suites, filtered_out: usize) -> Vec<String> {
    let tests = |count: usize| match count {
        1 => "1 test".to_owned(),
        count => format!("{count} tests"),
    };
    let mut reasons = Vec::new();
    if filtered_out > 0 {
        let shares = arguments
            .shard
            .map_or_else(String::new, |shard| format!(" (--shard {shard})"));
        reasons.push(format!("{} not chosen{shares}", tests(filtered_out)));
    }
    if told.summary.ignored > 0 {
        reasons.push(format!("{} ignored", tests(told.summary.ignored)));
    }
    if told.summary.unfinished > 0 {
        reasons.push(format!("{} not finished", tests(told.summary.unfinished)));
    }
    if !suites.invalid.is_empty() {
        reasons.push(format!(
            "{} flow test file(s) that cannot be run",
            suites.invalid.len()
        ));
    }
    reasons.extend(suites.left_out.iter().cloned());
    reasons
}

fn show(
    arguments: &Arguments,
    format: CoverageFormat,
    coverage: &Coverage,
    snapshot: &Snapshot,
) -> anyhow::Result<()> {
    let write = |name: &str, text: String| -> anyhow::Result<()> {
        let path = arguments
            .coverage_file
            .clone()
            .unwrap_or_else(|| PathBuf::from(name));
        write_file(&path, &text)?;
        let total = coverage.share(Kind::Total).unwrap_or_default();
        anstream::eprintln!("coverage is {total}: see {}", path.display());
        Ok(())
    };
    match format {
        CoverageFormat::Json => write("coverage.json", format!("{:#}\n", coverage.to_json())),
        CoverageFormat::Html => write("coverage.html", coverage.to_html(&Graph::of(snapshot, None))),
        CoverageFormat::Text => match (&arguments.coverage_file, arguments.format) {
            (Some(path), _) => write_file(path, &coverage.to_text()),
            (None, Format::Pretty | Format::Terse) => write_stdout(&coverage.to_text()),
            // Standard output is for a program then.
            (None, Format::Json | Format::Junit) => {
                anstream::eprint!("{}", coverage.to_text());
                Ok(())
            }
        },
    }
}

fn write_file(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write the coverage {}", path.display()))
}

fn judge(arguments: &Arguments, coverage: &Coverage) -> Exit {
    let Some(demand) = &arguments.fail_under else {
        return Exit::Success;
    };
    let lacking = demand.shortfalls(|kind| coverage.share(kind));
    for shortfall in &lacking {
        let of_what = match coverage.partial.as_slice() {
            [] => String::new(),
            reasons => format!("; coverage is partial: {}", reasons.join(", ")),
        };
        anstream::eprintln!("{}", problem::error_line(&format!("{shortfall}{of_what}")));
    }
    match lacking.is_empty() {
        true => Exit::Success,
        false => Exit::Findings,
    }
}
