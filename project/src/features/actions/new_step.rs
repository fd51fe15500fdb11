//! The text of a new event step in each language and dialect.

use banister_grammars::Language;
use banister_grammars::facts::Dialect;
use serde_json::Value as Json;

use super::literal::Literals;

/// What a new step says.
#[derive(Debug)]
pub(super) struct NewStep {
    /// Its name.
    pub(super) name: String,
    /// The topic that it takes.
    pub(super) topic: String,
    /// The flows that it belongs to.
    pub(super) flows: Vec<String>,
    /// The JSON Schema of the message.
    pub(super) input: Json,
    /// For which generation of the framework.
    pub(super) dialect: Dialect,
    /// TypeScript only: the schema is a Zod expression.
    pub(super) with_zod: bool,
    /// JavaScript only: `exports.config`, not `export const config`.
    pub(super) with_common_js: bool,
}

/// The text of the step's file.
pub(super) fn text(step: &NewStep, language: Language) -> String {
    match language {
        Language::TypeScript => typescript(step),
        Language::JavaScript => javascript(step),
        Language::Python => python(step),
        Language::Ruby => ruby(step),
    }
}

fn literals(language: Language) -> Literals {
    Literals {
        language,
        quote: if language == Language::Python { '"' } else { '\'' },
        rocket: false,
    }
}

/// How far the entries of the config are indented.
fn indent(literals: Literals) -> usize {
    match literals.language {
        Language::Python | Language::Ruby => 4,
        Language::TypeScript | Language::JavaScript => 2,
    }
}

/// The lines of the config, without its braces. `schema` writes the schema at an indent.
fn config(step: &NewStep, literals: Literals, schema: impl Fn(usize) -> String) -> String {
    let indent = indent(literals);
    let topic = literals.text(&step.topic);
    let mut fields: Vec<(&str, String)> = Vec::new();
    match step.dialect {
        Dialect::V0 => {
            fields.push(("type", literals.text("event")));
            fields.push(("name", literals.text(&step.name)));
            fields.push(("subscribes", literals.list(&[topic])));
            fields.push(("emits", "[]".into()));
            fields.push(("input", schema(indent)));
        }
        Dialect::V1 => {
            let inner = indent + literals.step();
            let trigger = [
                ("type".to_owned(), literals.text("queue")),
                ("topic".to_owned(), topic),
                ("input".to_owned(), schema(inner + literals.step())),
            ];
            let triggers = [literals.object_at(&trigger, inner)];
            fields.push(("name", literals.text(&step.name)));
            fields.push(("triggers", literals.list_at(&triggers, indent)));
            fields.push(("enqueues", "[]".into()));
        }
    }
    if !step.flows.is_empty() {
        let flows: Vec<String> = step.flows.iter().map(|flow| literals.text(flow)).collect();
        fields.push(("flows", literals.list_at(&flows, indent)));
    }
    let margin = " ".repeat(indent);
    let line = |(name, value): (&str, String)| format!("{margin}{}{value},\n", literals.key(name));
    fields.into_iter().map(line).collect()
}

fn typescript(step: &NewStep) -> String {
    let literals = literals(Language::TypeScript);
    let config = config(step, literals, |indent| {
        if step.with_zod {
            zod(&step.input, literals, indent)
        } else {
            literals.spread(&step.input, indent)
        }
    });
    let zod = if step.with_zod {
        "import { z } from 'zod'\n"
    } else {
        ""
    };
    let (name, topic) = (literals.text(&step.name), literals.text(&step.topic));
    match step.dialect {
        Dialect::V0 => format!(
            "import type {{ EventConfig, Handlers }} from 'motia'\n{zod}\n\
             export const config: EventConfig = {{\n{config}}}\n\n\
             export const handler: Handlers[{name}] = async (input, {{ logger }}) => {{\n\
             \x20 logger.info({topic}, {{ input }})\n}}\n"
        ),
        Dialect::V1 => format!(
            "import {{ type Handlers, logger, type StepConfig }} from 'motia'\n{zod}\n\
             export const config = {{\n{config}}} as const satisfies StepConfig\n\n\
             export const handler: Handlers<typeof config> = async (input) => {{\n\
             \x20 logger.info({topic}, {{ input }})\n}}\n"
        ),
    }
}

fn javascript(step: &NewStep) -> String {
    let literals = literals(Language::JavaScript);
    let config = config(step, literals, |indent| literals.spread(&step.input, indent));
    let topic = literals.text(&step.topic);
    let publish = if step.with_common_js {
        "exports."
    } else {
        "export const "
    };
    match step.dialect {
        Dialect::V0 => format!(
            "{publish}config = {{\n{config}}}\n\n\
             {publish}handler = async (input, {{ logger }}) => {{\n\
             \x20 logger.info({topic}, {{ input }})\n}}\n"
        ),
        Dialect::V1 => {
            let import = if step.with_common_js {
                "const { logger } = require('motia')"
            } else {
                "import { logger } from 'motia'"
            };
            format!(
                "{import}\n\n{publish}config = {{\n{config}}}\n\n\
                 {publish}handler = async (input) => {{\n\
                 \x20 logger.info({topic}, {{ input }})\n}}\n"
            )
        }
    }
}

fn python(step: &NewStep) -> String {
    let literals = literals(Language::Python);
    let config = config(step, literals, |indent| literals.spread(&step.input, indent));
    let topic = literals.text(&step.topic);
    let (import, logger) = match step.dialect {
        Dialect::V0 => ("", "context.logger"),
        Dialect::V1 => ("from motia import logger\n\n", "logger"),
    };
    format!(
        "{import}config = {{\n{config}}}\n\n\n\
         async def handler(input_data, context):\n\
         \x20   {logger}.info({topic}, {{\"input\": input_data}})\n"
    )
}

fn ruby(step: &NewStep) -> String {
    let literals = literals(Language::Ruby);
    let config = config(step, literals, |indent| literals.spread(&step.input, indent));
    let topic = literals.text(&step.topic);
    format!(
        "def config\n  {{\n{config}  }}\nend\n\n\
         def handler(input, context)\n\
         \x20 context.logger.info({topic}, {{ input: input }})\nend\n"
    )
}

/// A schema as a Zod expression, where it begins in a line with this indent.
fn zod(schema: &Json, literals: Literals, indent: usize) -> String {
    let kind = schema.get("type").and_then(Json::as_str);
    match kind {
        Some("string") => "z.string()".into(),
        Some("number") => "z.number()".into(),
        Some("integer") => "z.number().int()".into(),
        Some("boolean") => "z.boolean()".into(),
        Some("null") => "z.null()".into(),
        Some("array") => {
            let items = schema
                .get("items")
                .map_or("z.any()".into(), |items| zod(items, literals, indent));
            format!("z.array({items})")
        }
        Some("object") => {
            let Some(properties) = schema.get("properties").and_then(Json::as_object) else {
                return "z.object({}).passthrough()".into();
            };
            let required = schema.get("required").and_then(Json::as_array);
            let is_required = |name: &str| {
                required.is_some_and(|required| required.iter().any(|other| other.as_str() == Some(name)))
            };
            let fields: Vec<(String, String)> = properties
                .iter()
                .map(|(name, schema)| {
                    let optional = if is_required(name) { "" } else { ".optional()" };
                    (
                        name.clone(),
                        zod(schema, literals, indent + literals.step()) + optional,
                    )
                })
                .collect();
            format!("z.object({})", literals.object_at(&fields, indent))
        }
        _ => "z.any()".into(),
    }
}
