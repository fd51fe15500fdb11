//! `banister lsp`: the language server.

use banister_lsp::{LspError, Options};

use crate::cache_folder::cache_folder;
use crate::exit::Exit;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Talk over standard input and output; the default, and accepted because editors pass it
    #[arg(long)]
    stdio: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let Arguments { stdio: _ } = arguments;
    let options = Options {
        cache: cache_folder(),
        executable: std::env::current_exe().ok(),
        ..Options::default()
    };
    match banister_lsp::run_stdio(options) {
        Ok(()) => Ok(Exit::Success),
        // The specification asks for 1 of a server whose client left without `shutdown`.
        Err(LspError::NoShutdown) => Ok(Exit::Findings),
        Err(error) => Err(error.into()),
    }
}
