//! Texts of the formats that JSON Schema names.

use super::dice::Dice;

/// Values of a format that programs stumble over.
pub(super) fn edges(format: &str) -> &'static [&'static str] {
    match format {
        "date" => &[
            "2024-02-29",
            "1999-12-31",
            "2000-01-01",
            "2038-01-19",
            "1970-01-01",
            "0001-01-01",
            "9999-12-31",
        ],
        "time" => &[
            "00:00:00Z",
            "23:59:59Z",
            "12:00:00.000001Z",
            "02:30:00+01:00",
            "00:00:00-00:00",
        ],
        "date-time" => &[
            "2024-02-29T23:59:59Z",
            "1970-01-01T00:00:00Z",
            "2038-01-19T03:14:08Z",
            // Many validators take no other zone: `z.string().datetime()` for one.
            "2021-03-28T01:30:00Z",
            "1999-12-31T23:59:59.999Z",
            "0001-01-01T00:00:00Z",
        ],
        "email" | "idn-email" => &["a@b.co", "first.last+tag@sub.example.com", "x_y-z@example.org"],
        "uuid" => &[
            "00000000-0000-4000-8000-000000000000",
            "ffffffff-ffff-4fff-bfff-ffffffffffff",
            "ABCDEFAB-0123-4ABC-9ABC-ABCDEFABCDEF",
        ],
        "uri" | "iri" | "url" => &[
            "https://a.co",
            "http://localhost:8080/",
            "https://a.co/p%20q?x=1&y=#z",
        ],
        "ipv4" => &["0.0.0.0", "255.255.255.255", "127.0.0.1"],
        "ipv6" => &[
            "::",
            "::1",
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "::ffff:192.0.2.1",
        ],
        "duration" => &["PT0S", "P1Y", "P1M", "PT36H", "P2W"],
        "hostname" => &["a", "localhost", "xn--bcher-kva.example"],
        _ => &[],
    }
}

/// A text of a format; `None` if it is not known.
pub(super) fn draw(format: &str, dice: &mut Dice) -> Option<String> {
    Some(match format {
        "email" | "idn-email" => {
            let mut out = String::with_capacity(24);
            word(&mut out, dice);
            out.push('@');
            host(&mut out, dice);
            out
        }
        "uuid" => uuid(dice),
        "date" => date(dice),
        "time" => format!("{}Z", time(dice)),
        "date-time" => {
            let mut out = date(dice);
            out.push('T');
            out.push_str(&time(dice));
            out.push('Z');
            out
        }
        "duration" => format!("P{}DT{}H", dice.below(30), dice.below(24)),
        "hostname" | "idn-hostname" => {
            let mut out = String::new();
            host(&mut out, dice);
            out
        }
        "uri" | "iri" | "url" => {
            let mut out = String::from("https://");
            host(&mut out, dice);
            out.push('/');
            word(&mut out, dice);
            out
        }
        "uri-reference" | "iri-reference" | "json-pointer" => {
            let mut out = String::from("/");
            word(&mut out, dice);
            out
        }
        "uri-template" => {
            let mut out = String::from("/");
            word(&mut out, dice);
            out.push_str("/{id}");
            out
        }
        "relative-json-pointer" => dice.below(5).to_string(),
        "regex" => {
            let mut out = String::from("^");
            word(&mut out, dice);
            out.push('$');
            out
        }
        "ipv4" => {
            let mut part = || dice.below(256);
            format!("{}.{}.{}.{}", part(), part(), part(), part())
        }
        "ipv6" => format!("2001:db8::{:x}", dice.below(0x1_0000)),
        _ => return None,
    })
}

/// A text of a format that has exactly so many characters; `None` if there is none, or none that is known.
pub(super) fn of_length(format: &str, length: usize, dice: &mut Dice) -> Option<String> {
    let with = |prefix: &str, dice: &mut Dice| {
        let rest = length.checked_sub(prefix.len()).filter(|it| *it > 0)?;
        Some(format!("{prefix}{}", letters(rest, dice)))
    };
    match format {
        "email" | "idn-email" => {
            // No more than 64 characters stand before the sign.
            let local = length.checked_sub(LEAST_HOST + 1)?.min(64);
            let name = letters(local.max(1), dice);
            let host = host_of(length.checked_sub(name.len() + 1)?, dice)?;
            Some(format!("{name}@{host}"))
        }
        "hostname" | "idn-hostname" => host_of(length, dice),
        "uri" | "iri" | "url" if length > 13 => with("https://a.io/", dice),
        "uri" | "iri" | "url" => with("http://", dice),
        "uri-reference" | "iri-reference" | "json-pointer" | "uri-template" => with("/", dice),
        "regex" => Some(letters(length, dice)),
        _ => None,
    }
}

/// `a.io`
const LEAST_HOST: usize = 4;

