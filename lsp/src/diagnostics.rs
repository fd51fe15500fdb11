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
    /// The files in which something else was found than at the check before; nothing if that may be any.
    pub(crate) changed: Option<BTreeSet<String>>,
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
    let all = snapshot.findings().iter();
    let of_rules = all.flat_map(|in_file| of_rules(&in_file.findings));
    of_rules
        .chain(
            snapshot
                .settings_files()
                .filter_map(|source| of_settings(root, source)),
        )
        .collect()
}

/// The same for some files.
pub(crate) fn findings_in<'f>(
    snapshot: &Snapshot,
    root: &Path,
    files: impl Iterator<Item = &'f str>,
) -> Vec<Finding> {
    let in_file = |file| {
        let is_it = |source: &SourceText| source.path == file;
        let settings = snapshot.settings_files().find(is_it);
        let of_settings = settings.and_then(|source| of_settings(root, source));
        of_rules(snapshot.findings_in(file)).chain(of_settings)
    };
    files.flat_map(in_file).collect()
}

fn of_rules(findings: &[Diagnostic]) -> impl Iterator<Item = Finding> {
    findings.iter().map(|found| Finding {
        found: found.clone(),
        settings: None,
    })
}

fn of_settings(root: &Path, source: SourceText) -> Option<Finding> {
    let error = disk::read_settings(root, &source.path, &source.text).err()?;
    Some(Finding {
        found: error.finding(&source.text),
        settings: Some(Arc::new(source)),
    })
}

/// Checks a state, on the background thread: the same call as on the command line. What was found in the state that was
/// checked before tells what is new.
pub(crate) fn check(
    root: &Path,
    mut host: Host,
    before: Option<&Snapshot>,
    generation: u64,
    with_graph: bool,
) -> Checked {
    let begun = Instant::now();
    let imported =
        catch_unwind(AssertUnwindSafe(|| scan::new_imports(root, &mut host, before))).unwrap_or_default();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let snapshot = host.snapshot();
        let changed = before.map(|before| changed(before, &snapshot));
        snapshot.findings();
        snapshot.warm_up();
        Outcome {
            projects: snapshot.projects().len(),
            changed,
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

/// The files in which something else is found than in an earlier state, and all settings: what is wrong with those
/// depends on the disk too.
fn changed(before: &Snapshot, now: &Snapshot) -> BTreeSet<String> {
    let settings = before.settings_files().chain(now.settings_files());
    let mut changed: BTreeSet<String> = settings.map(|source| source.path).collect();
    before.findings().difference(now.findings(), |old, new| {
        if !old
            .zip(new)
            .is_some_and(|(old, new)| Arc::ptr_eq(&old.findings, &new.findings))
        {
            changed.extend(old.or(new).map(|in_file| in_file.file.clone()));
        }
    });
    changed
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
    /// Documents that the next update says something about even if nothing about them changed.
    owed: BTreeSet<lsp::Uri>,
    /// Documents that an update passed over because they had been edited.
    behind: BTreeSet<lsp::Uri>,
}

impl Board {
    /// The next update says something about this document even if nothing about it changed: it was just opened.
    pub(crate) fn owe(&mut self, uri: lsp::Uri) {
        self.owed.insert(uri);
    }

    /// The documents that the next update is about whatever has changed.
    pub(crate) fn pending(&self) -> impl Iterator<Item = &lsp::Uri> {
        self.owed.iter().chain(&self.behind)
    }

    /// Takes over the fresh findings of all documents and returns what the client has to be told. Documents that were
    /// edited since the check keep what they show: their fresh findings stand at places that have moved.
    pub(crate) fn update(
        &mut self,
        fresh: BTreeMap<lsp::Uri, Vec<lsp::Diagnostic>>,
        is_outdated: impl Fn(&lsp::Uri) -> bool,
    ) -> Vec<(lsp::Uri, Vec<lsp::Diagnostic>)> {
        let shown = self.shown.keys().chain(fresh.keys());
        let documents = shown.chain(self.pending()).cloned().collect();
        self.update_some(documents, fresh, is_outdated)
    }

    /// The same for some documents, with all that was found in them.
    pub(crate) fn update_some(
        &mut self,
        documents: BTreeSet<lsp::Uri>,
        mut fresh: BTreeMap<lsp::Uri, Vec<lsp::Diagnostic>>,
        is_outdated: impl Fn(&lsp::Uri) -> bool,
    ) -> Vec<(lsp::Uri, Vec<lsp::Diagnostic>)> {
        let mut news = Vec::new();
        for uri in documents {
            if is_outdated(&uri) {
                self.behind.insert(uri);
                continue;
            }
            let findings = fresh.remove(&uri).unwrap_or_default();
            let before = self.shown.remove(&uri).unwrap_or_default();
            let owed = self.owed.remove(&uri);
            self.behind.remove(&uri);
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
    fn an_update_of_some_leaves_the_others_and_catches_up_with_what_was_passed_over() {
        let mut board = Board::default();
        let all = BTreeMap::from([(uri("a"), finding("1")), (uri("b"), finding("2"))]);
        board.update(all, |_| false);
        let some = |name: &str| BTreeSet::from([uri(name)]);
        let news = board.update_some(some("a"), BTreeMap::new(), |found| *found == uri("a"));
        assert_eq!(told(news), Vec::<String>::new());
        assert_eq!(board.pending().collect::<Vec<_>>(), [&uri("a")]);
        let pending: BTreeSet<_> = board.pending().cloned().collect();
        let news = board.update_some(pending, BTreeMap::new(), |_| false);
        assert_eq!(told(news), ["file:///p/a []"]);
        assert_eq!(board.pending().next(), None);
        assert_eq!(told(board.clear()), ["file:///p/b []"]);
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
