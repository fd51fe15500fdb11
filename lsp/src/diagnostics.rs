//! Findings of the whole workspace, pushed to the client: what is new or changed is sent, what is gone is cleared.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use banister_project::graph::Graph;
use banister_project::{Diagnostic, Host, Related, Snapshot, SourceText, disk, rules};
use serde_json::json;
use tower_lsp::ls_types as lsp;

use crate::capabilities::Negotiated;
use crate::folder::Names;
use crate::{convert, scan};

/// The outcome of one check.
pub(crate) struct Checked {
    /// The number of the state that was checked.
    pub(crate) generation: u64,
    /// How long the check took.
    pub(crate) took: Duration,
    /// Modules that an edit made a step import, read from the disk on the way.
    pub(crate) imported: Vec<(String, Arc<str>)>,
    /// Modules that an edit made nobody import, so that they do not count any more.
    pub(crate) unneeded: Vec<String>,
    /// The state, how many projects it holds and what was found; nothing if the check panicked.
    pub(crate) outcome: Option<Outcome>,
}

/// What a check says.
pub(crate) struct Outcome {
    /// The state that was checked.
    pub(crate) snapshot: Snapshot,
    /// How many projects it holds.
    pub(crate) projects: usize,
    /// What was found.
    pub(crate) findings: Vec<Finding>,
    /// The flow graph, if the client follows it.
    pub(crate) graph: Option<Graph>,
}

/// A finding, with the text of its file if that is none of the snapshot's sources.
pub(crate) struct Finding {
    /// The finding.
    pub(crate) found: Diagnostic,
    settings: Option<Arc<SourceText>>,
}

/// Everything that is wrong with a state: what the rules find, and settings that cannot be read.
pub(crate) fn findings(snapshot: &Snapshot, root: &Path) -> Vec<Finding> {
    let of_rules = snapshot.check().into_iter().map(|found| Finding {
        found,
        settings: None,
    });
    let of_settings = snapshot.settings_files().filter_map(|source| {
        let error = disk::read_settings(root, &source.path, &source.text).err()?;
        Some(Finding {
            found: error.finding(&source.text),
            settings: Some(Arc::new(source)),
        })
    });
    of_rules.chain(of_settings).collect()
}

/// Checks a state, on the background thread: the same call as on the command line.
pub(crate) fn check(root: &Path, mut host: Host, generation: u64, with_graph: bool) -> Checked {
    let begun = Instant::now();
    let imported = catch_unwind(AssertUnwindSafe(|| scan::new_imports(root, &mut host))).unwrap_or_default();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let snapshot = host.snapshot();
        Outcome {
            projects: snapshot.projects().len(),
            findings: findings(&snapshot, root),
            graph: with_graph.then(|| Graph::of(&snapshot, None)),
            snapshot,
        }
    }));
    Checked {
        generation,
        took: begun.elapsed(),
        imported,
        unneeded: Vec::new(),
        outcome: outcome.ok(),
    }
}

/// Findings as the protocol has them, by document.
pub(crate) fn by_document(
    snapshot: &Snapshot,
    findings: &[Finding],
    names: &Names,
    client: &Negotiated,
) -> BTreeMap<lsp::Uri, Vec<lsp::Diagnostic>> {
    let mut documents: BTreeMap<lsp::Uri, Vec<lsp::Diagnostic>> = BTreeMap::new();
    for Finding { found, settings } in findings {
        let source = settings.as_deref().or_else(|| snapshot.text(&found.file));
        if let Some(uri) = names.uri(&found.file)
            && let Some(source) = source
        {
            let diagnostic = converted_in(source, snapshot, found, names, client);
            documents.entry(uri).or_default().push(diagnostic);
        }
    }
    documents
}

/// A finding as the protocol has it.
pub(crate) fn converted(
    snapshot: &Snapshot,
    finding: &Diagnostic,
    names: &Names,
    client: &Negotiated,
) -> Option<lsp::Diagnostic> {
    let source = snapshot.text(&finding.file)?;
    Some(converted_in(source, snapshot, finding, names, client))
}

fn converted_in(
    source: &SourceText,
    snapshot: &Snapshot,
    finding: &Diagnostic,
    names: &Names,
    client: &Negotiated,
) -> lsp::Diagnostic {
    let mut message = finding.message.clone();
    if let Some(help) = &finding.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    let page = || {
        let href = rules::rule(finding.rule)?.address().parse().ok()?;
        Some(lsp::CodeDescription { href })
    };
    lsp::Diagnostic {
        range: convert::range(source, finding.span, client.encoding),
        severity: Some(convert::severity(finding.severity)),
        code: Some(lsp::NumberOrString::String(finding.rule.into())),
        source: Some("banister".into()),
        message,
        related_information: client
            .related_information
            .then(|| related(snapshot, finding, names, client)),
        tags: (finding.unnecessary && client.unnecessary).then(|| vec![lsp::DiagnosticTag::UNNECESSARY]),
        code_description: client.code_descriptions.then(page).flatten(),
        data: client
            .diagnostic_data
            .then(|| json!({ "rule": finding.rule, "subject": finding.subject() })),
    }
}

