//! Schemas as steps have them when their modules run: written by hand, or made by Zod, Pydantic and their like.

use jsonschema::{Draft, Validator};
use serde_json::{Value as Json, json};

/// A schema to make values of.
pub(crate) struct Schema {
    pub(crate) name: String,
    pub(crate) schema: Json,
    /// Valid values that others wrote.
    pub(crate) examples: Vec<Json>,
    /// True if a value is known that is not valid.
    pub(crate) is_refutable: bool,
}

/// The judge, made without any of the code under test.
pub(crate) fn judge(schema: &Json) -> Result<Validator, String> {
    let mut options = jsonschema::options().should_validate_formats(true).offline();
    if schema.get("$schema").is_none() && has_tuples(schema) {
        options = options.with_draft(Draft::Draft7);
    }
    options.build(schema).map_err(|error| error.to_string())
}

fn has_tuples(schema: &Json) -> bool {
    match schema {
        Json::Object(fields) => {
            fields.get("items").is_some_and(Json::is_array) || fields.values().any(has_tuples)
        }
        Json::Array(items) => items.iter().any(has_tuples),
        _ => false,
    }
}

pub(crate) fn schemas() -> Vec<Schema> {
    let named = [
        ("zod 3, draft-07", zod3()),
        ("zod 4, 2020-12", zod4()),
        ("zod 4, formats", zod4_formats()),
        ("pydantic", pydantic()),
        ("pydantic, tree", pydantic_tree()),
        ("by hand, order", order()),
        ("by hand, conditions", conditions()),
        ("by hand, tuples and lists", lists()),
        ("dry-schema", dry()),
    ];
    named
        .into_iter()
        .map(|(name, schema)| Schema {
            name: name.to_owned(),
            schema,
            examples: Vec::new(),
            is_refutable: true,
        })
        .collect()
}

fn zod3() -> Json {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {
            "userId": { "type": "string", "format": "uuid" },
            "email": { "type": "string", "format": "email" },
            "age": { "type": "integer", "exclusiveMinimum": 0, "maximum": 130 },
            "score": { "type": "number", "minimum": 0, "maximum": 1 },
            "tags": { "type": "array", "items": { "type": "string", "minLength": 1 }, "maxItems": 5, "uniqueItems": true },
            "role": { "type": "string", "enum": ["admin", "user", "guest"] },
            "status": { "anyOf": [{ "type": "string", "const": "on" }, { "type": "string", "const": "off" }] },
            "nickname": { "type": ["string", "null"] },
            "meta": { "type": "object", "additionalProperties": { "type": "number" } },
            "pair": { "type": "array", "minItems": 2, "maxItems": 2, "items": [{ "type": "string" }, { "type": "number" }] },
            "parent": { "anyOf": [{ "$ref": "#/properties/pair" }, { "type": "null" }] },
            "event": {
                "anyOf": [
                    { "type": "object", "properties": { "kind": { "type": "string", "const": "a" }, "n": { "type": "number" } }, "required": ["kind", "n"], "additionalProperties": false },
                    { "type": "object", "properties": { "kind": { "type": "string", "const": "b" }, "at": { "type": "string", "format": "date-time" } }, "required": ["kind", "at"], "additionalProperties": false }
                ]
            }
        },
        "required": ["userId", "email", "role", "event"],
        "additionalProperties": false
    })
}

fn zod4() -> Json {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "id": { "type": "string", "format": "uuid", "pattern": "^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$" },
            "quantity": { "type": "integer", "minimum": -9_007_199_254_740_991_i64, "maximum": 9_007_199_254_740_991_i64 },
            "price": { "type": "number", "exclusiveMinimum": 0, "multipleOf": 0.01 },
            "pair": { "type": "array", "prefixItems": [{ "type": "string" }, { "type": "boolean" }] },
            "record": { "type": "object", "propertyNames": { "type": "string", "pattern": "^[a-z]+$" }, "additionalProperties": { "type": "integer", "minimum": 0, "maximum": 10 } },
            "either": { "oneOf": [
                { "type": "object", "properties": { "type": { "type": "string", "const": "card" }, "last4": { "type": "string", "minLength": 4, "maxLength": 4 } }, "required": ["type", "last4"], "additionalProperties": false },
                { "type": "object", "properties": { "type": { "type": "string", "const": "cash" } }, "required": ["type"], "additionalProperties": false }
            ] },
            "both": { "allOf": [
                { "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a"] },
                { "type": "object", "properties": { "b": { "type": "number" } }, "required": ["b"] }
            ] },
            "category": { "$ref": "#/$defs/__schema0" },
            "withDefault": { "default": "eur", "type": "string" }
        },
        "required": ["id", "quantity", "either", "withDefault"],
        "additionalProperties": false,
        "$defs": {
            "__schema0": {
                "type": "object",
                "properties": { "name": { "type": "string" }, "children": { "type": "array", "items": { "$ref": "#/$defs/__schema0" } } },
                "required": ["name", "children"],
                "additionalProperties": false
            }
        }
    })
}

