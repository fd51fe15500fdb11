//! Topics that lead nowhere, and which of them are slips of the pen: what the rules on topics share. Kept from one check
//! to the next; an edit changes it only where a topic of the edited files is involved.

use std::collections::{BTreeMap, BTreeSet};

use super::similarity::{Lookalikes, is_slip, words};
use crate::index::{Changes, Index, Mention, Role, Topic, slots};
use crate::reads::Lookup;
use crate::shelf::Shelf;

/// Topics that are taken and never sent, or sent and never taken.
#[derive(Debug, Default)]
pub(crate) struct LooseEnds {
    /// Topics that somebody takes and nobody sends, slips apart.
    pub(super) orphans: BTreeSet<String>,
    /// Topics that somebody sends and nobody takes.
    pub(super) dead_ends: BTreeSet<String>,
    /// Topics that are slips, with what was meant.
    pub(super) slips: BTreeMap<String, String>,
    /// What slips were meant to be.
    pub(super) meant: BTreeSet<String>,
    /// The orphans with those that are slips.
    unsent: BTreeSet<String>,
    /// Topics that one file alone uses and that lead nowhere, with the topic that each may be a slip for.
    lonely: BTreeMap<String, Option<String>>,
    /// The topics then.
    topics: Shelf<Topic>,
}

impl LooseEnds {
    /// Those of a whole project. Slips are looked for only if somebody wants to know.
    pub(super) fn of(index: &Index, with_slips: bool) -> Self {
        let mut ends = Self::default();
        let lookalikes = || Lookalikes::of(index.topics.iter().map(|topic| topic.name.as_str()));
        let mut known = None;
        for topic in &index.topics {
            ends.place(index, &topic.name);
            if with_slips && is_lonely(index, &topic.name) {
                let known = known.get_or_insert_with(lookalikes);
                let meant = meant(index, known.slips_for(&topic.name), &topic.name);
                ends.lonely.insert(topic.name.clone(), meant);
            }
        }
        ends.topics = index.topics.clone();
        ends.finish(index);
        ends
    }

    /// The same after some changes; what reads otherwise because of them is added to them.
    pub(super) fn updated(&self, index: &Index, with_slips: bool, changes: &mut Changes) -> Self {
        let next = if changes.has(Lookup::Unseen) {
            Self::of(index, with_slips)
        } else {
            self.after(index, with_slips, changes)
        };
        for slip in [
            self.slips.keys().collect::<BTreeSet<_>>(),
            next.slips.keys().collect(),
            self.meant.iter().collect(),
            next.meant.iter().collect(),
        ]
        .into_iter()
        .flatten()
        {
            if self.stance(slip) != next.stance(slip) {
                changes.touch(Lookup::Slip(slip));
            }
        }
        if self.orphans != next.orphans {
            changes.touch(Lookup::Orphans);
        }
        if self.dead_ends != next.dead_ends {
            changes.touch(Lookup::DeadEnds);
        }
        next
    }

    fn stance(&self, topic: &String) -> (Option<&String>, bool) {
        (self.slips.get(topic), self.meant.contains(topic))
    }

    fn after(&self, index: &Index, with_slips: bool, changes: &Changes) -> Self {
        let mut next = Self {
            dead_ends: self.dead_ends.clone(),
            unsent: self.unsent.clone(),
            lonely: self.lonely.clone(),
            topics: index.topics.clone(),
            ..Self::default()
        };
        // What a file declares decides whether the topics that it sends arrive.
        let files = changes.files.iter().filter_map(|file| index.facts(file));
        let of_files = files.flat_map(slots).flat_map(|slot| slot.fact.text.candidates());
        let involved: BTreeSet<&String> = changes.topics.iter().chain(of_files).collect();
        let mut moved: BTreeSet<&str> = BTreeSet::new();
        for topic in involved.into_iter().filter(|topic| !topic.is_empty()) {
            next.place(index, topic);
            let is_lonely = with_slips && is_lonely(index, topic);
            let has_other_uses = !uses(&self.topics, topic).eq(uses(&index.topics, topic));
            if has_other_uses || is_lonely != self.lonely.contains_key(topic) {
                moved.insert(topic);
            }
            if is_lonely {
                next.lonely.entry(topic.clone()).or_default();
            } else {
                next.lonely.remove(topic);
            }
        }
        for (topic, slip) in &mut next.lonely {
            let may_mean = |other: &&str| slip.as_deref() == Some(*other) || is_slip(topic, other);
            if moved.contains(topic.as_str()) || moved.iter().any(may_mean) {
                let alike = index.topics_like(topic).map(|topic| topic.name.as_str());
                *slip = meant(index, alike.filter(|other| is_slip(topic, other)), topic);
            }
        }
        next.finish(index);
        next
    }

