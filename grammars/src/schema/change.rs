//! What a notation does to a schema that is already there: `.omit(…)`, `.nullable()`, a class body over its base.
//!
//! A schema of another module is not at hand while one file is read. Its changes are then kept beside the reference,
//! and applied by [`SchemaFact::expanded`](crate::facts::SchemaFact::expanded) once the project has found it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::facts::{FILLED, IMPORT, ImportRef, OUTPUT};

use super::Lowered;

/// Names of properties; absent where the file does not show them.
pub(crate) type Names = Option<BTreeSet<String>>;

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Change {
    /// The value may be left out.
    Optional,
    /// The value must be there after all.
    Present,
    /// Null is fine too.
    OrNull,
    /// The value may be left out, and this one is taken; absent if the file does not show it.
    Default(Option<Json>),
    /// Without these properties.
    Omit(Names),
    /// With these properties alone.
    Pick(Names),
    /// These properties, or all, may be left out; with unknown names, any may.
    Partial(Names),
    /// No property need be there, at any depth.
    DeepPartial,
    /// All properties must be there.
    Require,
    /// With these properties over the own ones.
    Extend(Json),
    /// What further properties must be: nothing said, or a schema.
    Additional(Option<Json>),
    /// The value that comes out is of another schema than the one that goes in.
    Becomes(Json),
}

/// A schema of another module, as it stands under [`IMPORT`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reference {
    #[serde(flatten)]
    pub(crate) import: ImportRef,
    /// True if the schema itself says whether a property of it may be left out, and the object around does not.
    pub(crate) decides_presence: bool,
    pub(crate) then: Vec<Change>,
}

impl Lowered {
    /// The schema that another module gives a name.
    pub(crate) fn imported(import: ImportRef, decides_presence: bool) -> Self {
        let reference = Reference {
            import,
            decides_presence,
            then: Vec::new(),
        };
        let mut lowered = Self::any();
        lowered.optional = decides_presence;
        lowered.refer(&reference);
        lowered
    }

    /// The reference that it is, if it is one.
    pub(crate) fn reference(&self) -> Option<Reference> {
        Reference::deserialize(self.schema.get(IMPORT)?).ok()
    }

    fn refer(&mut self, reference: &Reference) {
        // Plain data always has a JSON form; without one the schema stays open.
        if let Ok(json) = serde_json::to_value(reference) {
            self.schema.insert(IMPORT.to_owned(), json);
        }
    }

    /// The schema after the change.
    pub(crate) fn changed(mut self, change: Change) -> Self {
        if let Some(mut reference) = self.reference() {
            reference.then.push(change);
            self.refer(&reference);
            return self;
        }
        match change {
            Change::Optional => self.optional(),
            Change::Present => {
                self.optional = false;
                self.filled = false;
                self
            }
            Change::OrNull => self.or_null(),
            Change::Default(value) => {
                self.optional = true;
                self.filled = true;
                match value {
                    Some(value) => self.with("default", value),
                    None => self,
                }
            }
            Change::Becomes(output) => self.with(OUTPUT, output),
            // Nothing is known of the base but that it is an object.
            Change::Extend(added) if self.schema.is_empty() => {
                let open = json!({ "type": "object", "additionalProperties": true });
                Self::of(open).extended(&added)
            }
            _ if self.type_name() != Some("object") => self,
            Change::Omit(Some(names)) => self.retained(|name| !names.contains(name)),
            Change::Pick(Some(names)) => self.retained(|name| names.contains(name)),
            Change::Omit(None) | Change::Pick(None) => Self::of_type("object"),
            Change::Partial(Some(names)) => self.without_required(|name| names.contains(name)),
            Change::Partial(None) => self.without_required(|_| true),
            Change::DeepPartial => {
                self.schema.values_mut().for_each(drop_required);
                self.without_required(|_| true)
            }
            Change::Require => {
                // Zod 3 leaves a default in place, and with it the leave to be absent.
                let filled = self.schema.get(FILLED).and_then(Json::as_array);
                let is_filled =
                    |name: &String| filled.is_some_and(|filled| filled.iter().any(|it| it == name));
                let names: Vec<Json> = self
                    .properties()
                    .filter(|name| !is_filled(name))
                    .map(|name| json!(name))
                    .collect();
                self.with("required", Json::Array(names))
            }
            Change::Extend(added) => self.extended(&added),
            Change::Additional(None) => {
                self.schema.remove("additionalProperties");
                self
            }
            Change::Additional(Some(schema)) => self.with("additionalProperties", schema),
        }
    }

    pub(super) fn properties(&self) -> impl Iterator<Item = &String> {
        let properties = self.schema.get("properties").and_then(Json::as_object);
        properties.into_iter().flat_map(Map::keys)
    }

    fn extended(mut self, added: &Json) -> Self {
        let Some(added) = added.as_object() else {
            return self;
        };
        let names: Vec<&String> = match added.get("properties").and_then(Json::as_object) {
            Some(properties) => properties.keys().collect(),
            None => Vec::new(),
        };
        self = self.without_required(|name| names.iter().any(|added| *added == name));
        for keyword in ["required", FILLED] {
            let more = added.get(keyword).and_then(Json::as_array).cloned();
            let Some(more) = more else { continue };
            match self.schema.get_mut(keyword).and_then(Json::as_array_mut) {
                Some(list) => list.extend(more),
                None => {
                    self.schema.insert(keyword.to_owned(), Json::Array(more));
                }
            }
        }
        if let Some(Json::Object(properties)) = added.get("properties") {
            let own = self.schema.entry("properties").or_insert_with(|| json!({}));
            if let Some(own) = own.as_object_mut() {
                for (name, schema) in properties {
                    own.insert(name.clone(), schema.clone());
                }
            }
        }
        // What is open on either side stays open.
        match added.get("additionalProperties") {
            Some(open) if !self.schema.contains_key("additionalProperties") || open == &json!(true) => {
                self.with("additionalProperties", open.clone())
            }
            _ => self,
        }
    }

    fn retained(mut self, keep: impl Fn(&str) -> bool) -> Self {
        if let Some(Json::Object(properties)) = self.schema.get_mut("properties") {
            properties.retain(|name, _| keep(name));
        }
        let is_kept = |pointer: &str| {
            let first = pointer.trim_start_matches('/').split('/').next().unwrap_or("");
            keep(&first.replace("~1", "/").replace("~0", "~"))
        };
        self.places.retain(|(pointer, _)| is_kept(pointer));
        self.without_required(|name| !keep(name))
    }

    /// The object where the named properties need not be there, nor are filled in.
    fn without_required(mut self, drop: impl Fn(&str) -> bool) -> Self {
        for keyword in ["required", FILLED] {
            if let Some(Json::Array(names)) = self.schema.get_mut(keyword) {
                names.retain(|name| !name.as_str().is_some_and(&drop));
                if names.is_empty() {
                    self.schema.remove(keyword);
                }
            }
        }
        self
    }
}

fn drop_required(schema: &mut Json) {
    match schema {
        Json::Object(map) => {
            map.remove("required");
            map.remove(FILLED);
            map.values_mut().for_each(drop_required);
        }
        Json::Array(parts) => parts.iter_mut().for_each(drop_required),
        _ => {}
    }
}