fn zod4_formats() -> Json {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "email": { "type": "string", "format": "email", "pattern": "^(?!\\.)(?!.*\\.\\.)([A-Za-z0-9_'+\\-\\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\\-]*\\.)+[A-Za-z]{2,}$" },
            "at": { "type": "string", "format": "date-time", "pattern": "^(?:(?:\\d\\d[2468][048]|\\d\\d[13579][26]|\\d\\d0[48]|[02468][048]00|[13579][26]00)-02-29|\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|(?:02)-(?:0[1-9]|1\\d|2[0-8])))T(?:(?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:\\.\\d+)?)?(?:Z))$" },
            "date": { "type": "string", "format": "date", "pattern": "^(?:(?:\\d\\d[2468][048]|\\d\\d[13579][26]|\\d\\d0[48]|[02468][048]00|[13579][26]00)-02-29|\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|(?:02)-(?:0[1-9]|1\\d|2[0-8])))$" },
            "url": { "type": "string", "format": "uri" },
            "cuid": { "type": "string", "format": "cuid", "pattern": "^[cC][^\\s-]{8,}$" },
            "nanoid": { "type": "string", "format": "nanoid", "pattern": "^[a-zA-Z0-9_-]{21}$" },
            "ulid": { "type": "string", "format": "ulid", "pattern": "^[0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{26}$" },
            "ipv4": { "type": "string", "format": "ipv4", "pattern": "^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])$" },
            "base64": { "type": "string", "format": "base64", "contentEncoding": "base64", "pattern": "^$|^(?:[0-9a-zA-Z+/]{4})*(?:(?:[0-9a-zA-Z+/]{2}==)|(?:[0-9a-zA-Z+/]{3}=))?$" },
            "password": { "type": "string", "minLength": 8, "pattern": "^(?=.*[A-Z])(?=.*\\d).+$" },
            "starts": { "type": "string", "pattern": "^ord_.*" },
            "phone": { "type": "string", "pattern": "^\\+?[1-9]\\d{1,14}$" },
            "sku": { "type": "string", "minLength": 6, "maxLength": 12, "pattern": "^[A-Z]{2,4}-\\d+$" }
        },
        "required": ["email", "at"],
        "additionalProperties": false
    })
}

fn pydantic() -> Json {
    json!({
        "$defs": {
            "Address": {
                "properties": { "street": { "title": "Street", "type": "string" }, "zip": { "maxLength": 5, "minLength": 5, "pattern": "^\\d+$", "title": "Zip", "type": "string" } },
                "required": ["street", "zip"], "title": "Address", "type": "object"
            },
            "Color": { "enum": ["red", "green"], "title": "Color", "type": "string" },
            "Cat": { "properties": { "kind": { "const": "cat", "title": "Kind", "type": "string" }, "lives": { "default": 9, "title": "Lives", "type": "integer" } }, "required": ["kind"], "title": "Cat", "type": "object" },
            "Dog": { "properties": { "kind": { "const": "dog", "title": "Kind", "type": "string" } }, "required": ["kind"], "title": "Dog", "type": "object" }
        },
        "properties": {
            "name": { "examples": ["Ada", "Grace"], "title": "Name", "type": "string" },
            "amount": { "anyOf": [{ "type": "number" }, { "pattern": "^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$", "type": "string" }], "title": "Amount" },
            "note": { "anyOf": [{ "maxLength": 20, "type": "string" }, { "type": "null" }], "default": null, "title": "Note" },
            "address": { "anyOf": [{ "$ref": "#/$defs/Address" }, { "type": "null" }], "default": null },
            "color": { "$ref": "#/$defs/Color", "default": "red" },
            "pet": { "discriminator": { "mapping": { "cat": "#/$defs/Cat", "dog": "#/$defs/Dog" }, "propertyName": "kind" }, "oneOf": [{ "$ref": "#/$defs/Cat" }, { "$ref": "#/$defs/Dog" }], "title": "Pet" },
            "born": { "format": "date", "title": "Born", "type": "string" },
            "span": { "format": "duration", "title": "Span", "type": "string" },
            "scores": { "additionalProperties": { "type": "integer" }, "title": "Scores", "type": "object" },
            "point": { "maxItems": 2, "minItems": 2, "prefixItems": [{ "type": "integer" }, { "type": "integer" }], "title": "Point", "type": "array" },
            "ids": { "items": { "type": "integer" }, "title": "Ids", "type": "array", "uniqueItems": true }
        },
        "required": ["name", "amount", "pet"], "title": "Order", "type": "object"
    })
}