fn related(
    snapshot: &Snapshot,
    finding: &Diagnostic,
    names: &Names,
    client: &Negotiated,
) -> Vec<lsp::DiagnosticRelatedInformation> {
    let place = |related: &Related| {
        let source = snapshot.text(&related.file)?;
        let range = convert::range(source, related.span, client.encoding);
        let location = lsp::Location {
            uri: names.uri(&related.file)?,
            range,
        };
        Some(lsp::DiagnosticRelatedInformation {
            location,
            message: related.message.clone(),
        })
    };
    finding.related.iter().filter_map(place).collect()
}

/// What the client shows at present.
#[derive(Debug, Default)]
pub(crate) struct Board {
    shown: BTreeMap<lsp::Uri, Vec<lsp::Diagnostic>>,
    owed: BTreeSet<lsp::Uri>,
}

impl Board {
    /// The next update says something about this document even if nothing about it changed: it was just opened.
    pub(crate) fn owe(&mut self, uri: lsp::Uri) {
        self.owed.insert(uri);
    }

    /// Takes over the fresh findings and returns what the client has to be told. Documents that were edited since the
    /// check keep what they show: their fresh findings stand at places that have moved.
    pub(crate) fn update(
        &mut self,
        mut fresh: BTreeMap<lsp::Uri, Vec<lsp::Diagnostic>>,
        is_outdated: impl Fn(&lsp::Uri) -> bool,
    ) -> Vec<(lsp::Uri, Vec<lsp::Diagnostic>)> {
        let documents: BTreeSet<lsp::Uri> = self
            .shown
            .keys()
            .chain(fresh.keys())
            .chain(&self.owed)
            .cloned()
            .collect();
        let mut news = Vec::new();
        for uri in documents.into_iter().filter(|uri| !is_outdated(uri)) {
            let findings = fresh.remove(&uri).unwrap_or_default();
            let before = self.shown.remove(&uri).unwrap_or_default();
            let owed = self.owed.remove(&uri);
            if owed || findings != before {
                news.push((uri.clone(), findings.clone()));
            }
            if !findings.is_empty() {
                self.shown.insert(uri, findings);
            }
        }
        news
    }

    /// Clears everything: the folder is no longer the client's.
    pub(crate) fn clear(&mut self) -> Vec<(lsp::Uri, Vec<lsp::Diagnostic>)> {
        self.owed.clear();
        self.update(BTreeMap::new(), |_| false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(name: &str) -> lsp::Uri {
        format!("file:///p/{name}").parse().unwrap()
    }

    fn finding(message: &str) -> Vec<lsp::Diagnostic> {
        vec![lsp::Diagnostic::new_simple(lsp::Range::default(), message.into())]
    }

    fn told(news: Vec<(lsp::Uri, Vec<lsp::Diagnostic>)>) -> Vec<String> {
        let line = |(uri, found): (lsp::Uri, Vec<lsp::Diagnostic>)| {
            let messages: Vec<_> = found.into_iter().map(|diagnostic| diagnostic.message).collect();
            format!("{} {messages:?}", uri.as_str())
        };
        news.into_iter().map(line).collect()
    }

    #[test]
    fn says_what_changed_and_clears_what_is_gone() {
        let mut board = Board::default();
        let fresh = || BTreeMap::from([(uri("a"), finding("1")), (uri("b"), finding("2"))]);
        assert_eq!(
            told(board.update(fresh(), |_| false)),
            ["file:///p/a [\"1\"]", "file:///p/b [\"2\"]"]
        );
        assert_eq!(
            told(board.update(fresh(), |_| false)),
            Vec::<String>::new(),
            "nothing changed"
        );
        let one_left = BTreeMap::from([(uri("b"), finding("3"))]);
        assert_eq!(
            told(board.update(one_left, |_| false)),
            ["file:///p/a []", "file:///p/b [\"3\"]"]
        );
        assert_eq!(told(board.clear()), ["file:///p/b []"]);
    }

    #[test]
    fn an_edited_document_keeps_what_it_shows_until_the_next_check() {
        let mut board = Board::default();
        board.update(BTreeMap::from([(uri("a"), finding("1"))]), |_| false);
        assert_eq!(
            told(board.update(BTreeMap::new(), |found| *found == uri("a"))),
            Vec::<String>::new()
        );
        assert_eq!(told(board.update(BTreeMap::new(), |_| false)), ["file:///p/a []"]);
    }

    #[test]
    fn an_opened_document_hears_once_that_it_is_clean() {
        let mut board = Board::default();
        board.owe(uri("a"));
        assert_eq!(told(board.update(BTreeMap::new(), |_| false)), ["file:///p/a []"]);
        assert_eq!(
            told(board.update(BTreeMap::new(), |_| false)),
            Vec::<String>::new()
        );
    }
}
