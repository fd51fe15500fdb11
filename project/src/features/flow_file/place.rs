//! The path of keys to the cursor in YAML that may be half typed: by indentation for blocks, by brackets inside of them.

use banister_grammars::Span;

/// Longer files are not read at every keystroke.
const MAX_TEXT: usize = 256 * 1024;

/// The cursor in a flow test.
#[derive(Debug)]
pub(in crate::features) struct Place<'t> {
    text: &'t str,
    levels: Vec<Level<'t>>,
    /// True where a key is expected; else the value of the last key of the path, or an item.
    pub(super) is_key: bool,
    /// The word that is being typed, without its quotes.
    pub(super) replace: Span,
    /// True inside of quotes.
    pub(super) is_quoted: bool,
}

/// A list's item or a mapping on the way to the cursor.
#[derive(Debug, Clone, Default)]
struct Level<'t> {
    /// Where it starts in its line; nothing inside of brackets.
    column: usize,
    is_item: bool,
    /// The key whose value goes on; nothing for an item.
    key: &'t str,
    /// The entries of its mapping so far.
    entries: Vec<(&'t str, &'t str)>,
}

impl<'t> Place<'t> {
    /// The cursor at a byte; `None` inside of a comment.
    pub(in crate::features) fn at(text: &'t str, offset: u32) -> Option<Self> {
        let offset = offset as usize;
        if text.len() > MAX_TEXT || !text.is_char_boundary(offset) {
            return None;
        }
        let mut reader = Reader {
            text,
            levels: Vec::new(),
        };
        let mut at = 0;
        loop {
            let line = text[at..].split_inclusive('\n').next().unwrap_or("");
            let end = reader.line_end(at, line);
            if offset <= text[at..end].trim_end_matches(['\n', '\r']).len() + at || end >= text.len() {
                let mut place = reader.stop(at, offset)?;
                place.add_later_entries(end);
                return Some(place);
            }
            reader.block(at, text[at..end].trim_end());
            at = end;
        }
    }

