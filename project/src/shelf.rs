//! A sorted collection that costs next to nothing to copy and to compare with its own past.
//!
//! Items lie in chunks that copies share. A change copies one chunk, so that every state of a large workspace can be
//! kept while somebody looks at it; and two states differ only where their chunks do, which [`Shelf::difference`] uses.

use std::cmp::Ordering;
use std::iter::FlatMap;
use std::ops::Index;
use std::sync::Arc;

/// A full chunk is halved. Larger ones make changes dear, smaller ones copies and comparisons.
const MAX_CHUNK: usize = 64;

/// What lies on a shelf in the order of its key.
pub trait Shelved: Clone {
    /// What the items are sorted by and found with.
    type Key: Ord + ?Sized;

    /// The key of an item.
    fn key(&self) -> &Self::Key;
}

impl<T: Shelved> Shelved for Arc<T> {
    type Key = T::Key;

    fn key(&self) -> &Self::Key {
        T::key(self)
    }
}

/// Items sorted by their keys, each key once.
#[derive(Debug)]
pub struct Shelf<T> {
    /// None is empty.
    chunks: Arc<Vec<Arc<Vec<T>>>>,
    len: usize,
}

impl<T> Clone for Shelf<T> {
    fn clone(&self) -> Self {
        Self {
            chunks: Arc::clone(&self.chunks),
            len: self.len,
        }
    }
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            chunks: Arc::default(),
            len: 0,
        }
    }
}

impl<T: PartialEq> PartialEq for Shelf<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<T> Shelf<T> {
    /// The items in order.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter(self.chunks.iter().flat_map(each::<T>))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The item with the least key.
    pub fn first(&self) -> Option<&T> {
        self.chunks.first()?.first()
    }

    /// True if nothing can be different, which is known without looking at any item.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.chunks, &other.chunks)
    }
}

impl<T: Shelved> Shelf<T> {
    /// The item with that key.
    pub fn get(&self, key: &T::Key) -> Option<&T> {
        let chunk = self.chunks.get(self.chunk_of(key)?)?;
        chunk.get(position(chunk, key).ok()?)
    }

    /// True if there is an item with that key.
    pub fn contains_key(&self, key: &T::Key) -> bool {
        self.get(key).is_some()
    }

    /// Adds an item, in place of the one with its key if there is one.
    pub fn insert(&mut self, item: T) {
        let Some(at) = self.chunk_of(item.key()) else {
            self.len = 1;
            self.chunks = Arc::new(vec![Arc::new(vec![item])]);
            return;
        };
        let chunks = Arc::make_mut(&mut self.chunks);
        let Some(chunk) = chunks.get_mut(at).map(Arc::make_mut) else {
            return;
        };
        match position(chunk, item.key()) {
            Ok(place) => {
                if let Some(old) = chunk.get_mut(place) {
                    *old = item;
                }
            }
            Err(place) => {
                chunk.insert(place, item);
                self.len += 1;
            }
        }
        if chunk.len() > MAX_CHUNK {
            let mut rest = chunk.split_off(MAX_CHUNK / 2);
            rest.shrink_to_fit();
            chunk.shrink_to_fit();
            chunks.insert(at + 1, Arc::new(rest));
        }
    }

    /// Takes an item out.
    pub fn remove(&mut self, key: &T::Key) -> Option<T> {
        let at = self.chunk_of(key)?;
        let place = position(self.chunks.get(at)?, key).ok()?;
        let chunks = Arc::make_mut(&mut self.chunks);
        let chunk = Arc::make_mut(chunks.get_mut(at)?);
        let item = chunk.remove(place);
        if chunk.is_empty() {
            chunks.remove(at);
        }
        self.len -= 1;
        Some(item)
    }

