//! What is known of a text, and of a constant that other files may read.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::text::Span;

/// What is statically known of a text such as a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Text {
    /// Exactly this.
    Known(String),
    /// One of these, each possible; sorted, without repeats.
    OneOf(Vec<String>),
    /// Fixed parts with unknown text between them: `order.${x}` is `["order.", ""]`. Never leads to an error.
    Pattern(Vec<String>),
    /// A value of another file; the project resolves it.
    Import(ImportRef),
    /// One of these, some of which are values of other files; the project resolves it.
    Either(Vec<Text>),
    /// These in a row, some of which are values of other files; the project resolves it.
    Joined(Vec<Text>),
    /// Not known, and why, in words for a person.
    Unknown(String),
}

impl Text {
    /// The text if it is exactly known.
    pub fn known(&self) -> Option<&str> {
        match self {
            Text::Known(text) => Some(text),
            _ => None,
        }
    }

    /// Every text that it is known to be: one for `Known`, several for `OneOf`, none otherwise.
    pub fn candidates(&self) -> &[String] {
        match self {
            Text::Known(text) => std::slice::from_ref(text),
            Text::OneOf(texts) => texts,
            Text::Pattern(_) | Text::Import(_) | Text::Either(_) | Text::Joined(_) | Text::Unknown(_) => &[],
        }
    }

    /// True if the value could be `text`: exact for known ones, by pattern, and always for unknown ones.
    pub fn may_be(&self, text: &str) -> bool {
        match self {
            Text::Known(known) => known == text,
            Text::OneOf(known) => known.iter().any(|k| k == text),
            Text::Pattern(parts) => matches_pattern(parts, text),
            Text::Import(_) | Text::Either(_) | Text::Joined(_) | Text::Unknown(_) => true,
        }
    }
}

fn matches_pattern(parts: &[String], text: &str) -> bool {
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else {
        return true;
    };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else {
        return false;
    };
    if parts.len() == 1 {
        return rest.is_empty();
    }
    for part in &parts[1..parts.len() - 1] {
        match rest.find(part.as_str()) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last.as_str())
}

/// A name of another module: `Topics.Order.Created` imported from `./topics`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRef {
    /// The module as written: `./topics`, `@acme/topics`, `.topics`, `lib/topics`.
    pub module: String,
    /// The exported name and the members read from it: `["Topics", "Order", "Created"]`. The name of a default
    /// import is `default`; of a whole module `*`. Behind the name, `*` stands for any item of a list or any value of
    /// an object: `["ROWS", "*", "topic"]`.
    pub path: Vec<String>,
}

/// A text with its place. The span of a literal is the inside of its quotes: what an editor replaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextFact {
    /// The value.
    pub text: Text,
    /// Inside of the quotes for a literal, else the whole expression.
    pub span: Span,
    /// True if it is written here as a plain string literal, so that it can be edited in place.
    pub literal: bool,
    /// Inside of the quotes of the constant in this file that it is read from, if it is a constant's text unchanged.
    pub origin: Option<Span>,
}

/// A constant that other files may read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConstValue {
    /// A text.
    Text(TextFact),
    /// A list of values.
    List(Vec<ConstValue>),
    /// An object, enum, class or module of named values, in source order. What a spread adds has the name `...`: an
    /// import, or unknown.
    Object(Vec<(String, ConstValue)>),
    /// Re-export of another module's name.
    Import(ImportRef),
    /// A number, `true`, `false` or null.
    Json(Json),
    /// Anything else.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_what_it_could_become() {
        let pattern = Text::Pattern(vec!["order.".into(), ".done".into()]);
        assert!(pattern.may_be("order.paid.done"));
        assert!(!pattern.may_be("order.paid"));
        assert!(!pattern.may_be("cart.done"));
        assert!(!Text::Pattern(vec!["a".into()]).may_be("ab"));
        assert!(Text::Unknown("a call".into()).may_be("anything"));
    }
}
