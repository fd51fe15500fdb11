//! Atomic changes of an item, as the state of 1.0 has them: `set`, `merge`, `increment`, `decrement`, `remove`, each at a
//! path of keys (`totals.eur`; empty for the item itself).

use serde_json::{Map, Value as Json, json};

const LIST: &str = "a list of operations";
const OPERATION: &str = "a list of set, merge, increment, decrement and remove, each with a path";

/// The item after the operations. An error says what was expected instead.
pub(super) fn apply(item: &Json, operations: &Json) -> Result<Json, &'static str> {
    let mut item = item.clone();
    for operation in operations.as_array().ok_or(LIST)? {
        let kind = operation.get("type").and_then(Json::as_str).ok_or(OPERATION)?;
        let path = operation.get("path").and_then(Json::as_str).unwrap_or("");
        let keys: Vec<&str> = path.split('.').filter(|key| !key.is_empty()).collect();
        let value = operation.get("value").cloned().unwrap_or(Json::Null);
        let by = operation
            .get("by")
            .or_else(|| operation.get("value"))
            .cloned()
            .unwrap_or_else(|| json!(1));
        match kind {
            "set" => *place(&mut item, &keys) = value,
            "merge" => merge(place(&mut item, &keys), value),
            "increment" => add(place(&mut item, &keys), &by, 1.0),
            "decrement" => add(place(&mut item, &keys), &by, -1.0),
            "remove" => match keys.split_last() {
                None => item = Json::Null,
                Some((last, above)) => {
                    if let Json::Object(fields) = place(&mut item, above) {
                        fields.shift_remove(*last);
                    }
                }
            },
            _ => return Err(OPERATION),
        }
    }
    Ok(item)
}

/// The value at a path; what is missing on the way is made.
fn place<'i>(item: &'i mut Json, keys: &[&str]) -> &'i mut Json {
    let mut at = item;
    for key in keys {
        if !at.is_object() {
            *at = Json::Object(Map::new());
        }
        at = match at {
            Json::Object(fields) => fields.entry(*key).or_insert(Json::Null),
            other => other,
        };
    }
    at
}

fn merge(at: &mut Json, value: Json) {
    match (at, value) {
        (Json::Object(fields), Json::Object(more)) => fields.extend(more),
        (at, value) => *at = value,
    }
}

fn add(at: &mut Json, by: &Json, sign: f64) {
    let sum = match (at.as_i64(), by.as_i64(), at.is_null()) {
        (Some(a), Some(b), _) => json!(a + b * sign as i64),
        (None, Some(b), true) => json!(b * sign as i64),
        _ => json!(at.as_f64().unwrap_or(0.0) + by.as_f64().unwrap_or(0.0) * sign),
    };
    *at = sum;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_apply_in_order() {
        let item = json!({"n": 1, "t": {"eur": 2.5}, "gone": true});
        let operations = json!([
            {"type": "increment", "path": "n", "by": 2},
            {"type": "decrement", "path": "t.eur", "by": 1},
            {"type": "increment", "path": "new"},
            {"type": "merge", "path": "t", "value": {"usd": 1}},
            {"type": "merge", "value": {"m": true}},
            {"type": "set", "path": "s.deep", "value": [1]},
            {"type": "remove", "path": "gone"},
        ]);
        assert_eq!(
            apply(&item, &operations).unwrap(),
            json!({"n": 3, "t": {"eur": 1.5, "usd": 1}, "new": 1, "m": true, "s": {"deep": [1]}})
        );
        assert_eq!(
            apply(&Json::Null, &json!([{"type": "set", "value": 7}])).unwrap(),
            json!(7)
        );
        assert_eq!(
            apply(&json!(7), &json!([{"type": "remove"}])).unwrap(),
            Json::Null
        );
    }

    #[test]
    fn what_is_no_operation_is_refused() {
        for operations in [
            json!({}),
            json!([{"path": "a"}]),
            json!([{"type": "push", "path": "a"}]),
        ] {
            assert!(apply(&json!({}), &operations).is_err(), "{operations}");
        }
    }
}
