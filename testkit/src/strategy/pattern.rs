//! Regular expressions as schemas write them (ECMAScript), read with `regex-syntax` and turned into texts that match.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::dice::Dice;
use super::text::FOREIGN;

/// An unlimited repetition is taken this often beyond its least, if the length leaves room.
const USUAL: usize = 12;
/// Texts by pattern are not longer than this unless they must be.
const LARGEST: usize = 4_000;
/// One letter of so many is one that has broken things before, if the class has such.
const TROUBLE: u64 = 8;
/// So many groups inside each other are followed.
const DEPTH: usize = 40;

/// A pattern to make texts of.
pub(super) struct Pattern {
    hir: Hir,
    /// True if anything may follow the match.
    is_open: bool,
    /// False if it says what is left to a validator, such as a look-ahead.
    pub(super) is_exact: bool,
}

/// How long a text by pattern is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stretch {
    /// As short as the pattern allows, or as the length asks.
    Least,
    /// As long as the length allows.
    Most,
    /// Anything.
    Any,
}

impl Pattern {
    /// `None` if the pattern is none, or says what cannot be made, such as a reference to a group.
    pub(super) fn of(pattern: &str) -> Option<Self> {
        let (text, is_exact) = translate(pattern)?;
        let hir = regex_syntax::Parser::new().parse(&text).ok()?;
        let ends = pattern.ends_with('$') && !pattern.ends_with("\\$");
        Some(Self {
            hir,
            is_open: !ends,
            is_exact,
        })
    }

    /// A text of `low` to `high` characters, if there is one that is easily found.
    pub(super) fn text(&self, low: usize, high: usize, stretch: Stretch, dice: &mut Dice) -> Option<String> {
        let least = least(&self.hir, DEPTH);
        let (low, high) = (low.max(least), high.min(LARGEST.max(low)));
        if low > high {
            return None;
        }
        let aim = match stretch {
            Stretch::Least => low,
            Stretch::Most => high,
            Stretch::Any => dice.size(low, low.saturating_add(USUAL).min(high)),
        };
        let mut maker = Maker {
            spare: aim - least,
            greedy: stretch != Stretch::Any || low > least,
            dice,
        };
        let mut out = String::new();
        maker.add(&self.hir, DEPTH, &mut out);
        if self.is_open {
            let more = if maker.greedy {
                maker.spare
            } else {
                maker.dice.size(0, maker.spare)
            };
            out.extend((0..more).map(|_| char::from(b'a' + u8::try_from(maker.dice.below(26)).unwrap_or(0))));
        }
        Some(out)
    }
}

struct Maker<'d> {
    dice: &'d mut Dice,
    /// Characters that may still be added to the least ones.
    spare: usize,
    /// True if each repetition takes all that it can.
    greedy: bool,
}

impl Maker<'_> {
    fn add(&mut self, hir: &Hir, depth: usize, out: &mut String) {
        if depth == 0 {
            return;
        }
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => out.push_str(&String::from_utf8_lossy(&literal.0)),
            HirKind::Class(class) => out.extend(self.letter(class)),
            HirKind::Capture(capture) => self.add(&capture.sub, depth - 1, out),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.add(part, depth - 1, out)),
            HirKind::Alternation(ways) => {
                let short = ways.iter().map(|it| least(it, depth)).min().unwrap_or(0);
                let room = self.spare;
                let fitting: Vec<&Hir> = ways
                    .iter()
                    .filter(|it| least(it, depth) - short <= room)
                    .collect();
                if let Some(way) = self.dice.pick(&fitting) {
                    self.spare -= least(way, depth) - short;
                    self.add(way, depth - 1, out);
                }
            }
            HirKind::Repetition(repetition) => {
                let (low, high) = (
                    repetition.min as usize,
                    repetition.max.map_or(usize::MAX, |it| it as usize),
                );
                let width = least(&repetition.sub, depth);
                let room = (self.spare / width.max(1)).min(high.saturating_sub(low));
                let room = if width == 0 { room.min(USUAL) } else { room };
                let more = if self.greedy {
                    room
                } else {
                    self.dice.size(0, room)
                };
                self.spare -= more * width.max(1);
                for _ in 0..low + more {
                    self.add(&repetition.sub, depth - 1, out);
                }
            }
        }
    }

    fn letter(&mut self, class: &Class) -> Option<char> {
        match class {
            Class::Unicode(class) => {
                if self.dice.chance(1, TROUBLE) {
                    let known = |letter: &char| {
                        class
                            .ranges()
                            .iter()
                            .any(|it| (it.start()..=it.end()).contains(letter))
                    };
                    let troubling: Vec<char> = FOREIGN.into_iter().filter(known).collect();
                    if let Some(letter) = self.dice.pick(&troubling) {
                        return Some(*letter);
                    }
                }
                let range = self.dice.pick(class.ranges())?;
                let (low, high) = (u32::from(range.start()), u32::from(range.end()));
                let code = low + u32::try_from(self.dice.below(u64::from(high - low) + 1)).unwrap_or(0);
                Some(char::from_u32(code).unwrap_or(range.start()))
            }
            Class::Bytes(class) => {
                let range = self.dice.pick(class.ranges())?;
                let width = u64::from(range.end() - range.start()) + 1;
                Some(char::from(
                    range.start() + u8::try_from(self.dice.below(width)).unwrap_or(0),
                ))
            }
        }
    }
}

