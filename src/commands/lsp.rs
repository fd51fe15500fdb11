//! `banister lsp`: the language server.

use crate::exit::Exit;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Talk over standard input and output; the default, and accepted because editors pass it
    #[arg(long)]
    stdio: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let Arguments { stdio: _ } = arguments;
    banister_lsp::run_stdio(banister_lsp::Options::default())?;
    Ok(Exit::Success)
}
