//! `banister graph`: the flow graph of a project.

use std::path::PathBuf;

use anyhow::Context as _;
use banister_project::{disk, graph::Graph};

use super::write_stdout;
use crate::exit::Exit;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The project
    #[arg(short = 'C', long = "dir", default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    /// How the graph is written
    #[arg(long, value_enum, default_value_t = Format::Mermaid)]
    format: Format,
    /// Only the steps of this flow
    #[arg(long)]
    flow: Option<String>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// A Mermaid flowchart
    Mermaid,
    /// Versioned JSON
    Json,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let loaded =
        disk::load(&arguments.dir).with_context(|| format!("cannot draw {}", arguments.dir.display()))?;
    let graph = Graph::of(&loaded.host.snapshot(), arguments.flow.as_deref());
    if let Some(flow) = arguments
        .flow
        .as_deref()
        .filter(|_| graph.projects.iter().all(|project| project.steps.is_empty()))
    {
        anyhow::bail!("no step belongs to a flow named `{flow}`");
    }
    write_stdout(&match arguments.format {
        Format::Mermaid => graph.to_mermaid(),
        Format::Json => graph.to_json() + "\n",
    })?;
    Ok(Exit::Success)
}
