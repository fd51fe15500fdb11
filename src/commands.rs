//! The commands, one file each.

pub(crate) mod check;
pub(crate) mod explain;
mod graph;
mod lsp;
mod rule_name;
mod test;
mod why;

use std::io::Write as _;

use crate::exit::Exit;

/// What `banister` can do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Report defects of step projects: topics, payloads, routes, schedules
    Check(check::Arguments),
    /// Run flow tests (`*.flow.yaml`) with real handlers on a virtual clock
    Test(Box<test::Arguments>),
    /// Print the flow graph
    Graph(graph::Arguments),
    /// Tell who declares, sends and takes a topic, what is dropped, and how it is reached
    Why(why::Arguments),
    /// Tell what a rule finds, why that hurts and what to do
    Explain(explain::Arguments),
    /// Start the language server on standard input and output
    Lsp(lsp::Arguments),
}

impl Command {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        match self {
            Command::Check(arguments) => check::run(&arguments),
            Command::Test(arguments) => test::run(&arguments),
            Command::Graph(arguments) => graph::run(&arguments),
            Command::Why(arguments) => why::run(&arguments),
            Command::Explain(arguments) => explain::run(&arguments),
            Command::Lsp(arguments) => lsp::run(&arguments),
        }
    }
}

/// Writes a report to standard output. A reader that went away (`| head`) is no error.
fn write_stdout(text: &str) -> anyhow::Result<()> {
    let written = anstream::stdout().lock().write_all(text.as_bytes());
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}
