//! Notes of what a piece of work looks up, so that it is done again only when that has changed.
//!
//! A lookup notes a key on the thread that works; [`record`] collects them. A key is a hash: two things that share one
//! by chance cost a piece of work that was not needed, and nothing else.

use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Something that can be looked up and that an edit may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key(u64);

/// What a file or a name is looked up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lookup<'k> {
    /// The text and the facts of a file.
    File(&'k str),
    /// The places that name a topic.
    Topic(&'k str),
    /// The files that share a name, by what [`super::posted`] files them under.
    Posted(&'k str),
    /// Whether a topic is a slip of the pen, or what one was meant to be.
    Slip(&'k str),
    /// Which topics are not exactly known, and whether there may be topics that nobody can see.
    Unseen,
    /// All topics that are taken and never sent.
    Orphans,
    /// All topics that are sent and never taken.
    DeadEnds,
    /// All topics that are taken.
    Taken,
    /// What helper modules send.
    HelperSends,
    /// Writes to the state that are not exactly known.
    HiddenWrites,
    /// All streams.
    Streams,
    /// The routes that may take the requests of others.
    WideRoutes,
    /// The messages that steps send on every run.
    Links,
    /// Everything that flow tests may name.
    Names,
    /// The texts of all files.
    Texts,
}

impl Lookup<'_> {
    /// Its key.
    pub(crate) fn key(self) -> Key {
        // With fixed keys: the same in every run.
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        Key(hasher.finish())
    }
}

thread_local! {
    static NOTES: RefCell<Option<Vec<Key>>> = const { RefCell::new(None) };
}

/// Notes that something is looked up, if anybody wants to know.
pub(crate) fn note(lookup: Lookup<'_>) {
    NOTES.with_borrow_mut(|notes| {
        if let Some(notes) = notes {
            notes.push(lookup.key());
        }
    });
}

/// Does some work, and tells what it looked up, sorted. Recordings within others are their own.
pub(crate) fn record<T>(work: impl FnOnce() -> T) -> (T, Box<[Key]>) {
    let outer = Outer(NOTES.replace(Some(Vec::new())));
    let done = work();
    let mut reads = NOTES.take().unwrap_or_default();
    drop(outer);
    reads.sort_unstable();
    reads.dedup();
    (done, reads.into())
}

/// The notes of the work around, put back even if the work within panics.
struct Outer(Option<Vec<Key>>);

impl Drop for Outer {
    fn drop(&mut self) {
        NOTES.set(self.0.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_taken_while_recording_and_survive_a_panic() {
        note(Lookup::Orphans);
        let (inner, reads) = record(|| {
            note(Lookup::File("b"));
            let (_, inner) = record(|| note(Lookup::Topic("b")));
            note(Lookup::File("b"));
            note(Lookup::Taken);
            inner
        });
        let mut both = [Lookup::File("b").key(), Lookup::Taken.key()];
        both.sort_unstable();
        assert_eq!(*reads, both);
        assert_eq!(*inner, [Lookup::Topic("b").key()]);
        assert_ne!(Lookup::File("b").key(), Lookup::Topic("b").key());
        let panicked = std::panic::catch_unwind(|| record(|| -> () { panic!("asked for") }));
        assert!(panicked.is_err());
        assert!(NOTES.take().is_none());
    }
}
