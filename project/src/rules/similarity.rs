//! When two names are alike: for "did you mean" and for slips of the pen.

use std::collections::HashMap;

/// Shorter words are alike by chance: `a.done` and `b.done` are two topics.
const MIN_WORD: usize = 4;

/// Half of the words in common.
const SHARED_WORDS: f64 = 0.5;

/// Half of the letters in common.
const ALIKE: f64 = 0.5;

/// True if `written` is probably meant to be `meant`: one edit away, or the same words with other punctuation.
pub fn is_slip(written: &str, meant: &str) -> bool {
    written != meant && (is_one_edit(written, meant) || has_same_words(written, meant))
}

/// Names by what a slip leaves of them, so that a name meets the few that it may be a slip for and not all others.
pub(super) struct Lookalikes<'n> {
    by_remains: HashMap<u64, Vec<&'n str>>,
}

impl<'n> Lookalikes<'n> {
    pub(super) fn of(names: impl Iterator<Item = &'n str>) -> Self {
        let mut by_remains: HashMap<u64, Vec<&'n str>> = HashMap::new();
        for name in names {
            for remains in remains(name) {
                by_remains.entry(remains).or_default().push(name);
            }
        }
        Self { by_remains }
    }

    /// The names that `written` is probably meant to be, perhaps repeated.
    pub(super) fn slips_for(&self, written: &str) -> impl Iterator<Item = &'n str> {
        let alike = remains(written).filter_map(|remains| self.by_remains.get(&remains));
        alike
            .flatten()
            .copied()
            .filter(move |meant| is_slip(written, meant))
    }
}

/// Hashes of the name, of the name without each one of its characters, and of its letters alone. Two names that are one
/// edit apart have one of the former in common, two names of the same words the last.
fn remains(name: &str) -> impl Iterator<Item = u64> + '_ {
    let shorter = name
        .char_indices()
        .map(|(at, ch)| hash(name[..at].bytes().chain(name[at + ch.len_utf8()..].bytes())));
    let letters: String = letters(name).collect();
    [hash(name.bytes()), hash(letters.bytes())]
        .into_iter()
        .chain(shorter)
}

/// FNV-1a. Names that share a hash by chance are told apart afterwards.
fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn has_same_words(one: &str, other: &str) -> bool {
    letters(one).eq(letters(other)) && words(one) == words(other)
}

fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars()
        .filter(|ch| ch.is_alphanumeric())
        .flat_map(char::to_lowercase)
}

/// True if one of the names was probably renamed and the other forgotten: half of their words are the same, and the
/// others look alike (`a:database-sync`, `a:supabase-sync`) or only one has them (`order.created`, `created`).
pub(super) fn is_related(one: &str, other: &str) -> bool {
    let (ours, theirs) = (words(one), words(other));
    // `order.created` and `order.created.stored` are two stages of one flow.
    if ours.starts_with(&theirs) || theirs.starts_with(&ours) {
        return false;
    }
    if !differing_words_look_alike(&ours, &theirs) {
        return false;
    }
    let shared = ours.iter().filter(|word| theirs.contains(word)).count();
    let all = ours.len() + theirs.len() - shared;
    #[expect(clippy::cast_precision_loss, reason = "names have few words")]
    let share = shared as f64 / all.max(1) as f64;
    share >= SHARED_WORDS
}

/// True unless a word of one name stands in for a quite other word of the other: `email.approval.done` was not renamed
/// to `email.schedule.done`.
fn differing_words_look_alike(ours: &[String], theirs: &[String]) -> bool {
    let only_in = |these: &[String], those: &[String]| -> Vec<String> {
        these
            .iter()
            .filter(|word| !those.contains(word))
            .cloned()
            .collect()
    };
    let (ours, theirs) = (only_in(ours, theirs), only_in(theirs, ours));
    ours.iter()
        .zip(&theirs)
        .all(|(one, other)| strsim::normalized_levenshtein(one, other) >= ALIKE)
}

fn is_one_edit(written: &str, meant: &str) -> bool {
    if written.len().min(meant.len()) < MIN_WORD || !differs_in_one_place(written, meant) {
        return false;
    }
    let (ours, theirs) = (words(written), words(meant));
    let mut differing = ours.iter().zip(&theirs).filter(|(one, other)| one != other);
    if differing.any(|(one, other)| one.chars().count().max(other.chars().count()) < MIN_WORD) {
        return false;
    }
    // `step.1` and `step.2` are two names on purpose.
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    digits(written) == digits(meant)
}