    /// The keys to the cursor, `-` for an item of a list.
    pub(super) fn path(&self) -> Vec<&'t str> {
        let levels = self
            .levels
            .iter()
            .map(|level| if level.is_item { "-" } else { level.key });
        levels.filter(|key| !key.is_empty()).collect()
    }

    /// The entries of the mapping that a key is typed in.
    pub(super) fn entries(&self) -> &[(&'t str, &'t str)] {
        self.levels.last().map_or(&[], |level| &level.entries)
    }

    /// The value of a key of the mapping around the one that holds the last `up` keys of the path.
    pub(super) fn value_above(&self, up: usize, key: &str) -> Option<&'t str> {
        let level = self.levels.iter().filter(|level| !level.is_item).rev().nth(up)?;
        let (_, value) = level.entries.iter().find(|(name, _)| *name == key)?;
        Some(unquoted(value))
    }

    /// The whole scalar under the cursor.
    pub(super) fn whole(&self) -> &'t str {
        self.replace.slice(self.text)
    }

    /// Entries behind the cursor count as written too.
    fn add_later_entries(&mut self, from: usize) {
        let Some(level) = self
            .levels
            .last_mut()
            .filter(|level| level.column > 0 || level.entries.is_empty())
        else {
            return;
        };
        for line in self.text.get(from..).unwrap_or("").lines() {
            let content = line.trim_start();
            let column = line.len() - content.len();
            if content.is_empty() || column > level.column {
                continue;
            }
            match entry(content) {
                Some(found) if column == level.column && !content.starts_with('-') => {
                    level.entries.push(found)
                }
                _ => return,
            }
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    levels: Vec<Level<'t>>,
}

impl<'t> Reader<'t> {
    /// Where the line at `at` ends, with the lines of brackets that it opens.
    fn line_end(&self, at: usize, line: &str) -> usize {
        let mut end = at + line.len();
        let mut depth = depth_of(line);
        while depth > 0 && end < self.text.len() {
            let next = self.text[end..].split_inclusive('\n').next().unwrap_or("");
            // An unclosed bracket ends where the next test or key of a block starts.
            if next.trim_start().starts_with("- ")
                || is_block_key(next) && depth_of(next) >= 0 && !next.trim_end().ends_with(',')
            {
                break;
            }
            end += next.len();
            depth += depth_of(next);
        }
        end
    }

    /// Takes a block's line in: its dashes and its key. Returns where its value starts.
    fn block(&mut self, at: usize, line: &'t str) -> usize {
        let mut column = line.len() - line.trim_start_matches(' ').len();
        let mut rest = &line[column..];
        if rest.is_empty() || rest.starts_with('#') {
            return at + line.len();
        }
        while let Some(after) = rest
            .strip_prefix('-')
            .filter(|after| after.is_empty() || after.starts_with(' '))
        {
            self.levels
                .retain(|level| level.column < column || level.column == column && !level.is_item);
            self.levels.push(Level {
                column,
                is_item: true,
                ..Level::default()
            });
            let content = after.trim_start_matches(' ');
            column += 1 + after.len() - content.len();
            rest = content;
        }
        if let Some((key, value)) = entry(rest) {
            let mapping = self.mapping(column);
            mapping.entries.push((key, value));
            mapping.key = key;
            return at + line.len() - value.len();
        }
        at + line.len() - rest.len()
    }

    /// The mapping whose keys start at a column, freed of what it held.
    fn mapping(&mut self, column: usize) -> &mut Level<'t> {
        let known = self
            .levels
            .iter()
            .position(|level| level.column == column && !level.is_item);
        match known {
            Some(known) => self.levels.truncate(known + 1),
            None => {
                self.levels.retain(|level| level.column < column);
                self.levels.push(Level {
                    column,
                    ..Level::default()
                });
            }
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    /// The place at the cursor in the line, or the lines of one bracket, that start at `at`.
    fn stop(mut self, at: usize, offset: usize) -> Option<Place<'t>> {
        let typed = &self.text[at..offset];
        let indent = typed.len() - typed.trim_start_matches(' ').len();
        let value = if typed.trim().is_empty() {
            self.levels
                .retain(|level| level.column < indent || level.column == indent && !level.is_item);
            at + typed.len()
        } else {
            self.block(at, typed)
        };
        let is_comment = typed.trim_start().starts_with('#') || self.text[value..offset].contains(" #");
        if is_comment {
            return None;
        }
        let has_key = entry(typed.trim_start_matches([' ', '-'])).is_some();
        if !has_key {
            // A key that is only begun, of the mapping at this column.
            let column = value - at;
            self.mapping(column).key = "";
        }
        self.brackets(value, offset, has_key)
    }

    fn brackets(mut self, from: usize, offset: usize, has_key: bool) -> Option<Place<'t>> {
        let mut quote: Option<(usize, char)> = None;
        let mut start = from;
        let mut is_key = !has_key;
        let floor = self.levels.len();
        for (at, ch) in self.text[from..offset]
            .char_indices()
            .map(|(at, ch)| (from + at, ch))
        {
            match (quote, ch) {
                (Some((_, open)), _) if ch == open => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') if self.text[start..at].trim().is_empty() => quote = Some((at, ch)),
                (None, '{' | '[') => {
                    self.levels.push(Level {
                        is_item: ch == '[',
                        ..Level::default()
                    });
                    (start, is_key) = (at + 1, ch == '{');
                }
                (None, '}' | ']') => {
                    if self.levels.len() > floor {
                        self.levels.pop();
                    }
                    start = at + 1;
                }
                (None, ',') if self.levels.len() > floor => {
                    let inside = &self.text[start..at];
                    let level = self.levels.last_mut()?;
                    if let Some(last) = level.entries.last_mut().filter(|_| !level.is_item && !is_key) {
                        last.1 = inside.trim();
                    }
                    level.key = "";
                    (start, is_key) = (at + 1, !level.is_item);
                }
                (None, ':') if self.levels.len() > floor && is_key => {
                    let key = unquoted(self.text[start..at].trim());
                    let level = self.levels.last_mut()?;
                    level.key = key;
                    level.entries.push((key, ""));
                    (start, is_key) = (at + 1, false);
                }
                _ => {}
            }
        }
        let in_brackets = self.levels.len() > floor;
        let rest = self.text[offset..].split('\n').next().unwrap_or("");
        let (start, end) = match quote {
            Some((open, mark)) => (open + 1, rest.find(mark)),
            None => {
                let typed = &self.text[start..offset];
                let start = start + typed.len() - typed.trim_start().len();
                let stops = |ch: char| match ch {
                    '#' => true,
                    ',' | '}' | ']' => in_brackets,
                    ':' => is_key,
                    _ => false,
                };
                (start, rest.find(stops))
            }
        };
        let end = offset + rest[..end.unwrap_or(rest.len())].trim_end().len();
        Some(Place {
            text: self.text,
            levels: self.levels,
            is_key,
            replace: Span::new(start.min(offset), end),
            is_quoted: quote.is_some(),
        })
    }
}

/// A key and its value in the rest of the line.
fn entry(content: &str) -> Option<(&str, &str)> {
    if content.starts_with(['{', '[', '#']) {
        return None;
    }
    let at = content.find(':')?;
    let value = &content[at + 1..];
    let key = content[..at].trim();
    let is_key = !key.is_empty() && (value.is_empty() || value.starts_with([' ', '\n', '\r']));
    is_key.then(|| (unquoted(key), value.trim_start()))
}

fn is_block_key(line: &str) -> bool {
    entry(line.trim()).is_some_and(|(key, _)| key.chars().all(|ch| ch.is_alphanumeric() || ch == '_'))
}

