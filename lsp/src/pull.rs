//! What a client that pulls findings was told: answers that have not changed are not sent again.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use tower_lsp::ls_types::{
    Diagnostic, DocumentDiagnosticReportKind, FullDocumentDiagnosticReport,
    UnchangedDocumentDiagnosticReport, Uri,
};

use crate::diagnostics;
use crate::dispatch::Scope;

/// The number of the last answer about each document.
#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<BTreeMap<Uri, String>>);

impl Told {
    /// Remembers an answer.
    pub(crate) fn tell(&self, uri: &Uri, id: &str) {
        self.lock().insert(uri.clone(), id.to_owned());
    }

    /// Forgets a document that the client no longer shows.
    pub(crate) fn forget(&self, uri: &Uri) {
        self.lock().remove(uri);
    }

    /// True if the client was told something else; no answer is as good as one without findings.
    pub(crate) fn differs(&self, uri: &Uri, id: &str) -> bool {
        match self.lock().get(uri) {
            Some(told) => told != id,
            None => id != result_id(&[]),
        }
    }

    /// The documents that there were answers about.
    pub(crate) fn documents(&self) -> Vec<Uri> {
        self.lock().keys().cloned().collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Uri, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number of an answer: the same findings have the same number, in every session.
pub(crate) fn result_id(items: &[Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    // Diagnostics always serialise.
    serde_json::to_string(items).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// The findings of a folder as the protocol has them, by document.
pub(crate) fn findings(scope: &Scope) -> BTreeMap<Uri, Vec<Diagnostic>> {
    let findings = diagnostics::findings(&scope.snapshot, scope.names.root());
    diagnostics::by_document(&scope.snapshot, &findings, &scope.names, &scope.client)
}

/// The findings in one document as the protocol has them.
pub(crate) fn findings_in(scope: &Scope, file: &str) -> Vec<Diagnostic> {
    let (snapshot, names) = (&scope.snapshot, &scope.names);
    let found = diagnostics::findings_in(snapshot, names.root(), std::iter::once(file));
    let documents = diagnostics::by_document(snapshot, &found, names, &scope.client);
    documents.into_values().flatten().collect()
}

/// The answer about one document to a client that knows the answer `before`.
pub(crate) fn report(items: Vec<Diagnostic>, before: Option<&str>) -> DocumentDiagnosticReportKind {
    let result_id = result_id(&items);
    if before == Some(result_id.as_str()) {
        return UnchangedDocumentDiagnosticReport { result_id }.into();
    }
    FullDocumentDiagnosticReport {
        result_id: Some(result_id),
        items,
    }
    .into()
}
