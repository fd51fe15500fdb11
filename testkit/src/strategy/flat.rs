//! One way through a schema: what its parts ask for, taken together.

use serde_json::{Map, Value as Json, json};

use super::shape::Types;

/// A schema by its place, or its opposite.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Literal {
    pub(super) place: String,
    pub(super) holds: bool,
}

impl Literal {
    pub(super) fn of(place: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            holds: true,
        }
    }

    pub(super) fn not(place: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            holds: false,
        }
    }
}

/// The end of a range; true if the end itself is outside.
pub(super) type End = Option<(f64, bool)>;

/// What has been gathered.
#[derive(Debug, Clone)]
pub(super) struct Flat {
    pub(super) types: Types,
    /// Types that the keywords speak of, where no `type` does.
    pub(super) implied: Types,
    pub(super) is_typed: bool,
    pub(super) choices: Option<Vec<Json>>,
    pub(super) excluded: Vec<Json>,
    pub(super) examples: Vec<Json>,
    pub(super) low: End,
    pub(super) high: End,
    pub(super) steps: Vec<f64>,
    pub(super) lengths: Counts,
    pub(super) patterns: Vec<String>,
    pub(super) format: Option<String>,
    pub(super) items: Counts,
    pub(super) unique: bool,
    pub(super) repeated: bool,
    /// Items that must be there, with how many at the least and at the most.
    pub(super) contains: Vec<(Literal, usize, usize)>,
    /// What every item must be besides.
    pub(super) each: Vec<Literal>,
    /// What the item at a place must be besides.
    pub(super) at: Vec<(usize, Literal)>,
    pub(super) properties: Counts,
    pub(super) required: Vec<String>,
    pub(super) forbidden: Vec<String>,
    pub(super) unknown: usize,
    pub(super) dependent: Vec<(String, Vec<String>)>,
    /// What a property must be besides.
    pub(super) named: Vec<(String, Literal)>,
    /// What properties of other names must be besides.
    pub(super) others: Vec<Literal>,
    /// Schemas that speak of items or properties.
    pub(super) parts: Vec<String>,
    /// Everything that was taken in.
    pub(super) seen: Vec<Literal>,
}

/// At least and at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) low: usize,
    pub(super) high: usize,
}

impl Counts {
    pub(super) const ANY: Self = Self {
        low: 0,
        high: usize::MAX,
    };

    fn at_least(&mut self, count: usize) {
        self.low = self.low.max(count);
    }

    fn at_most(&mut self, count: usize) {
        self.high = self.high.min(count);
    }

    pub(super) fn is_possible(self) -> bool {
        self.low <= self.high
    }
}

impl Default for Flat {
    fn default() -> Self {
        Self {
            types: Types::ALL,
            implied: Types::NONE,
            is_typed: false,
            choices: None,
            excluded: Vec::new(),
            examples: Vec::new(),
            low: None,
            high: None,
            steps: Vec::new(),
            lengths: Counts::ANY,
            patterns: Vec::new(),
            format: None,
            items: Counts::ANY,
            unique: false,
            repeated: false,
            contains: Vec::new(),
            each: Vec::new(),
            at: Vec::new(),
            properties: Counts::ANY,
            required: Vec::new(),
            forbidden: Vec::new(),
            unknown: 0,
            dependent: Vec::new(),
            named: Vec::new(),
            others: Vec::new(),
            parts: Vec::new(),
            seen: Vec::new(),
        }
    }
}

impl Flat {
    /// Takes in the keywords of the schema at `place` that speak of the value itself. False if nothing can satisfy them.
    pub(super) fn take(&mut self, fields: &Map<String, Json>, place: &str) -> bool {
        let mut has_parts = false;
        for (key, value) in fields {
            match key.as_str() {
                "type" => {
                    self.types = self.types & Types::named(value);
                    self.is_typed = true;
                }
                "enum" => self.choose(value.as_array().map_or(&[][..], Vec::as_slice)),
                "const" => self.choose(std::slice::from_ref(value)),
                "examples" => self
                    .examples
                    .extend(value.as_array().into_iter().flatten().cloned()),
                "example" | "default" => self.examples.push(value.clone()),
                "pattern" => {
                    self.patterns.extend(value.as_str().map(str::to_owned));
                    self.imply(Types::TEXT);
                }
                "format" => {
                    self.format = value.as_str().map(str::to_owned).or(self.format.take());
                    self.imply(Types::TEXT);
                }
                "items" | "prefixItems" | "additionalItems" | "unevaluatedItems" => {
                    has_parts = true;
                    self.imply(Types::ARRAY);
                }
                "properties"
                | "patternProperties"
                | "additionalProperties"
                | "propertyNames"
                | "unevaluatedProperties" => {
                    has_parts = true;
                    self.imply(Types::OBJECT);
                }
                key => {
                    if let Some(number) = value.as_f64() {
                        self.take_bound(key, number);
                    } else {
                        self.take_presence(key, value, fields, place);
                    }
                }
            }
        }
        if has_parts {
            self.parts.push(place.to_owned());
        }
        self.types != Types::NONE && self.choices.as_ref().is_none_or(|choices| !choices.is_empty())
    }