/// Brackets that a line opens and does not close.
fn depth_of(line: &str) -> i32 {
    let mut depth = 0;
    let mut quote = None;
    let mut before = ' ';
    for ch in line.chars() {
        match (quote, ch) {
            (Some(open), _) if ch == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') if matches!(before, ' ' | '{' | '[' | ',' | ':') => quote = Some(ch),
            (None, '#') if before == ' ' => break,
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => depth -= 1,
            _ => {}
        }
        before = ch;
    }
    depth
}

fn unquoted(text: &str) -> &str {
    let inside = |mark: char| text.strip_prefix(mark)?.strip_suffix(mark);
    inside('\'').or_else(|| inside('"')).unwrap_or(text).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(marked: &str) -> Option<(String, bool, String)> {
        let offset = marked.find("$0").unwrap();
        let text = marked.replacen("$0", "", 1);
        let place = Place::at(&text, u32::try_from(offset).unwrap())?;
        Some((place.path().join("/"), place.is_key, place.whole().to_owned()))
    }

    fn check(cases: &[(&str, &str, bool, &str)]) {
        for (text, path, is_key, word) in cases {
            let expected = ((*path).to_owned(), *is_key, (*word).to_owned());
            assert_eq!(place(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn the_path_is_found_in_blocks() {
        const WHEN: &str = "tests/-/when/-";
        let emit = "tests:\n  - name: x\n    when:\n      - emit:\n          topic: or$0der.x\n";
        let body = "tests:\n  - when:\n      - request: POST /orders\n        body:\n          $0";
        check(&[
            ("te$0", "", true, "te"),
            ("tests:\n  - na$0me: x\n", "tests/-", true, "name"),
            ("tests:\n  - name: x\n    $0\n", "tests/-", true, ""),
            (
                "tests:\n- name: x\n  when:\n  - cron: $0\n",
                "tests/-/when/-/cron",
                false,
                "",
            ),
            ("tests:\n  - name: x\n    when:\n      - $0\n", WHEN, true, ""),
            (emit, "tests/-/when/-/emit/topic", false, "order.x"),
            (body, "tests/-/when/-/body", true, ""),
            (
                "tests:\n  - name: a\n    when: []\n  - na$0\n",
                "tests/-",
                true,
                "na",
            ),
        ]);
        assert_eq!(place("tests:\n  # te$0\n"), None);
    }

    #[test]
    fn the_path_is_found_in_brackets() {
        const TOPIC: &str = "tests/-/when/-/emit/topic";
        let request = "tests:\n  - when:\n      - request: POST /or$0ders\n        body: {}\n";
        check(&[
            (
                "tests:\n  - when: [{ emit: { topic: 'or$0' } }]\n",
                TOPIC,
                false,
                "or",
            ),
            (
                "tests:\n  - when: [{ emit: { topic: $0\n    then: []\n",
                TOPIC,
                false,
                "",
            ),
            (
                "tests:\n  - when: [{ emit: { topic: a, da$0 } }]\n",
                "tests/-/when/-/emit",
                true,
                "da",
            ),
            (
                "tests:\n  - then: [{ ran: [A, $0] }]\n",
                "tests/-/then/-/ran/-",
                false,
                "",
            ),
            (
                "tests:\n  - then:\n      - ran: [\"A\", B$0]\n",
                "tests/-/then/-/ran/-",
                false,
                "B",
            ),
            (request, "tests/-/when/-/request", false, "POST /orders"),
        ]);
    }

    #[test]
    fn neighbours_are_known() {
        let text = "tests:\n  - when:\n      - emit: { topic: 'a.b', data: { x: 1,  } }\n";
        let offset = u32::try_from(text.find("1,").unwrap() + 3).unwrap();
        let place = Place::at(text, offset).unwrap();
        assert_eq!(place.path(), ["tests", "-", "when", "-", "emit", "data"]);
        assert_eq!(place.entries(), [("x", "1")]);
        assert_eq!(place.value_above(1, "topic"), Some("a.b"));
        let text = "tests:\n  - name: a\n    \n    when: []\n    then: []\n  - name: b\n";
        let offset = u32::try_from(text.find("    \n").unwrap() + 4).unwrap();
        let keys: Vec<&str> = Place::at(text, offset)
            .unwrap()
            .entries()
            .iter()
            .map(|(key, _)| *key)
            .collect();
        assert_eq!(keys, ["name", "when", "then"]);
    }

    #[test]
    fn any_offset_of_any_text_has_an_answer() {
        let text = "tests:\n - 'é: [{ 😀,\n\n  - a: {b: \"\n- - - x:\n#ü\n]]}}: ";
        for offset in 0..u32::try_from(text.len() + 3).unwrap() {
            let _ = Place::at(text, offset).map(|place| (place.path(), place.whole().len()));
        }
    }
}
