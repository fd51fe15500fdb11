//! Which parts of a value are judged by which part of a schema.

use std::collections::BTreeMap;
use std::ops::Range;

use regex::Regex;
use serde_json::{Map, Value as Json};

use super::document::{Document, escape};
use super::pattern;

/// A part of a schema that values are led to.
pub(super) struct Place {
    pub(super) pointer: String,
    /// Its edges, as numbers in the list of all.
    pub(super) cells: Range<usize>,
    pub(super) steps: Vec<Step>,
}

/// A way from one place to another, with the numbers of the places.
pub(super) enum Step {
    /// The same part of the value.
    Same(usize),
    /// The same part, if the schema at `judge` says so.
    Branch {
        judge: String,
        holds: bool,
        place: usize,
    },
    /// The same part, if it has this property.
    Dependent(String, usize),
    /// One property.
    Property(String, usize),
    /// Properties by their names.
    Properties { names: Names, place: usize },
    /// One item.
    Item(usize, usize),
    /// All items from this one.
    Items(usize, usize),
    /// The items that the schema at this place allows.
    Contained(String, usize),
}

/// Names of properties: those that a pattern matches, or all but some.
pub(super) enum Names {
    Matching(Regex),
    AllBut {
        named: Vec<String>,
        patterns: Vec<Regex>,
    },
}

impl Names {
    pub(super) fn contains(&self, name: &str) -> bool {
        match self {
            Self::Matching(pattern) => pattern.is_match(name),
            Self::AllBut { named, patterns } => {
                !named.iter().any(|it| it == name) && !patterns.iter().any(|it| it.is_match(name))
            }
        }
    }
}

impl Place {
    /// Every place that a value can come to, the root first.
    pub(super) fn all_of(document: &Document) -> Vec<Place> {
        let mut walker = Walker {
            document,
            numbers: BTreeMap::new(),
            pending: Vec::new(),
        };
        walker.place(String::new());
        let mut places: Vec<Place> = Vec::new();
        // Places are numbered when they are first heard of, and filled in that order.
        while let Some(pointer) = walker.pending.get(places.len()).cloned() {
            let steps = walker.steps(&pointer);
            places.push(Place {
                pointer,
                cells: 0..0,
                steps,
            });
        }
        places
    }
}

struct Walker<'d> {
    document: &'d Document,
    numbers: BTreeMap<String, usize>,
    pending: Vec<String>,
}

impl Walker<'_> {
    fn place(&mut self, pointer: String) -> usize {
        if let Some(number) = self.numbers.get(&pointer) {
            return *number;
        }
        let number = self.pending.len();
        self.numbers.insert(pointer.clone(), number);
        self.pending.push(pointer);
        number
    }

    fn steps(&mut self, pointer: &str) -> Vec<Step> {
        let document = self.document;
        let Some(fields) = document.get(pointer).and_then(Json::as_object) else {
            return Vec::new();
        };
        let mut steps = Vec::new();
        for key in ["$ref", "$dynamicRef"] {
            let target = fields.get(key).and_then(Json::as_str);
            if let Some(target) = target.and_then(|it| document.target(pointer, it)) {
                steps.push(Step::Same(self.place(target)));
            }
        }
        if document.ref_stands_alone && fields.contains_key("$ref") {
            return steps;
        }
        self.combinations(fields, pointer, &mut steps);
        self.properties(fields, pointer, &mut steps);
        self.items(fields, pointer, &mut steps);
        steps
    }

    fn combinations(&mut self, fields: &Map<String, Json>, pointer: &str, steps: &mut Vec<Step>) {
        let list = |key: &str| fields.get(key).and_then(Json::as_array).map_or(0, Vec::len);
        for at in 0..list("allOf") {
            steps.push(Step::Same(self.place(format!("{pointer}/allOf/{at}"))));
        }
        for key in ["anyOf", "oneOf"] {
            for at in 0..list(key) {
                let judge = format!("{pointer}/{key}/{at}");
                steps.push(Step::Branch {
                    place: self.place(judge.clone()),
                    judge,
                    holds: true,
                });
            }
        }
        if fields.contains_key("if") {
            for (key, holds) in [("then", true), ("else", false)] {
                if fields.contains_key(key) {
                    steps.push(Step::Branch {
                        judge: format!("{pointer}/if"),
                        holds,
                        place: self.place(format!("{pointer}/{key}")),
                    });
                }
            }
        }
        for key in ["dependentSchemas", "dependencies"] {
            for (name, schema) in fields.get(key).and_then(Json::as_object).into_iter().flatten() {
                if schema.is_object() {
                    let place = self.place(format!("{pointer}/{key}/{}", escape(name)));
                    steps.push(Step::Dependent(name.clone(), place));
                }
            }
        }
    }

    fn properties(&mut self, fields: &Map<String, Json>, pointer: &str, steps: &mut Vec<Step>) {
        let map = |key: &str| fields.get(key).and_then(Json::as_object).into_iter().flatten();
        let mut named = Vec::new();
        for (name, _) in map("properties") {
            let place = self.place(format!("{pointer}/properties/{}", escape(name)));
            steps.push(Step::Property(name.clone(), place));
            named.push(name.clone());
        }
        let mut patterns = Vec::new();
        for (text, _) in map("patternProperties") {
            let Some(pattern) = pattern::matcher(text) else {
                continue;
            };
            patterns.push(pattern.clone());
            steps.push(Step::Properties {
                names: Names::Matching(pattern),
                place: self.place(format!("{pointer}/patternProperties/{}", escape(text))),
            });
        }
        if fields.get("additionalProperties").is_some_and(Json::is_object) {
            steps.push(Step::Properties {
                names: Names::AllBut { named, patterns },
                place: self.place(format!("{pointer}/additionalProperties")),
            });
        }
    }

    fn items(&mut self, fields: &Map<String, Json>, pointer: &str, steps: &mut Vec<Step>) {
        let mut fixed = 0;
        for key in ["prefixItems", "items"] {
            let list = fields.get(key).and_then(Json::as_array).map_or(0, Vec::len);
            for at in 0..list {
                let place = self.place(format!("{pointer}/{key}/{at}"));
                steps.push(Step::Item(at, place));
            }
            fixed = fixed.max(list);
        }
        let key = if fields.get("items").is_some_and(Json::is_array) {
            "additionalItems"
        } else {
            "items"
        };
        if fields.get(key).is_some_and(Json::is_object) {
            steps.push(Step::Items(fixed, self.place(format!("{pointer}/{key}"))));
        }
        if fields.get("contains").is_some_and(Json::is_object) {
            let judge = format!("{pointer}/contains");
            let place = self.place(judge.clone());
            steps.push(Step::Contained(judge, place));
        }
    }
}
