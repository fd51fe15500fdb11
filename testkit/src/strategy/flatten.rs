//! One branch of a schema as a single set of keywords: references followed, `allOf` merged, one of several alternatives
//! chosen. Merging keeps what generation needs and may lose the rest, which the validator still knows.

use serde_json::{Map, Value as Json, json};

use super::dice::Dice;
use super::generate::Refusal;

/// More parts than this mean references that lead in a circle.
const MAX_PARTS: usize = 64;

/// A schema without references and combinations.
pub(super) type Flat = Map<String, Json>;

/// Chooses and merges. `crossed` counts references, for the depth budget.
pub(super) fn flatten(
    root: &Json,
    schema: &Json,
    dice: &mut Dice<'_>,
    crossed: &mut usize,
) -> Result<Flat, Refusal> {
    let mut flat = Flat::new();
    let mut pending = vec![schema.clone()];
    let mut parts = 0;
    while let Some(part) = pending.pop() {
        parts += 1;
        if parts > MAX_PARTS {
            return Err(Refusal::Circular);
        }
        let fields = match part {
            Json::Object(fields) => fields,
            Json::Bool(true) => continue,
            _ => return Err(Refusal::Never),
        };
        for (key, value) in &fields {
            match (key.as_str(), value) {
                ("$ref" | "$dynamicRef", Json::String(target)) => {
                    *crossed += 1;
                    pending.push(resolve(root, target)?.clone());
                }
                ("allOf", Json::Array(all)) => pending.extend(all.iter().rev().cloned()),
                ("anyOf" | "oneOf", Json::Array(any)) => {
                    pending.push(dice.pick(any).cloned().ok_or(Refusal::Never)?);
                }
                ("if", condition) => match (fields.get("then"), fields.get("else")) {
                    (then, Some(_)) if dice.chance(1, 2) => {
                        pending.push(condition.clone());
                        pending.extend(then.cloned());
                    }
                    (_, Some(otherwise)) => pending.push(otherwise.clone()),
                    (Some(then), None) if dice.chance(1, 2) => {
                        pending.push(condition.clone());
                        pending.push(then.clone());
                    }
                    _ => {}
                },
                (
                    "then" | "else" | "$defs" | "definitions" | "$schema" | "$id" | "title" | "description",
                    _,
                ) => {}
                (_, value) => merge(&mut flat, key, value)?,
            }
        }
    }
    Ok(flat)
}

/// The schema behind `#/$defs/x`, `#` or `#name`.
fn resolve<'r>(root: &'r Json, target: &str) -> Result<&'r Json, Refusal> {
    let unknown = || Refusal::Reference(target.to_owned());
    let fragment = target.strip_prefix('#').ok_or_else(unknown)?;
    if fragment.is_empty() || fragment.starts_with('/') {
        return root
            .pointer(&banister_project::route::decode(fragment))
            .ok_or_else(unknown);
    }
    find_anchor(root, fragment).ok_or_else(unknown)
}

fn find_anchor<'r>(schema: &'r Json, name: &str) -> Option<&'r Json> {
    match schema {
        Json::Object(fields) => {
            let named = ["$anchor", "$dynamicAnchor"]
                .iter()
                .any(|key| fields.get(*key) == Some(&json!(name)));
            if named {
                Some(schema)
            } else {
                fields.values().find_map(|field| find_anchor(field, name))
            }
        }
        Json::Array(items) => items.iter().find_map(|item| find_anchor(item, name)),
        _ => None,
    }
}

fn merge(flat: &mut Flat, key: &str, value: &Json) -> Result<(), Refusal> {
    let merged = match flat.get_mut(key) {
        Some(old) => merge_values(key, old.take(), value)?,
        None => value.clone(),
    };
    flat.insert(key.to_owned(), merged);
    Ok(())
}

fn merge_values(key: &str, ours: Json, theirs: &Json) -> Result<Json, Refusal> {
    if ours == *theirs {
        return Ok(ours);
    }
    Ok(match (key, ours, theirs) {
        ("type", ours, _) => common_types(&ours, theirs).ok_or(Refusal::Never)?,
        ("enum", Json::Array(mut ours), Json::Array(theirs)) => {
            ours.retain(|item| theirs.contains(item));
            Some(ours)
                .filter(|ours| !ours.is_empty())
                .map(Json::Array)
                .ok_or(Refusal::Never)?
        }
        ("const", _, _) => return Err(Refusal::Never),
        ("minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties", ours, _) => {
            if theirs.as_f64() > ours.as_f64() {
                theirs.clone()
            } else {
                ours
            }
        }
        ("maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties", ours, _) => {
            if theirs.as_f64() < ours.as_f64() {
                theirs.clone()
            } else {
                ours
            }
        }
        ("required", Json::Array(mut ours), Json::Array(theirs)) => {
            let new: Vec<_> = theirs
                .iter()
                .filter(|name| !ours.contains(name))
                .cloned()
                .collect();
            ours.extend(new);
            Json::Array(ours)
        }
        ("properties" | "patternProperties", Json::Object(mut ours), Json::Object(theirs)) => {
            for (name, schema) in theirs {
                let both = ours
                    .get_mut(name)
                    .map(|ours| json!({ "allOf": [ours.take(), schema] }));
                ours.insert(name.clone(), both.unwrap_or_else(|| schema.clone()));
            }
            Json::Object(ours)
        }
        ("items" | "additionalProperties" | "propertyNames" | "contains", ours, _) => {
            json!({ "allOf": [ours, theirs] })
        }
        ("uniqueItems", _, _) => json!(true),
        ("multipleOf", ours, _) => match (ours.as_u64(), theirs.as_u64()) {
            (Some(a), Some(b)) => json!(lowest_common(a, b).ok_or(Refusal::Never)?),
            _ => ours,
        },
        (_, ours, _) => ours,
    })
}

fn common_types(ours: &Json, theirs: &Json) -> Option<Json> {
    let (ours, theirs) = (type_names(ours), type_names(theirs));
    let mut common: Vec<&str> = Vec::new();
    for name in &ours {
        for other in &theirs {
            match (*name, *other) {
                (a, b) if a == b => common.push(a),
                ("number", "integer") | ("integer", "number") => common.push("integer"),
                _ => {}
            }
        }
    }
    (!common.is_empty()).then(|| json!(common))
}

/// The names under `type`.
pub(super) fn type_names(types: &Json) -> Vec<&str> {
    match types {
        Json::String(name) => vec![name],
        Json::Array(names) => names.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}

fn lowest_common(a: u64, b: u64) -> Option<u64> {
    let (mut x, mut y) = (a, b);
    while y > 0 {
        (x, y) = (y, x % y);
    }
    a.checked_div(x)?.checked_mul(b)
}
