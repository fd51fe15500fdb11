//! A schema read off the messages that are sent on a topic, for a step that will take them.

use banister_grammars::facts::{Shape, StepKind};
use serde_json::{Map, Value as Json, json};

use crate::index::Index;
use crate::project::Step;
use crate::rules::payloads::follow;

/// The schema of what is sent: the fields of the payload, as far as they are visible.
pub(super) fn schema(index: &Index, file: &str, topic: &str) -> Json {
    let sites = |step: &Step| -> Vec<Shape> {
        let sites = step.emit_sites().iter();
        let of_topic = sites.filter(|site| site.topic.as_ref().and_then(|it| it.text.known()) == Some(topic));
        of_topic.map(|site| site.payload.clone()).collect()
    };
    let own = index.step(file).into_iter();
    let senders = own.chain(index.emitters(topic));
    let found = senders.flat_map(|step| sites(step).into_iter().map(move |shape| (step, shape)));
    let mut shapes: Vec<(&Step, Shape)> = found.collect();
    shapes.sort_by_key(|(_, shape)| !matches!(shape, Shape::Object { .. }));
    match shapes.first() {
        Some((step, shape)) => described(index, step, shape),
        None => json!({ "type": "object" }),
    }
}

fn described(index: &Index, sender: &Step, shape: &Shape) -> Json {
    match shape {
        Shape::Type(name) => json!({ "type": name }),
        Shape::Literal(value) => match value {
            Json::Null => json!({}),
            Json::Bool(_) => json!({ "type": "boolean" }),
            Json::Number(_) => json!({ "type": "number" }),
            Json::String(_) => json!({ "type": "string" }),
            Json::Array(_) => json!({ "type": "array" }),
            Json::Object(_) => json!({ "type": "object" }),
        },
        Shape::Object { fields, .. } => {
            let mut properties = Map::new();
            for field in fields {
                properties.insert(field.name.clone(), described(index, sender, &field.value));
            }
            let required: Vec<&String> = properties.keys().collect();
            json!({ "type": "object", "required": required, "properties": properties.clone() })
        }
        Shape::Array(items) => match items.first() {
            Some(item) => json!({ "type": "array", "items": described(index, sender, item) }),
            None => json!({ "type": "array" }),
        },
        Shape::Input(path) => read_from(index, sender, path).unwrap_or(json!({})),
        Shape::Unknown => json!({}),
    }
}

/// The type of what the sender reads from its own input. Only plain types are taken over: the rest of a schema may
/// speak of other parts of its document.
fn read_from(index: &Index, sender: &Step, path: &[String]) -> Option<Json> {
    if !matches!(sender.kind()?, StepKind::Event | StepKind::Api) {
        return None;
    }
    let (_, schema) = index.only_input_schema(sender)?;
    let root = &schema.schema;
    let mut at = follow(root, root);
    for name in path {
        at = follow(root, at.get("properties")?.get(name)?);
    }
    let name = at.get("type")?.as_str()?;
    let properties = at
        .get("properties")
        .and_then(Json::as_object)
        .filter(|_| name == "object");
    let Some(properties) = properties else {
        return Some(json!({ "type": name }));
    };
    let fields: Map<String, Json> = properties
        .iter()
        .map(|(field, schema)| {
            let kind = follow(root, schema).get("type").filter(|kind| kind.is_string());
            (
                field.clone(),
                kind.map_or(json!({}), |kind| json!({ "type": kind })),
            )
        })
        .collect();
    let required = at.get("required").cloned().unwrap_or(json!([]));
    Some(json!({ "type": "object", "properties": fields, "required": required }))
}
