//! `banister/flowGraph` and the command `banister.showFlowGraph`: the flows, as `banister graph` prints them.

use banister_project::graph::Graph;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::Uri;

use crate::dispatch::Scope;
use crate::uri;

/// What is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct FlowGraphParams {
    /// A document of the folder; needed where the session has several.
    pub(crate) uri: Option<Uri>,
    /// One flow only.
    pub(crate) flow: Option<String>,
    /// JSON if absent.
    pub(crate) format: Option<Format>,
}

/// A form of the graph, named as on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// The versioned JSON form, as an object.
    Json,
    /// A Mermaid flowchart, as text.
    Mermaid,
    /// A digraph for Graphviz, as text.
    Dot,
    /// A picture, as text.
    Svg,
    /// A page that stands alone, as text.
    Html,
}

/// The answer: an object for JSON, text otherwise.
pub(crate) fn run(scopes: &[Scope], params: &FlowGraphParams) -> Result<Json> {
    let graph = Graph::of(&folder(scopes, params)?.snapshot, params.flow.as_deref());
    Ok(match params.format.unwrap_or(Format::Json) {
        Format::Json => serde_json::to_value(&graph).map_err(|_| Error::internal_error())?,
        Format::Mermaid => json!(graph.to_mermaid()),
        Format::Dot => json!(graph.to_dot()),
        Format::Svg => json!(graph.to_svg()),
        Format::Html => json!(graph.to_html()),
    })
}

fn folder<'s>(scopes: &'s [Scope], params: &FlowGraphParams) -> Result<&'s Scope> {
    let Some(wanted) = &params.uri else {
        return match scopes {
            [only] => Ok(only),
            [] => Err(Error::invalid_params("the session has no folder")),
            _ => Err(Error::invalid_params(
                "the session has several folders: name a document of one as 'uri'",
            )),
        };
    };
    let path = uri::to_path(wanted);
    let holds = |scope: &&Scope| {
        path.as_deref()
            .is_some_and(|path| scope.names.relative(path).is_some())
    };
    let found = scopes.iter().find(holds);
    found.ok_or_else(|| Error::invalid_params("'uri' lies in no folder of the session"))
}