fn pydantic_tree() -> Json {
    json!({
        "$defs": { "Node": {
            "properties": {
                "value": { "title": "Value", "type": "integer" },
                "left": { "anyOf": [{ "$ref": "#/$defs/Node" }, { "type": "null" }], "default": null },
                "children": { "default": [], "items": { "$ref": "#/$defs/Node" }, "title": "Children", "type": "array" }
            },
            "required": ["value"], "title": "Node", "type": "object"
        } },
        "$ref": "#/$defs/Node"
    })
}

fn order() -> Json {
    json!({
        "type": "object",
        "properties": {
            "productId": { "type": "string", "minLength": 1 },
            "quantity": { "type": "integer", "minimum": 1, "maximum": 100 },
            "discount": { "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1 },
            "items": { "type": "array", "minItems": 1, "maxItems": 50, "items": { "type": "object", "properties": { "sku": { "type": "string", "maxLength": 40 }, "n": { "type": "integer", "multipleOf": 5 } }, "required": ["sku"] } }
        },
        "required": ["productId", "quantity"],
        "minProperties": 2,
        "maxProperties": 4
    })
}

fn conditions() -> Json {
    json!({
        "type": "object",
        "properties": {
            "method": { "enum": ["card", "invoice", "cash"] },
            "card": { "type": "string", "pattern": "^\\d{16}$" },
            "vat": { "type": "string" },
            "company": { "type": "string" }
        },
        "required": ["method"],
        "if": { "properties": { "method": { "const": "card" } } },
        "then": { "required": ["card"] },
        "else": { "not": { "required": ["card"] } },
        "dependentRequired": { "vat": ["company"] },
        "dependentSchemas": { "company": { "properties": { "method": { "not": { "const": "cash" } } } } }
    })
}

fn lists() -> Json {
    json!({
        "type": "object",
        "properties": {
            "tuple": { "type": "array", "prefixItems": [{ "type": "integer", "minimum": 0 }, { "enum": ["a", "b"] }], "items": { "type": "boolean" }, "minItems": 2, "maxItems": 4 },
            "contains": { "type": "array", "items": { "type": "integer", "minimum": 0, "maximum": 9 }, "contains": { "minimum": 7 }, "minContains": 2, "maxContains": 3, "maxItems": 8 },
            "unique": { "type": "array", "items": { "enum": [1, 2, 3] }, "uniqueItems": true, "minItems": 2 },
            "matrix": { "type": "array", "items": { "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 }, "minItems": 1 },
            "x": { "patternProperties": { "^x-": { "type": "string" } }, "additionalProperties": false, "type": "object", "minProperties": 1 }
        },
        "additionalProperties": false
    })
}

fn dry() -> Json {
    json!({
        "$schema": "http://json-schema.org/draft-06/schema#",
        "type": "object",
        "properties": {
            "email": { "type": "string", "minLength": 1 },
            "age": { "type": "integer", "not": { "type": "null" }, "minimum": 18 },
            "roles": { "type": "array", "minItems": 1, "items": { "type": "string", "enum": ["reader", "writer"] } },
            "address": { "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] }
        },
        "required": ["email", "age"]
    })
}
