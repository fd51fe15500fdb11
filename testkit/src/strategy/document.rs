//! A schema document: where its subschemas are, and what their references lead to.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// Keywords whose value is a schema.
const ONE: [&str; 12] = [
    "additionalProperties",
    "additionalItems",
    "unevaluatedProperties",
    "unevaluatedItems",
    "items",
    "contains",
    "propertyNames",
    "not",
    "if",
    "then",
    "else",
    "contentSchema",
];
/// Keywords whose value is a list of schemas.
const LIST: [&str; 5] = ["allOf", "anyOf", "oneOf", "prefixItems", "items"];
/// Keywords whose value maps names to schemas.
const MAP: [&str; 6] = [
    "properties",
    "patternProperties",
    "$defs",
    "definitions",
    "dependentSchemas",
    "dependencies",
];

/// A schema with the names under which its parts can be referred to. Places in it are JSON pointers.
pub(super) struct Document {
    root: Json,
    /// Up to draft 7 a `$ref` hides what stands beside it.
    pub(super) ref_stands_alone: bool,
    /// Absolute addresses of `$id`, without a fragment.
    ids: BTreeMap<String, String>,
    /// Names given with `$anchor`, with the address that they belong to.
    anchors: BTreeMap<(String, String), String>,
    /// Places where another base address begins.
    bases: BTreeMap<String, String>,
}

impl Document {
    pub(super) fn new(root: Json) -> Self {
        let draft = root.get("$schema").and_then(Json::as_str).unwrap_or_default();
        let mut document = Self {
            ref_stands_alone: ["draft-07", "draft-06", "draft-04"]
                .iter()
                .any(|old| draft.contains(old))
                || draft.is_empty() && super::prepare::has_tuple_items(&root),
            ids: BTreeMap::from([(String::new(), String::new())]),
            anchors: BTreeMap::new(),
            bases: BTreeMap::from([(String::new(), String::new())]),
            root: Json::Null,
        };
        document.name_parts(&root, "", "");
        document.root = root;
        document
    }

    fn name_parts(&mut self, schema: &Json, pointer: &str, base: &str) {
        let mut base = base.to_owned();
        let hidden = self.ref_stands_alone && schema.get("$ref").is_some();
        if let Some(id) = schema.get("$id").and_then(Json::as_str).filter(|_| !hidden) {
            let (address, fragment) = id.split_once('#').unwrap_or((id, ""));
            if !address.is_empty() {
                base = join(&base, address);
                self.ids.entry(base.clone()).or_insert_with(|| pointer.to_owned());
                self.bases.insert(pointer.to_owned(), base.clone());
            }
            if !fragment.is_empty() {
                self.anchors
                    .entry((base.clone(), fragment.to_owned()))
                    .or_insert_with(|| pointer.to_owned());
            }
        }
        for key in ["$anchor", "$dynamicAnchor"] {
            if let Some(name) = schema.get(key).and_then(Json::as_str) {
                self.anchors
                    .entry((base.clone(), name.to_owned()))
                    .or_insert_with(|| pointer.to_owned());
            }
        }
        for (step, part) in parts(schema) {
            self.name_parts(part, &format!("{pointer}{step}"), &base);
        }
    }

    /// The schema at a place.
    pub(super) fn get(&self, pointer: &str) -> Option<&Json> {
        self.root.pointer(pointer)
    }

    pub(super) fn root(&self) -> &Json {
        &self.root
    }

    /// The place that a reference at `from` leads to.
    pub(super) fn target(&self, from: &str, reference: &str) -> Option<String> {
        let base = self
            .bases
            .iter()
            .filter(|(at, _)| {
                from == **at || from.strip_prefix(*at).is_some_and(|rest| rest.starts_with('/'))
            })
            .max_by_key(|(at, _)| at.len())
            .map_or("", |(_, base)| base);
        let (address, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let address = if address.is_empty() {
            base.to_owned()
        } else {
            join(base, address)
        };
        let fragment = banister_project::route::decode(fragment);
        if !fragment.is_empty() && !fragment.starts_with('/') {
            return self.anchors.get(&(address, fragment)).cloned();
        }
        let place = format!("{}{fragment}", self.ids.get(&address)?);
        self.get(&place).is_some().then_some(place)
    }
}

/// The schemas directly inside a schema, each with the steps that lead to it.
pub(super) fn parts(schema: &Json) -> Vec<(String, &Json)> {
    let mut out = Vec::new();
    let Some(fields) = schema.as_object() else {
        return out;
    };
    for (key, value) in fields {
        let key = key.as_str();
        match value {
            Json::Object(_) | Json::Bool(_) if ONE.contains(&key) => out.push((format!("/{key}"), value)),
            Json::Array(items) if LIST.contains(&key) => {
                out.extend(
                    items
                        .iter()
                        .enumerate()
                        .map(|(at, item)| (format!("/{key}/{at}"), item)),
                );
            }
            Json::Object(named) if MAP.contains(&key) => {
                let schemas = named
                    .iter()
                    .filter(|(_, item)| item.is_object() || item.is_boolean());
                out.extend(schemas.map(|(name, item)| (format!("/{key}/{}", escape(name)), item)));
            }
            _ => {}
        }
    }
    out
}

/// The names under `type`.
pub(super) fn type_names(types: &Json) -> Vec<&str> {
    match types {
        Json::String(name) => vec![name],
        Json::Array(names) => names.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}

/// A name as a step of a JSON pointer.
pub(super) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The name that a step of a JSON pointer stands for.
pub(super) fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// An address seen from another (RFC 3986, 5.2, without dots in the middle of paths).
fn join(base: &str, address: &str) -> String {
    let scheme = address.find(':').filter(|at| !address[..*at].contains('/'));
    if scheme.is_some() || base.is_empty() {
        return address.to_owned();
    }
    let host_end = base.find("://").map_or(0, |at| {
        base[at + 3..].find('/').map_or(base.len(), |end| at + 3 + end)
    });
    if address.starts_with('/') {
        return format!("{}{address}", &base[..host_end]);
    }
    let folder = base.rfind('/').filter(|at| *at >= host_end);
    match folder {
        Some(at) => format!("{}{}", &base[..=at], address.trim_start_matches("./")),
        None if host_end > 0 => format!("{base}/{address}"),
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_lead_to_places() {
        let document = Document::new(json!({
            "$id": "https://shop.test/schemas/order.json",
            "properties": { "a/b": { "$id": "item.json", "$defs": { "x": { "$anchor": "here" } } } },
            "$defs": { "y": { "$id": "/other.json" }, "z": { "$anchor": "z" } },
            "components": { "schemas": { "free": {} } }
        }));
        let item = "/properties/a~1b";
        for (from, reference, place) in [
            ("", "#", Some("")),
            ("", "#/$defs/y", Some("/$defs/y")),
            ("", "#z", Some("/$defs/z")),
            ("", "#/components/schemas/free", Some("/components/schemas/free")),
            ("", "item.json", Some(item)),
            ("", "item.json#here", Some("/properties/a~1b/$defs/x")),
            (item, "#here", Some("/properties/a~1b/$defs/x")),
            (item, "#/$defs/x", Some("/properties/a~1b/$defs/x")),
            (item, "order.json#z", Some("/$defs/z")),
            ("", "https://shop.test/other.json", Some("/$defs/y")),
            ("", "#/properties/a~1b", Some(item)),
            ("", "#nowhere", None),
            ("", "#/$defs/nowhere", None),
            ("", "https://elsewhere.test/x", None),
        ] {
            assert_eq!(
                document.target(from, reference).as_deref(),
                place,
                "{from} {reference}"
            );
        }
    }
}
