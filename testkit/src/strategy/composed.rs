//! A value that is put together from values of several schemas and gets smaller as one.

use std::rc::Rc;

use proptest::strategy::ValueTree;
use serde_json::Value as Json;

use super::Phases;
use super::shrink::{Hints, ShrinkTree};

/// Offers simpler forms of `value`, which is made of values of these schemas, as long as `is_valid`. A value that stands at
/// several places is made simpler at all of them too.
pub(crate) fn composed<'p>(
    value: Json,
    schemas: impl IntoIterator<Item = &'p Phases>,
    is_valid: Box<dyn Fn(&Json) -> bool>,
) -> Box<dyn ValueTree<Value = Json>> {
    let hints = Hints::of_all(schemas.into_iter().map(Phases::hints));
    Box::new(ShrinkTree::new(value, Rc::new(hints), is_valid))
}

/// Offers simpler forms of an object that has a value of each of these schemas, by name.
pub(crate) fn by_name(value: Json, schemas: &[(String, Phases)]) -> Box<dyn ValueTree<Value = Json>> {
    let own = schemas.to_vec();
    let is_valid = move |value: &Json| {
        value.as_object().is_some_and(|fields| {
            let of_schema =
                |(name, schema): &(String, Phases)| fields.get(name).is_some_and(|it| schema.allows(it));
            fields.len() == own.len() && own.iter().all(of_schema)
        })
    };
    composed(
        value,
        schemas.iter().map(|(_, schema)| schema),
        Box::new(is_valid),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn smallest(value: Json, schemas: &[(&str, Json)], fails: impl Fn(&Json) -> bool) -> Json {
        let named = |(name, schema): &(&str, Json)| ((*name).to_owned(), Phases::of(schema).unwrap());
        let schemas: Vec<(String, Phases)> = schemas.iter().map(named).collect();
        let mut tree = by_name(value.clone(), &schemas);
        let mut best = value;
        let mut more = tree.simplify();
        let mut steps = 0;
        while more {
            steps += 1;
            assert!(steps < 2_000, "it does not come to an end");
            let current = tree.current();
            assert!(
                schemas.iter().all(|(name, schema)| schema.allows(&current[name])),
                "{current}"
            );
            more = if fails(&current) {
                best = current;
                tree.simplify()
            } else {
                tree.complicate()
            };
        }
        best
    }

    fn begins_with_one(value: &Json) -> bool {
        value["team"].to_string().starts_with('1')
    }

    #[test]
    fn a_number_gets_across_gaps() {
        let team = [("team", json!({ "type": "integer", "minimum": 2, "maximum": 500 }))];
        for found in [100, 187, 19, 14] {
            assert_eq!(
                smallest(json!({ "team": found }), &team, begins_with_one),
                json!({ "team": 10 }),
                "{found}"
            );
        }
        let of_thirty_four = |value: &Json| value["team"].to_string().starts_with("34");
        assert_eq!(
            smallest(json!({ "team": 349 }), &team, of_thirty_four),
            json!({ "team": 34 })
        );
    }

    #[test]
    fn a_text_and_a_list_get_across_gaps() {
        let is_even = |length: usize| length > 0 && length % 4 == 2;
        let text = [("text", json!({ "type": "string" }))];
        let found = json!({ "text": "bbbbbbbbbbbbbb" });
        let least = smallest(found, &text, |it| is_even(it["text"].as_str().unwrap().len()));
        assert_eq!(least, json!({ "text": "aa" }));
        let list = [("list", json!({ "type": "array", "items": { "type": "integer" } }))];
        let least = smallest(json!({ "list": vec![3; 14] }), &list, |it| {
            is_even(it["list"].as_array().unwrap().len())
        });
        assert_eq!(least, json!({ "list": [0, 0] }));
    }

    #[test]
    fn what_must_be_equal_gets_smaller_at_once() {
        let id = json!({ "type": "string", "minLength": 1 });
        let schemas = [("from", id.clone()), ("to", id)];
        let found = json!({ "from": "x-17", "to": "x-17" });
        let least = smallest(found, &schemas, |it| it["from"] == it["to"]);
        assert_eq!(least, json!({ "from": "a", "to": "a" }));
        // Another value of the case, or one that the schema names, may be what it takes.
        let schemas = [
            ("a", json!({ "type": "integer" })),
            ("b", json!({ "type": "integer", "const": 7_331 })),
        ];
        let least = smallest(json!({ "a": 90_000, "b": 7_331 }), &schemas, |it| {
            it["a"].as_i64().is_some_and(|a| a % 7_331 == 0 && a > 0) || it["a"] == 90_000
        });
        assert_eq!(least, json!({ "a": 7_331, "b": 7_331 }));
    }
}
