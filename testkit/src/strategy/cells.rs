//! The edges of one schema object, and how each is recognised in a value.

mod probe;
mod range;

use serde_json::{Map, Value as Json, json};

use super::boundaries::BoundaryCell;
use super::document::{escape, type_names};
use range::Range;

pub(super) use probe::Probe;
pub(super) use range::tidy;

/// More values of an `enum` than this are not told apart.
const MOST_VALUES: usize = 64;
/// A longest text or list beyond this has no edge: no test should have to make it.
const LONGEST: u64 = 2_000;

/// Collects edges.
#[derive(Default)]
pub(super) struct CellsOf {
    cells: Vec<BoundaryCell>,
    probes: Vec<Probe>,
    pointer: String,
}

impl CellsOf {
    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    pub(super) fn finish(self) -> (Vec<BoundaryCell>, Vec<Probe>) {
        (self.cells, self.probes)
    }

    /// Adds the edges of the schema at `pointer`, not those of its parts.
    pub(super) fn add(&mut self, pointer: &str, schema: &Json) {
        pointer.clone_into(&mut self.pointer);
        let Some(fields) = schema.as_object() else {
            return;
        };
        if let Some(values) = fields.get("enum").and_then(Json::as_array) {
            for value in values.iter().take(MOST_VALUES) {
                self.valid("enum", value.to_string(), Probe::Is(value.clone()));
            }
            self.beyond("enum", "another value", Probe::IsNot(values.clone()));
        } else if let Some(value) = fields.get("const") {
            self.beyond("const", "another value", Probe::IsNot(vec![value.clone()]));
        } else {
            self.types(fields);
            self.numbers(fields);
            self.texts(fields);
        }
        self.arrays(fields);
        self.objects(fields);
        self.branches(fields);
    }

    fn valid(&mut self, constraint: &str, which: impl Into<String>, probe: Probe) {
        self.push(constraint, which.into(), true, probe);
    }

    fn beyond(&mut self, constraint: &str, which: impl Into<String>, probe: Probe) {
        self.push(constraint, which.into(), false, probe);
    }

    fn push(&mut self, constraint: &str, which: String, valid: bool, probe: Probe) {
        self.cells.push(BoundaryCell {
            pointer: self.pointer.clone(),
            constraint: constraint.to_owned(),
            which,
            valid,
        });
        self.probes.push(probe);
    }

    /// The edges that a type has without any other keyword.
    fn types(&mut self, fields: &Map<String, Json>) {
        let Some(names) = fields.get("type").map(type_names) else {
            return;
        };
        if let [_, _, ..] = names[..] {
            for name in TYPES.iter().filter(|it| names.contains(it)) {
                self.valid("type", *name, Probe::Type(name));
            }
        }
        if names.contains(&"boolean") {
            self.valid("type", "true", Probe::Is(json!(true)));
            self.valid("type", "false", Probe::Is(json!(false)));
        }
        let count = |key: &str| fields.get(key).and_then(Json::as_u64);
        let has = |key: &str| fields.contains_key(key);
        if names.contains(&"string")
            && !["pattern", "format", "contentMediaType", "contentEncoding"]
                .into_iter()
                .any(has)
        {
            if !has("minLength") {
                self.valid("type", "empty", Probe::Characters(0));
            }
            if fields
                .get("maxLength")
                .and_then(Json::as_u64)
                .is_none_or(|it| it > 3)
            {
                self.valid("type", "beyond ASCII", Probe::NotAscii);
                // JavaScript counts such a character twice, so that it needs room beyond the least length.
                if count("maxLength").is_none_or(|most| most > count("minLength").unwrap_or(0)) {
                    self.valid("type", "astral character", Probe::Astral);
                }
                self.valid("type", "combining character", Probe::Combining);
            }
        }
        if names.contains(&"array") && !has("minItems") && !has("contains") && !has("minContains") {
            self.valid("type", "no items", Probe::Items(0));
        }
        self.beyond(
            "type",
            "another type",
            Probe::NoType(names.iter().map(|it| (*it).to_owned()).collect()),
        );
    }

