//! Texts: by format, by pattern, or of letters that have broken things before.

use serde_json::Value as Json;

use super::dice::Dice;
use super::formats;
use super::pattern::Stretch;
use super::shape::Texts;

/// Texts are not longer than this unless they must be.
const USUAL: usize = 12;
/// Longer ones are tried now and then, to reach what is cut at some length.
const LONG: usize = 64;
/// A longest length beyond this is not tried at random …
const LARGE: usize = 300;
/// … and beyond this not at all.
pub(super) const LARGEST: usize = 2_000;
/// A text by format or pattern is made so often to get one that is right.
const ATTEMPTS: usize = 20;
const LETTERS: &[u8] =
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _-.,:;!?'\"/\\<>&%$#@+=()[]{}|~^`*";
pub(super) const FOREIGN: [char; 14] = [
    'ä', 'é', 'ß', 'ñ', 'Ω', 'ж', 'ا', 'ह', '中', '語', '한', '😀', '\u{301}', '\u{200b}',
];
/// Edges of letters beyond the first plane.
const ASTRAL: usize = 2;
/// What texts begin with at an edge: beyond the first planes, combined, blank, and what is taken for something else.
const TRICKY: [&str; 12] = [
    "😀",
    "e\u{301}",
    "İß",
    " ",
    "中\u{200b}",
    "0",
    "null",
    "\n",
    "\"'\\",
    "<b>&amp;",
    "__proto__",
    "-1",
];

impl Texts {
    /// Any text as the schema wants it; nothing if none was found.
    pub(super) fn draw(&self, dice: &mut Dice) -> Option<String> {
        if self.format.is_none() && self.pattern.is_none() && self.judge.is_none() {
            return Some(free(self.low, self.high, dice));
        }
        (0..ATTEMPTS)
            .find_map(|_| {
                self.by_format(dice)
                    .or_else(|| self.by_pattern(Stretch::Any, dice))
            })
            .or_else(|| {
                // Those of a usual length are too short or too long.
                let length = dice.size(self.low, self.high.min(self.low.saturating_add(USUAL)));
                self.of_length(length, dice)
            })
            .or_else(|| {
                let (low, high) = (self.low, self.high);
                (0..ATTEMPTS).find_map(|_| self.judged(free(low, high, dice)))
            })
    }

    /// How many edges there are to ask for.
    pub(super) fn edges(&self) -> usize {
        let formats = self.format.as_deref().map_or(0, |it| formats::edges(it).len());
        if self.pattern.is_some() || self.judge.is_some() {
            6 + formats
        } else {
            6 + TRICKY.len() + ASTRAL
        }
    }

    /// The edge with a number, if it is possible here.
    pub(super) fn edge(&self, number: usize, dice: &mut Dice) -> Option<String> {
        if self.pattern.is_none() && self.judge.is_none() {
            return self.free_edge(number, dice);
        }
        let (low, high) = (self.low, self.high);
        let at = |length: usize, dice: &mut Dice| {
            let pattern = self.pattern.as_ref();
            pattern
                .and_then(|it| it.text(length, length, Stretch::Least, dice))
                .and_then(|made| self.judged(made))
                .or_else(|| self.of_length(length, dice))
        };
        match number {
            0 => self
                .pattern
                .as_ref()?
                .text(low, high, Stretch::Least, dice)
                .and_then(|it| self.judged(it)),
            1 if high <= LARGEST => self
                .pattern
                .as_ref()?
                .text(low, high, Stretch::Most, dice)
                .and_then(|it| self.judged(it)),
            2 => at(low, dice),
            3 => at(low + 1, dice),
            4 if high <= LARGEST => at(high, dice),
            5 if high <= LARGEST => at(high.checked_sub(1)?, dice),
            number => {
                let edges = formats::edges(self.format.as_deref()?);
                self.judged((*edges.get(number.checked_sub(6)?)?).to_owned())
            }
        }
    }

