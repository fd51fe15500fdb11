//! `textDocument/hover`: the card of the topic, step or schedule under the cursor.

use tower_lsp::ls_types::{Hover, HoverContents, HoverParams};

use crate::convert;
use crate::dispatch::View;

/// The answer; null where nothing of the framework stands.
pub(crate) fn run(view: &View, params: &HoverParams) -> Option<Hover> {
    let offset = view.offset(params.text_document_position_params.position);
    let hover = view.snapshot.hover(view.path(), offset)?;
    Some(Hover {
        contents: HoverContents::Markup(convert::markup(hover.markdown, view.client.hover_markdown)),
        range: Some(view.range(hover.span)),
    })
}
