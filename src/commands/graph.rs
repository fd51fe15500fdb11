//! `banister graph`: the flow graph of a project.

use std::path::PathBuf;

use anyhow::Context as _;
use banister_project::contract::Contract;
use banister_project::graph::Graph;
use banister_project::{Snapshot, disk};

use super::write_stdout;
use crate::cache_folder::cache_folder;
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
    /// A digraph for Graphviz
    Dot,
    /// A picture
    Svg,
    /// A page with the picture, a search and paths that light up; opens without a server
    Html,
    /// An AsyncAPI 3.0 document of the topics and streams
    Asyncapi,
    /// An OpenAPI 3.1 document of the routes
    Openapi,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let loaded = disk::load_cached(&arguments.dir, cache_folder().as_deref())
        .with_context(|| format!("cannot draw {}", arguments.dir.display()))?;
    let snapshot = loaded.host.snapshot();
    let graph = Graph::of(&snapshot, arguments.flow.as_deref());
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
        Format::Dot => graph.to_dot(),
        Format::Svg => graph.to_svg(),
        Format::Html => graph.to_html(),
        Format::Asyncapi => contract(&snapshot, &graph, arguments)?.to_asyncapi(),
        Format::Openapi => contract(&snapshot, &graph, arguments)?.to_openapi(),
    })?;
    Ok(Exit::Success)
}

/// The one contract that is asked for: a document describes one project.
fn contract(snapshot: &Snapshot, graph: &Graph, arguments: &Arguments) -> anyhow::Result<Contract> {
    let roots: Vec<&str> = graph
        .projects
        .iter()
        .map(|project| project.root.as_str())
        .collect();
    if roots.len() > 1 {
        anyhow::bail!(
            "a document describes one project, and there are {}: choose one with `-C`: {}",
            roots.len(),
            roots.join(", ")
        );
    }
    Contract::all(snapshot)
        .into_iter()
        .find(|contract| roots.contains(&contract.root.as_str()))
        .map(|contract| contract.of_flow(arguments.flow.as_deref()))
        .context("no project with steps was found")
}
