//! Strict reading of the tree: every key must be known, every value of its type, and all problems are told at once.

use std::collections::BTreeMap;

use banister_grammars::Span;
use serde_json::Value as Json;

use super::problem::{INVALID_VALUE, MISSING_KEY, UNKNOWN_KEY, problem};
use super::yaml::{Data, Node};
use super::{Spanned, SpecProblem, StateItems};
use crate::nearest::nearest;

/// The keys that a mapping may have.
pub(crate) type Keys = &'static [&'static str];

/// A mapping whose keys were checked.
pub(super) struct Fields<'n> {
    entries: &'n [(Spanned<String>, Node)],
    span: Span,
    /// What the mapping is, for messages: "a test".
    pub(super) what: &'static str,
}

impl<'n> Fields<'n> {
    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries
            .iter()
            .find(|(name, _)| name.value == key)
            .map(|(_, node)| node)
    }

    /// Where the key itself is written.
    pub(super) fn key_span(&self, key: &str) -> Option<Span> {
        self.entries
            .iter()
            .find(|(name, _)| name.value == key)
            .map(|(name, _)| name.span)
    }

    /// The place that stands for the whole: its first key, since a mapping may run over many lines.
    pub(super) fn place(&self) -> Span {
        self.entries.first().map_or(self.span, |(key, _)| key.span)
    }
}

/// Collects what is wrong.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) problems: Vec<SpecProblem>,
}

impl Reader {
    pub(super) fn report(&mut self, rule: &'static str, span: Span, message: impl Into<String>) {
        self.problems.push(problem(rule, span, message));
    }

    pub(super) fn report_with_help(&mut self, rule: &'static str, span: Span, message: String, help: String) {
        self.problems.push(SpecProblem {
            help: Some(help),
            ..problem(rule, span, message)
        });
    }

    /// Any value that cannot be what it should be.
    pub(super) fn wrong<T>(&mut self, node: &Node, message: impl Into<String>) -> Option<T> {
        self.report(INVALID_VALUE, node.span, message);
        None
    }

    /// The entries of a mapping, whatever their keys.
    pub(super) fn entries<'n>(
        &mut self,
        node: &'n Node,
        what: &str,
    ) -> Option<&'n [(Spanned<String>, Node)]> {
        match &node.data {
            Data::Map(entries) => Some(entries),
            _ => self.wrong(node, format!("{what} must be a mapping, found {}", node.kind())),
        }
    }

    pub(super) fn fields<'n>(
        &mut self,
        node: &'n Node,
        what: &'static str,
        keys: Keys,
    ) -> Option<Fields<'n>> {
        let entries = self.entries(node, what)?;
        for (key, _) in entries {
            if keys.contains(&key.value.as_str()) {
                continue;
            }
            let mut help = String::new();
            if let Some(near) = nearest(&key.value, keys.iter().copied()) {
                help = format!("did you mean `{near}`? ");
            }
            let list: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
            help.push_str(&format!("{what} may have {}", list.join(", ")));
            self.report_with_help(
                UNKNOWN_KEY,
                key.span,
                format!("unknown key `{}` in {what}", key.value),
                help,
            );
        }
        Some(Fields {
            entries,
            span: node.span,
            what,
        })
    }

    pub(super) fn require<'n>(&mut self, fields: &Fields<'n>, key: &str) -> Option<&'n Node> {
        let found = fields.get(key);
        if found.is_none() {
            self.report(
                MISSING_KEY,
                fields.place(),
                format!("{} needs the key `{key}`", fields.what),
            );
        }
        found
    }

    pub(super) fn list<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [Node]> {
        match &node.data {
            Data::List(items) => Some(items),
            _ => self.wrong(node, format!("{what} must be a list, found {}", node.kind())),
        }
    }

    /// A list with something in it.
    pub(super) fn filled_list<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [Node]> {
        let items = self.list(node, what)?;
        if items.is_empty() {
            return self.wrong(node, format!("{what} is empty"));
        }
        Some(items)
    }

    /// A text that is not empty.
    pub(super) fn text(&mut self, node: &Node, what: &str) -> Option<Spanned<String>> {
        match &node.data {
            Data::Scalar(Json::String(text), _) if !text.trim().is_empty() => Some(Spanned {
                value: text.clone(),
                span: node.span,
            }),
            Data::Scalar(Json::String(_), _) => self.wrong(node, format!("{what} is empty")),
            _ => self.wrong(node, format!("{what} must be a text, found {}", node.kind())),
        }
    }

    /// The text of any scalar: `PORT: 3000` is as good as `PORT: "3000"` where only texts can stand.
    pub(super) fn scalar_text(&mut self, node: &Node, what: &str) -> Option<String> {
        match &node.data {
            Data::Scalar(Json::Null, _) | Data::List(_) | Data::Map(_) => {
                self.wrong(node, format!("{what} must be a text, found {}", node.kind()))
            }
            Data::Scalar(_, text) => Some(text.clone()),
        }
    }

    pub(super) fn texts(&mut self, node: &Node, what: &str) -> Option<BTreeMap<String, String>> {
        let mut out = BTreeMap::new();
        for (key, value) in self.entries(node, what)? {
            if let Some(text) = self.scalar_text(value, &format!("`{}` of {what}", key.value)) {
                out.insert(key.value.clone(), text);
            }
        }
        Some(out)
    }

    /// Texts under lower-case names.
    pub(super) fn headers(&mut self, node: Option<&Node>) -> BTreeMap<String, String> {
        let headers = node
            .and_then(|node| self.texts(node, "headers"))
            .unwrap_or_default();
        headers
            .into_iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value))
            .collect()
    }

    pub(super) fn whole(&mut self, node: &Node, what: &str, from: u32, to: u32) -> Option<u32> {
        let number = match &node.data {
            Data::Scalar(Json::Number(number), _) => number.as_u64().and_then(|it| u32::try_from(it).ok()),
            _ => None,
        };
        let number = number.filter(|it| (from..=to).contains(it));
        if number.is_none() {
            let range = if to == u32::MAX {
                format!("{from} or more")
            } else {
                format!("{from} to {to}")
            };
            return self.wrong(node, format!("{what} must be a whole number, {range}"));
        }
        number
    }

    pub(super) fn times(&mut self, fields: &Fields<'_>) -> Option<u32> {
        fields
            .get("times")
            .and_then(|node| self.whole(node, "`times`", 0, u32::MAX))
    }

    /// Items by group and key.
    pub(super) fn state(&mut self, node: &Node) -> Option<StateItems> {
        let mut groups = Vec::new();
        for (group, items) in self.entries(node, "`state`")? {
            let what = format!("state group `{}`", group.value);
            let Some(items) = self.entries(items, &what) else {
                continue;
            };
            let items = items
                .iter()
                .map(|(key, item)| (key.value.clone(), item.to_json()))
                .collect();
            groups.push((group.clone(), items));
        }
        Some(groups)
    }
}
