//! `banister-ignore` in the comments of a flow test.

use banister_grammars::extract::comments::{MARK, directive, line_around};
use banister_grammars::facts::{IgnoreFact, IgnoreScope};

use super::yaml::scalars;

/// The directives of a text, in source order. A text without the word costs one search.
pub fn ignores(text: &str) -> Vec<IgnoreFact> {
    if !text.contains(MARK) {
        return Vec::new();
    }
    let scalars = scalars(text);
    let is_text = |at: usize| {
        scalars
            .iter()
            .any(|span| (span.start as usize..span.end as usize).contains(&at))
    };
    text.match_indices(MARK)
        .filter_map(|(at, _)| {
            let line = line_around(text, at);
            let start = line.start as usize + comment_in(text.get(line.start as usize..at)?)?;
            let end = line.end as usize;
            (!is_text(start)).then(|| directive(text, start..end, at, || next_line(text, end)))?
        })
        .collect()
}

/// Where the comment begins that ends in a directive: its `#` stands at the start of the line or behind a blank.
fn comment_in(before: &str) -> Option<usize> {
    let start = before.trim_end().trim_end_matches('#').len();
    let opens = before.get(start..)?.starts_with('#');
    let is_free = before
        .get(..start)?
        .chars()
        .next_back()
        .is_none_or(char::is_whitespace);
    (opens && is_free).then_some(start)
}

/// The first line behind byte `from` that says something.
fn next_line(text: &str, from: usize) -> IgnoreScope {
    let mut at = from;
    while let Some(rest) = text.get(at..) {
        let blank = rest.len() - rest.trim_start().len();
        if blank == rest.len() {
            break;
        }
        let line = line_around(text, at + blank);
        if !rest.trim_start().starts_with('#') {
            return IgnoreScope::Line(line);
        }
        at = line.end as usize;
    }
    IgnoreScope::Nothing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let scope = |fact: &IgnoreFact| match &fact.scope {
            IgnoreScope::File => "file".to_owned(),
            IgnoreScope::Line(line) => line.slice(text).trim().to_owned(),
            IgnoreScope::Nothing => "nothing".to_owned(),
        };
        let rules = |fact: &IgnoreFact| {
            let names: Vec<&str> = fact.rules.iter().map(|rule| rule.name.as_str()).collect();
            names.join("+")
        };
        ignores(text)
            .iter()
            .map(|fact| format!("{} {} {}", rules(fact), fact.explained, scope(fact)))
            .collect()
    }

    #[test]
    fn a_comment_speaks_of_its_line_or_the_next_one() {
        assert_eq!(
            told("a: 1 # banister-ignore x: why\n"),
            ["x true a: 1 # banister-ignore x: why"]
        );
        assert_eq!(
            told("# banister-ignore x, y\n\n# more\na: 1\n"),
            ["x+y false a: 1"]
        );
        assert_eq!(told("#banister-ignore-file x: why\r\na: 1\r\n"), ["x true file"]);
        assert_eq!(told("a: 1\n# banister-ignore x: why"), ["x true nothing"]);
    }

    #[test]
    fn a_text_is_no_comment() {
        for text in [
            "a: '# banister-ignore x: why'\n",
            "a: \"b # banister-ignore x: why\"\n",
            "a: b#banister-ignore x\n",
            "a: |\n  # banister-ignore x: why\n  b\nc: 1\n",
            "# see banister-ignore x: why\n",
        ] {
            assert_eq!(told(text), [] as [&str; 0], "{text}");
        }
        let after = "a: |\n  b\n# banister-ignore x: why\nc: 1\n";
        assert_eq!(told(after), ["x true c: 1"]);
    }

    #[test]
    fn a_text_that_is_no_yaml_keeps_its_comments() {
        assert_eq!(told("# banister-ignore-file x: why\na: [\n"), ["x true file"]);
    }
}
