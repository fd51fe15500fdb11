//! `--mutate`: what would go wrong without a test noticing.

use anyhow::Context as _;
use banister_testkit::coverage::Kind;
use banister_testkit::mutation::MutationReport;
use banister_testkit::report::TestOutcome;
use banister_testkit::runner::{Harness, RunOptions, TestCase};
use banister_testkit::suites::Suites;

use super::interrupt::Interrupt;
use super::run::Told;
use super::{Arguments, Format};
use crate::commands::write_stdout;
use crate::exit::Exit;
use crate::render::problem;

/// Tries mutants if that is asked for, and says how the run ends for their sake.
pub(super) fn tell(
    arguments: &Arguments,
    told: &Told,
    suites: &Suites,
    interrupt: &Interrupt,
) -> anyhow::Result<Exit> {
    if !arguments.mutate || interrupt.exit().is_some() {
        return Ok(Exit::Success);
    }
    let mut report = MutationReport::default();
    let most = usize::try_from(arguments.mutants).unwrap_or(usize::MAX);
    let passed = |test: &TestCase| {
        let mut outcomes = told.outcomes.iter();
        outcomes
            .find(|it| it.name == test.name)
            .and_then(TestOutcome::passed)
    };
    for suite in &suites.suites {
        let (tests, others): (Vec<TestCase>, Vec<TestCase>) = suite
            .tests
            .iter()
            .cloned()
            .partition(|test| passed(test) == Some(true));
        report.left_out.extend(others.into_iter().map(|test| {
            let reason = passed(&test).map_or("it is not run", |_| "it fails");
            (test.name, reason.to_owned())
        }));
        if tests.is_empty() {
            continue;
        }
        let options = RunOptions {
            trace_dir: None,
            require: None,
            record: None,
            coverage: false,
            ..arguments.run_options(&interrupt.stop)
        };
        let harness = Harness::new(suite.plan.clone(), options)?;
        let Some(of_suite) = harness.mutate(&tests, most.saturating_sub(report.mutants.len())) else {
            anstream::eprintln!(
                "{}",
                problem::error_line("the mutants were not all tried: the run was interrupted")
            );
            return Ok(interrupt.exit().unwrap_or(Exit::Failure));
        };
        report.extend(of_suite);
    }
    if let Some(path) = &arguments.mutation_file {
        std::fs::write(path, format!("{:#}\n", report.to_json()))
            .with_context(|| format!("cannot write the mutants {}", path.display()))?;
    }
    match arguments.format {
        Format::Pretty | Format::Terse => write_stdout(&report.to_text())?,
        // Standard output is for a program then.
        Format::Json | Format::Junit => anstream::eprint!("{}", report.to_text()),
    }
    Ok(judge(arguments, &report))
}

fn judge(arguments: &Arguments, report: &MutationReport) -> Exit {
    let score = report.tally().score();
    let demand = arguments.fail_under.iter();
    let lacking = demand.flat_map(|it| it.shortfalls(|kind| (kind == Kind::Mutation).then_some(score)));
    lacking.fold(Exit::Success, |_, shortfall| {
        anstream::eprintln!("{}", problem::error_line(&shortfall.to_string()));
        Exit::Findings
    })
}
