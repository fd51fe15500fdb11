//! `textDocument/codeAction`: the fixes of the findings under the cursor.

use banister_project::{Diagnostic, Fix};
use tower_lsp::ls_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse,
};

use crate::diagnostics;
use crate::dispatch::View;
use crate::edits;

/// The answer; null where nothing can be mended.
pub(crate) fn run(view: &View, params: &CodeActionParams) -> Option<CodeActionResponse> {
    let wanted = params.context.only.as_ref();
    // `only` names kinds by prefix: `quickfix` and everything below it.
    if wanted.is_some_and(|kinds| !kinds.iter().any(|kind| covers(kind, &CodeActionKind::QUICKFIX))) {
        return None;
    }
    let (start, end) = (view.offset(params.range.start), view.offset(params.range.end));
    let findings = view.snapshot.check();
    let here = findings.iter().filter(|finding| {
        finding.file == view.path() && finding.span.start <= end && start <= finding.span.end
    });
    let actions: Vec<CodeActionOrCommand> = here
        .filter_map(|finding| action(view, finding, finding.fix.as_ref()?))
        .map(CodeActionOrCommand::CodeAction)
        .collect();
    (!actions.is_empty()).then_some(actions)
}

/// True if asking for `asked` includes `kind`.
fn covers(asked: &CodeActionKind, kind: &CodeActionKind) -> bool {
    let rest = kind.as_str().strip_prefix(asked.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || asked.as_str().is_empty())
}

fn action(view: &View, finding: &Diagnostic, fix: &Fix) -> Option<CodeAction> {
    let diagnostic = diagnostics::converted(&view.snapshot, finding, &view.names, &view.client)?;
    Some(CodeAction {
        title: fix.title.clone(),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![diagnostic]),
        edit: Some(edits::workspace_edit(view, &fix.edits)?),
        is_preferred: Some(true),
        ..CodeAction::default()
    })
}
