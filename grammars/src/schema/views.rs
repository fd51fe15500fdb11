//! A schema as others read it: with the parts of other modules put in, from the side of who sends the value and of who
//! receives it.

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use crate::facts::{FILLED, IMPORT, ImportRef, OUTPUT, SchemaFact};

use super::Lowered;
use super::change::{Change, Reference};

/// How the project finds a schema of another module, itself expanded.
type Find<'f> = &'f dyn Fn(&ImportRef) -> Option<SchemaFact>;

impl SchemaFact {
    /// True if parts of the schema stand in other modules, so that [`SchemaFact::expanded`] says more.
    pub fn has_imports(&self) -> bool {
        mentions(&self.schema, IMPORT)
    }

    /// The schema with the parts that other modules hold; what `find` does not know stays open. The places of
    /// properties remain those of this file.
    pub fn expanded(&self, find: &dyn Fn(&ImportRef) -> Option<SchemaFact>) -> SchemaFact {
        let whole = expand(&self.schema, find);
        let is_reference = self.schema.get(IMPORT).is_some();
        SchemaFact {
            schema: Json::Object(whole.schema),
            optional: if is_reference {
                whole.optional
            } else {
                self.optional
            },
            filled: if is_reference { whole.filled } else { self.filled },
            ..self.clone()
        }
    }

    /// What a producer of the value must fulfil, as plain JSON Schema.
    pub fn input(&self) -> Json {
        view(&self.schema, false)
    }

    /// What a receiver of the value finds, as plain JSON Schema: whatever has a default is there.
    pub fn output(&self) -> Json {
        view(&self.schema, true)
    }
}

fn mentions(schema: &Json, keyword: &str) -> bool {
    match schema {
        Json::Object(map) => map.contains_key(keyword) || map.values().any(|part| mentions(part, keyword)),
        Json::Array(parts) => parts.iter().any(|part| mentions(part, keyword)),
        _ => false,
    }
}

fn reference_of(schema: &Json) -> Option<Reference> {
    Reference::deserialize(schema.get(IMPORT)?).ok()
}

fn expand(schema: &Json, find: Find<'_>) -> Lowered {
    let Some(map) = schema.as_object() else {
        return Lowered::any();
    };
    if let Some(reference) = reference_of(schema) {
        return resolved(reference, find);
    }
    let mut whole = Map::new();
    for (keyword, part) in map {
        // The names are put together at the end.
        if keyword == "required" || keyword == FILLED {
            continue;
        }
        if keyword != "properties" {
            whole.insert(keyword.clone(), expand_part(part, find));
            continue;
        }
        let mut properties = Map::new();
        for (name, property) in part.as_object().into_iter().flatten() {
            let value = expand(property, find);
            if reference_of(property).is_some_and(|reference| reference.decides_presence) {
                let keyword = match (value.optional, value.filled) {
                    (false, _) => Some("required"),
                    (true, true) => Some(FILLED),
                    (true, false) => None,
                };
                if let Some(keyword) = keyword {
                    add_name(&mut whole, keyword, name);
                }
            }
            properties.insert(name.clone(), Json::Object(value.schema));
        }
        whole.insert(keyword.clone(), Json::Object(properties));
    }
    for keyword in ["required", FILLED] {
        let own = map.get(keyword).and_then(Json::as_array);
        for name in own.into_iter().flatten().filter_map(Json::as_str) {
            add_name(&mut whole, keyword, name);
        }
    }
    Lowered {
        schema: whole,
        ..Lowered::any()
    }
}

fn add_name(schema: &mut Map<String, Json>, keyword: &str, name: &str) {
    let names = schema.entry(keyword).or_insert_with(|| json!([]));
    if let Some(names) = names.as_array_mut()
        && !names.iter().any(|known| known == name)
    {
        names.push(json!(name));
    }
}

fn expand_part(part: &Json, find: Find<'_>) -> Json {
    match part {
        Json::Object(_) => Json::Object(expand(part, find).schema),
        Json::Array(parts) => parts.iter().map(|part| expand_part(part, find)).collect(),
        plain => plain.clone(),
    }
}

fn resolved(reference: Reference, find: Find<'_>) -> Lowered {
    let base = match find(&reference.import) {
        Some(fact) => Lowered {
            schema: fact.schema.as_object().cloned().unwrap_or_default(),
            optional: fact.optional,
            filled: fact.filled,
            places: Vec::new(),
        },
        None => Lowered::any().optional(),
    };
    reference.then.into_iter().fold(base, |base, change| {
        base.changed(match change {
            Change::Extend(added) => Change::Extend(expand_part(&added, find)),
            Change::Additional(Some(schema)) => Change::Additional(Some(expand_part(&schema, find))),
            Change::Becomes(output) => Change::Becomes(expand_part(&output, find)),
            other => other,
        })
    })
}

/// The schema without our own keywords, from one of the two sides.
fn view(schema: &Json, output: bool) -> Json {
    match schema {
        Json::Object(map) => {
            if let Some(becomes) = map.get(OUTPUT).filter(|_| output) {
                return view(becomes, output);
            }
            let is_ours = |keyword: &str| [IMPORT, FILLED, OUTPUT].contains(&keyword);
            let mut plain: Map<String, Json> = map
                .iter()
                .filter(|(keyword, _)| !is_ours(keyword))
                .map(|(keyword, part)| (keyword.clone(), view(part, output)))
                .collect();
            let filled = map.get(FILLED).and_then(Json::as_array).filter(|_| output);
            for name in filled.into_iter().flatten().filter_map(Json::as_str) {
                add_name(&mut plain, "required", name);
            }
            Json::Object(plain)
        }
        Json::Array(parts) => parts.iter().map(|part| view(part, output)).collect(),
        plain => plain.clone(),
    }
}
