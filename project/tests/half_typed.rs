//! Code is broken most of the time that somebody looks at it: every file of the example, cut off or with a piece
//! missing, still gets answers, and every answer stands inside of the text.

use std::path::Path;
use std::sync::Arc;

use banister_grammars::Span;
use banister_project::{Snapshot, disk};

fn is_inside(snapshot: &Snapshot, file: &str, span: Span) -> bool {
    let Some(source) = snapshot.text(file) else {
        return false;
    };
    let (start, end) = (span.start as usize, span.end as usize);
    start <= end && source.text.get(start..end).is_some()
}

fn ask_everything(snapshot: &Snapshot, file: &str, offset: u32) {
    for finding in snapshot.check() {
        assert!(is_inside(snapshot, &finding.file, finding.span), "{finding:?}");
        for related in &finding.related {
            assert!(is_inside(snapshot, &related.file, related.span), "{finding:?}");
        }
        for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
            assert!(is_inside(snapshot, &edit.file, edit.span), "{finding:?}");
        }
    }
    for completion in snapshot.completion(file, offset).into_iter().flatten() {
        assert!(is_inside(snapshot, file, completion.replace), "{completion:?}");
    }
    for jump in [
        snapshot.definition(file, offset),
        snapshot.references(file, offset),
    ]
    .into_iter()
    .flatten()
    {
        assert!(is_inside(snapshot, file, jump.origin));
        assert!(
            jump.targets
                .iter()
                .all(|target| is_inside(snapshot, &target.file, target.span)),
            "{jump:?}"
        );
    }
    if let Some(hover) = snapshot.hover(file, offset) {
        assert!(is_inside(snapshot, file, hover.span));
    }
    for symbol in snapshot.document_symbols(file) {
        assert!(
            is_inside(snapshot, file, symbol.span) && symbol.span.contains(symbol.selection),
            "{symbol:?}"
        );
    }
}

#[test]
fn a_cut_file_still_gets_answers() {
    const CUTS: usize = 24;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/ecommerce");
    let mut host = disk::load(&root).unwrap().host;
    let files: Vec<(String, Arc<str>)> = host
        .snapshot()
        .sources()
        .map(|source| (source.path.clone(), Arc::clone(&source.text)))
        .collect();
    assert!(files.len() > 10, "the example has steps to cut");
    for (path, text) in &files {
        for cut in 0..CUTS {
            let mut at = text.len() * cut / CUTS;
            while !text.is_char_boundary(at) {
                at += 1;
            }
            let offset = u32::try_from(at).unwrap_or(u32::MAX);
            host.set_file(path, text[..at].into());
            ask_everything(&host.snapshot(), path, offset);
            // A hole of a few characters, as while something is being replaced.
            let mut end = (at + 9).min(text.len());
            while !text.is_char_boundary(end) {
                end += 1;
            }
            host.set_file(path, format!("{}{}", &text[..at], &text[end..]).into());
            ask_everything(&host.snapshot(), path, offset);
            // What people type is not ASCII only: a letter with an accent of its own, an emoji.
            for strange in ["e\u{301}", "😀", "日."] {
                host.set_file(path, format!("{}{strange}{}", &text[..at], &text[at..]).into());
                let behind = offset + u32::try_from(strange.len()).unwrap_or_default();
                ask_everything(&host.snapshot(), path, behind);
            }
        }
        host.set_file(path, Arc::clone(text));
    }
    assert_eq!(host.snapshot().check(), [], "the example is clean again");
}
