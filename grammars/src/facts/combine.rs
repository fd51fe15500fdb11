//! Texts put together from others: a choice between them, or one behind the other. Parts that are values of other
//! files keep the result open until the project knows them.

use std::collections::BTreeSet;

use super::Text;

/// How many texts an expression may be before it counts as unknown.
const MAX_CANDIDATES: usize = 32;

impl Text {
    /// True if some part of it is a value of another file.
    pub fn is_open(&self) -> bool {
        matches!(self, Text::Import(_) | Text::Either(_) | Text::Joined(_))
    }

    /// Either of two texts.
    pub fn or(self, other: Text) -> Text {
        if self == other {
            return self;
        }
        match (self, other) {
            (unknown @ Text::Unknown(_), _) | (_, unknown @ Text::Unknown(_)) => unknown,
            (a, b) if a.is_open() || b.is_open() => {
                let mut parts = Vec::new();
                for text in [a, b] {
                    match text {
                        Text::Either(inner) => parts.extend(inner),
                        text => parts.push(text),
                    }
                }
                if parts.len() > MAX_CANDIDATES {
                    return unknown("one of very many values");
                }
                Text::Either(parts)
            }
            (a @ (Text::Known(_) | Text::OneOf(_)), b @ (Text::Known(_) | Text::OneOf(_))) => {
                Text::one_of(a.candidates().iter().chain(b.candidates()).cloned())
            }
            _ => unknown("one of several values"),
        }
    }

    /// One of several texts that are known.
    pub fn one_of(texts: impl Iterator<Item = String>) -> Text {
        let texts: BTreeSet<String> = texts.collect();
        let mut texts: Vec<String> = texts.into_iter().collect();
        match texts.len() {
            1 => texts.pop().map_or_else(|| unknown("nothing"), Text::Known),
            2..=MAX_CANDIDATES => Text::OneOf(texts),
            _ => unknown("one of very many values"),
        }
    }

    /// The texts that follow one another. Unknown parts make a pattern.
    pub fn joined(parts: Vec<Text>) -> Text {
        if parts.iter().any(Text::is_open) {
            return Text::Joined(parts);
        }
        concatenate(&parts)
    }
}

fn unknown(why: &str) -> Text {
    Text::Unknown(why.to_owned())
}

fn concatenate(parts: &[Text]) -> Text {
    // One alternative is a list of fixed texts with gaps between them.
    let mut alternatives: Vec<Vec<String>> = vec![vec![String::new()]];
    for part in parts {
        let gap = [vec![String::new(), String::new()]];
        let known: Vec<Vec<String>>;
        let choices: &[Vec<String>] = match part {
            Text::Known(_) | Text::OneOf(_) => {
                known = part.candidates().iter().map(|text| vec![text.clone()]).collect();
                &known
            }
            Text::Pattern(fixed) => {
                known = vec![fixed.clone()];
                &known
            }
            Text::Import(_) | Text::Either(_) | Text::Joined(_) | Text::Unknown(_) => &gap,
        };
        if alternatives.len() * choices.len() > MAX_CANDIDATES {
            return unknown("one of very many values");
        }
        alternatives = alternatives
            .iter()
            .flat_map(|before| choices.iter().map(|choice| joined(before, choice)))
            .collect();
    }
    if alternatives.iter().all(|fixed| fixed.len() == 1) {
        return Text::one_of(alternatives.into_iter().flatten());
    }
    match (alternatives.pop(), alternatives.is_empty()) {
        (Some(fixed), true) if fixed.iter().any(|text| !text.is_empty()) => Text::Pattern(fixed),
        _ => unknown("a text with unknown parts"),
    }
}

fn joined(before: &[String], after: &[String]) -> Vec<String> {
    let mut all = before.to_vec();
    let mut after = after.iter();
    if let (Some(last), Some(first)) = (all.last_mut(), after.next()) {
        last.push_str(first);
    }
    all.extend(after.cloned());
    all
}