/// A host of labels of at most 61 letters.
fn host_of(length: usize, dice: &mut Dice) -> Option<String> {
    let names = length
        .checked_sub(".io".len())
        .filter(|it| *it > 0 && length <= 253)?;
    let mut out = String::with_capacity(length);
    for at in 0..names {
        let is_dot = at % 61 == 60 && at + 1 < names;
        out.push_str(&if is_dot { ".".to_owned() } else { letters(1, dice) });
    }
    out.push_str(".io");
    Some(out)
}

fn letters(count: usize, dice: &mut Dice) -> String {
    let mut letter = || char::from(b'a' + u8::try_from(dice.below(26)).unwrap_or(0));
    (0..count).map(|_| letter()).collect()
}

/// One to six letters.
pub(super) fn word(out: &mut String, dice: &mut Dice) {
    let mut bits = dice.below(1 << 62);
    for _ in 0..1 + bits % 6 {
        bits /= 26;
        out.push(char::from(b'a' + u8::try_from(bits % 26).unwrap_or(0)));
    }
}

fn host(out: &mut String, dice: &mut Dice) {
    word(out, dice);
    out.push('.');
    out.push_str(dice.pick(&["com", "org", "dev", "io"]).copied().unwrap_or("com"));
}

/// Version 4, since many patterns for identifiers ask for the version's digit.
fn uuid(dice: &mut Dice) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let (mut low, mut high) = (dice.below(1 << 62), dice.below(1 << 62));
    let mut out = String::with_capacity(36);
    for at in 0..36 {
        match at {
            8 | 13 | 18 | 23 => out.push('-'),
            14 => out.push('4'),
            19 => out.push(char::from(b"89ab"[usize::try_from(low % 4).unwrap_or(0)])),
            _ => {
                let bits = if at < 18 { &mut low } else { &mut high };
                out.push(char::from(DIGITS[usize::try_from(*bits % 16).unwrap_or(0)]));
                *bits /= 16;
            }
        }
    }
    out
}

fn date(dice: &mut Dice) -> String {
    // The ends of months, years and centuries are where arithmetic goes wrong.
    if dice.chance(1, 6) {
        let edge = dice.pick(edges("date")).copied().unwrap_or("2000-01-01");
        return edge.to_owned();
    }
    let mut out = (2000 + dice.below(40)).to_string();
    out.push('-');
    digits(&mut out, 1 + dice.below(12), 2);
    out.push('-');
    digits(&mut out, 1 + dice.below(28), 2);
    out
}

fn time(dice: &mut Dice) -> String {
    let mut out = String::with_capacity(12);
    digits(&mut out, dice.below(24), 2);
    out.push(':');
    digits(&mut out, dice.below(60), 2);
    out.push(':');
    digits(&mut out, dice.below(60), 2);
    if dice.chance(1, 2) {
        out.push('.');
        digits(&mut out, dice.below(1_000), 3);
    }
    out
}

fn digits(out: &mut String, number: u64, width: u32) {
    for at in (0..width).rev() {
        out.push(char::from(
            b'0' + u8::try_from(number / 10_u64.pow(at) % 10).unwrap_or(0),
        ));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::prepare::validator;
    use super::*;

    #[test]
    fn texts_of_a_format_have_the_length_that_is_asked_for() {
        let mut dice = Dice::of(3);
        for (format, lengths) in [
            ("email", &[6, 7, 20, 64, 65, 66, 127, 128, 254][..]),
            ("hostname", &[4, 5, 63, 64, 65, 66, 124, 125, 253]),
            ("uri", &[8, 13, 14, 15, 2_000]),
            ("json-pointer", &[2, 100]),
            ("regex", &[0, 1, 50]),
        ] {
            let judge = validator(&json!({"type": "string", "format": format})).unwrap();
            for length in lengths {
                let text = of_length(format, *length, &mut dice).unwrap();
                assert_eq!(text.chars().count(), *length, "{text}");
                assert!(judge.is_valid(&json!(text)), "{text} is no {format}");
            }
        }
        for (format, length) in [("email", 4), ("hostname", 254), ("uri", 7), ("date", 10)] {
            assert_eq!(of_length(format, length, &mut dice), None, "{format}");
        }
    }

    #[test]
    fn texts_are_of_their_format() {
        let mut dice = Dice::of(7);
        for format in [
            "email",
            "uuid",
            "date",
            "time",
            "date-time",
            "duration",
            "hostname",
            "uri",
            "iri",
            "uri-reference",
            "uri-template",
            "json-pointer",
            "relative-json-pointer",
            "regex",
            "ipv4",
            "ipv6",
        ] {
            let judge = validator(&json!({"type": "string", "format": format})).unwrap();
            for edge in edges(format) {
                assert!(judge.is_valid(&json!(edge)), "{edge} is no {format}");
            }
            for _ in 0..100 {
                let text = draw(format, &mut dice).unwrap();
                assert!(judge.is_valid(&json!(text)), "{text} is no {format}");
            }
        }
    }
}
