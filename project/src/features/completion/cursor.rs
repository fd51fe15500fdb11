//! What the text before the cursor has opened and not closed: its brackets, and the string that is being typed.
//!
//! A completion is wanted most while the code does not parse, so this reads text and not a tree. Strings end with their
//! line and a bracket closes its nearest fellow, so that one slip does not mislead the rest of the file.

use banister_grammars::{Language, Span};

/// Longer texts are not read at every keystroke.
const MAX_TEXT: usize = 256 * 1024;

/// A bracket that is open at the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    /// `(`, `[` or `{`; `$` for an interpolation inside of a string.
    pub(super) opener: u8,
    /// Where it stands.
    pub(super) at: usize,
    /// Where its current item starts: behind the bracket or the last comma.
    pub(super) item: usize,
    /// Commas before the current item.
    pub(super) number: usize,
    /// The quote of the string around an interpolation.
    quote: u8,
}

/// The cursor among what is open before it.
#[derive(Debug)]
pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    pub(super) offset: usize,
    pub(super) language: Language,
    /// From the outermost to the innermost.
    pub(super) frames: Vec<Frame>,
    /// The opening quote of the string that the cursor is in.
    pub(super) quote: Option<usize>,
}

impl<'t> Cursor<'t> {
    /// The cursor at a byte of a text; `None` inside of a comment, and in texts that are too long.
    pub(super) fn at(text: &'t str, offset: u32, language: Language) -> Option<Self> {
        let offset = offset as usize;
        if text.len() > MAX_TEXT || !text.is_char_boundary(offset) {
            return None;
        }
        let mut lexer = Lexer {
            bytes: text.as_bytes(),
            end: offset,
            language,
            frames: Vec::new(),
            last: b'\n',
        };
        let quote = lexer.run()?;
        Some(Self {
            text,
            offset,
            language,
            frames: lexer.frames,
            quote,
        })
    }

    /// Where the word or the string starts that is being typed, its quote included.
    pub(super) fn start(&self) -> usize {
        self.quote.unwrap_or_else(|| {
            let before = &self.text[..self.offset];
            self.offset - (before.len() - before.trim_end_matches(is_word).len())
        })
    }

    /// What a proposal replaces: the inside of the quotes, or the word. Without a closing quote in the line a string
    /// ends where its word does.
    pub(super) fn replace(&self) -> Span {
        let rest = &self.text[self.offset..];
        let line = rest.split(['\n', '\r']).next().unwrap_or("");
        let Some(quote) = self.quote else {
            let word = line.find(|ch| !is_word(ch)).unwrap_or(line.len());
            return Span::new(self.start(), self.offset + word);
        };
        let mark = &self.text[quote..=quote];
        let word = line
            .find(|ch: char| !is_word(ch) && !matches!(ch, '.' | '-' | ':' | '/'))
            .unwrap_or(line.len());
        let is_last = |end: &usize| {
            let others = line[*end + 1..].matches(mark).count();
            line[*end..].starts_with(mark) && others.is_multiple_of(2)
        };
        // The rest of the line pairs up only if the next quote is the closing one.
        let end = line.find(mark).filter(is_last).unwrap_or(word);
        Span::new(quote + 1, self.offset + end)
    }

    /// The text from the start of the innermost item to the word or string that is being typed.
    pub(super) fn before(&self) -> &'t str {
        let item = self.frames.last().map_or(0, |frame| frame.item);
        self.text.get(item..self.start()).unwrap_or("")
    }

    /// The text before a frame's bracket.
    pub(super) fn outside(&self, frame: &Frame) -> &'t str {
        &self.text[..frame.at]
    }

    /// The text of the item that a frame's bracket belongs to, up to the bracket.
    pub(super) fn item_before(&self, level: usize) -> &'t str {
        let Some(frame) = self.frames.get(level) else {
            return "";
        };
        let from = match level.checked_sub(1).and_then(|around| self.frames.get(around)) {
            Some(around) => around.item,
            None => self.text[..frame.at].rfind(['\n', ';']).map_or(0, |at| at + 1),
        };
        self.text.get(from..frame.at).unwrap_or("")
    }
}

