//! Random edits, one after another as a person types them, leave the facts and findings that a fresh start gives.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of a test fail by panicking, as the test itself does"
)]

mod shop;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use banister_project::graph::Graph;
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

/// The files of the project that shares everything.
static SHOP: LazyLock<Vec<(String, Arc<str>)>> = LazyLock::new(|| {
    let files = shop::FILES.iter();
    files
        .map(|(path, text)| ((*path).to_owned(), Arc::from(*text)))
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

/// What an edit does to a project that shares everything. Most leave the code whole: that is where an index can be wrong.
#[derive(Debug, Clone)]
enum ShopEdit {
    /// Puts a word in the place of another, somewhere in a file.
    Word {
        file: Index,
        place: Index,
        to: Index,
    },
    /// Makes room above, so that every place in the file moves.
    Above(Index, &'static str),
    /// Cuts the file off, as if the rest were still to be typed.
    Cut(Index, Index),
    Remove(Index),
    Restore(Index),
    /// Gives a file another name.
    Rename(Index, &'static str),
}

fn shop_edit() -> impl Strategy<Value = ShopEdit> {
    let any = any::<Index>;
    let names = [
        "steps/new.step.ts",
        "steps/new_step.py",
        "lib/new.ts",
        "steps/new.stream.ts",
        "lib/topics.ts",
    ];
    prop_oneof![
        16 => (any(), any(), any()).prop_map(|(file, place, to)| ShopEdit::Word { file, place, to }),
        3 => (any(), prop::sample::select(&["\n", "// ", "# a\n", "import x from './x'\n"][..]))
            .prop_map(|(file, text)| ShopEdit::Above(file, text)),
        2 => (any(), any()).prop_map(|(file, at)| ShopEdit::Cut(file, at)),
        1 => any().prop_map(ShopEdit::Remove),
        3 => any().prop_map(ShopEdit::Restore),
        1 => (any(), prop::sample::select(names.to_vec())).prop_map(|(file, name)| ShopEdit::Rename(file, name)),
    ]
}

type Files = BTreeMap<String, Arc<str>>;

fn set(files: &mut Files, host: &mut Host, path: String, text: String) {
    let text: Arc<str> = text.into();
    host.set_file(&path, Arc::clone(&text));
    files.insert(path, text);
}

fn change_shop(files: &mut Files, host: &mut Host, edit: &ShopEdit) {
    let path = |index: &Index| index.get(&SHOP).0.clone();
    let text = |files: &Files, path: &str| files.get(path).map_or_else(String::new, |text| text.to_string());
    match edit {
        ShopEdit::Word { file, place, to } => {
            let path = path(file);
            let mut text = text(files, &path);
            let of_kind = |kind: &'static [&'static str]| kind.iter().map(move |word| (kind, *word));
            let words = shop::WORDS.into_iter().flat_map(of_kind);
            let places: Vec<_> = words
                .flat_map(|(kind, word)| text.match_indices(word).map(move |(at, _)| (kind, word, at)))
                .collect();
            if !places.is_empty() {
                let (kind, word, at) = *place.get(&places);
                let by: &str = to.get::<&str>(kind);
                text.replace_range(at..at + word.len(), by);
                set(files, host, path, text);
            }
        }
        ShopEdit::Above(file, above) => {
            let path = path(file);
            let text = format!("{above}{}", text(files, &path));
            set(files, host, path, text);
        }
        ShopEdit::Cut(file, at) => {
            let path = path(file);
            let mut text = text(files, &path);
            text.truncate(boundary(&text, at.index(text.len() + 1)));
            set(files, host, path, text);
        }
        ShopEdit::Restore(file) => set(files, host, path(file), file.get(&SHOP).1.to_string()),
        ShopEdit::Remove(file) => {
            files.remove(&path(file));
            host.remove_file(&path(file));
        }
        ShopEdit::Rename(file, name) => {
            let text = text(files, &path(file));
            set(files, host, (*name).to_owned(), text);
            files.remove(&path(file));
            host.remove_file(&path(file));
        }
    }
}

/// Everything that is worked out from more than one file.
fn answers(snapshot: &Snapshot) -> String {
    let found = format!("{:#?}", snapshot.check());
    let symbols = format!("{:#?}", snapshot.workspace_symbols(""));
    let completions = snapshot.sources().map(|source| {
        let at = source.text.rfind("order.").unwrap_or(0) + 1;
        snapshot.completion(&source.path, u32::try_from(at).unwrap())
    });
    let completions: Vec<_> = completions.collect();
    format!(
        "{found}\n{symbols}\n{completions:#?}\n{}",
        Graph::of(snapshot, None).to_json()
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_of_what_files_share_lead_to_what_a_fresh_start_gives(
        edits in prop::collection::vec((shop_edit(), any::<bool>()), 1..24),
    ) {
        let mut files: Files = SHOP.iter().cloned().collect();
        let mut host = Host::new();
        host.set_files(SHOP.clone());
        answers(&host.snapshot());
        for (edit, is_looked_at) in &edits {
            change_shop(&mut files, &mut host, edit);
            if *is_looked_at {
                let mut fresh = Host::new();
                fresh.set_files(files.clone().into_iter().collect());
                prop_assert_eq!(answers(&host.snapshot()), answers(&fresh.snapshot()), "{:?}", edit);
            } else {
                // As a completion does: the index is brought up to date, and nothing is checked.
                host.snapshot().is_loaded("steps/pay.step.ts");
            }
        }
    }
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
            for (one, other) in now.sources().zip(fresh.sources()) {
                prop_assert_eq!(one, other, "{:?}", edit);
            }
            prop_assert_eq!(now.sources().count(), fresh.sources().count());
            prop_assert_eq!(findings, fresh.check(), "{:?}", edit);
        }
    }
}
