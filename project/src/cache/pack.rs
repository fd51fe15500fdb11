//! The bytes of a pack.
//!
//! A head (magic, build, number of entries), then the entries: key, check, age, length, facts as MessagePack. The facts
//! are read only when somebody asks, and only if the check is theirs. Numbers are little-endian.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::LazyLock;

use banister_grammars::{EXTRACTOR, FileFacts, Language};
use sha2::{Digest, Sha256};

const MAGIC: &[u8; 16] = b"banister facts 1";

/// Where the head names the build.
pub(super) const BUILD_AT: usize = MAGIC.len();

const HEAD: usize = BUILD_AT + 16;
const ENTRY_HEAD: usize = 16 + 8 + 1 + 4;

/// Names this build: facts of another one may have other meanings.
static BUILD: LazyLock<[u8; 16]> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    hash.update(EXTRACTOR);
    first(&hash.finalize())
});

/// The content of a file and how it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key([u8; 16]);

impl Key {
    pub(crate) fn of(language: Language, text: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(format!("{language:?}\0"));
        hash.update(text);
        Self(first(&hash.finalize()))
    }
}

/// Facts as they are kept.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// How many packs ago they were used last.
    pub(super) age: u8,
    check: [u8; 8],
    bytes: Arc<[u8]>,
    facts: Range<usize>,
}

impl Entry {
    /// Nothing for facts that the format cannot hold.
    pub(crate) fn of(key: &Key, facts: &FileFacts) -> Option<Self> {
        let bytes = rmp_serde::to_vec(facts).ok()?;
        Some(Self {
            age: 0,
            check: check(key, &bytes),
            facts: 0..bytes.len(),
            bytes: bytes.into(),
        })
    }

    /// The facts, unless they are damaged.
    pub(crate) fn facts(&self, key: &Key) -> Option<FileFacts> {
        let bytes = self.bytes.get(self.facts.clone())?;
        if check(key, bytes) != self.check {
            return None;
        }
        rmp_serde::from_slice(bytes).ok()
    }

    /// Bytes of the facts.
    pub(crate) fn len(&self) -> usize {
        self.facts.len()
    }
}

/// The entries of a pack, up to the first that is not whole.
pub(super) fn read(bytes: &Arc<[u8]>) -> BTreeMap<Key, Entry> {
    let mut entries = BTreeMap::new();
    if bytes.get(..BUILD_AT) != Some(MAGIC) || bytes.get(BUILD_AT..HEAD) != Some(BUILD.as_slice()) {
        return entries;
    }
    let mut at = HEAD;
    while let Some(head) = bytes.get(at..at + ENTRY_HEAD) {
        let length = u32::from_le_bytes(first(&head[25..29])) as usize;
        let facts = at + ENTRY_HEAD..(at + ENTRY_HEAD).saturating_add(length);
        if facts.end > bytes.len() {
            break;
        }
        at = facts.end;
        let entry = Entry {
            age: head[24],
            check: first(&head[16..24]),
            bytes: Arc::clone(bytes),
            facts,
        };
        entries.insert(Key(first(head)), entry);
    }
    entries
}

/// A pack of entries that were used and of others that were not.
pub(super) fn write<'e>(
    used: impl Iterator<Item = (&'e Key, &'e Entry)>,
    unused: impl Iterator<Item = (&'e Key, &'e Entry)>,
) -> Vec<u8> {
    let mut pack = Vec::new();
    pack.extend(MAGIC);
    pack.extend(BUILD.as_slice());
    let entries = used
        .map(|(key, entry)| (key, entry, 0))
        .chain(unused.map(|(key, entry)| (key, entry, entry.age.saturating_add(1))));
    for (key, entry, age) in entries {
        let (Ok(length), Some(facts)) = (u32::try_from(entry.len()), entry.bytes.get(entry.facts.clone()))
        else {
            continue;
        };
        pack.extend(key.0);
        pack.extend(entry.check);
        pack.push(age);
        pack.extend(length.to_le_bytes());
        pack.extend(facts);
    }
    pack
}

fn check(key: &Key, facts: &[u8]) -> [u8; 8] {
    let mut hash = Sha256::new();
    hash.update(key.0);
    hash.update(facts);
    first(&hash.finalize())
}

/// The first `N` bytes; zeros for those that are missing.
fn first<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    for (to, from) in array.iter_mut().zip(bytes) {
        *to = *from;
    }
    array
}
