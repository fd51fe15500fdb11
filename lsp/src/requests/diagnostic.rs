//! `textDocument/diagnostic`: the findings of one document, for clients that pull, and what changed in others.

use std::collections::HashMap;

use tower_lsp::ls_types::{
    DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportKind,
    DocumentDiagnosticReportResult, RelatedFullDocumentDiagnosticReport,
    RelatedUnchangedDocumentDiagnosticReport, Uri,
};

use crate::dispatch::View;
use crate::pull;

/// The answer; a document that is none of ours has no findings.
pub(crate) fn run(view: Option<&View>, params: &DocumentDiagnosticParams) -> DocumentDiagnosticReportResult {
    let uri = &params.text_document.uri;
    let items = view.map_or_else(Vec::new, |view| pull::findings_in(view, view.path()));
    let id = pull::result_id(&items);
    let report = pull::report(items, params.previous_result_id.as_deref());
    let related_documents = view.and_then(|view| {
        view.told.tell(uri, &id);
        related(view, uri)
    });
    let report = match report {
        DocumentDiagnosticReportKind::Full(full_document_diagnostic_report) => {
            DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
                related_documents,
                full_document_diagnostic_report,
            })
        }
        DocumentDiagnosticReportKind::Unchanged(unchanged_document_diagnostic_report) => {
            DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
                related_documents,
                unchanged_document_diagnostic_report,
            })
        }
    };
    report.into()
}

type Related = HashMap<Uri, DocumentDiagnosticReportKind>;

/// The other documents of the folder that the client shows out of date.
fn related(view: &View, own: &Uri) -> Option<Related> {
    if !view.client.related_documents {
        return None;
    }
    let mut related = Related::new();
    for uri in view.told.documents() {
        let Some(file) = view.names.path(&uri).filter(|_| uri != *own) else {
            continue;
        };
        let items = pull::findings_in(view, &file);
        let id = pull::result_id(&items);
        if view.told.differs(&uri, &id) {
            view.told.tell(&uri, &id);
            related.insert(uri, pull::report(items, None));
        }
    }
    (!related.is_empty()).then_some(related)
}
