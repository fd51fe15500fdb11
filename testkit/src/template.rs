//! `{{name}}` in expectations and actions: captured and generated values. A text that is nothing but one placeholder
//! becomes the value itself, with its type; inside a longer text the value is written out.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// Values by name.
pub type Variables = BTreeMap<String, Json>;

/// A placeholder that names nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{{{{{name}}}}}` is not a captured or generated value; {known}")]
pub struct UnknownVariable {
    /// As written.
    pub name: String,
    /// What there is, or what the value is that has no such part.
    pub known: String,
}

/// Fills the placeholders of a value, keys included.
///
/// # Errors
/// A placeholder names nothing.
pub fn fill(value: &Json, variables: &Variables) -> Result<Json, UnknownVariable> {
    fill_with(value, &mut |name| look_up(name, variables).cloned().map(Some))
}

/// Fills the placeholders of a text that stays a text.
///
/// # Errors
/// A placeholder names nothing.
pub fn fill_string(text: &str, variables: &Variables) -> Result<String, UnknownVariable> {
    fill_string_with(text, &mut |name| look_up(name, variables).cloned().map(Some))
}

/// What stands for a name: a value, or nothing if the placeholder stays as it is written.
pub type LookUp<'f, E> = &'f mut dyn FnMut(&str) -> Result<Option<Json>, E>;

/// Fills the placeholders of a value, keys included, with what `look_up` says.
///
/// # Errors
/// The first that `look_up` has.
pub fn fill_with<E>(value: &Json, look_up: LookUp<'_, E>) -> Result<Json, E> {
    match value {
        Json::String(text) => fill_text(text, look_up),
        Json::Array(items) => items
            .iter()
            .map(|item| fill_with(item, look_up))
            .collect::<Result<_, _>>()
            .map(Json::Array),
        Json::Object(fields) => {
            let mut out = serde_json::Map::new();
            for (key, item) in fields {
                out.insert(fill_string_with(key, look_up)?, fill_with(item, look_up)?);
            }
            Ok(Json::Object(out))
        }
        other => Ok(other.clone()),
    }
}

/// Fills the placeholders of a text that stays a text with what `look_up` says.
///
/// # Errors
/// The first that `look_up` has.
pub fn fill_string_with<E>(text: &str, look_up: LookUp<'_, E>) -> Result<String, E> {
    Ok(match fill_text(text, look_up)? {
        Json::String(text) => text,
        other => other.to_string(),
    })
}

fn fill_text<E>(text: &str, look_up: LookUp<'_, E>) -> Result<Json, E> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else {
            break;
        };
        let value = look_up(name.trim())?;
        if let Some(value) = &value
            && before.is_empty()
            && after.is_empty()
            && out.is_empty()
        {
            return Ok(value.clone());
        }
        out.push_str(before);
        match value {
            Some(Json::String(text)) => out.push_str(&text),
            Some(other) => out.push_str(&other.to_string()),
            None => out.push_str(&format!("{{{{{name}}}}}")),
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(Json::String(out))
}

fn look_up<'v>(name: &str, variables: &'v Variables) -> Result<&'v Json, UnknownVariable> {
    let first = &name[..name.find(['.', '[']).unwrap_or(name.len())];
    let known = variables.get(first);
    let found = known.and_then(|value| select(&name[first.len()..], value));
    found.ok_or_else(|| UnknownVariable {
        name: name.to_owned(),
        known: match (known, variables.is_empty()) {
            (Some(value), _) => format!("`{first}` is {value}"),
            (None, true) => "there are none".to_owned(),
            (None, false) => format!(
                "there are: {}",
                variables.keys().cloned().collect::<Vec<_>>().join(", ")
            ),
        },
    })
}

/// Reads `$.body.items[0].id` from a value; `None` if there is nothing.
pub fn select<'v>(path: &str, value: &'v Json) -> Option<&'v Json> {
    let mut at = value;
    for part in path
        .trim()
        .trim_start_matches('$')
        .split(['.', '['])
        .filter(|part| !part.is_empty())
    {
        let part = part.trim_end_matches(']').trim_matches(['\'', '"']);
        at = match at {
            Json::Array(items) => items.get(part.parse::<usize>().ok()?)?,
            other => other.get(part)?,
        };
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn variables() -> Variables {
        Variables::from([
            ("id".into(), json!(7)),
            ("order".into(), json!({"sku": "p1", "n": 2})),
        ])
    }

    #[test]
    fn a_lone_placeholder_keeps_its_type() {
        let filled = fill(
            &json!({"a": "{{id}}", "b": "no. {{ id }}!", "{{order.sku}}": ["{{order}}"]}),
            &variables(),
        );
        assert_eq!(
            filled.unwrap(),
            json!({"a": 7, "b": "no. 7!", "p1": [{"sku": "p1", "n": 2}]})
        );
    }

    #[test]
    fn an_unknown_name_says_what_there_is() {
        let error = fill(&json!("{{nope}}"), &variables()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`{{nope}}` is not a captured or generated value; there are: id, order"
        );
        let error = fill(&json!("{{order.none}}"), &variables()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`{{order.none}}` is not a captured or generated value; `order` is {\"sku\":\"p1\",\"n\":2}"
        );
        assert_eq!(fill(&json!("{{ open"), &variables()).unwrap(), json!("{{ open"));
    }

    #[test]
    fn items_of_lists_are_parts_too() {
        let variables = Variables::from([("users".into(), json!([{"id": 1}, {"id": 2}]))]);
        for (text, wanted) in [
            ("{{users.1.id}}", json!(2)),
            ("{{users[0].id}}", json!(1)),
            ("{{users[1]}}", json!({"id": 2})),
            ("no. {{users.0.id}}", json!("no. 1")),
        ] {
            assert_eq!(fill(&json!(text), &variables).unwrap(), wanted, "{text}");
        }
        assert!(fill(&json!("{{users.2.id}}"), &variables).is_err());
    }

    #[test]
    fn paths_select_parts() {
        let value = json!({"body": {"items": [{"id": 1}, {"id": 2}]}});
        assert_eq!(select("$.body.items[1].id", &value), Some(&json!(2)));
        assert_eq!(select("$", &value), Some(&value));
        assert_eq!(select("$.body.none", &value), None);
    }
}
