//! The edges of a schema, and which of them a value is at. Each constraint has an edge on its valid side (the least
//! number, the longest text, a property that may be absent and is) and mostly one beyond it, which only a value that must
//! be rejected can be at.

use std::collections::BTreeSet;
use std::fmt;

use jsonschema::{Validator, ValidatorMap};
use serde_json::Value as Json;

use super::StrategyError;
use super::cells::{CellsOf, Probe};
use super::document::Document;
use super::prepare;
use super::walk::{Place, Step};

/// An edge of a constraint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BoundaryCell {
    /// Where the schema stands that has the constraint: a JSON pointer, references followed.
    pub pointer: String,
    /// The keyword, such as `minimum`; `type` for the edges that every value of a type has.
    pub constraint: String,
    /// The edge in words, such as `1`, `just above 1`, `below 1`, `notes absent`.
    pub which: String,
    /// True if a valid value can be at it; false for what lies beyond the constraint.
    pub valid: bool,
}

impl fmt::Display for BoundaryCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{} {}: {}", self.pointer, self.constraint, self.which)
    }
}

/// The edges of one schema, ready to be looked for in values.
///
/// ```
/// use banister_testkit::strategy::boundaries::Boundaries;
/// use serde_json::json;
///
/// let schema = json!({ "type": "integer", "minimum": 1, "maximum": 9 });
/// let edges = Boundaries::of(&schema)?;
/// let hit: Vec<String> = edges.hit_by(&json!(1)).iter().map(|at| edges.cells()[*at].to_string()).collect();
/// assert_eq!(hit, ["# minimum: 1"]);
/// # Ok::<(), banister_testkit::strategy::StrategyError>(())
/// ```
pub struct Boundaries {
    cells: Vec<BoundaryCell>,
    probes: Vec<Probe>,
    places: Vec<Place>,
    document: Document,
    /// Judges of the branches of a schema.
    validators: ValidatorMap,
}

impl fmt::Debug for Boundaries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Boundaries")
            .field("cells", &self.cells)
            .finish_non_exhaustive()
    }
}

/// The way to a part of a value.
pub(super) type Path<'v> = Vec<PathStep<'v>>;

