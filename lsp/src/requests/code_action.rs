//! `textDocument/codeAction` and `codeAction/resolve`: the fixes of the findings under the cursor, ignoring them with a
//! reason, everything that can be fixed in the file, and what else can be done here.

use banister_grammars::Span;
use banister_project::features::{Action, ActionKind, ActionRequest};
use banister_project::{Diagnostic, Fix, ignore_fix};
use serde::{Deserialize, Serialize};
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::{
    CodeAction, CodeActionDisabled, CodeActionKind, CodeActionOrCommand, CodeActionParams,
    CodeActionResponse, Uri, WorkspaceEdit,
};

use crate::dispatch::View;
use crate::{diagnostics, edits};

/// `source.fixAll.banister`: clients run it on save.
pub(crate) const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.banister");

/// What travels with an action whose edit is worked out when it is chosen.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Deferred {
    /// The document that the action was offered in.
    pub(crate) uri: Uri,
    /// The client's number of its text then, if it was open.
    version: Option<i32>,
    request: ActionRequest,
}

impl Deferred {
    /// What an action carries; nothing if it is none of ours or needs no more work.
    pub(crate) fn of(action: &CodeAction) -> Option<Self> {
        serde_json::from_value(action.data.clone()?).ok()
    }
}

/// The answer; null where nothing can be done.
pub(crate) fn run(view: &View, params: &CodeActionParams) -> Option<CodeActionResponse> {
    let (start, end) = (view.offset(params.range.start), view.offset(params.range.end));
    let only = params.context.only.as_deref();
    let wanted =
        |kind: &CodeActionKind| only.is_none_or(|kinds| kinds.iter().any(|asked| covers(asked, kind)));
    // To look away comes last.
    let (mut actions, mut ignores) = (Vec::new(), Vec::new());
    if wanted(&CodeActionKind::QUICKFIX) {
        let findings = view.snapshot.findings_in(view.path()).iter();
        let here: Vec<&Diagnostic> = findings
            .filter(|finding| finding.span.start <= end && start <= finding.span.end)
            .collect();
        let fixes = here
            .iter()
            .filter_map(|finding| mending(view, finding, finding.fix.as_ref()?, !finding.fix_is_guess));
        actions.extend(fixes);
        ignores.extend(
            here.iter()
                .filter_map(|finding| mending(view, finding, &ignore_fix(&view.snapshot, finding)?, false)),
        );
    }
    let selected = Span { start, end };
    let offered = view.snapshot.actions(view.path(), selected);
    // The fixes of the whole file are looked for only where they are asked for, or where one of them is under the cursor.
    let fixes_all = only.is_some() || actions.iter().any(|action| action.is_preferred == Some(true));
    let whole_file = fixes_all.then(|| Action {
        title: "Fix everything in this file that can be fixed unseen".to_owned(),
        kind: ActionKind::FixAll,
        request: ActionRequest::FixFile,
        refused: None,
    });
    for action in offered.into_iter().chain(whole_file) {
        let kind = kind(action.kind);
        // What mends a finding is not offered twice.
        let is_there = actions.iter().any(|there| there.title == action.title);
        if wanted(&kind) && !is_there {
            actions.extend(converted(view, action, kind));
        }
    }
    let others = actions
        .iter()
        .position(|action| action.kind != Some(CodeActionKind::QUICKFIX));
    let at = others.unwrap_or(actions.len());
    actions.splice(at..at, ignores);
    let actions: Vec<CodeActionOrCommand> =
        actions.into_iter().map(CodeActionOrCommand::CodeAction).collect();
    (!actions.is_empty()).then_some(actions)
}

/// The chosen action with its edit. An action that needs no work comes back as it is.
pub(crate) fn resolve(view: Option<&View>, action: CodeAction) -> Result<CodeAction> {
    let Some(deferred) = Deferred::of(&action).filter(|_| action.edit.is_none()) else {
        return Ok(action);
    };
    let outdated = || Error {
        code: ErrorCode::ContentModified,
        message: "the text has changed since this was offered".into(),
        data: None,
    };
    let view = view.ok_or_else(outdated)?;
    if view.names.version(view.path()) != deferred.version {
        return Err(outdated());
    }
    let edit = edit(view, &deferred.request, &action.title).ok_or_else(outdated)?;
    Ok(CodeAction {
        edit: Some(edit),
        ..action
    })
}

/// True if asking for `asked` includes `kind`.
fn covers(asked: &CodeActionKind, kind: &CodeActionKind) -> bool {
    let rest = kind.as_str().strip_prefix(asked.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || asked.as_str().is_empty())
}

fn kind(kind: ActionKind) -> CodeActionKind {
    match kind {
        ActionKind::QuickFix => CodeActionKind::QUICKFIX,
        ActionKind::FixAll => FIX_ALL,
        ActionKind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
    }
}

fn mending(view: &View, finding: &Diagnostic, fix: &Fix, is_preferred: bool) -> Option<CodeAction> {
    let diagnostic = diagnostics::converted(&view.snapshot, finding, &view.names, &view.client)?;
    Some(CodeAction {
        title: fix.title.clone(),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![diagnostic]),
        edit: Some(edits::workspace_edit(view, &fix.edits, &fix.title)?),
        is_preferred: is_preferred.then_some(true),
        ..CodeAction::default()
    })
}

/// An offer with its edit, or with what is needed to work it out later. What the client cannot do is not offered.
fn converted(view: &View, action: Action, kind: CodeActionKind) -> Option<CodeAction> {
    let plain = CodeAction {
        title: action.title,
        kind: Some(kind),
        ..CodeAction::default()
    };
    if let Some(reason) = action.refused {
        return view.client.disabled_actions.then(|| CodeAction {
            disabled: Some(CodeActionDisabled { reason }),
            ..plain
        });
    }
    let creates = matches!(action.request, ActionRequest::NewSubscriber { .. });
    if creates && !(view.client.creates_files && view.client.document_changes) {
        return None;
    }
    // Whether anything in the file can be fixed is only known once it was tried.
    if view.client.resolves_edits && action.request != ActionRequest::FixFile {
        let deferred = Deferred {
            uri: view.names.uri(view.path())?,
            version: view.names.version(view.path()),
            request: action.request,
        };
        return Some(CodeAction {
            data: serde_json::to_value(deferred).ok(),
            ..plain
        });
    }
    Some(CodeAction {
        edit: Some(edit(view, &action.request, &plain.title)?),
        ..plain
    })
}

fn edit(view: &View, request: &ActionRequest, title: &str) -> Option<WorkspaceEdit> {
    let change = view.snapshot.change(view.path(), request)?;
    edits::of_change(view, &change, title)
}
