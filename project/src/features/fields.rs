//! The properties of a schema, for proposals of keys.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// Schemas that nest deeper are not looked into.
const MAX_DEPTH: usize = 8;

/// A property of an object.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    /// Its name.
    pub(super) name: String,
    /// Its schema.
    pub(super) schema: Json,
    /// True if every object must have it.
    pub(super) required: bool,
}

impl Field {
    /// Its type in a few words: "string", "string, optional".
    pub(super) fn detail(&self) -> String {
        let kind = super::card::type_in_a_line(&self.schema);
        if self.required {
            kind
        } else {
            format!("{kind}, optional")
        }
    }

    /// What its schema says about it.
    pub(super) fn documentation(&self) -> String {
        let description = self.schema.get("description").and_then(Json::as_str);
        description.unwrap_or_default().to_owned()
    }
}

/// The properties that a schema names at a path of keys (`[]` for the items of a list): the required ones first, each
/// group in the order of the schema.
pub(super) fn fields(schema: &Json, path: &[&str]) -> Vec<Field> {
    let mut found = BTreeMap::new();
    for object in at(schema, path) {
        collect(&object, true, MAX_DEPTH, &mut found);
    }
    let mut fields: Vec<(usize, Field)> = found.into_values().collect();
    fields.sort_by_key(|(order, field)| (!field.required, *order));
    fields.into_iter().map(|(_, field)| field).collect()
}

/// The schemas of the values at a path.
fn at(schema: &Json, path: &[&str]) -> Vec<Json> {
    let mut here = vec![schema.clone()];
    for key in path {
        let next = here.iter().flat_map(|schema| {
            if *key == "[]" {
                return schema.get("items").cloned().into_iter().collect::<Vec<_>>();
            }
            let mut found = BTreeMap::new();
            collect(schema, true, MAX_DEPTH, &mut found);
            found
                .remove(*key)
                .into_iter()
                .map(|(_, field)| field.schema)
                .collect()
        });
        here = next.collect();
    }
    here
}

fn collect(schema: &Json, sure: bool, depth: usize, found: &mut BTreeMap<String, (usize, Field)>) {
    if depth == 0 {
        return;
    }
    let required = schema.get("required").and_then(Json::as_array);
    let is_required = |name: &str| required.is_some_and(|keys| keys.iter().any(|key| key == name));
    for (name, property) in schema
        .get("properties")
        .and_then(Json::as_object)
        .into_iter()
        .flatten()
    {
        let required = sure && is_required(name);
        let order = found.len();
        let (_, field) = found.entry(name.clone()).or_insert_with(|| {
            let field = Field {
                name: name.clone(),
                schema: property.clone(),
                required,
            };
            (order, field)
        });
        field.required |= required;
    }
    for (keyword, sure_part) in [("allOf", sure), ("anyOf", false), ("oneOf", false)] {
        for part in schema.get(keyword).and_then(Json::as_array).into_iter().flatten() {
            collect(part, sure_part, depth - 1, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn required_fields_come_first_and_parts_are_put_together() {
        let schema = json!({
            "allOf": [
                { "properties": { "z": { "type": "string" }, "a": { "type": "array", "items": {
                    "properties": { "sku": {} }, "required": ["sku"] } } }, "required": ["z"] },
                { "anyOf": [{ "properties": { "m": {} }, "required": ["m"] }, { "properties": { "n": {} } }] },
            ],
        });
        let names = |path: &[&str]| -> Vec<(String, bool)> {
            let fields = fields(&schema, path).into_iter();
            fields.map(|field| (field.name, field.required)).collect()
        };
        let pair = |name: &str, required| (name.to_owned(), required);
        let all = names(&[]);
        assert_eq!(all[0], pair("z", true));
        assert_eq!(all.len(), 4);
        assert!(all[1..].iter().all(|(_, required)| !required));
        assert_eq!(names(&["a", "[]"]), [pair("sku", true)]);
        assert_eq!(names(&["nobody"]), []);
    }
}