    /// The items from `key` on.
    pub fn from_key<'s>(&'s self, key: &T::Key) -> impl Iterator<Item = &'s T> + use<'s, T> {
        let at = self.chunk_of(key).unwrap_or_default();
        let skipped = self.chunks.get(at).map_or(0, |chunk| match position(chunk, key) {
            Ok(place) | Err(place) => place,
        });
        self.chunks[at.min(self.chunks.len())..]
            .iter()
            .flat_map(each::<T>)
            .skip(skipped)
    }

    /// Calls `visit` with the items of two states of a shelf that are not surely the same: before, and now. Chunks that
    /// both share are passed over unseen.
    pub fn difference<'s>(&'s self, now: &'s Self, mut visit: impl FnMut(Option<&'s T>, Option<&'s T>)) {
        if self.is_same(now) {
            return;
        }
        let (mut old, mut new) = (Walk::new(self), Walk::new(now));
        loop {
            if old.shares_chunk(&new) {
                old.skip_chunk();
                new.skip_chunk();
                continue;
            }
            match (old.item(), new.item()) {
                (None, None) => return,
                (Some(one), Some(other)) => match one.key().cmp(other.key()) {
                    Ordering::Equal => {
                        visit(Some(one), Some(other));
                        old.step();
                        new.step();
                    }
                    Ordering::Less => {
                        visit(Some(one), None);
                        old.step();
                    }
                    Ordering::Greater => {
                        visit(None, Some(other));
                        new.step();
                    }
                },
                (one, other) => {
                    visit(one, other);
                    old.step();
                    new.step();
                }
            }
        }
    }

    /// The chunk that holds `key` or would; none if there is no chunk.
    fn chunk_of(&self, key: &T::Key) -> Option<usize> {
        let after = self
            .chunks
            .partition_point(|chunk| chunk.first().is_some_and(|first| first.key() <= key));
        (!self.chunks.is_empty()).then(|| after.saturating_sub(1))
    }
}

fn each<T>(chunk: &Arc<Vec<T>>) -> std::slice::Iter<'_, T> {
    chunk.iter()
}

fn position<T: Shelved>(chunk: &[T], key: &T::Key) -> Result<usize, usize> {
    chunk.binary_search_by(|item| item.key().cmp(key))
}

/// A place in a shelf.
struct Walk<'s, T> {
    chunks: &'s [Arc<Vec<T>>],
    chunk: usize,
    item: usize,
}

impl<'s, T> Walk<'s, T> {
    fn new(shelf: &'s Shelf<T>) -> Self {
        Self {
            chunks: &shelf.chunks,
            chunk: 0,
            item: 0,
        }
    }

    fn item(&self) -> Option<&'s T> {
        self.chunks.get(self.chunk)?.get(self.item)
    }

    fn step(&mut self) {
        let here = self.chunks.get(self.chunk).map_or(0, |chunk| chunk.len());
        self.item += 1;
        if self.item >= here {
            self.skip_chunk();
        }
    }

    fn skip_chunk(&mut self) {
        self.chunk += 1;
        self.item = 0;
    }

    /// True if both stand at the start of one and the same chunk.
    fn shares_chunk(&self, other: &Self) -> bool {
        let (Some(ours), Some(theirs)) = (self.chunks.get(self.chunk), other.chunks.get(other.chunk)) else {
            return false;
        };
        self.item == 0 && other.item == 0 && Arc::ptr_eq(ours, theirs)
    }
}

/// Sorts; of several items with one key the last stays.
impl<T: Shelved> FromIterator<T> for Shelf<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut items: Vec<T> = items.into_iter().collect();
        items.sort_by(|one, other| one.key().cmp(other.key()));
        items.reverse();
        items.dedup_by(|earlier, kept| earlier.key() == kept.key());
        let len = items.len();
        let mut chunks = Vec::with_capacity(len.div_ceil(MAX_CHUNK / 2));
        while !items.is_empty() {
            // Half full, so that the first additions split nothing.
            let mut chunk = items.split_off(items.len().saturating_sub(MAX_CHUNK / 2));
            chunk.reverse();
            chunks.push(Arc::new(chunk));
        }
        Self {
            chunks: Arc::new(chunks),
            len,
        }
    }
}

impl<T> Index<usize> for Shelf<T> {
    type Output = T;

    fn index(&self, at: usize) -> &T {
        let mut before = 0;
        let found = self.chunks.iter().find(|chunk| {
            before += chunk.len();
            at < before
        });
        let found = found.map(|chunk| &chunk[at - (before - chunk.len())]);
        found.unwrap_or_else(|| panic_out_of_range(at, self.len))
    }
}

