//! `textDocument/codeLens`: "1 emitter", "3 subscribers" above a step, "run flow test" above a flow test.

use banister_project::features::{Lens, LensTarget};
use serde_json::json;
use tower_lsp::ls_types::{CodeLens, CodeLensParams, Command};

use crate::capabilities::{RUN_FLOW_TEST, SHOW_REFERENCES};
use crate::dispatch::View;

/// The answer; null for a file that is neither a step nor a flow test.
pub(crate) fn run(view: &View, _: &CodeLensParams) -> Option<Vec<CodeLens>> {
    let lenses = view.snapshot.lenses(view.path());
    let shown: Vec<CodeLens> = lenses
        .into_iter()
        .filter_map(|lens| converted(view, lens))
        .collect();
    (!shown.is_empty()).then_some(shown)
}

fn converted(view: &View, lens: Lens) -> Option<CodeLens> {
    let range = view.range(lens.span);
    let uri = view.names.uri(view.path())?;
    let (command, arguments) = match lens.target {
        // Showing places is the client's business: one that has no command for it shows the words alone.
        LensTarget::Places(_) if !view.client.shows_references => (String::new(), None),
        LensTarget::Places(places) => {
            let places: Vec<_> = places.iter().filter_map(|place| view.location(place)).collect();
            (
                SHOW_REFERENCES.to_owned(),
                Some(vec![json!(uri), json!(range.start), json!(places)]),
            )
        }
        LensTarget::FlowTest(name) => (
            RUN_FLOW_TEST.to_owned(),
            Some(vec![json!({ "uri": uri, "test": name })]),
        ),
    };
    Some(CodeLens {
        range,
        command: Some(Command {
            title: lens.title,
            command,
            arguments,
        }),
        data: None,
    })
}
