//! Schemas of all notations.

use serde_json::{Value as Json, json};

use crate::facts::SchemaNotation;

use super::support::*;

fn zod(expr: &str) -> Json {
    let schema = ts_schema("", expr);
    assert_eq!(schema.notation, SchemaNotation::Zod, "{expr}");
    schema.input()
}

/// Zod expressions and the JSON Schema that they stand for.
const ZOD_TYPES: &[(&str, &str)] = &[
    ("z.string()", r#"{ "type": "string" }"#),
    (
        "z.number().int().min(1).max(9)",
        r#"{ "type": "integer", "minimum": 1, "maximum": 9 }"#,
    ),
    (
        "z.number().positive()",
        r#"{ "type": "number", "exclusiveMinimum": 0 }"#,
    ),
    (
        "z.number().nonnegative()",
        r#"{ "type": "number", "minimum": 0 }"#,
    ),
    ("z.boolean()", r#"{ "type": "boolean" }"#),
    ("z.null()", r#"{ "type": "null" }"#),
    ("z.any()", r#"{}"#),
    ("z.unknown()", r#"{}"#),
    ("z.date()", r#"{}"#),
    (
        "z.array(z.string()).min(1)",
        r#"{ "type": "array", "items": { "type": "string" }, "minItems": 1 }"#,
    ),
    (
        "z.string().array()",
        r#"{ "type": "array", "items": { "type": "string" } }"#,
    ),
    (
        "z.enum(['a', 'b'])",
        r#"{ "enum": ["a", "b"], "type": "string" }"#,
    ),
    ("z.literal('a')", r#"{ "const": "a", "type": "string" }"#),
    ("z.literal(true)", r#"{ "const": true, "type": "boolean" }"#),
    (
        "z.record(z.string(), z.number())",
        r#"{ "type": "object", "additionalProperties": { "type": "number" } }"#,
    ),
    (
        "z.record(z.number())",
        r#"{ "type": "object", "additionalProperties": { "type": "number" } }"#,
    ),
    (
        "z.union([z.string(), z.number()])",
        r#"{ "anyOf": [{ "type": "string" }, { "type": "number" }] }"#,
    ),
    (
        "z.string().or(z.number())",
        r#"{ "anyOf": [{ "type": "string" }, { "type": "number" }] }"#,
    ),
    ("z.union([z.string(), z.any()])", r#"{}"#),
    ("z.string().nullable()", r#"{ "type": ["string", "null"] }"#),
    (
        "z.enum(['a']).nullable()",
        r#"{ "enum": ["a", null], "type": ["string", "null"] }"#,
    ),
    ("z.nullable(z.string())", r#"{ "type": ["string", "null"] }"#),
    ("z.string().email()", r#"{ "type": "string", "format": "email" }"#),
    (
        "z.string().datetime()",
        r#"{ "type": "string", "format": "date-time" }"#,
    ),
    ("z.email()", r#"{ "type": "string", "format": "email" }"#),
    (
        "z.iso.datetime()",
        r#"{ "type": "string", "format": "date-time" }"#,
    ),
    (
        "z.string().uuid().min(3).max(5)",
        r#"{ "type": "string", "format": "uuid", "minLength": 3, "maxLength": 5 }"#,
    ),
    (
        "z.string().length(2)",
        r#"{ "type": "string", "minLength": 2, "maxLength": 2 }"#,
    ),
    (
        "z.string().regex(/x/).trim().toLowerCase()",
        r#"{ "type": "string" }"#,
    ),
    (
        "z.string().describe('a text')",
        r#"{ "type": "string", "description": "a text" }"#,
    ),
    ("z.coerce.number()", r#"{}"#),
    ("z.string().transform((x) => x.length)", r#"{ "type": "string" }"#),
    ("z.string().refine(ok).brand('x')", r#"{ "type": "string" }"#),
    ("z.lazy(() => other)", r#"{}"#),
    ("z.somethingNew()", r#"{}"#),
];

#[test]
fn zod_types() {
    for (expr, expected) in ZOD_TYPES {
        let expected: Json = serde_json::from_str(expected).unwrap();
        assert_eq!(zod(expr), expected, "{expr}");
    }
}

#[test]
fn zod_objects() {
    let object = |properties: Json, required: &[&str]| {
        let mut schema = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        schema
    };
    let (s, n) = (json!({ "type": "string" }), json!({ "type": "number" }));
    let base = "const base = z.object({ id: z.string(), n: z.number() })";
    for (expr, expected) in [
        (
            "z.object({ id: z.string(), n: z.number().optional() })",
            object(json!({ "id": s, "n": n }), &["id"]),
        ),
        (
            "z.object({ id: z.string().default('x'), n: z.number().nullish() })",
            object(
                json!({ "id": { "type": "string", "default": "x" }, "n": { "type": ["number", "null"] } }),
                &[],
            ),
        ),
        (
            "z.object({ a: z.object({ b: z.string() }) })",
            object(json!({ "a": object(json!({ "b": s }), &["b"]) }), &["a"]),
        ),
        ("base", object(json!({ "id": s, "n": n }), &["id", "n"])),
        ("base.omit({ id: true })", object(json!({ "n": n }), &["n"])),
        ("base.pick({ id: true })", object(json!({ "id": s }), &["id"])),
        ("base.partial()", object(json!({ "id": s, "n": n }), &[])),
        (
            "base.partial({ id: true })",
            object(json!({ "id": s, "n": n }), &["n"]),
        ),
        (
            "base.omit({ id: true }).partial()",
            object(json!({ "n": n }), &[]),
        ),
        (
            "base.extend({ id: z.number() })",
            object(json!({ "n": n, "id": n }), &["n", "id"]),
        ),
        (
            "base.merge(z.object({ m: z.string() }))",
            object(json!({ "id": s, "n": n, "m": s }), &["id", "n", "m"]),
        ),
        (
            "z.object({ ...base.shape, m: z.string() })",
            object(json!({ "id": s, "n": n, "m": s }), &["id", "n", "m"]),
        ),
        (
            "base.partial().required()",
            object(json!({ "id": s, "n": n }), &["id", "n"]),
        ),
        // Nothing is known of an imported part, not even whether it may be left out.
        ("z.object({ a: imported })", object(json!({ "a": {} }), &[])),
        ("z.object({ a: z.any() })", object(json!({ "a": {} }), &[])),
    ] {
        let schema = ts_schema(&format!("import {{ imported }} from './s'\n{base}"), expr);
        assert_eq!(schema.input(), expected, "{expr}");
        assert_eq!(schema.notation, SchemaNotation::Zod, "{expr}");
    }
    assert_eq!(zod("z.object({}).strict()")["additionalProperties"], json!(false));
    assert_eq!(zod("z.strictObject({})")["additionalProperties"], json!(false));
    assert_eq!(
        zod("z.object({}).passthrough()")["additionalProperties"],
        json!(true)
    );
    assert_eq!(
        zod("z.object({ ...load() })")["additionalProperties"],
        json!(true)
    );
}

#[test]
fn zod_enums_of_the_file() {
    let schema = ts_schema(
        "enum K { A = 'a', B = 'b' }\nconst LIST = ['a', 'b'] as const",
        "z.nativeEnum(K)",
    );
    assert_eq!(schema.schema["enum"], json!(["a", "b"]));
    let schema = ts_schema("const LIST = ['a', 'b'] as const", "z.enum(LIST)");
    assert_eq!(schema.schema["enum"], json!(["a", "b"]));
    assert_eq!(zod("z.enum(load())"), json!({}));
}

#[test]
fn zod_under_other_names() {
    for import in [
        "import { z as schema } from 'zod'",
        "import schema from 'zod'",
        "import * as schema from 'zod/v4'",
    ] {
        let facts = ts(&format!(
            "{import}\nexport const config = {{ type: 'event', subscribes: [], input: schema.object({{ a: schema.string() }}) }}"
        ));
        let input = facts.step.unwrap().triggers.remove(0).input.unwrap();
        assert_eq!(input.schema["required"], json!(["a"]), "{import}");
    }
    let facts = ts(
        "import { z } from './not-zod'\nexport const config = { type: 'event', subscribes: [], input: z.object({}) }",
    );
    assert_eq!(
        facts.step.unwrap().triggers.remove(0).input.unwrap().notation,
        SchemaNotation::Unknown
    );
}

#[test]
fn imported_schemas_are_left_to_the_project() {
    let schema = ts_schema("import { orderSchema } from './schemas'", "orderSchema");
    assert_eq!(schema.import.unwrap().path, ["orderSchema"]);
    assert_eq!(schema.schema, json!({}));
    let wrapped = ts_schema(
        "import { zodToJsonSchema } from 'zod-to-json-schema'",
        "zodToJsonSchema(z.object({ a: z.string() }))",
    );
    assert_eq!(wrapped.schema["required"], json!(["a"]));
    // What a method makes of it is not known before the project finds it, but it is a schema of Zod's.
    let changed = ts_schema(
        "import { orderSchema } from './schemas'",
        "orderSchema.omit({ id: true })",
    );
    assert_eq!(
        (changed.notation, changed.input(), changed.import),
        (SchemaNotation::Zod, json!({}), None)
    );
    let python = py_schema("from .models import Order", "Order.model_json_schema()");
    assert_eq!(python.import.unwrap().path, ["Order"]);
}

#[test]
fn json_schema_literals_stay_as_they_are() {
    let expected = json!({
        "type": "object",
        "properties": { "id": { "type": "string" }, "n": { "type": "integer", "minimum": 1 }, "l": { "type": "array", "items": { "type": "object", "properties": { "x": { "type": "null" } } } } },
        "required": ["id"],
        "additionalProperties": false
    });
    let js = ts_schema(
        "",
        "{ type: 'object' as const, properties: { id: { type: 'string' }, n: { type: 'integer', minimum: 1 }, l: { type: 'array', items: { type: 'object', properties: { x: { type: 'null' } } } } }, required: ['id'], additionalProperties: false }",
    );
    assert_eq!(js.notation, SchemaNotation::JsonSchema);
    assert_eq!(js.schema, expected);
    let pointers: Vec<&str> = js.properties.keys().map(String::as_str).collect();
    assert_eq!(pointers, ["/id", "/l", "/l/*/x", "/n"]);
    let py = py_schema(
        "ID = {'type': 'string'}",
        "{'type': 'object', 'properties': {'id': ID, 'n': {'type': 'integer', 'minimum': 1}, 'l': {'type': 'array', 'items': {'type': 'object', 'properties': {'x': {'type': 'null'}}}}}, 'required': ['id'], 'additionalProperties': False}",
    );
    assert_eq!(py.schema, expected);
}

#[test]
fn the_shorthand() {
    let schema = ts_schema(
        "",
        "{ id: 'string', at: 'string?', type: 'string', rows: [{ sku: 'string' }], user: { name: 'string' }, what: 'whatever', key: { type: 'integer' } }",
    );
    assert_eq!(schema.notation, SchemaNotation::Shorthand);
    assert_eq!(
        schema.schema["required"],
        json!(["id", "type", "rows", "user", "what", "key"])
    );
    assert_eq!(schema.schema["properties"]["at"], json!({ "type": "string" }));
    assert_eq!(
        schema.schema["properties"]["rows"]["items"]["required"],
        json!(["sku"])
    );
    assert_eq!(schema.schema["properties"]["what"], json!({}));
    assert_eq!(schema.schema["properties"]["key"], json!({ "type": "integer" }));
    assert!(schema.properties.contains_key("/rows/*/sku"));
    assert_eq!(schema.schema.get("additionalProperties"), None);
}

#[test]
fn null_is_a_schema_of_its_own() {
    assert_eq!(ts_schema("", "null").notation, SchemaNotation::Null);
    assert_eq!(py_schema("", "None").notation, SchemaNotation::Null);
}

const MODELS: &str = r#"
from enum import Enum
from typing import Dict, List, Literal, Optional, Union
from pydantic import BaseModel, Field

class Kind(str, Enum):
    A = "a"
    B = "b"

class Base(BaseModel):
    id: str

class Item(BaseModel):
    sku: str
    qty: int = Field(1, ge=1)

class Order(Base):
    amount: float = Field(..., gt=0, description="in euro")
    items: List[Item]
    note: Optional[str] = None
    coupon: Optional[str]
    tags: list[str] = []
    prices: Dict[str, float]
    state: Literal["open", "paid"]
    kind: Kind
    either: Union[int, str]
    maybe: int | None
    parent: "Order"
    at: datetime
    odd: Custom
    alias_me: str = Field(alias="aliasMe")
    _hidden: int = 0

    def total(self) -> float:
        return 0
"#;

#[test]
fn pydantic_models() {
    let schema = py_schema(MODELS, "Order.model_json_schema()");
    assert_eq!(schema.notation, SchemaNotation::Pydantic);
    let properties = &schema.schema["properties"];
    assert_eq!(
        schema.schema["required"],
        json!([
            "id", "amount", "items", "coupon", "prices", "state", "kind", "either", "maybe", "parent", "at",
            "odd", "aliasMe"
        ])
    );
    for (name, expected) in [
        ("id", json!({ "type": "string" })),
        (
            "amount",
            json!({ "type": "number", "exclusiveMinimum": 0, "description": "in euro" }),
        ),
        ("note", json!({ "type": ["string", "null"], "default": null })),
        ("coupon", json!({ "type": ["string", "null"] })),
        (
            "tags",
            json!({ "type": "array", "items": { "type": "string" }, "default": [] }),
        ),
        (
            "prices",
            json!({ "type": "object", "additionalProperties": { "type": "number" } }),
        ),
        ("state", json!({ "type": "string", "enum": ["open", "paid"] })),
        ("kind", json!({ "enum": ["a", "b"], "type": "string" })),
        (
            "either",
            json!({ "anyOf": [{ "type": "integer" }, { "type": "string" }] }),
        ),
        ("maybe", json!({ "type": ["integer", "null"] })),
        ("at", json!({ "type": "string", "format": "date-time" })),
        ("odd", json!({})),
    ] {
        assert_eq!(properties[name], expected, "{name}");
    }
    assert_eq!(properties["items"]["items"]["required"], json!(["sku"]));
    assert_eq!(
        properties["items"]["items"]["properties"]["qty"],
        json!({ "type": "integer", "minimum": 1, "default": 1 })
    );
    assert!(properties.get("_hidden").is_none());
    assert!(schema.properties.contains_key("/items/*/sku"));
    let facts = py(MODELS);
    assert_eq!(
        facts.schemas.keys().collect::<Vec<_>>(),
        ["Base", "Item", "Kind", "Order"]
    );
}

#[test]
fn exported_schemas_are_listed() {
    let facts = ts(
        "import { z } from 'zod'\nexport const order = z.object({ id: z.string() })\nconst own = z.string()\n\
        export const plain = { type: 'object', properties: {} }\nexport const not = { a: 1 }",
    );
    assert_eq!(facts.schemas.keys().collect::<Vec<_>>(), ["order", "plain"]);
    assert_eq!(facts.exports.keys().collect::<Vec<_>>(), ["not"]);
}

#[test]
fn places_of_properties() {
    let source = "import { z } from 'zod'\nconst base = z.object({ id: z.string(), user: z.object({ 'e-mail': z.string() }) })\n\
        export const config = { type: 'event', subscribes: [], input: base.omit({ id: true }) }";
    let input = ts(source).step.unwrap().triggers.remove(0).input.unwrap();
    let places: Vec<(&str, &str)> = input
        .properties
        .iter()
        .map(|(pointer, span)| (pointer.as_str(), span.slice(source)))
        .collect();
    assert_eq!(places, [("/user", "user"), ("/user/e-mail", "e-mail")]);
    assert_eq!(input.span.slice(source), "base.omit({ id: true })");
}

/// Zod expressions that were `{}` or wrong once, with what goes in and what comes out.
const TWO_SIDES: &[(&str, &str, &str)] = &[
    (
        "z.object({ a: z.string().default('x'), b: z.string().default(make), c: z.string().optional() })",
        r#"{ "type": "object", "properties": { "a": { "type": "string", "default": "x" }, "b": { "type": "string" }, "c": { "type": "string" } } }"#,
        r#"{ "type": "object", "properties": { "a": { "type": "string", "default": "x" }, "b": { "type": "string" }, "c": { "type": "string" } }, "required": ["a", "b"] }"#,
    ),
    (
        "z.object({ a: z.string().default('x').optional() })",
        r#"{ "type": "object", "properties": { "a": { "type": "string", "default": "x" } } }"#,
        r#"{ "type": "object", "properties": { "a": { "type": "string", "default": "x" } } }"#,
    ),
    ("z.string().transform(f)", r#"{ "type": "string" }"#, "{}"),
    (
        "z.string().pipe(z.enum(['a']))",
        r#"{ "type": "string" }"#,
        r#"{ "enum": ["a"], "type": "string" }"#,
    ),
    ("z.preprocess(f, z.number())", "{}", r#"{ "type": "number" }"#),
    (
        "z.coerce.number().int().min(1)",
        "{}",
        r#"{ "type": "integer", "minimum": 1 }"#,
    ),
    (
        "z.stringbool()",
        r#"{ "type": "string" }"#,
        r#"{ "type": "boolean" }"#,
    ),
    ("z.number().catch(0)", "{}", r#"{ "type": "number" }"#),
];

#[test]
fn what_goes_in_and_what_comes_out() {
    for (expr, input, output) in TWO_SIDES {
        let schema = ts_schema("const make = () => 'x'", expr);
        let json = |text: &str| serde_json::from_str::<Json>(text).unwrap();
        assert_eq!(schema.input(), json(input), "{expr}: in");
        assert_eq!(schema.output(), json(output), "{expr}: out");
    }
}

#[test]
fn types_that_hold_themselves_end_somewhere() {
    let zod = ts_schema(
        "const node = z.object({ label: z.string(), next: z.lazy(() => node), get all() { return z.array(node) } })",
        "node",
    );
    let properties = &zod.schema["properties"];
    assert_eq!(zod.schema["required"], json!(["label", "all"]));
    assert_eq!(properties["next"], json!({}));
    assert_eq!(properties["all"], json!({ "type": "array" }));
    let python = py_schema(
        "from pydantic import BaseModel\nclass Node(BaseModel):\n    label: str\n    children: list['Node']\n",
        "Node.model_json_schema()",
    );
    assert_eq!(
        python.schema["properties"]["children"],
        json!({ "type": "array" })
    );
}

#[test]
fn a_long_schema_is_known_to_its_end() {
    let fields: String = (0..400)
        .map(|at| format!("f{at}: z.string().min(1).max(9).optional().describe('x'), "))
        .collect();
    let schema = zod(&format!("z.object({{ {fields} last: z.number().int() }})"));
    assert_eq!(schema["properties"]["last"], json!({ "type": "integer" }));
    assert_eq!(schema["required"], json!(["last"]));
}

#[test]
fn a_schema_of_another_module_is_put_in() {
    let base = ts_schema(
        "",
        "z.object({ id: z.string(), n: z.number().default(1), l: z.boolean() })",
    );
    let find = |import: &crate::facts::ImportRef| match import.path.last()?.as_str() {
        "base" => Some(base.clone()),
        "maybe" => Some(ts_schema("", "z.string().optional()")),
        _ => None,
    };
    for (expr, expected) in [
        (
            "base.omit({ id: true })",
            json!({ "type": "object", "properties": { "n": { "type": "number", "default": 1 }, "l": { "type": "boolean" } }, "required": ["l"] }),
        ),
        (
            "base.pick({ id: true }).extend({ x: maybe, y: z.string() })",
            json!({ "type": "object", "properties": { "id": { "type": "string" }, "x": { "type": "string" }, "y": { "type": "string" } }, "required": ["id", "y"] }),
        ),
        (
            "z.object({ whole: base.partial(), maybe, gone, list: z.array(maybe) })",
            json!({ "type": "object", "properties": {
                "whole": { "type": "object", "properties": { "id": { "type": "string" }, "n": { "type": "number", "default": 1 }, "l": { "type": "boolean" } } },
                "maybe": { "type": "string" }, "gone": {}, "list": { "type": "array", "items": { "type": "string" } } },
                "required": ["whole", "list"] }),
        ),
        (
            "gone.extend({ y: z.string() })",
            json!({ "type": "object", "additionalProperties": true, "properties": { "y": { "type": "string" } }, "required": ["y"] }),
        ),
        ("gone.omit({ id: true })", json!({})),
    ] {
        let schema = ts_schema("import { base, maybe, gone } from './s'", expr);
        assert!(schema.has_imports(), "{expr}");
        let mut whole = schema.expanded(&find).input();
        let mut wanted = expected.clone();
        for schema in [&mut whole, &mut wanted] {
            if let Some(names) = schema.get_mut("required").and_then(Json::as_array_mut) {
                names.sort_by_key(Json::to_string);
            }
        }
        assert_eq!(whole, wanted, "{expr}");
    }
}

#[test]
fn pydantic_settings() {
    let before = "from pydantic import BaseModel, ConfigDict, Field, RootModel\nfrom pydantic.alias_generators import to_camel\n\
        class Camel(BaseModel):\n    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)\n    order_id: str\n    total: int\n\
        class Odd(BaseModel):\n    model_config = ConfigDict(alias_generator=shout)\n    order_id: str\n\
        class Closed(BaseModel):\n    class Config:\n        extra = 'forbid'\n    a: str\n\
        class Child(Closed):\n    b: str\n\
        class Tags(RootModel[list[str]]):\n    pass\n";
    let schema = |name: &str| py_schema(before, &format!("{name}.model_json_schema()")).input();
    // Either name will do, so neither is required.
    assert_eq!(schema("Camel")["required"], json!(["total"]));
    assert!(schema("Camel")["properties"]["orderId"].is_object());
    assert_eq!(schema("Odd"), json!({ "type": "object" }));
    assert_eq!(schema("Child")["additionalProperties"], json!(false));
    assert_eq!(schema("Child")["required"], json!(["a", "b"]));
    assert_eq!(
        schema("Tags"),
        json!({ "type": "array", "items": { "type": "string" } })
    );
}

#[test]
fn a_schema_that_an_import_error_leaves_out() {
    let schema = py_schema(
        "try:\n    from pydantic import BaseModel\n    class Answer(BaseModel):\n        text: str\n    found = Answer.model_json_schema()\n\
        except ImportError:\n    found = None\n",
        "found",
    );
    assert_eq!(schema.notation, SchemaNotation::Pydantic);
    assert_eq!(schema.schema["required"], json!(["text"]));
}
