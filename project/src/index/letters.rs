//! Which characters a name holds, in one word: most names are told apart without a look at their texts.

/// The characters of a text, in either case. Some share a place, so it tells for sure only what is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Letters(u64);

/// The places of ASCII letters and digits, each of which has its own.
const WORDS: u64 = (1 << 36) - 1;

/// The place of all characters beyond ASCII.
const BEYOND: u32 = 63;

impl Letters {
    /// Those of a text.
    pub(crate) fn of(text: &str) -> Self {
        let place = |letter: char| match letter.to_ascii_lowercase() {
            letter @ 'a'..='z' => u32::from(letter) - u32::from('a'),
            letter @ '0'..='9' => 26 + u32::from(letter) - u32::from('0'),
            other if other.is_ascii() => 36 + u32::from(other) % (BEYOND - 36),
            _ => BEYOND,
        };
        Self(text.chars().fold(0, |all, letter| all | 1 << place(letter)))
    }

    /// False if one of these is surely not among `others`.
    pub(crate) fn may_be_among(self, others: Self) -> bool {
        self.0 & !others.0 == 0
    }

    /// False if the texts surely differ in more than one character and in their words too.
    pub(crate) fn may_be_alike(self, other: Self) -> bool {
        let differing = self.0 ^ other.0;
        let is_beyond = (self.0 | other.0) >> BEYOND == 1;
        // One character gives way to another at most; words are the same whatever stands between them.
        is_beyond || differing.count_ones() <= 2 || differing & WORDS == 0
    }
}