    fn numbers(&mut self, fields: &Map<String, Json>) {
        let number = |key: &str| fields.get(key).and_then(Json::as_f64);
        let names = fields.get("type").map(type_names).unwrap_or_default();
        let range = Range::of(fields);
        for (key, other, sign) in [
            ("minimum", "exclusiveMinimum", 1.0),
            ("maximum", "exclusiveMaximum", -1.0),
        ] {
            let (words, beyond) = if sign > 0.0 {
                ("above", "below")
            } else {
                ("below", "above")
            };
            let end = if sign > 0.0 { range.low } else { range.high };
            if let Some(key) = [key, other]
                .into_iter()
                .find(|key| Some(number(key)) == Some(end.map(|it| it.0)) && end.is_some())
            {
                self.bound(key, sign, end.unwrap_or_default(), &range, words);
            }
            if let Some(at) = number(key) {
                let probe = if sign > 0.0 {
                    Probe::Below(at, false)
                } else {
                    Probe::Above(at, false)
                };
                self.beyond(key, format!("{beyond} {at}"), probe);
            }
            if let Some(at) = number(other) {
                let probe = if sign > 0.0 {
                    Probe::Below(at, true)
                } else {
                    Probe::Above(at, true)
                };
                self.beyond(other, format!("not {words} {at}"), probe);
            }
        }
        if let Some(step) = range.step.filter(|_| fields.contains_key("multipleOf")) {
            let step = number("multipleOf").unwrap_or(step);
            self.beyond(
                "multipleOf",
                format!("not a multiple of {step}"),
                Probe::NoMultiple(step),
            );
        }
        if !names.iter().any(|it| ["number", "integer"].contains(it)) {
            return;
        }
        if range.contains(0.0) && ![range.low, range.high].iter().flatten().any(|end| end.0 == 0.0) {
            self.valid("type", "zero", Probe::Number(0.0));
        }
        if range.low.is_none() && range.high.is_none_or(|high| high.0 >= 0.0) {
            self.valid("type", "negative", Probe::Negative);
        }
        if range.step.is_none()
            && range
                .low
                .is_none_or(|low| range.high.is_none_or(|high| high.0 > low.0))
        {
            self.valid("type", "fraction", Probe::Fraction);
        }
        if range.high.is_none() {
            self.valid("type", "large", Probe::Large);
        }
    }

    /// The edge at a bound, and the one next to it on the valid side.
    fn bound(&mut self, key: &str, sign: f64, (at, open): (f64, bool), range: &Range, words: &str) {
        if let Some(step) = range.step {
            let first = range.first(at, open, step, sign);
            if range.contains(first) {
                self.valid(key, first.to_string(), Probe::Number(first));
            }
            let second = tidy(first + sign * step, step);
            if range.contains(second) {
                self.valid(key, format!("just {words} {first}"), Probe::Number(second));
            }
            return;
        }
        if !open && range.contains(at) {
            self.valid(key, at.to_string(), Probe::Number(at));
        }
        let near = at + sign * at.abs().max(1.0) * 0.01;
        if range.contains(near) {
            let (low, high) = if sign > 0.0 { (at, near) } else { (near, at) };
            self.valid(key, format!("just {words} {at}"), Probe::Between(low, high));
        }
    }

    fn texts(&mut self, fields: &Map<String, Json>) {
        self.counted(fields, ["minLength", "maxLength"], "character", Probe::Characters);
        for (key, words) in [("pattern", "no match"), ("format", "not ")] {
            let Some(text) = fields.get(key).and_then(Json::as_str) else {
                continue;
            };
            let alone = super::prepare::validator(&json!({ key: text }));
            let which = if key == "format" {
                format!("{words}{text}")
            } else {
                words.to_owned()
            };
            if let Ok(validator) = alone
                && (key == "pattern" || !validator.is_valid(&json!("\u{0} not this")))
            {
                self.beyond(key, which, Probe::Breaks(Box::new(validator)));
            }
        }
    }

    /// The least count, one more, the largest, one less, and one beyond each.
    fn counted(&mut self, fields: &Map<String, Json>, keys: [&str; 2], noun: &str, probe: fn(u64) -> Probe) {
        let count = |key: &str| fields.get(key).and_then(Json::as_f64).map(|it| it as u64);
        let (low, high) = (count(keys[0]), count(keys[1]));
        let words = |count: u64| match noun.strip_suffix('y') {
            _ if count == 1 => format!("1 {noun}"),
            Some(stem) => format!("{count} {stem}ies"),
            None => format!("{count} {noun}s"),
        };
        let fits = |at: u64| low.is_none_or(|low| at >= low) && high.is_none_or(|high| at <= high);
        if let Some(low) = low.filter(|it| *it <= LONGEST) {
            for at in [low, low + 1].into_iter().filter(|it| fits(*it)) {
                self.valid(keys[0], words(at), probe(at));
            }
            if let Some(below) = low.checked_sub(1) {
                self.beyond(keys[0], words(below), probe(below));
            }
        }
        if let Some(high) = high.filter(|it| *it <= LONGEST) {
            for at in [high.checked_sub(1), Some(high)]
                .into_iter()
                .flatten()
                .filter(|it| fits(*it))
            {
                self.valid(keys[1], words(at), probe(at));
            }
            self.beyond(keys[1], words(high + 1), probe(high + 1));
        }
    }

