//! What the constants of other files are: from a text with imports in it to one without.

use banister_grammars::facts::{ConstValue, ImportRef, Text, TextFact, TopicRef};

use banister_grammars::Span;

use super::{MAX_HOPS, Resolver};
use crate::source::Source;

/// In the path of an import, behind its name: any item of a list or any value of an object.
const ANY: &str = "*";
/// The name of what a spread adds to an object.
const SPREAD: &str = "...";

/// A constant's text.
struct Constant {
    text: Text,
    /// The file that writes it, and the inside of its quotes there.
    origin: Option<(String, Span)>,
}

impl Resolver<'_> {
    /// The file that writes the one text which a name of `from` is imported as, and the inside of its quotes there.
    pub(crate) fn origin(&self, from: &Source, text: &Text) -> Option<(String, Span)> {
        self.import_origin(from, text, MAX_HOPS)
    }

    fn import_origin(&self, from: &Source, text: &Text, hops: usize) -> Option<(String, Span)> {
        let Text::Import(import) = text else { return None };
        let mut found = Vec::new();
        self.collect(from, import, hops, &mut found)?;
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (Some(only), None) => only.origin,
            _ => None,
        }
    }

    fn written_at(&self, file: &Source, fact: &TextFact, hops: usize) -> Option<(String, Span)> {
        let here = if fact.literal {
            Some(fact.span)
        } else {
            fact.origin
        };
        match here {
            Some(span) => Some((file.path.clone(), span)),
            None => self.import_origin(file, &fact.text, hops),
        }
    }

    /// The text with the values of other files in their places.
    pub(super) fn text(&self, from: &Source, text: &Text) -> Text {
        self.resolved(from, text, MAX_HOPS)
    }

    /// The topics with those of imported lists in their places, each on its own.
    pub(super) fn topics(&self, from: &Source, topics: &mut Vec<TopicRef>) {
        if !topics.iter().any(|topic| topic.topic.text.is_open()) {
            return;
        }
        *topics = topics.iter().flat_map(|topic| self.topic(from, topic)).collect();
    }

    fn topic(&self, from: &Source, topic: &TopicRef) -> Vec<TopicRef> {
        let Text::Import(import) = &topic.topic.text else {
            let text = self.text(from, &topic.topic.text);
            return vec![with_text(topic, text)];
        };
        let mut found = Vec::new();
        let is_whole = self.collect(from, import, MAX_HOPS, &mut found).is_some();
        let is_known = found
            .iter()
            .all(|constant| !constant.text.candidates().is_empty());
        if !is_whole || !is_known || found.is_empty() {
            return vec![with_text(topic, unknown(import))];
        }
        let topics = found.into_iter().map(|constant| with_text(topic, constant.text));
        topics.collect()
    }

    fn resolved(&self, from: &Source, text: &Text, hops: usize) -> Text {
        match text {
            Text::Import(import) => {
                let mut found = Vec::new();
                let whole = self.collect(from, import, hops, &mut found);
                let texts = found.into_iter().map(|constant| constant.text);
                let text = whole.and_then(|()| texts.reduce(Text::or));
                text.unwrap_or_else(|| unknown(import))
            }
            Text::Either(parts) => {
                let parts = parts.iter().map(|part| self.resolved(from, part, hops));
                parts
                    .reduce(Text::or)
                    .unwrap_or_else(|| Text::Unknown("nothing".to_owned()))
            }
            Text::Joined(parts) => {
                Text::joined(parts.iter().map(|part| self.resolved(from, part, hops)).collect())
            }
            Text::Known(_) | Text::OneOf(_) | Text::Pattern(_) | Text::Unknown(_) => text.clone(),
        }
    }

    /// Every text that an import may be; nothing if some of it cannot be seen.
    fn collect(
        &self,
        from: &Source,
        import: &ImportRef,
        hops: usize,
        found: &mut Vec<Constant>,
    ) -> Option<()> {
        let hops = hops.checked_sub(1)?;
        let (file, path) = self.target(from, import)?;
        let (name, members) = path.split_first()?;
        self.member(file, file.facts.exports.get(name)?, members, hops, found)
    }

    fn member(
        &self,
        file: &Source,
        value: &ConstValue,
        path: &[String],
        hops: usize,
        found: &mut Vec<Constant>,
    ) -> Option<()> {
        match (value, path) {
            (ConstValue::Import(import), rest) => {
                let mut import = import.clone();
                import.path.extend_from_slice(rest);
                self.collect(file, &import, hops, found)
            }
            (ConstValue::Text(fact), []) => {
                found.push(Constant {
                    text: self.resolved(file, &fact.text, hops),
                    origin: self.written_at(file, fact, hops),
                });
                Some(())
            }
            // The text of an enumeration's member.
            (ConstValue::Text(_), [name]) if name == "value" => self.member(file, value, &[], hops, found),
            // `{ topic, label }` stands for its topic.
            (ConstValue::Object(fields), []) => {
                let (_, topic) = fields.iter().rfind(|(name, _)| name == "topic")?;
                self.member(file, topic, &[], hops, found)
            }
            (ConstValue::Object(fields), [any, rest @ ..]) if any == ANY => {
                fields.iter().try_for_each(|(name, field)| match field {
                    ConstValue::Import(import) if name == SPREAD => {
                        self.collect(file, &behind(import, ANY, rest), hops, found)
                    }
                    field => self.member(file, field, rest, hops, found),
                })
            }
            (ConstValue::Object(fields), [name, rest @ ..]) => {
                self.field(file, fields, (name, rest), hops, found)
            }
            (ConstValue::List(items), [any, rest @ ..]) if any == ANY => items
                .iter()
                .try_for_each(|item| self.member(file, item, rest, hops, found)),
            (ConstValue::List(items), [at, rest @ ..]) => {
                let at: usize = at.parse().ok()?;
                let is_spread = |item: &ConstValue| matches!(item, ConstValue::Import(import) if import.path.last().is_some_and(|name| name == ANY));
                if items.iter().take(at + 1).any(is_spread) {
                    return None;
                }
                self.member(file, items.get(at)?, rest, hops, found)
            }
            _ => None,
        }
    }

    /// The last writer of a key counts, and a spread that cannot be seen may be one.
    fn field(
        &self,
        file: &Source,
        fields: &[(String, ConstValue)],
        (name, rest): (&str, &[String]),
        hops: usize,
        found: &mut Vec<Constant>,
    ) -> Option<()> {
        for (written, field) in fields.iter().rev() {
            match field {
                _ if written == name => return self.member(file, field, rest, hops, found),
                ConstValue::Import(import) if written == SPREAD => {
                    let before = found.len();
                    if self
                        .collect(file, &behind(import, name, rest), hops, found)
                        .is_some()
                    {
                        return Some(());
                    }
                    found.truncate(before);
                }
                _ if written == SPREAD => return None,
                _ => {}
            }
        }
        None
    }
}

fn behind(import: &ImportRef, name: &str, rest: &[String]) -> ImportRef {
    let mut import = import.clone();
    import.path.push(name.to_owned());
    import.path.extend_from_slice(rest);
    import
}

fn with_text(topic: &TopicRef, text: Text) -> TopicRef {
    TopicRef {
        topic: TextFact {
            text,
            ..topic.topic.clone()
        },
        ..topic.clone()
    }
}

fn unknown(import: &ImportRef) -> Text {
    Text::Unknown(format!(
        "`{}` of `{}` is not a known text",
        import.path.join("."),
        import.module
    ))
}
