//! The `banister` binary: arguments in, exit code out.

mod cache_folder;
mod commands;
mod exit;
mod render;

use std::process::ExitCode;

use clap::Parser;

use commands::Command;
use exit::Exit;

/// Language server, CI check and deterministic test harness for step projects.
#[derive(Debug, Parser)]
#[command(name = "banister", version, about, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// When reports have colours; NO_COLOR is honoured
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Colour::Auto)]
    color: Colour,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Colour {
    /// On a terminal
    Auto,
    /// Even in a pipe
    Always,
    /// Nowhere
    Never,
}

impl Colour {
    fn apply(self) {
        let choice = match self {
            Colour::Auto => return,
            Colour::Always => anstream::ColorChoice::Always,
            Colour::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    arguments.color.apply();
    start_logging();
    let exit = arguments.command.run().unwrap_or_else(|error| {
        anstream::eprintln!("{}", render::problem::error_chain(&error));
        Exit::Failure
    });
    exit.into()
}

/// Logs go to standard error and never to standard output, which belongs to reports and to the protocol.
fn start_logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("BANISTER_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
}