#[expect(
    clippy::panic,
    reason = "an index out of range is a bug of the caller, as for a slice"
)]
fn panic_out_of_range<'t, T>(at: usize, len: usize) -> &'t T {
    panic!("item {at} of {len}")
}

/// The items of a [`Shelf`] in order.
#[derive(Debug, Clone)]
pub struct Iter<'s, T>(FlatMap<Items<'s, Arc<Vec<T>>>, Items<'s, T>, OfChunk<'s, T>>);

type Items<'s, T> = std::slice::Iter<'s, T>;
type OfChunk<'s, T> = fn(&'s Arc<Vec<T>>) -> Items<'s, T>;

impl<'s, T> Iterator for Iter<'s, T> {
    type Item = &'s T;

    fn next(&mut self) -> Option<&'s T> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<'s, T> IntoIterator for &'s Shelf<T> {
    type Item = &'s T;
    type IntoIter = Iter<'s, T>;

    fn into_iter(self) -> Iter<'s, T> {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    struct Item(String, u32);

    impl Shelved for Item {
        type Key = str;

        fn key(&self) -> &str {
            &self.0
        }
    }

    fn key(n: u32) -> String {
        format!("{n:03}")
    }

    /// Keys with their new values; none takes the key out.
    fn edits() -> impl Strategy<Value = Vec<(u32, Option<u32>)>> {
        prop::collection::vec((0..300_u32, prop::option::weighted(0.7, any::<u32>())), 0..400)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_shelf_is_a_map_and_knows_what_changed(edits in edits(), later in edits()) {
            let mut map = BTreeMap::new();
            let mut shelf = Shelf::default();
            let mut apply = |shelf: &mut Shelf<Item>, edits: &[(u32, Option<u32>)]| {
                for (at, value) in edits {
                    match value {
                        Some(value) => {
                            map.insert(key(*at), *value);
                            shelf.insert(Item(key(*at), *value));
                        }
                        None => {
                            let gone = map.remove(&key(*at));
                            assert_eq!(shelf.remove(&key(*at)).map(|item| item.1), gone);
                        }
                    }
                }
                map.clone()
            };
            let then = apply(&mut shelf, &edits);
            let before = shelf.clone();
            let now = apply(&mut shelf, &later);
            let items = |map: &BTreeMap<String, u32>| map.iter().map(|(key, value)| Item(key.clone(), *value)).collect::<Vec<_>>();
            prop_assert_eq!(before.iter().cloned().collect::<Vec<_>>(), items(&then));
            prop_assert_eq!(shelf.iter().cloned().collect::<Vec<_>>(), items(&now));
            prop_assert_eq!(shelf.len(), now.len());
            prop_assert_eq!(items(&now).into_iter().rev().collect::<Shelf<_>>(), shelf.clone());
            for at in 0..300 {
                prop_assert_eq!(shelf.get(&key(at)).map(|item| item.1), now.get(&key(at)).copied());
                let rest: Vec<&Item> = shelf.from_key(&key(at)).collect();
                prop_assert!(rest.into_iter().eq(shelf.iter().filter(|item| item.0 >= key(at))));
            }
            let mut told = then.clone();
            before.difference(&shelf, |old, new| {
                let item = old.or(new).unwrap();
                assert_eq!(old.map(|old| old.1), then.get(&item.0).copied());
                match new {
                    Some(new) => told.insert(new.0.clone(), new.1),
                    None => told.remove(&item.0),
                };
            });
            prop_assert_eq!(told, now);
        }
    }

    #[test]
    fn what_did_not_change_is_not_looked_at() {
        let before: Shelf<Item> = (0..300).map(|n| Item(key(n), 0)).collect();
        let mut after = before.clone();
        after.insert(Item(key(7), 1));
        let mut seen = 0;
        before.difference(&after, |_, _| seen += 1);
        assert!(seen <= MAX_CHUNK, "{seen}");
        assert_eq!(before[299].0, key(299));
        assert_eq!(before.first(), Some(&Item(key(0), 0)));
    }
}
