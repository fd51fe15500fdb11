//! Random edits, one after another as a person types them, leave the facts and findings that a fresh start gives.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of a test fail by panicking, as the test itself does"
)]

use std::path::Path;
use std::sync::{Arc, LazyLock};

use banister_project::{Host, Snapshot, disk};
use proptest::prelude::*;
use proptest::sample::Index;

/// The files of the example: paths and texts.
static FILES: LazyLock<Vec<(String, Arc<str>)>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/ecommerce");
    let loaded = disk::load(&root).unwrap();
    let snapshot = loaded.host.snapshot();
    let sources = snapshot.sources();
    sources
        .map(|source| (source.path.clone(), Arc::clone(&source.text)))
        .collect()
});

/// Pieces that make a difference to a step.
const PIECES: [&str; 20] = [
    "",
    "'",
    "order.created",
    "topic: ",
    "emits: ['x.y'], ",
    "await emit({ topic: 'a.b', data: {} })\n",
    "context.emit(topic: 'a.b', data: {})\n",
    "await context.emit({'topic': 'a.b', 'data': {}})\n",
    "{",
    "}",
    ")",
    "...",
    "// ",
    "# ",
    "\r\n",
    "😀",
    "\u{feff}",
    "end\n",
    "export const T = { a: 'x' }\n",
    "import { T } from './topics'\n",
];

#[derive(Debug, Clone)]
enum Edit {
    /// Replaces some bytes of a file.
    Replace {
        file: Index,
        at: Index,
        bytes: usize,
        piece: &'static str,
    },
    /// Takes a piece of one file into another.
    Splice {
        from: Index,
        start: Index,
        bytes: usize,
        file: Index,
        at: Index,
    },
    Remove(Index),
    Restore(Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let any = any::<Index>;
    prop_oneof![
        8 => (any(), any(), 0..40_usize, prop::sample::select(&PIECES[..]))
            .prop_map(|(file, at, bytes, piece)| Edit::Replace { file, at, bytes, piece }),
        3 => (any(), any(), 0..200_usize, any(), any())
            .prop_map(|(from, start, bytes, file, at)| Edit::Splice { from, start, bytes, file, at }),
        1 => any().prop_map(Edit::Remove),
        1 => any().prop_map(Edit::Restore),
    ]
}

fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

fn text_of(host: &Host, path: &str) -> String {
    let snapshot = host.snapshot();
    snapshot
        .source(path)
        .map_or_else(String::new, |source| source.text.to_string())
}

fn apply(host: &mut Host, edit: &Edit) {
    let path = |index: &Index| index.get(&FILES).0.as_str();
    match edit {
        Edit::Replace {
            file,
            at,
            bytes,
            piece,
        } => {
            let mut text = text_of(host, path(file));
            let start = boundary(&text, at.index(text.len() + 1));
            let end = boundary(&text, start + bytes);
            text.replace_range(start..end.max(start), piece);
            host.set_file(path(file), text.into());
        }
        Edit::Splice {
            from,
            start,
            bytes,
            file,
            at,
        } => {
            let other = text_of(host, path(from));
            let start = boundary(&other, start.index(other.len() + 1));
            let piece = &other[start..boundary(&other, start + bytes).max(start)];
            let mut text = text_of(host, path(file));
            text.insert_str(boundary(&text, at.index(text.len() + 1)), piece);
            host.set_file(path(file), text.into());
        }
        Edit::Remove(file) => host.remove_file(path(file)),
        Edit::Restore(file) => host.set_file(path(file), Arc::clone(&file.get(&FILES).1)),
    }
}

fn fresh(of: &Snapshot) -> Snapshot {
    let mut host = Host::new();
    host.set_files(
        of.sources()
            .map(|source| (source.path.clone(), Arc::clone(&source.text)))
            .collect(),
    );
    host.snapshot()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_lead_to_what_a_fresh_start_gives(edits in prop::collection::vec(edit(), 1..12)) {
        let mut host = Host::new();
        host.set_files(FILES.clone());
        for edit in &edits {
            apply(&mut host, edit);
            let now = host.snapshot();
            // The editor asks between two edits, so that the next index is built on this one.
            let findings = now.check();
            let fresh = fresh(&now);
            prop_assert!(now.sources().eq(fresh.sources()), "{edit:?}");
            prop_assert_eq!(findings, fresh.check(), "{:?}", edit);
        }
    }
}