    fn place(&mut self, index: &Index, topic: &str) {
        let has = |roles: &[Role]| {
            mentions(index, topic)
                .iter()
                .any(|mention| roles.contains(&mention.role))
        };
        let is_unsent = has(&[Role::Subscribes]) && !index.may_be_emitted(topic);
        let is_untaken = has(Role::SENDING) && !index.may_be_subscribed(topic);
        for (set, holds) in [(&mut self.unsent, is_unsent), (&mut self.dead_ends, is_untaken)] {
            if holds {
                set.insert(topic.to_owned());
            } else {
                set.remove(topic);
            }
        }
    }

    fn finish(&mut self, index: &Index) {
        self.slips = slips(index, &self.lonely);
        self.meant = self.slips.values().cloned().collect();
        let is_part = |topic: &&String| self.slips.contains_key(*topic) || self.meant.contains(*topic);
        let orphans = self.unsent.iter().filter(|topic| !is_part(topic));
        self.orphans = orphans.cloned().collect();
    }
}

fn mentions<'i>(index: &'i Index, topic: &str) -> &'i [Mention] {
    index.topics.get(topic).map_or(&[], |topic| &topic.mentions)
}

/// Who uses a topic, and how.
fn uses<'t>(topics: &'t Shelf<Topic>, topic: &str) -> impl Iterator<Item = (&'t str, Role)> {
    let mentions = topics.get(topic).map_or(&[][..], |topic| &topic.mentions);
    mentions
        .iter()
        .map(|mention| (mention.file.as_str(), mention.role))
}

/// Of two lonely topics that could be each other's slip only one is: the one with the stranger word, else the one that
/// is written less often, and between equals the one that is taken, because who sends a topic names it.
fn slips(index: &Index, lonely: &BTreeMap<String, Option<String>>) -> BTreeMap<String, String> {
    let slip = |topic: &String| lonely.get(topic)?.as_ref();
    let mut words_used = None;
    let mut weight = |topic: &str, other: &str| {
        let mentions = mentions(index, topic);
        let sends = mentions.first().is_some_and(|mention| mention.role.sends());
        let words_used = words_used.get_or_insert_with(|| uses_of_words(index));
        (
            rarest_word_of_its_own(words_used, topic, other),
            mentions.len(),
            sends,
        )
    };
    let mut slips = BTreeMap::new();
    for (topic, meant) in lonely {
        let Some(meant) = meant else { continue };
        let is_the_original = slip(meant) == Some(topic) && weight(topic, meant) > weight(meant, topic);
        if !is_the_original {
            slips.insert(topic.clone(), meant.clone());
        }
    }
    slips
}

/// In how many topics of the project each word occurs.
fn uses_of_words(index: &Index) -> BTreeMap<String, usize> {
    let mut uses = BTreeMap::new();
    for topic in &index.topics {
        for word in words(&topic.name).into_iter().collect::<BTreeSet<_>>() {
            *uses.entry(word).or_insert(0) += 1;
        }
    }
    uses
}

/// In how many topics of the project the least common word occurs that `topic` has and `other` has not.
fn rarest_word_of_its_own(uses: &BTreeMap<String, usize>, topic: &str, other: &str) -> usize {
    let shared = words(other);
    words(topic)
        .iter()
        .filter(|word| !shared.contains(word))
        .map(|word| uses.get(word).copied().unwrap_or(0))
        .min()
        .unwrap_or(0)
}

/// True if only one file uses the topic and it leads nowhere.
fn is_lonely(index: &Index, topic: &str) -> bool {
    let mentions = mentions(index, topic);
    let Some(first) = mentions.first() else {
        return false;
    };
    let one_side = mentions.iter().all(|mention| {
        let plain = matches!(mention.role, Role::Subscribes | Role::Declares | Role::Emits);
        plain && mention.file == first.file && mention.role.sends() == first.role.sends()
    });
    let leads_on = || {
        if first.role.sends() {
            index.may_be_subscribed(topic)
        } else {
            index.may_be_emitted(topic)
        }
    };
    // A call that the step's own declaration does not cover is reported as that.
    let dropped = || first.role.sends() && index.step(&first.file).is_some_and(|step| step.drops(topic));
    one_side && !leads_on() && !dropped()
}

/// Which of the topics that look like `topic` was probably meant: one with another end elsewhere, the one that is used
/// most.
fn meant<'i>(index: &Index, alike: impl Iterator<Item = &'i str>, topic: &str) -> Option<String> {
    let first = mentions(index, topic).first()?;
    let other_end = if first.role.sends() {
        Role::TAKING
    } else {
        Role::SENDING
    };
    let has_other_end = |other: &&str| {
        let mut mentions = mentions(index, other).iter();
        mentions.any(|mention| other_end.contains(&mention.role) && mention.file != first.file)
    };
    let uses = |topic: &str| mentions(index, topic).len();
    alike
        .filter(has_other_end)
        .max_by(|one, other| uses(one).cmp(&uses(other)).then_with(|| other.cmp(one)))
        .map(str::to_owned)
}