    fn take_bound(&mut self, key: &str, number: f64) {
        let count = number.max(0.0) as usize;
        match key {
            "minimum" => self.not_below(number, false),
            "exclusiveMinimum" => self.not_below(number, true),
            "maximum" => self.not_above(number, false),
            "exclusiveMaximum" => self.not_above(number, true),
            "multipleOf" => {
                self.steps.push(number);
                self.imply(Types::NUMBER);
            }
            "minLength" => self.lengths_from(count),
            "maxLength" => self.lengths_to(count),
            "minItems" => self.items_from(count),
            "maxItems" => self.items_to(count),
            "minProperties" => self.properties_from(count),
            "maxProperties" => self.properties_to(count),
            _ => {}
        }
    }

    /// Keywords that say which items and properties must be there.
    fn take_presence(&mut self, key: &str, value: &Json, fields: &Map<String, Json>, place: &str) {
        match key {
            "uniqueItems" => {
                self.unique |= *value == json!(true);
                self.imply(Types::ARRAY);
            }
            "contains" => {
                let count = |key: &str| fields.get(key).and_then(Json::as_f64).map(|it| it as usize);
                let low = count("minContains").unwrap_or(1);
                let high = count("maxContains").unwrap_or(usize::MAX);
                self.contains
                    .push((Literal::of(format!("{place}/contains")), low, high));
                self.imply(Types::ARRAY);
            }
            "required" => {
                for name in value.as_array().into_iter().flatten().filter_map(Json::as_str) {
                    self.require(name);
                }
            }
            "dependentRequired" | "dependencies" => {
                for (name, needs) in value.as_object().into_iter().flatten() {
                    let names = needs.as_array().into_iter().flatten().filter_map(Json::as_str);
                    self.dependent
                        .push((name.clone(), names.map(str::to_owned).collect()));
                }
                self.imply(Types::OBJECT);
            }
            _ => {}
        }
    }

    pub(super) fn imply(&mut self, types: Types) {
        self.implied = self.implied | types;
    }

    fn choose(&mut self, values: &[Json]) {
        match &mut self.choices {
            Some(choices) => choices.retain(|choice| values.contains(choice)),
            None => self.choices = Some(values.to_vec()),
        }
    }

    pub(super) fn not_below(&mut self, at: f64, open: bool) {
        if self
            .low
            .is_none_or(|(old, was_open)| at > old || at == old && !was_open)
        {
            self.low = Some((at, open));
        }
        self.imply(Types::NUMBER);
    }

    pub(super) fn not_above(&mut self, at: f64, open: bool) {
        if self
            .high
            .is_none_or(|(old, was_open)| at < old || at == old && !was_open)
        {
            self.high = Some((at, open));
        }
        self.imply(Types::NUMBER);
    }

    pub(super) fn lengths_from(&mut self, count: usize) {
        self.lengths.at_least(count);
        self.imply(Types::TEXT);
    }

    pub(super) fn lengths_to(&mut self, count: usize) {
        self.lengths.at_most(count);
        self.imply(Types::TEXT);
    }

    pub(super) fn items_from(&mut self, count: usize) {
        self.items.at_least(count);
        self.imply(Types::ARRAY);
    }

    pub(super) fn items_to(&mut self, count: usize) {
        self.items.at_most(count);
        self.imply(Types::ARRAY);
    }

    pub(super) fn properties_from(&mut self, count: usize) {
        self.properties.at_least(count);
        self.imply(Types::OBJECT);
    }

    pub(super) fn properties_to(&mut self, count: usize) {
        self.properties.at_most(count);
        self.imply(Types::OBJECT);
    }

    pub(super) fn require(&mut self, name: &str) {
        if !self.required.iter().any(|it| it == name) {
            self.required.push(name.to_owned());
        }
        self.imply(Types::OBJECT);
    }

    /// The types that values are made of.
    pub(super) fn made_types(&self) -> Types {
        // A schema that says nothing of the type still means one where its keywords do.
        let implied = self.types & self.implied;
        if self.is_typed || implied == Types::NONE {
            self.types
        } else {
            implied
        }
    }

    /// False if a single value is certainly not allowed.
    pub(super) fn may_be(&self, value: &Json) -> bool {
        if !self.types.has(Types::of(value)) || self.excluded.contains(value) {
            return false;
        }
        match value {
            Json::String(text) => {
                let length = text.chars().count();
                self.lengths.low <= length && length <= self.lengths.high
            }
            Json::Number(number) => number.as_f64().is_none_or(|it| {
                self.low.is_none_or(|(low, open)| it > low || !open && it == low)
                    && self
                        .high
                        .is_none_or(|(high, open)| it < high || !open && it == high)
            }),
            Json::Array(items) => self.items.low <= items.len() && items.len() <= self.items.high,
            Json::Object(fields) => {
                self.required.iter().all(|name| fields.contains_key(name))
                    && !self.forbidden.iter().any(|name| fields.contains_key(name))
            }
            _ => true,
        }
    }
}
