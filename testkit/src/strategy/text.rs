//! Texts: by format, by pattern, or of letters that have broken things before.

use std::collections::BTreeMap;

use proptest::strategy::BoxedStrategy;
use serde_json::Value as Json;

use super::dice::Dice;
use super::flatten::Flat;
use super::pattern;

/// Texts are not longer than this unless they must be.
const USUAL: usize = 12;
/// A longest length beyond this is not tried.
const LARGEST: usize = 300;
/// A text by format or pattern is made so often to get one of the right length.
const ATTEMPTS: usize = 20;
const LETTERS: &[u8] =
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _-.,:;!?'\"/\\<>&%$#@+=()[]{}|~^`*";
const FOREIGN: [char; 14] = [
    'ä', 'é', 'ß', 'ñ', 'Ω', 'ж', 'ا', 'ह', '中', '語', '한', '😀', '\u{301}', '\u{200b}',
];

/// Strategies of the patterns in a schema.
pub(super) type Patterns = BTreeMap<String, Option<BoxedStrategy<String>>>;

/// Adds every pattern in `schema`, keys of `patternProperties` included.
pub(super) fn collect(schema: &Json, patterns: &mut Patterns) {
    match schema {
        Json::Object(fields) => {
            if let Some(Json::String(text)) = fields.get("pattern") {
                patterns
                    .entry(text.clone())
                    .or_insert_with(|| pattern::strategy(text));
            }
            for text in fields
                .get("patternProperties")
                .and_then(Json::as_object)
                .into_iter()
                .flatten()
            {
                patterns
                    .entry(text.0.clone())
                    .or_insert_with(|| pattern::strategy(text.0));
            }
            fields.values().for_each(|field| collect(field, patterns));
        }
        Json::Array(items) => items.iter().for_each(|item| collect(item, patterns)),
        _ => {}
    }
}

/// A text as a schema wants it.
pub(super) fn text(flat: &Flat, patterns: &Patterns, dice: &mut Dice<'_>) -> String {
    let length = |key: &str| {
        flat.get(key)
            .and_then(Json::as_f64)
            .map(|it| it.max(0.0) as usize)
    };
    let (low, high) = (
        length("minLength").unwrap_or(0),
        length("maxLength").unwrap_or(usize::MAX),
    );
    let fits = |text: &String| text.chars().count() >= low && units(text) <= high;
    let named = flat.get("format").and_then(Json::as_str);
    if let Some(format) = named
        && let Some(text) = (0..ATTEMPTS).find_map(|_| by_format(format, dice).filter(fits))
    {
        return text;
    }
    let pattern = flat
        .get("pattern")
        .and_then(Json::as_str)
        .and_then(|text| patterns.get(text)?.as_ref());
    if let Some(strategy) = pattern
        && let Some(text) = (0..ATTEMPTS).find_map(|_| dice.draw(strategy).filter(fits))
    {
        return text;
    }
    free(low, high, dice)
}

/// A key of an object.
pub(super) fn key(dice: &mut Dice<'_>) -> String {
    let length = dice.size(1, 6);
    (0..length)
        .map(|_| char::from(b'a' + u8::try_from(dice.below(26)).unwrap_or(0)))
        .collect()
}

/// How long a text is in UTF-16: JSON Schema counts characters, but Zod and whatever else checks texts with JavaScript's
/// `length` counts these. A longest length is kept in both.
fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

fn free(low: usize, high: usize, dice: &mut Dice<'_>) -> String {
    let usual = low.saturating_add(USUAL).min(high);
    let length = match dice.below(8) {
        0 => low,
        1 if high <= LARGEST => high,
        2 => (low + 1).min(high),
        _ => dice.size(low, usual),
    };
    let foreign = dice.chance(1, 6);
    let mut out = String::new();
    let mut spare = high - length;
    for _ in 0..length {
        if foreign && dice.chance(1, 3) {
            let extra = |letter: &char| letter.len_utf16() - 1;
            let letter = dice.pick(&FOREIGN).copied().filter(|it| extra(it) <= spare);
            spare -= letter.as_ref().map_or(0, extra);
            out.push(letter.unwrap_or('a'));
        } else {
            // Letters most of the time; what stands behind them in the list is what programs stumble over.
            let all = if dice.chance(1, 4) {
                LETTERS
            } else {
                &LETTERS[..62]
            };
            out.extend(dice.pick(all).map(|byte| char::from(*byte)));
        }
    }
    out
}

fn by_format(format: &str, dice: &mut Dice<'_>) -> Option<String> {
    let word = |dice: &mut Dice<'_>| key(dice);
    Some(match format {
        "email" | "idn-email" => format!("{}@{}.{}", word(dice), word(dice), top_level(dice)),
        "uuid" => uuid(dice),
        "date" => date(dice),
        "time" => format!("{}Z", time(dice)),
        "date-time" => format!("{}T{}Z", date(dice), time(dice)),
        "duration" => format!("P{}DT{}H", dice.below(30), dice.below(24)),
        "hostname" | "idn-hostname" => format!("{}.{}", word(dice), top_level(dice)),
        "uri" | "iri" | "url" => format!("https://{}.{}/{}", word(dice), top_level(dice), word(dice)),
        "uri-reference" | "iri-reference" => format!("/{}", word(dice)),
        "uri-template" => format!("/{}/{{id}}", word(dice)),
        "json-pointer" => format!("/{}", word(dice)),
        "relative-json-pointer" => dice.below(5).to_string(),
        "regex" => format!("^{}$", word(dice)),
        "ipv4" => {
            let mut part = || dice.below(256);
            format!("{}.{}.{}.{}", part(), part(), part(), part())
        }
        "ipv6" => format!("2001:db8::{:x}", dice.below(0x1_0000)),
        _ => return None,
    })
}

fn top_level(dice: &mut Dice<'_>) -> &'static str {
    dice.pick(&["com", "org", "dev", "io"]).copied().unwrap_or("com")
}

/// Version 4, since many patterns for identifiers ask for the version's digit.
fn uuid(dice: &mut Dice<'_>) -> String {
    let mut hex =
        |digits: usize| -> String { (0..digits).map(|_| format!("{:x}", dice.below(16))).collect() };
    let (a, b, c, d, e) = (hex(8), hex(4), hex(3), hex(3), hex(12));
    format!("{a}-{b}-4{c}-8{d}-{e}")
}

fn date(dice: &mut Dice<'_>) -> String {
    // The ends of months, years and centuries are where arithmetic goes wrong.
    let edges = ["2024-02-29", "1999-12-31", "2000-01-01", "2038-01-19"];
    if dice.chance(1, 6) {
        return dice.pick(&edges).copied().unwrap_or(edges[0]).to_owned();
    }
    format!(
        "{}-{:02}-{:02}",
        2000 + dice.below(40),
        1 + dice.below(12),
        1 + dice.below(28)
    )
}

fn time(dice: &mut Dice<'_>) -> String {
    let millis = if dice.chance(1, 2) {
        format!(".{:03}", dice.below(1_000))
    } else {
        String::new()
    };
    format!(
        "{:02}:{:02}:{:02}{millis}",
        dice.below(24),
        dice.below(60),
        dice.below(60)
    )
}