/// What is called for each part, with the place that judges it and the way to it.
pub(super) type See<'s, 'v> = dyn FnMut(&Place, &[PathStep<'v>], &'v Json) + 's;

/// One step into a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PathStep<'v> {
    Name(&'v str),
    Item(usize),
}

/// References that lead to each other are followed so often at one part of a value.
const DEPTH: usize = 24;

impl Boundaries {
    /// The edges of `schema`, in the order of its text.
    ///
    /// # Errors
    /// [`StrategyError::Invalid`] if it is no JSON Schema.
    pub fn of(schema: &Json) -> Result<Self, StrategyError> {
        let schema = prepare::prepare(schema);
        let validators = prepare::options(&schema)
            .build_map(&schema)
            .map_err(|error| StrategyError::Invalid(error.to_string()))?;
        let document = Document::new(schema);
        let mut places = Place::all_of(&document);
        let mut edges = CellsOf::default();
        for place in &mut places {
            let start = edges.len();
            edges.add(
                &place.pointer,
                document.get(&place.pointer).unwrap_or(&Json::Null),
            );
            place.cells = start..edges.len();
        }
        let (cells, probes) = edges.finish();
        Ok(Self {
            cells,
            probes,
            places,
            document,
            validators,
        })
    }

    /// All edges; their number in this list stands for them elsewhere.
    pub fn cells(&self) -> &[BoundaryCell] {
        &self.cells
    }

    /// The numbers of the edges that `value` is at. The value need not be valid.
    pub fn hit_by(&self, value: &Json) -> BTreeSet<usize> {
        let mut hits = BTreeSet::new();
        self.visit(value, &mut |place, _, part| {
            let cells = place.cells.clone();
            hits.extend(
                cells.filter(|cell| self.probes[*cell].is_at(part, |pointer| self.is_valid(pointer, part))),
            );
        });
        hits
    }

    /// Shows every part of `value` with each place of the schema that judges it.
    pub(super) fn visit<'v>(&self, value: &'v Json, see: &mut See<'_, 'v>) {
        self.walk(0, value, &mut Vec::new(), DEPTH, see);
    }

    fn walk<'v>(
        &self,
        place: usize,
        value: &'v Json,
        path: &mut Path<'v>,
        depth: usize,
        see: &mut See<'_, 'v>,
    ) {
        let Some(place) = self.places.get(place).filter(|_| depth > 0) else {
            return;
        };
        see(place, path, value);
        for step in &place.steps {
            self.step(step, value, path, depth - 1, see);
        }
    }

    fn step<'v>(
        &self,
        step: &Step,
        value: &'v Json,
        path: &mut Path<'v>,
        depth: usize,
        see: &mut See<'_, 'v>,
    ) {
        let fields = || value.as_object().into_iter().flatten();
        let items = || value.as_array().into_iter().flatten().enumerate();
        let mut into = |place: usize, step: PathStep<'v>, part: &'v Json| {
            path.push(step);
            self.walk(place, part, path, DEPTH, see);
            path.pop();
        };
        match step {
            Step::Same(place) => self.walk(*place, value, path, depth, see),
            Step::Branch { judge, holds, place } => {
                if self.is_valid(judge, value) == *holds {
                    self.walk(*place, value, path, depth, see);
                }
            }
            Step::Dependent(name, place) => {
                if value.get(name.as_str()).is_some() {
                    self.walk(*place, value, path, depth, see);
                }
            }
            Step::Property(name, place) => {
                if let Some((name, part)) = value.as_object().and_then(|fields| fields.get_key_value(name)) {
                    into(*place, PathStep::Name(name), part);
                }
            }
            Step::Properties { names, place } => {
                for (name, part) in fields().filter(|(name, _)| names.contains(name)) {
                    into(*place, PathStep::Name(name), part);
                }
            }
            Step::Item(wanted, place) => {
                for (at, item) in items().filter(|(at, _)| at == wanted) {
                    into(*place, PathStep::Item(at), item);
                }
            }
            Step::Items(from, place) => {
                for (at, item) in items().skip(*from) {
                    into(*place, PathStep::Item(at), item);
                }
            }
            Step::Contained(judge, place) => {
                for (at, item) in items().filter(|(_, item)| self.is_valid(judge, item)) {
                    into(*place, PathStep::Item(at), item);
                }
            }
        }
    }

    /// The schema at a place.
    pub(super) fn schema(&self, pointer: &str) -> Option<&Json> {
        self.document.get(pointer)
    }

    fn is_valid(&self, pointer: &str, value: &Json) -> bool {
        self.judge(pointer).is_some_and(|judge| judge.is_valid(value))
    }

    fn judge(&self, pointer: &str) -> Option<&Validator> {
        self.validators.get(&format!("#{pointer}"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    /// The edges that values are at, in words.
    fn hits(schema: &Json, values: &[Json]) -> BTreeMap<String, Vec<String>> {
        let edges = Boundaries::of(schema).unwrap();
        let words = |value: &Json| {
            let hit = edges.hit_by(value);
            hit.iter().map(|at| edges.cells()[*at].to_string()).collect()
        };
        values
            .iter()
            .map(|value| (value.to_string(), words(value)))
            .collect()
    }

    #[track_caller]
    fn check(schema: &Json, value: &Json, expected: &[&str]) {
        assert_eq!(
            hits(schema, std::slice::from_ref(value))[&value.to_string()],
            expected,
            "{value}"
        );
    }

    #[test]
    fn numbers_have_edges_at_their_bounds() {
        let schema = json!({"type": "integer", "minimum": 1, "exclusiveMaximum": 10, "multipleOf": 3});
        check(&schema, &json!(3), &["# minimum: 3"]);
        check(
            &schema,
            &json!(6),
            &["# minimum: just above 3", "# exclusiveMaximum: just below 9"],
        );
        check(&schema, &json!(9), &["# exclusiveMaximum: 9"]);
        check(&schema, &json!(0), &["# minimum: below 1"]);
        check(
            &schema,
            &json!(10),
            &[
                "# exclusiveMaximum: not below 10",
                "# multipleOf: not a multiple of 3",
            ],
        );
        check(&schema, &json!("3"), &["# type: another type"]);
        let open = json!({"type": "number"});
        check(&open, &json!(0), &["# type: zero"]);
        check(&open, &json!(-2.5), &["# type: negative", "# type: fraction"]);
        check(&open, &json!(1e308), &["# type: large"]);
    }

    #[test]
    fn texts_have_edges_of_length_and_letters() {
        let schema = json!({"type": "string", "minLength": 2, "maxLength": 3});
        check(
            &schema,
            &json!("ab"),
            &["# minLength: 2 characters", "# maxLength: 2 characters"],
        );
        check(
            &schema,
            &json!("abc"),
            &["# minLength: 3 characters", "# maxLength: 3 characters"],
        );
        check(&schema, &json!("a"), &["# minLength: 1 character"]);
        check(&schema, &json!("abcd"), &["# maxLength: 4 characters"]);
        let open = json!({"type": "string"});
        check(&open, &json!(""), &["# type: empty"]);
        check(&open, &json!("é"), &["# type: beyond ASCII"]);
        check(
            &open,
            &json!("😀"),
            &["# type: beyond ASCII", "# type: astral character"],
        );
        check(
            &open,
            &json!("e\u{301}"),
            &["# type: beyond ASCII", "# type: combining character"],
        );
        check(&json!({"pattern": "^a+$"}), &json!("b"), &["# pattern: no match"]);
        check(&json!({"format": "email"}), &json!("b"), &["# format: not email"]);
    }

    #[test]
    fn objects_have_edges_of_presence() {
        let schema = json!({
            "type": "object", "required": ["id"], "additionalProperties": false,
            "properties": {"id": {"type": "boolean"}, "note": {"enum": ["a", null]}}
        });
        check(
            &schema,
            &json!({"id": true}),
            &["# properties: 'note' absent", "#/properties/id type: true"],
        );
        check(
            &schema,
            &json!({"id": false, "note": null}),
            &[
                "# properties: 'note' present",
                "#/properties/id type: false",
                "#/properties/note enum: null",
            ],
        );
        check(
            &schema,
            &json!({"note": "b", "x": 1}),
            &[
                "# required: 'id' absent",
                "# properties: 'note' present",
                "# additionalProperties: an unknown property",
                "#/properties/note enum: another value",
            ],
        );
    }

    #[test]
    fn arrays_branches_and_references_have_edges() {
        let schema = json!({
            "type": "array", "minItems": 1, "maxItems": 3, "uniqueItems": true,
            "items": {"anyOf": [{"$ref": "#/$defs/n"}, {"type": "null"}]},
            "$defs": {"n": {"type": "integer", "minimum": 0}}
        });
        check(
            &schema,
            &json!([0]),
            &[
                "# minItems: 1 item",
                "#/items anyOf: branch 1",
                "#/$defs/n minimum: 0",
            ],
        );
        check(
            &schema,
            &json!([null, null]),
            &[
                "# minItems: 2 items",
                "# maxItems: 2 items",
                "# uniqueItems: equal items",
                "#/items anyOf: branch 2",
            ],
        );
        let chosen = json!({"if": {"required": ["a"]}, "then": {"properties": {"b": {"const": 1}}}});
        check(
            &chosen,
            &json!({"a": 1}),
            &["# if: holds", "#/then properties: 'b' absent"],
        );
        check(&chosen, &json!({}), &["# if: does not hold"]);
    }

    #[test]
    fn references_in_a_circle_come_to_an_end() {
        let schema = json!({"$ref": "#/$defs/a", "$defs": {
            "a": {"type": "object", "properties": {"next": {"$ref": "#/$defs/a"}}},
            "b": {"allOf": [{"$ref": "#/$defs/b"}]}
        }});
        check(
            &schema,
            &json!({"next": {}}),
            &[
                "#/$defs/a properties: 'next' present",
                "#/$defs/a properties: 'next' absent",
            ],
        );
    }
}