/// Characters of the shortest text.
fn least(hir: &Hir, depth: usize) -> usize {
    if depth == 0 {
        return 0;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Literal(literal) => String::from_utf8_lossy(&literal.0).chars().count(),
        HirKind::Class(_) => 1,
        HirKind::Capture(capture) => least(&capture.sub, depth - 1),
        HirKind::Concat(parts) => parts.iter().map(|it| least(it, depth - 1)).sum(),
        HirKind::Alternation(ways) => ways.iter().map(|it| least(it, depth - 1)).min().unwrap_or(0),
        HirKind::Repetition(it) => (it.min as usize).saturating_mul(least(&it.sub, depth - 1)),
    }
}

/// Tells texts that match `pattern`; `None` if it says what cannot be told here.
pub(super) fn matcher(pattern: &str) -> Option<regex::Regex> {
    regex::Regex::new(pattern).ok()
}

/// Anchors go, since a generated text is the whole of the match; classes are those of ASCII, a point is a character that
/// can be printed, and what looks ahead or back is left out, which the flag tells.
fn translate(pattern: &str) -> Option<(String, bool)> {
    let mut out = String::new();
    let mut exact = true;
    let mut class = false;
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        if !class
            && ["(?=", "(?!", "(?<=", "(?<!"]
                .iter()
                .any(|it| rest.starts_with(it))
        {
            rest = after_group(rest)?;
            exact = false;
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                let (after, is_exact) = translate_escape(rest, class, &mut out)?;
                rest = after;
                exact &= is_exact;
            }
            '[' if class => out.push_str("\\["),
            '[' => {
                class = true;
                out.push('[');
                if let Some(after) = rest.strip_prefix('^') {
                    rest = after;
                    // Everything else means everything else that can be printed.
                    out.push_str("^\\x00-\\x1f\\x7f-\\u{10ffff}");
                } else if rest.starts_with(']') {
                    // A class without members matches nothing.
                    return None;
                }
            }
            ']' => {
                class = false;
                out.push(']');
            }
            '^' | '$' if !class => {
                let outer = c == '^' && rest.len() + 1 == pattern.len() || c == '$' && rest.is_empty();
                exact &= outer;
            }
            '.' if !class => out.push_str("[ -~]"),
            '{' if !class && !is_count(rest) => out.push_str("\\{"),
            '&' | '~' if class => {
                out.push('\\');
                out.push(c);
            }
            other => out.push(other),
        }
    }
    // Anchors of one way out of several belong to that way only.
    Some((out, exact))
}

/// What stands behind a backslash: gives the text after it, and false if it is left to a validator.
fn translate_escape<'p>(rest: &'p str, class: bool, out: &mut String) -> Option<(&'p str, bool)> {
    let escaped = rest.chars().next()?;
    let rest = &rest[escaped.len_utf8()..];
    match escaped {
        'b' | 'B' if !class => return Some((rest, false)),
        'b' => out.push_str("\\x08"),
        '1'..='9' | 'k' if !class => return None,
        'c' => {
            let letter = rest.chars().next()?;
            out.push_str(&format!("\\x{:02x}", u32::from(letter) % 32));
            return Some((&rest[letter.len_utf8()..], true));
        }
        '0' => out.push_str("\\x00"),
        'p' | 'P' | 'u' | 'x' => {
            out.push('\\');
            out.push(escaped);
            if let Some((inside, after)) = rest.strip_prefix('{').and_then(|it| it.split_once('}')) {
                out.push_str(&format!("{{{inside}}}"));
                return Some((after, true));
            }
        }
        escaped => push_escaped(escaped, class, out),
    }
    Some((rest, true))
}

