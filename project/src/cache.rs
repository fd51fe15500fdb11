//! Facts that an earlier run worked out, by the content of the file they are the facts of.
//!
//! A [`Cache`] belongs to one workspace and lives in memory; `disk.rs` reads it from one *pack* and writes it back.
//! It can only save time: what is missing, cut short, damaged or made by another build is worked out again.

mod pack;

use std::collections::BTreeMap;
use std::sync::Arc;

use banister_grammars::{FileFacts, Language};

pub(crate) use pack::{Entry, Key};

/// Entries of other contents are kept beside those in use up to this many bytes, or as many as are in use if that is
/// more: whoever goes back to another branch finds its facts.
const MAX_UNUSED_BYTES: usize = 4 * 1024 * 1024;

/// Facts by content.
#[derive(Debug, Default)]
pub struct Cache {
    /// False if nothing is to be remembered.
    keeps: bool,
    /// What was there.
    known: BTreeMap<Key, Entry>,
    /// What this run asked for or worked out.
    used: BTreeMap<Key, Entry>,
    /// True if this run worked out something that was not there.
    grown: bool,
}

/// The facts of a text, and what a cache wants to remember of them.
pub(crate) struct Analysis {
    pub(crate) facts: FileFacts,
    entry: Option<(Key, Entry)>,
    is_new: bool,
}

