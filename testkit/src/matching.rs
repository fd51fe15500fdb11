//! Partial matching: what a test writes down must be there, and more may be. A null also stands for nothing at all, since
//! the languages differ in how they write an absent value.

use std::fmt;

use banister_project::nearest::nearest;
use serde_json::{Number, Value as Json};

/// Longer values are cut in messages.
const SHOWN: usize = 120;

/// A place where a value is not as expected. As text it starts with the path, so that it can follow the name of the whole:
/// `body` + `.amount: expected 5, found 7`.
#[derive(Debug, Clone, PartialEq)]
pub struct Mismatch {
    /// From the root: `.items[0].sku`; empty for the root itself.
    pub path: String,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: expected {}, found {}",
            self.path, self.expected, self.found
        )
    }
}

/// Holds `actual` against `expected`: an object may have more keys, a list must have as many items, numbers compare by
/// value, everything else must be the same.
///
/// # Errors
/// Every difference, in the order of `expected`.
pub fn partial_match(expected: &Json, actual: &Json) -> Result<(), Vec<Mismatch>> {
    let mut mismatches = Vec::new();
    compare(expected, actual, &mut String::new(), &mut mismatches);
    if mismatches.is_empty() {
        Ok(())
    } else {
        Err(mismatches)
    }
}

/// A value as a message shows it.
pub(crate) fn shown(value: &Json) -> String {
    shorten(&value.to_string(), SHOWN)
}

/// The first `width` characters, with an ellipsis for the rest.
pub(crate) fn shorten(text: &str, width: usize) -> String {
    if text.chars().nth(width).is_none() {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

fn compare(expected: &Json, actual: &Json, path: &mut String, out: &mut Vec<Mismatch>) {
    match (expected, actual) {
        (Json::Object(expected), Json::Object(actual)) => {
            for (key, item) in expected {
                let length = path.len();
                push_key(path, key);
                match actual.get(key) {
                    Some(found) => compare(item, found, path, out),
                    None if item.is_null() => {}
                    None => {
                        let near = nearest(key, actual.keys().map(String::as_str));
                        let near = near.map_or_else(String::new, |near| format!(" (there is `{near}`)"));
                        miss(path, shown(item), format!("nothing{near}"), out);
                    }
                }
                path.truncate(length);
            }
        }
        (Json::Array(expected), Json::Array(actual)) => {
            if expected.len() != actual.len() {
                let found = format!("{}: {}", items(actual.len()), shown(&Json::Array(actual.clone())));
                miss(path, items(expected.len()), found, out);
                return;
            }
            for (at, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                let length = path.len();
                path.push_str(&format!("[{at}]"));
                compare(expected, actual, path, out);
                path.truncate(length);
            }
        }
        (Json::Number(one), Json::Number(other)) if same_number(one, other) => {}
        _ if expected == actual => {}
        _ => miss(path, shown(expected), shown(actual), out),
    }
}

fn miss(path: &str, expected: String, found: String, out: &mut Vec<Mismatch>) {
    out.push(Mismatch {
        path: path.to_owned(),
        expected,
        found,
    });
}

fn items(count: usize) -> String {
    if count == 1 {
        "1 item".to_owned()
    } else {
        format!("{count} items")
    }
}

fn push_key(path: &mut String, key: &str) {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_-$".contains(c));
    if plain {
        path.push('.');
        path.push_str(key);
    } else {
        path.push_str(&format!("[{}]", Json::String(key.to_owned())));
    }
}

/// One and 1.0 are one number; the languages write it in different ways.
fn same_number(one: &Number, other: &Number) -> bool {
    match (one.as_i128(), other.as_i128()) {
        (Some(one), Some(other)) => one == other,
        _ => one.as_f64() == other.as_f64(),
    }
}

/// A JSON pointer as a path of fields: `/items/0/sku` of `data` is `data.items[0].sku`.
pub fn place_in(name: &str, pointer: &str) -> String {
    let mut path = name.to_owned();
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            path.push_str(&format!("[{part}]"));
        } else {
            path.push_str(&format!(".{part}"));
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn differences(expected: &Json, actual: &Json) -> Vec<String> {
        partial_match(expected, actual)
            .err()
            .into_iter()
            .flatten()
            .map(|it| it.to_string())
            .collect()
    }

    #[test]
    fn more_keys_may_be_there() {
        let actual =
            json!({"id": "o-1", "items": [{"sku": "a", "n": 1}, {"sku": "b", "n": 2.0}], "note": null});
        for expected in [
            json!({}),
            json!({"id": "o-1"}),
            json!({"items": [{"n": 1.0}, {"n": 2}]}),
            json!({"note": null, "missing": null}),
            actual.clone(),
        ] {
            assert_eq!(differences(&expected, &actual), [""; 0], "{expected}");
        }
    }

    #[test]
    fn every_difference_is_told_with_its_place() {
        let actual =
            json!({"amount": 7, "items": [{"sku": "a"}], "currncy": "eur", "a key": {"x": "5"}, "n": null});
        let expected = json!({
            "amount": 5, "items": [{"sku": "b"}], "currency": "eur", "a key": {"x": 5}, "n": 1, "tags": {}
        });
        assert_eq!(
            differences(&expected, &actual),
            [
                ".amount: expected 5, found 7",
                ".items[0].sku: expected \"b\", found \"a\"",
                ".currency: expected \"eur\", found nothing (there is `currncy`)",
                "[\"a key\"].x: expected 5, found \"5\"",
                ".n: expected 1, found null",
                ".tags: expected {}, found nothing",
            ]
        );
        assert_eq!(
            differences(&json!([1]), &json!([1, 2])),
            [": expected 1 item, found 2 items: [1,2]"]
        );
        assert_eq!(differences(&json!({}), &json!([])), [": expected {}, found []"]);
    }

    #[test]
    fn numbers_compare_by_value_and_not_by_their_rounding() {
        assert!(
            partial_match(
                &json!(9_007_199_254_740_993_u64),
                &json!(9_007_199_254_740_992_u64)
            )
            .is_err()
        );
        assert!(partial_match(&json!(1e3), &json!(1000)).is_ok());
        assert!(partial_match(&json!(0), &json!(false)).is_err());
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        let found = differences(&json!("a"), &json!("é".repeat(500)));
        assert_eq!(found[0].chars().count(), ": expected \"a\", found ".len() + SHOWN);
    }

    #[test]
    fn pointers_become_paths() {
        assert_eq!(place_in("data", "/items/0/sku"), "data.items[0].sku");
        assert_eq!(place_in("data", ""), "data");
    }
}
