//! `workspace/diagnostic`: the findings of every document of every folder, open or not, for clients that pull.

use std::collections::BTreeMap;

use tower_lsp::ls_types::{
    DocumentDiagnosticReportKind, Uri, WorkspaceDiagnosticParams, WorkspaceDiagnosticReport,
    WorkspaceDiagnosticReportResult, WorkspaceDocumentDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport, WorkspaceUnchangedDocumentDiagnosticReport,
};

use crate::dispatch::Scope;
use crate::pull;

/// The answer: every document with findings, and those that the client knows findings of and that are clean or gone.
pub(crate) fn run(scopes: &[Scope], params: &WorkspaceDiagnosticParams) -> WorkspaceDiagnosticReportResult {
    let mut known: BTreeMap<&Uri, &str> = BTreeMap::new();
    for previous in &params.previous_result_ids {
        known.insert(&previous.uri, &previous.value);
    }
    let mut items = Vec::new();
    for scope in scopes {
        for (uri, findings) in pull::findings(scope) {
            let id = pull::result_id(&findings);
            scope.told.tell(&uri, &id);
            let before = known.remove(&uri);
            let version = scope.names.version_of(&uri);
            items.push(converted(uri, version, pull::report(findings, before)));
        }
    }
    for (uri, before) in known {
        if let Some(scope) = scopes.first() {
            scope.told.tell(uri, &pull::result_id(&[]));
        }
        let version = scopes.iter().find_map(|scope| scope.names.version_of(uri));
        items.push(converted(
            uri.clone(),
            version,
            pull::report(Vec::new(), Some(before)),
        ));
    }
    WorkspaceDiagnosticReport { items }.into()
}

fn converted(
    uri: Uri,
    version: Option<i32>,
    report: DocumentDiagnosticReportKind,
) -> WorkspaceDocumentDiagnosticReport {
    let version = version.map(i64::from);
    match report {
        DocumentDiagnosticReportKind::Full(full_document_diagnostic_report) => {
            WorkspaceFullDocumentDiagnosticReport {
                uri,
                version,
                full_document_diagnostic_report,
            }
            .into()
        }
        DocumentDiagnosticReportKind::Unchanged(unchanged_document_diagnostic_report) => {
            WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
                uri,
                version,
                unchanged_document_diagnostic_report,
            })
        }
    }
}