impl Cache {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self {
            keeps: true,
            ..Self::default()
        }
    }

    /// Nothing is known and nothing is kept: all facts are worked out.
    pub fn disabled() -> Self {
        Self::default()
    }

    /// Reads a pack. Whatever cannot be read is left out.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self {
            known: pack::read(&Arc::from(bytes)),
            ..Self::new()
        }
    }

    /// The pack for the next run: what was used, then what was not, the latest first, within a bound.
    pub fn to_bytes(&self) -> Vec<u8> {
        let used: usize = self.used.values().map(Entry::len).sum();
        let mut room = used.max(MAX_UNUSED_BYTES);
        let mut unused: Vec<(&Key, &Entry)> = self
            .known
            .iter()
            .filter(|(key, _)| !self.used.contains_key(key))
            .collect();
        unused.sort_by_key(|(_, entry)| entry.age);
        let fitting = unused.into_iter().take_while(|(_, entry)| {
            let fits = entry.len() <= room;
            room = room.saturating_sub(entry.len());
            fits
        });
        pack::write(self.used.iter(), fitting)
    }

    /// True if [`Cache::to_bytes`] knows more than what the cache was read from.
    pub fn has_grown(&self) -> bool {
        self.grown
    }

    /// Facts of `text`, taken from the cache or worked out. Many threads may ask at once; each hands what it got to
    /// [`Cache::remember`] afterwards.
    pub(crate) fn analyse(&self, language: Language, text: &str) -> Analysis {
        if !self.keeps {
            return Analysis {
                facts: banister_grammars::extract(language, text),
                entry: None,
                is_new: false,
            };
        }
        let key = Key::of(language, text);
        let known = self.used.get(&key).or_else(|| self.known.get(&key));
        if let Some((entry, facts)) = known.and_then(|entry| Some((entry, entry.facts(&key)?))) {
            return Analysis {
                facts,
                entry: Some((key, entry.clone())),
                is_new: false,
            };
        }
        let Some(tree) = banister_grammars::parse(language, text, None) else {
            // Too slow today may be fast enough tomorrow.
            return Analysis {
                facts: banister_grammars::unparsed(language, text),
                entry: None,
                is_new: false,
            };
        };
        let facts = banister_grammars::extract_tree(language, text, &tree);
        let entry = Entry::of(&key, &facts);
        Analysis {
            facts,
            entry: entry.map(|entry| (key, entry)),
            is_new: true,
        }
    }

    /// Keeps what an analysis found for the next run.
    pub(crate) fn remember(&mut self, analysis: Analysis) -> FileFacts {
        if let Some((key, entry)) = analysis.entry {
            self.grown |= analysis.is_new;
            self.used.insert(key, entry);
        }
        analysis.facts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: &str = "export const config = { type: 'event', name: 'A', subscribes: ['a'], emits: [],\n\
                        input: { id: 'string', count: 'number?' } }\n\
                        export const handler = async (input, { emit }) => { await emit({ topic: 'b', data: { n: 1.5, s: [null] } }) }\n";

    fn filled(texts: &[&str]) -> Cache {
        let mut cache = Cache::new();
        for text in texts {
            let analysis = cache.analyse(Language::TypeScript, text);
            cache.remember(analysis);
        }
        cache
    }

    fn knows(cache: &Cache, text: &str) -> bool {
        !cache.analyse(Language::TypeScript, text).is_new
    }

    #[test]
    fn kept_facts_are_the_facts() {
        let cache = Cache::from_bytes(filled(&[STEP]).to_bytes());
        assert!(knows(&cache, STEP));
        assert_eq!(
            cache.analyse(Language::TypeScript, STEP).facts,
            banister_grammars::extract(Language::TypeScript, STEP)
        );
        assert!(
            cache.analyse(Language::JavaScript, STEP).is_new,
            "the language counts"
        );
        assert!(!knows(&cache, &format!("{STEP}\n")), "the content counts");
    }

    #[test]
    fn a_cache_that_learns_nothing_does_not_grow() {
        let mut cache = Cache::from_bytes(filled(&[STEP]).to_bytes());
        let analysis = cache.analyse(Language::TypeScript, STEP);
        cache.remember(analysis);
        assert!(!cache.has_grown());
        let analysis = cache.analyse(Language::TypeScript, "let x");
        cache.remember(analysis);
        assert!(cache.has_grown());
    }

    #[test]
    fn no_damage_changes_a_fact() {
        let fresh = banister_grammars::extract(Language::TypeScript, STEP);
        let good = filled(&[STEP, "let x = 1"]).to_bytes();
        assert!(knows(&Cache::from_bytes(good.clone()), STEP));
        for at in 0..good.len() {
            let mut flipped = good.clone();
            flipped[at] ^= 1 << (at % 8);
            for bytes in [flipped, good[..at].to_vec()] {
                let facts = Cache::from_bytes(bytes).analyse(Language::TypeScript, STEP).facts;
                assert_eq!(facts, fresh, "byte {at}");
            }
        }
        for foreign in [
            b"".as_slice(),
            b"#!/bin/sh\n",
            &[0xff; 100],
            &[good.as_slice(), b"tail"].concat(),
        ] {
            let cache = Cache::from_bytes(foreign.to_vec());
            assert_eq!(cache.analyse(Language::TypeScript, STEP).facts, fresh);
        }
    }

    #[test]
    fn facts_of_another_build_do_not_count() {
        let mut bytes = filled(&[STEP]).to_bytes();
        assert!(knows(&Cache::from_bytes(bytes.clone()), STEP));
        bytes[pack::BUILD_AT] ^= 1;
        assert!(!knows(&Cache::from_bytes(bytes), STEP));
    }

    #[test]
    fn what_is_not_used_is_kept_for_a_while() {
        let mut bytes = filled(&["let old = 1"]).to_bytes();
        let large: Vec<String> = (0..300)
            .map(|n| format!("export const t{n} = [{}]", format!("'topic.{n}',").repeat(1500)))
            .collect();
        let mut most = 0;
        for round in large.chunks(50) {
            let mut cache = Cache::from_bytes(bytes);
            for text in round {
                let analysis = cache.analyse(Language::TypeScript, text);
                cache.remember(analysis);
            }
            bytes = cache.to_bytes();
            most = most.max(bytes.len());
        }
        let cache = Cache::from_bytes(bytes);
        assert!(knows(&cache, &large[299]));
        assert!(!knows(&cache, "let old = 1"), "the oldest goes first");
        assert!(most < 3 * MAX_UNUSED_BYTES, "{most}");
    }
}