    fn arrays(&mut self, fields: &Map<String, Json>) {
        self.counted(fields, ["minItems", "maxItems"], "item", Probe::Items);
        let is_array = fields
            .get("type")
            .is_some_and(|it| type_names(it).contains(&"array"));
        let most = fields.get("maxItems").and_then(Json::as_u64);
        let free = !["minItems", "contains"]
            .iter()
            .any(|key| fields.contains_key(*key));
        if is_array && free && most.is_none_or(|it| it > 2) {
            let closed = [fields.get("items"), fields.get("additionalItems")].contains(&Some(&json!(false)));
            if !closed {
                self.valid("type", "one item", Probe::Items(1));
                self.valid("type", "two items", Probe::Items(2));
            }
        }
        if fields.get("uniqueItems") == Some(&json!(true)) {
            self.beyond("uniqueItems", "equal items", Probe::EqualItems);
        }
    }

    fn objects(&mut self, fields: &Map<String, Json>) {
        let required: Vec<&str> = fields
            .get("required")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        for name in &required {
            let probe = Probe::Absent((*name).to_owned());
            self.beyond("required", format!("'{name}' absent"), probe);
        }
        let names: Vec<String> = fields
            .get("properties")
            .and_then(Json::as_object)
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect();
        for name in names.iter().filter(|it| !required.contains(&it.as_str())) {
            if fields["properties"][name.as_str()] != json!(false) {
                self.valid(
                    "properties",
                    format!("'{name}' present"),
                    Probe::Present(name.clone()),
                );
            }
            self.valid(
                "properties",
                format!("'{name}' absent"),
                Probe::Absent(name.clone()),
            );
        }
        self.counted(
            fields,
            ["minProperties", "maxProperties"],
            "property",
            Probe::Properties,
        );
        let patterns: Vec<regex::Regex> = fields
            .get("patternProperties")
            .and_then(Json::as_object)
            .into_iter()
            .flatten()
            .filter_map(|(text, _)| super::pattern::matcher(text))
            .collect();
        match fields.get("additionalProperties") {
            Some(Json::Bool(false)) => {
                let probe = Probe::Other(names, patterns);
                self.beyond("additionalProperties", "an unknown property", probe);
            }
            Some(_) => {
                let probe = Probe::Other(names, patterns);
                self.valid("additionalProperties", "an additional property", probe);
            }
            None => {}
        }
    }

    fn branches(&mut self, fields: &Map<String, Json>) {
        for key in ["anyOf", "oneOf"] {
            let list = fields.get(key).and_then(Json::as_array).map_or(0, Vec::len);
            for at in 0..list {
                let probe = Probe::Allowed(format!("{}/{key}/{at}", self.pointer));
                self.valid(key, format!("branch {}", at + 1), probe);
            }
        }
        if fields.contains_key("if") {
            let pointer = format!("{}/if", self.pointer);
            self.valid("if", "holds", Probe::Allowed(pointer.clone()));
            self.valid("if", "does not hold", Probe::NotAllowed(pointer));
        }
        for key in ["dependentRequired", "dependentSchemas", "dependencies"] {
            for (name, _) in fields.get(key).and_then(Json::as_object).into_iter().flatten() {
                let named = fields
                    .get("properties")
                    .is_some_and(|it| it.get(name.as_str()).is_some());
                if !named {
                    self.valid(
                        key,
                        format!("'{}' present", escape(name)),
                        Probe::Present(name.clone()),
                    );
                    self.valid(
                        key,
                        format!("'{}' absent", escape(name)),
                        Probe::Absent(name.clone()),
                    );
                }
            }
        }
    }
}

const TYPES: [&str; 7] = [
    "null", "boolean", "integer", "number", "string", "array", "object",
];