/// A character of a name.
pub(super) fn is_word(ch: char) -> bool {
    ch.is_alphanumeric() || ch == '_' || ch == '$'
}

struct Lexer<'t> {
    bytes: &'t [u8],
    end: usize,
    language: Language,
    frames: Vec<Frame>,
    /// The last byte that was no blank: a slash behind an operator starts a pattern.
    last: u8,
}

impl Lexer<'_> {
    /// The quote that is open at the end, if any; nothing at all inside of a comment.
    fn run(&mut self) -> Option<Option<usize>> {
        let mut at = 0;
        while at < self.end {
            let byte = self.bytes[at];
            match byte {
                b'#' if !self.language.is_script() => at = self.line_comment(at)?,
                b'/' if self.language.is_script() && self.starts(at, b"//") => at = self.line_comment(at)?,
                b'/' if self.language.is_script() && self.starts(at, b"/*") => {
                    at = self.find(at + 2, b"*/")?
                }
                b'/' if self.language.is_script() && self.may_start_pattern() => at = self.pattern(at),
                b'\'' | b'"' if self.language == Language::Python && self.is_triple(at) => {
                    at = self.find(at + 3, &[byte; 3])?;
                }
                b'\'' | b'"' | b'`' => match self.string(at + 1, byte) {
                    Some(next) => at = next,
                    None => return Some(Some(at)),
                },
                b'(' | b'[' | b'{' => {
                    self.push(byte, at, 0);
                    at += 1;
                }
                b')' | b']' | b'}' => match self.close(byte) {
                    Some((quote, opened)) => match self.string(at + 1, quote) {
                        Some(next) => at = next,
                        None => return Some(Some(opened)),
                    },
                    None => at += 1,
                },
                b',' => {
                    if let Some(frame) = self.frames.last_mut() {
                        frame.item = at + 1;
                        frame.number += 1;
                    }
                    at += 1;
                }
                _ => at += 1,
            }
            if !byte.is_ascii_whitespace() {
                self.last = byte;
            }
        }
        Some(None)
    }

    fn push(&mut self, opener: u8, at: usize, quote: u8) {
        self.frames.push(Frame {
            opener,
            at,
            item: at + if opener == b'$' { 2 } else { 1 },
            number: 0,
            quote,
        });
    }

    /// Closes the nearest bracket of the same kind; the quote of the string that goes on behind an interpolation.
    fn close(&mut self, closer: u8) -> Option<(u8, usize)> {
        let fits = |frame: &Frame| match closer {
            b')' => frame.opener == b'(',
            b']' => frame.opener == b'[',
            _ => matches!(frame.opener, b'{' | b'$'),
        };
        let level = self.frames.iter().rposition(fits)?;
        let frame = self.frames[level];
        self.frames.truncate(level);
        (frame.opener == b'$').then_some((frame.quote, frame.at))
    }

    /// The end of the string whose inside starts at `at`; `None` if it is still open at the cursor.
    fn string(&mut self, mut at: usize, quote: u8) -> Option<usize> {
        let interpolates = match self.language {
            Language::Ruby => quote == b'"',
            Language::Python => false,
            _ => quote == b'`',
        };
        let opener = if self.language == Language::Ruby {
            b'#'
        } else {
            b'$'
        };
        while at < self.end {
            match self.bytes[at] {
                b'\\' => at += 1,
                byte if byte == quote => return Some(at + 1),
                b'\n' if quote != b'`' => return Some(at + 1),
                byte if interpolates && byte == opener && self.bytes.get(at + 1) == Some(&b'{') => {
                    self.push(b'$', at, quote);
                    return Some(at + 2);
                }
                _ => {}
            }
            at += 1;
        }
        None
    }

    fn line_comment(&self, at: usize) -> Option<usize> {
        self.find(at, b"\n")
    }

    /// Behind the next occurrence of `what` before the cursor.
    fn find(&self, at: usize, what: &[u8]) -> Option<usize> {
        let rest = self.bytes.get(at..self.end)?;
        let found = rest.windows(what.len()).position(|window| window == what)?;
        Some(at + found + what.len())
    }

    fn starts(&self, at: usize, what: &[u8]) -> bool {
        self.bytes[at..].starts_with(what)
    }

    fn is_triple(&self, at: usize) -> bool {
        self.starts(at, &[self.bytes[at]; 3])
    }

    fn may_start_pattern(&self) -> bool {
        matches!(
            self.last,
            b'(' | b',' | b'=' | b':' | b'[' | b'!' | b'&' | b'|' | b'?' | b'{' | b'}' | b';' | b'\n'
        )
    }

    /// Behind a regular expression, or behind its slash if its line does not end it.
    fn pattern(&self, start: usize) -> usize {
        let mut in_class = false;
        let mut at = start + 1;
        while at < self.end {
            match self.bytes[at] {
                b'\\' => at += 1,
                b'\n' => break,
                b'[' => in_class = true,
                b']' => in_class = false,
                b'/' if !in_class => return at + 1,
                _ => {}
            }
            at += 1;
        }
        start + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(language: Language, marked: &str) -> Option<(String, bool, String)> {
        let offset = marked.find("$0").unwrap();
        let text = marked.replacen("$0", "", 1);
        let cursor = Cursor::at(&text, u32::try_from(offset).unwrap(), language)?;
        let frames = cursor
            .frames
            .iter()
            .map(|frame| char::from(frame.opener))
            .collect();
        let replaced = cursor.replace().slice(&text).to_owned();
        Some((frames, cursor.quote.is_some(), replaced))
    }

    #[test]
    fn what_is_open_is_seen_through_strings_and_comments() {
        let some =
            |frames: &str, quoted, replaced: &str| Some((frames.to_owned(), quoted, replaced.to_owned()));
        for (language, text, expected) in [
            (
                Language::TypeScript,
                "f({ a: ')', b: [1, 'x$0y'] })",
                some("({[", true, "xy"),
            ),
            (Language::TypeScript, "f({ a: 'x$0\n})", some("({", true, "x")),
            (
                Language::TypeScript,
                "x = `a${f(1)}b`; g(wo$0rd)",
                some("(", false, "word"),
            ),
            (Language::TypeScript, "x = `a${f('$0", some("$(", true, "")),
            (
                Language::TypeScript,
                "x = s.replace(/['\"]/g, ''); g('$0')",
                some("(", true, ""),
            ),
            (Language::TypeScript, "// it's {\ng({$0", some("({", false, "")),
            (Language::TypeScript, "// it's {$0", None),
            (
                Language::Python,
                "\"\"\"it's { \"\"\"\nf({'a': 1, 'b$0': 2})",
                some("({", true, "b"),
            ),
            (
                Language::Python,
                "f({'topic': 'or$0, 'data': 1})",
                some("({", true, "or"),
            ),
            (Language::Ruby, "f(\"a#{x['k']}b\", '$0')", some("(", true, "")),
            (Language::Ruby, "# it's (\nf[:$0", some("[", false, "")),
        ] {
            assert_eq!(shape(language, text), expected, "{text}");
        }
    }

    #[test]
    fn any_offset_of_any_text_has_an_answer() {
        let text = "emit({ topic: 'é😀, [({\"`${ /x\\'\n  emits: ['ü\"\"\" #{";
        for language in Language::ALL {
            for offset in 0..u32::try_from(text.len() + 3).unwrap() {
                if let Some(cursor) = Cursor::at(text, offset, language) {
                    let _ = (cursor.replace(), cursor.before());
                }
            }
        }
    }
}