fn push_escaped(escaped: char, class: bool, out: &mut String) {
    let members = match escaped {
        'd' => "0-9",
        'w' => "A-Za-z0-9_",
        's' => " \\t",
        'D' if !class => "\\x20-\\x2f:-~",
        'W' if !class => " -/:-@\\[-^`{-~",
        'S' if !class => "!-~",
        _ => "",
    };
    match escaped {
        _ if !members.is_empty() && class => out.push_str(members),
        _ if !members.is_empty() => {
            out.push('[');
            out.push_str(members);
            out.push(']');
        }
        '/' | '@' | '#' | '\'' | '"' | ' ' | ':' | ',' | '%' | '!' | '=' | '<' | '>' | '_' => {
            out.push(escaped)
        }
        '-' if !class => out.push('-'),
        other => {
            out.push('\\');
            out.push(other);
        }
    }
}

/// What follows the group that `text` begins with.
fn after_group(text: &str) -> Option<&str> {
    let (mut depth, mut class, mut escaped) = (0_usize, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => class = true,
            ']' => class = false,
            '(' if !class => depth += 1,
            ')' if !class => {
                depth -= 1;
                if depth == 0 {
                    return text.get(at + 1..);
                }
            }
            _ => {}
        }
    }
    None
}

/// True for the rest of `{2}`, `{2,}` or `{2,4}`.
fn is_count(rest: &str) -> bool {
    let Some((inside, _)) = rest.split_once('}') else {
        return false;
    };
    let mut parts = inside.splitn(2, ',');
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
    parts.next().is_some_and(is_number) && parts.next().is_none_or(|it| it.is_empty() || is_number(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ecmascript_is_translated() {
        for (pattern, expected) in [
            (r"^\d{3}-\w+$", "[0-9]{3}-[A-Za-z0-9_]+"),
            (r"^[\d.-]+$", "[0-9.-]+"),
            (r"^a.c\/\.$", r"a[ -~]c/\."),
            (r"^$|^x$", "|x"),
            (r"[^@\s]", "[^\\x00-\\x1f\\x7f-\\u{10ffff}@ \\t]"),
            (r"^(?=a(b|[)]))x(?!y)$", "x"),
            (r"^\p{L}\u{41}{x}$", r"\p{L}\u{41}\{x}"),
            (r"^\cA{a}$", r"\x01\{a}"),
        ] {
            let (text, _) = translate(pattern).unwrap();
            assert_eq!(text, expected);
            assert!(Pattern::of(pattern).is_some(), "{pattern}");
        }
        assert!(Pattern::of(r"(a)\1").is_none());
    }

    #[test]
    fn texts_match_and_have_the_length_that_is_asked_for() {
        let mut dice = Dice::of(1);
        for (pattern, low, high) in [
            ("^[a-z]+$", 0, usize::MAX),
            ("^[a-z]+$", 50, 50),
            (r"^(\d{2}|x)-[A-F]{0,9}$", 3, 9),
            ("^a|bc+$", 0, 5),
            (r"^[^\s@]+@[^\s@]+\.[a-z]{2,}$", 20, 30),
        ] {
            let (made, judge) = (Pattern::of(pattern).unwrap(), matcher(pattern).unwrap());
            for stretch in [Stretch::Any, Stretch::Least, Stretch::Most] {
                for _ in 0..50 {
                    let text = made.text(low, high, stretch, &mut dice).unwrap();
                    let length = text.chars().count();
                    assert!(judge.is_match(&text), "{text} is not {pattern}");
                    assert!(
                        low <= length && length <= high,
                        "{text} is not {low} to {high} long"
                    );
                }
            }
        }
        let least = Pattern::of("^x{2,5}$").unwrap();
        assert_eq!(least.text(0, 9, Stretch::Least, &mut dice).unwrap(), "xx");
        assert_eq!(least.text(0, 9, Stretch::Most, &mut dice).unwrap(), "xxxxx");
    }
}