/// True if one character more, less or another, or two neighbours that changed places, make one text the other: an optimal
/// string alignment distance of 1, found in one pass.
fn differs_in_one_place(one: &str, other: &str) -> bool {
    let start: usize = one
        .chars()
        .zip(other.chars())
        .take_while(|(ours, theirs)| ours == theirs)
        .map(|(ch, _)| ch.len_utf8())
        .sum();
    let (one, other) = (&one[start..], &other[start..]);
    let end: usize = one
        .chars()
        .rev()
        .zip(other.chars().rev())
        .take_while(|(ours, theirs)| ours == theirs)
        .map(|(ch, _)| ch.len_utf8())
        .sum();
    let mut ours = one[..one.len() - end].chars();
    let mut theirs = other[..other.len() - end].chars();
    match (ours.next(), ours.next(), theirs.next(), theirs.next()) {
        (None, _, Some(_), None) | (Some(_), None, None | Some(_), None) => true,
        (Some(a), Some(b), Some(c), Some(d)) => {
            (a, b) == (d, c) && ours.next().is_none() && theirs.next().is_none()
        }
        _ => false,
    }
}

/// The words of a name, whatever joins them: `order.created`, `order-created`, `orderCreated`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for ch in name.chars() {
        if !ch.is_alphanumeric() || (ch.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        was_lower = ch.is_lowercase() || ch.is_ascii_digit();
        if let Some(word) = words.last_mut().filter(|_| ch.is_alphanumeric()) {
            word.extend(ch.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Letters;

    #[test]
    fn a_slip_is_one_edit_or_other_punctuation() {
        for (written, meant) in [
            ("customer.notifed", "customer.notified"),
            ("order.craeted", "order.created"),
            ("orders.created", "order.created"),
            ("cat.opened", "chat.opened"),
            ("order-created", "order.created"),
            ("orderCreated", "order.created"),
            ("ORDER_CREATED", "order.created"),
        ] {
            assert!(is_slip(written, meant), "{written} for {meant}");
        }
    }

    #[test]
    fn no_slip_is_ruled_out_by_its_letters() {
        let names = [
            "Order.created",
            "ORDER_CREATED",
            "größe-neu",
            "GRÖSSE.neu",
            "mask.\u{212a}",
            "task 1/2",
        ];
        let pieces = ["", "x", "7", ".", "-", "é", "\u{212a}", "K", "X"];
        let mut slips = 0;
        for name in names {
            for (at, ch) in name.char_indices() {
                for piece in pieces {
                    for end in [at, at + ch.len_utf8()] {
                        let other = format!("{}{piece}{}", &name[..at], &name[end..]);
                        for (one, two) in names.iter().map(|name| (*name, other.as_str())) {
                            let may = Letters::of(one).may_be_alike(Letters::of(two));
                            assert!(may || !is_slip(one, two), "{one} {two}");
                            slips += usize::from(is_slip(one, two));
                        }
                    }
                }
            }
        }
        assert!(slips > 300, "{slips}");
        assert!(!Letters::of("order.paid").may_be_alike(Letters::of("job.sent")));
    }

    #[test]
    fn other_names_are_no_slip() {
        for (written, meant) in [
            ("order.created", "order.created"),
            ("order.paid", "order.failed"),
            ("step.1", "step.2"),
            ("job.v1.done", "job.v2.done"),
            ("job.done", "job.v2.done"),
            ("a.done", "b.done"),
            ("cat.fed", "car.fed"),
            ("", "a"),
        ] {
            assert!(!is_slip(written, meant), "{written} for {meant}");
        }
    }

    #[test]
    fn one_place_is_a_distance_of_one() {
        let mut texts: Vec<String> = vec![String::new()];
        for length in 0..4 {
            let longer = texts.iter().filter(|text| text.chars().count() == length);
            let longer: Vec<String> = longer
                .flat_map(|text| ["a", "b", "é"].map(|next| format!("{text}{next}")))
                .collect();
            texts.extend(longer);
        }
        for one in &texts {
            for other in &texts {
                assert_eq!(
                    differs_in_one_place(one, other),
                    strsim::osa_distance(one, other) == 1,
                    "{one} {other}"
                );
            }
        }
    }

    #[test]
    fn every_slip_is_found_among_many_names() {
        let names = [
            "customer.notified",
            "order.created",
            "orders.created",
            "order-created",
            "orderCreated",
            "oder.created",
            "order.craeted",
            "order.createdé",
            "order.paid",
            "",
        ];
        let lookalikes = Lookalikes::of(names.into_iter());
        for written in names {
            let mut found: Vec<&str> = lookalikes.slips_for(written).collect();
            let mut meant: Vec<&str> = names
                .into_iter()
                .filter(|meant| is_slip(written, meant))
                .collect();
            found.sort_unstable();
            found.dedup();
            meant.sort_unstable();
            assert_eq!(found, meant, "{written}");
        }
    }

    #[test]
    fn related_names_share_half_of_their_words() {
        assert!(is_related("a:database-sync", "a:supabase-sync"));
        assert!(is_related("shop.order.created", "order.created"));
        assert!(!is_related("order.created", "order.shipped"));
        assert!(!is_related("", ""));
        assert!(!is_related("order.created", "order.created.stored"));
        assert!(!is_related("mail.approval.done", "mail.schedule.done"));
    }
}
