//! Regular expressions as schemas write them (ECMAScript), turned into what proptest can generate from.

use proptest::strategy::{BoxedStrategy, Strategy as _};
use proptest::string::string_regex;

/// Texts that match `pattern`; `None` if it says what cannot be generated from, such as a look-ahead.
pub(super) fn strategy(pattern: &str) -> Option<BoxedStrategy<String>> {
    string_regex(&translate(pattern))
        .ok()
        .map(|strategy| strategy.boxed())
}

/// Tells texts that match `pattern`; `None` if it says what cannot be told here.
pub(super) fn matcher(pattern: &str) -> Option<regex::Regex> {
    regex::Regex::new(pattern).ok()
}

/// Anchors go, since a generated text is the whole of the match; classes are those of ASCII, and a point is a character
/// that can be printed.
fn translate(pattern: &str) -> String {
    let mut out = String::new();
    let mut class = false;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let Some(escaped) = chars.next() else { break };
                let members = match escaped {
                    'd' => "0-9",
                    'w' => "A-Za-z0-9_",
                    's' => " \\t",
                    'b' | 'B' if !class => continue,
                    '/' | '-' | '@' | '#' | '\'' | '"' | ' ' | ':' | ',' | '%' | '&' | '!' | '=' | '<'
                    | '>' | '~' => {
                        if class && escaped == '-' {
                            out.push('\\');
                        }
                        out.push(escaped);
                        continue;
                    }
                    other => {
                        out.push('\\');
                        out.push(other);
                        continue;
                    }
                };
                out.push_str(&if class {
                    members.to_owned()
                } else {
                    format!("[{members}]")
                });
            }
            '[' if class => out.push_str("\\["),
            '[' => {
                class = true;
                out.push('[');
                if chars.peek() == Some(&'^') {
                    chars.next();
                    // Everything else means everything else that can be printed.
                    out.push_str("^\\x00-\\x1f\\x7f-\\u{10ffff}");
                }
            }
            ']' => {
                class = false;
                out.push(']');
            }
            '^' | '$' if !class => {}
            '.' if !class => out.push_str("[ -~]"),
            '&' | '~' if class => {
                out.push('\\');
                out.push(c);
            }
            other => out.push(other),
        }
    }
    out
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
        ] {
            assert_eq!(translate(pattern), expected);
            assert!(strategy(pattern).is_some(), "{pattern}");
        }
        assert!(strategy("^(?=a)b").is_none());
    }
}
