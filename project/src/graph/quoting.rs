//! Texts of the project in the languages of pictures.

use std::borrow::Cow;

/// A text in one line, with what `instead` gives for the characters that mean something there.
pub(super) fn escaped(text: &str, instead: impl Fn(char) -> Option<Cow<'static, str>>) -> String {
    let mut safe = String::with_capacity(text.len());
    for ch in text.chars() {
        match instead(ch) {
            Some(other) => safe += &other,
            None if ch.is_control() => safe.push(' '),
            None => safe.push(ch),
        }
    }
    safe
}