    fn free_edge(&self, number: usize, dice: &mut Dice) -> Option<String> {
        let (low, high) = (self.low, self.high);
        let plain = |length: usize, dice: &mut Dice| {
            (low..=high.min(LARGEST.max(low)))
                .contains(&length)
                .then(|| exactly(length, dice))
        };
        match number {
            0 => plain(low, dice),
            1 => plain(low + 1, dice),
            2 => plain(high, dice),
            3 => plain(high.checked_sub(1)?, dice),
            4 => plain(0, dice),
            5 => plain(1, dice),
            number if number >= 6 + TRICKY.len() => self.astral(number - 6 - TRICKY.len()),
            number => {
                let mut text = (*TRICKY.get(number - 6)?).to_owned();
                let length = text.chars().count();
                text.push_str(&exactly(low.saturating_sub(length), dice));
                (units(&text) <= high).then_some(text)
            }
        }
    }

    /// A text of letters that UTF-16 writes with two units, from the first unit or from the second: of the two, one is
    /// cut in a letter wherever it is cut.
    fn astral(&self, start: usize) -> Option<String> {
        let most = self.high.min(LARGE);
        let mut text = "a".repeat(start);
        while text.chars().count() < self.low || units(&text) + 2 <= most {
            text.push('😀');
        }
        (units(&text) <= self.high).then_some(text)
    }

    fn by_format(&self, dice: &mut Dice) -> Option<String> {
        formats::draw(self.format.as_deref()?, dice).and_then(|it| self.judged(it))
    }

    fn of_length(&self, length: usize, dice: &mut Dice) -> Option<String> {
        formats::of_length(self.format.as_deref()?, length, dice).and_then(|it| self.judged(it))
    }

    fn by_pattern(&self, stretch: Stretch, dice: &mut Dice) -> Option<String> {
        let made = self.pattern.as_ref()?.text(self.low, self.high, stretch, dice)?;
        self.judged(made)
    }

    /// The text, if it is as the schema wants it.
    fn judged(&self, text: String) -> Option<String> {
        if text.len() < self.low || text.len() > self.high || !text.is_ascii() {
            let fits = text.chars().count() >= self.low && units(&text) <= self.high;
            if !fits {
                return None;
            }
        }
        let Some(judge) = &self.judge else {
            return Some(text);
        };
        match Json::String(text) {
            value if !judge.is_valid(&value) => None,
            Json::String(text) => Some(text),
            _ => None,
        }
    }
}

/// A key of an object.
pub(super) fn key(dice: &mut Dice) -> String {
    let mut out = String::new();
    formats::word(&mut out, dice);
    out
}

/// How long a text is in UTF-16: JSON Schema counts characters, but Zod and whatever else checks texts with JavaScript's
/// `length` counts these. A longest length is kept in both.
fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Any text of this length or about it.
pub(super) fn free(low: usize, high: usize, dice: &mut Dice) -> String {
    let usual = low.saturating_add(USUAL).min(high);
    let length = match dice.below(8) {
        0 => low,
        1 if high <= LARGE => high,
        2 => (low + 1).min(high),
        3 if high > usual && dice.chance(1, 3) => {
            let most = high.min(low.saturating_add(LARGE));
            dice.size(low.saturating_add(LONG).min(most), most)
        }
        _ => dice.size(low, usual),
    };
    if !dice.chance(1, 6) {
        return exactly(length, dice);
    }
    let mut out = String::new();
    let mut spare = high - length;
    for _ in 0..length {
        let extra = |letter: &char| letter.len_utf16() - 1;
        let foreign = dice.chance(1, 3);
        let letter = dice
            .pick(&FOREIGN)
            .copied()
            .filter(|it| foreign && extra(it) <= spare);
        spare -= letter.as_ref().map_or(0, extra);
        out.push(letter.unwrap_or('a'));
    }
    out
}

/// A text of ASCII with this length: letters most of the time; what stands behind them in the list is what programs
/// stumble over.
fn exactly(length: usize, dice: &mut Dice) -> String {
    let all = if dice.chance(1, 4) {
        LETTERS
    } else {
        &LETTERS[..62]
    };
    let mut out = String::with_capacity(length);
    let mut bits = 0;
    for at in 0..length {
        // Nine letters come out of one draw.
        if at % 9 == 0 {
            bits = dice.below(1 << 63);
        }
        let count = all.len() as u64;
        out.push(char::from(all[usize::try_from(bits % count).unwrap_or(0)]));
        bits /= count;
    }
    out
}
