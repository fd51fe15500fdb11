//! Creating the step that takes a topic which nobody takes yet: in any language, beside the step that sends it.

use banister_grammars::Language;
use banister_grammars::facts::{Dialect, Shape, StepKind};
use serde_json::{Map, Value as Json, json};

use super::new_step::{self, NewStep};
use super::{Action, ActionKind, ActionRequest, Change, NewFile};
use crate::discovery::{self, FileRole};
use crate::features::target::topic_at;
use crate::index::Index;
use crate::project::Step;
use crate::rules::payloads::follow;
use crate::workspace::Snapshot;

const LANGUAGES: [Language; 4] = [
    Language::TypeScript,
    Language::JavaScript,
    Language::Python,
    Language::Ruby,
];

/// One offer for each language, the sender's own first.
pub(super) fn offers(index: &Index, file: &str, offset: u32) -> Vec<Action> {
    let Some((topic, _, role)) = topic_at(index, file, offset) else {
        return Vec::new();
    };
    if !role.sends() || !index.subscribers(topic).is_empty() {
        return Vec::new();
    }
    let own = index.step(file).map(|step| step.language);
    let mut languages = LANGUAGES.to_vec();
    languages.sort_by_key(|language| Some(*language) != own);
    // The framework dropped Ruby with 1.0.
    let is_newer = dialect(index, file) == Dialect::V1;
    languages.retain(|language| !(is_newer && *language == Language::Ruby));
    let offer = |language: Language| Action {
        title: format!("Create a step that takes '{topic}', in {}", language.name()),
        kind: ActionKind::QuickFix,
        request: ActionRequest::NewSubscriber {
            topic: topic.to_owned(),
            language,
        },
        refused: None,
    };
    languages.into_iter().map(offer).collect()
}

/// The new file.
pub(super) fn change(
    snapshot: &Snapshot,
    index: &Index,
    file: &str,
    topic: &str,
    language: Language,
) -> Option<Change> {
    let dialect = dialect(index, file);
    if topic.is_empty() || dialect == Dialect::V1 && language == Language::Ruby {
        return None;
    }
    let words = words(topic);
    let flows = index.step(file).map(Step::flows).unwrap_or_default();
    let step = NewStep {
        name: step_name(index, &words),
        topic: topic.to_owned(),
        flows: flows.into_iter().map(str::to_owned).collect(),
        input: schema(index, file, topic),
        dialect,
        with_zod: language == Language::TypeScript && uses_zod(index, snapshot),
        with_common_js: uses_common_js(index),
    };
    let path = free_path(snapshot, index, file, &words, language)?;
    let text = new_step::text(&step, language);
    let created = Some(NewFile { path, text });
    Some(Change {
        edits: Vec::new(),
        created,
    })
}

/// The dialect of the sender, else that of the project.
fn dialect(index: &Index, file: &str) -> Dialect {
    let step = index.step(file).or(index.project.steps.first());
    step.map_or(Dialect::V0, Step::dialect)
}

/// `order.placed` and `orderPlaced` are both `order`, `placed`.
fn words(topic: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in topic.chars() {
        let begins = !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && before.is_ascii_lowercase());
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    if words.is_empty() {
        words.push("message".to_owned());
    }
    words.insert(0, "handle".to_owned());
    words
}

fn pascal(words: &[String]) -> String {
    let capital = |word: &String| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + rest
    };
    words.iter().map(capital).collect()
}

fn step_name(index: &Index, words: &[String]) -> String {
    let name = pascal(words);
    let is_free = |name: &String| !index.project.steps.iter().any(|step| step.name() == Some(name));
    let mut names = std::iter::once(name.clone()).chain((2..).map(|n| format!("{name}{n}")));
    names.find(is_free).unwrap_or(name)
}

/// A path beside the sender, named as the project names its steps.
fn free_path(
    snapshot: &Snapshot,
    index: &Index,
    file: &str,
    words: &[String],
    language: Language,
) -> Option<String> {
    let beside = discovery::folder(file);
    let first = index
        .project
        .steps
        .first()
        .map(|step| discovery::folder(&step.file));
    let (style, suffix) = naming(index, language);
    let stem = match style {
        Style::Kebab => words.join("-"),
        Style::Snake => words.join("_"),
        Style::Pascal => pascal(words),
        Style::Camel => {
            let (first, rest) = words.split_first()?;
            first.clone() + &pascal(rest)
        }
    };
    let in_folder = |folder: &str, name: String| {
        if folder.is_empty() {
            name
        } else {
            format!("{folder}/{name}")
        }
    };
    let is_step = |folder: &&str| {
        discovery::role(&in_folder(folder, format!("{stem}{suffix}"))) == Some(FileRole::Step)
    };
    let folder = std::iter::once(beside).chain(first).find(is_step)?;
    let joint = if style == Style::Snake { "_" } else { "-" };
    let stems = std::iter::once(stem.clone()).chain((2..).map(|n| format!("{stem}{joint}{n}")));
    stems
        .map(|stem| in_folder(folder, stem + suffix))
        .find(|path| snapshot.source(path).is_none())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Style {
    Kebab,
    Snake,
    Camel,
    Pascal,
}

/// How the project writes the names of files in this language, else as the framework's documents do.
fn naming(index: &Index, language: Language) -> (Style, &'static str) {
    let (style, suffixes): (Style, &[&'static str]) = match language {
        Language::TypeScript => (Style::Kebab, &[".step.ts", "_step.ts"]),
        Language::JavaScript => (Style::Kebab, &[".step.js", "_step.js"]),
        Language::Ruby => (Style::Snake, &[".step.rb", "_step.rb"]),
        // The only name that every release since 0.7 loads.
        Language::Python => (Style::Snake, &["_step.py"]),
    };
    let names: Vec<&str> = index
        .project
        .steps
        .iter()
        .filter(|step| step.language == language)
        .map(|step| step.file.rsplit('/').next().unwrap_or(&step.file))
        .collect();
    let count = |suffix: &str| names.iter().filter(|name| name.ends_with(suffix)).count();
    let suffix = suffixes.iter().rev().max_by_key(|suffix| count(suffix)).copied();
    let stems = names.iter().filter_map(|name| {
        let found = suffixes.iter().find_map(|suffix| name.strip_suffix(suffix));
        style_of(found?)
    });
    let mut counts = [
        (style, 0),
        (Style::Kebab, 0),
        (Style::Snake, 0),
        (Style::Camel, 0),
        (Style::Pascal, 0),
    ];
    for found in stems {
        for (_, count) in counts.iter_mut().filter(|(style, _)| *style == found) {
            *count += 1;
        }
    }
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    (
        most.map_or(style, |(style, _)| *style),
        suffix.unwrap_or(suffixes[0]),
    )
}

/// The style of a name of several words; one word has every style.
fn style_of(stem: &str) -> Option<Style> {
    let capital = stem.starts_with(|c: char| c.is_ascii_uppercase());
    let mixed = stem.chars().skip(1).any(|c| c.is_ascii_uppercase());
    match () {
        () if stem.contains('-') => Some(Style::Kebab),
        () if stem.contains('_') => Some(Style::Snake),
        () if capital => Some(Style::Pascal),
        () if mixed => Some(Style::Camel),
        () => None,
    }
}

fn uses_zod(index: &Index, snapshot: &Snapshot) -> bool {
    let imports = |step: &Step| step.facts().imports.iter().any(|import| import.module == "zod");
    let root = &index.project.root;
    let manifest = if root.is_empty() {
        "package.json".to_owned()
    } else {
        format!("{root}/package.json")
    };
    let depends = snapshot
        .manifests()
        .get(&manifest)
        .is_some_and(|text| text.contains("\"zod\""));
    depends || index.project.steps.iter().any(imports)
}

fn uses_common_js(index: &Index) -> bool {
    let mut scripts = index
        .project
        .steps
        .iter()
        .filter(|step| step.language == Language::JavaScript);
    scripts.any(|step| step.source.text.contains("exports.") || step.source.text.contains("module.exports"))
}

/// The schema of what is sent: the fields of the payload, as far as they are visible.
fn schema(index: &Index, file: &str, topic: &str) -> Json {
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

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::super::testing::{applied, offers};

    const SENDER: &str = "\
//- package.json
{ \"dependencies\": { \"motia\": \"0.17.0\", \"zod\": \"4\" } }
//- steps/orders/place-order.step.ts
export const config = {
  type: 'api', name: 'Place', method: 'POST', path: '/orders', emits: ['order.placed'], flows: ['orders'],
  bodySchema: z.object({ sku: z.string(), user: z.object({ name: z.string() }) }),
}
import { z } from 'zod'
export const handler = async (req, { emit }) => {
  await emit({ topic: '$0order.placed', data: { id: '1', 'unit-price': 2, sku: req.body.sku, user: req.body.user, lines: [{ qty: 1 }], note: make() } })
  return { status: 200, body: {} }
}
";

    fn check(fixture: &str, language: &str, expected: &Expect) {
        let (snapshot, file, actions) = offers(fixture);
        let wanted = format!("in {language}");
        let action = actions
            .iter()
            .find(|action| action.title.ends_with(&wanted))
            .unwrap();
        let change = snapshot.change(&file, &action.request).unwrap();
        let after = applied(&snapshot, &change);
        let new = change.created.unwrap();
        expected.assert_eq(&format!("{}\n{}", new.path, new.text));
        let found = after.check();
        assert!(found.iter().all(|it| it.file != new.path), "{found:?}");
        assert!(
            found.iter().all(|it| it.rule != "unsubscribed-topic"),
            "{found:?}"
        );
    }

    #[test]
    fn the_languages_are_offered_at_a_topic_that_nobody_takes() {
        let titles = |fixture: &str| -> Vec<String> {
            let (_, _, actions) = offers(fixture);
            let created = actions.into_iter().filter(|it| it.title.starts_with("Create"));
            created.map(|action| action.title).collect()
        };
        assert_eq!(
            titles(SENDER),
            [
                "Create a step that takes 'order.placed', in TypeScript",
                "Create a step that takes 'order.placed', in JavaScript",
                "Create a step that takes 'order.placed', in Python",
                "Create a step that takes 'order.placed', in Ruby",
            ]
        );
        let taken = format!(
            "{SENDER}//- steps/b_step.py\n\
             config = {{'type': 'event', 'name': 'B', 'subscribes': ['order.placed'], 'emits': []}}\n\
             async def handler(data, context):\n    pass\n"
        );
        assert_eq!(titles(&taken), [""; 0]);
        assert_eq!(
            titles(
                &SENDER
                    .replace("$0order", "order")
                    .replace("name: 'Place", "name: '$0Place")
            ),
            [""; 0]
        );
    }

    #[test]
    fn a_typescript_step_has_a_zod_schema() {
        check(
            SENDER,
            "TypeScript",
            &expect![[r#"
            steps/orders/handle-order-placed.step.ts
            import type { EventConfig, Handlers } from 'motia'
            import { z } from 'zod'

            export const config: EventConfig = {
              type: 'event',
              name: 'HandleOrderPlaced',
              subscribes: ['order.placed'],
              emits: [],
              input: z.object({ id: z.string(), 'unit-price': z.number(), sku: z.string(), user: z.object({ name: z.string() }), lines: z.array(z.object({ qty: z.number() })), note: z.any() }),
              flows: ['orders'],
            }

            export const handler: Handlers['HandleOrderPlaced'] = async (input, { logger }) => {
              logger.info('order.placed', { input })
            }
        "#]],
        );
    }

    #[test]
    fn a_javascript_step_has_a_json_schema() {
        check(
            SENDER,
            "JavaScript",
            &expect![[r#"
            steps/orders/handle-order-placed.step.js
            export const config = {
              type: 'event',
              name: 'HandleOrderPlaced',
              subscribes: ['order.placed'],
              emits: [],
              input: { type: 'object', required: ['id', 'unit-price', 'sku', 'user', 'lines', 'note'], properties: { id: { type: 'string' }, 'unit-price': { type: 'number' }, sku: { type: 'string' }, user: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }, lines: { type: 'array', items: { type: 'object', required: ['qty'], properties: { qty: { type: 'number' } } } }, note: {} } },
              flows: ['orders'],
            }

            export const handler = async (input, { logger }) => {
              logger.info('order.placed', { input })
            }
        "#]],
        );
    }

    #[test]
    fn a_python_step_is_named_as_the_framework_loads_it() {
        check(
            SENDER,
            "Python",
            &expect![[r#"
            steps/orders/handle_order_placed_step.py
            config = {
                "type": "event",
                "name": "HandleOrderPlaced",
                "subscribes": ["order.placed"],
                "emits": [],
                "input": {"type": "object", "required": ["id", "unit-price", "sku", "user", "lines", "note"], "properties": {"id": {"type": "string"}, "unit-price": {"type": "number"}, "sku": {"type": "string"}, "user": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}, "lines": {"type": "array", "items": {"type": "object", "required": ["qty"], "properties": {"qty": {"type": "number"}}}}, "note": {}}},
                "flows": ["orders"],
            }


            async def handler(input_data, context):
                context.logger.info("order.placed", {"input": input_data})
        "#]],
        );
    }

    #[test]
    fn a_ruby_step_is_written_with_symbols() {
        check(
            SENDER,
            "Ruby",
            &expect![[r#"
            steps/orders/handle_order_placed.step.rb
            def config
              {
                type: 'event',
                name: 'HandleOrderPlaced',
                subscribes: ['order.placed'],
                emits: [],
                input: { type: 'object', required: ['id', 'unit-price', 'sku', 'user', 'lines', 'note'], properties: { id: { type: 'string' }, 'unit-price': { type: 'number' }, sku: { type: 'string' }, user: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }, lines: { type: 'array', items: { type: 'object', required: ['qty'], properties: { qty: { type: 'number' } } } }, note: {} } },
                flows: ['orders'],
              }
            end

            def handler(input, context)
              context.logger.info('order.placed', { input: input })
            end
        "#]],
        );
    }

    #[test]
    fn the_newer_dialect_is_written_in_a_newer_project() {
        let newer = "\
//- src/placeOrder.step.ts
export const config = { name: 'Place', triggers: [{ type: 'http', method: 'POST', path: '/orders' }], enqueues: ['order.placed'] }
export const handler = async (input, { enqueue }) => {
  await enqueue({ topic: '$0order.placed', data: { id: '1' } })
  return { status: 200, body: {} }
}
";
        check(
            newer,
            "TypeScript",
            &expect![[r#"
            src/handleOrderPlaced.step.ts
            import { type Handlers, logger, type StepConfig } from 'motia'

            export const config = {
              name: 'HandleOrderPlaced',
              triggers: [{ type: 'queue', topic: 'order.placed', input: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } } }],
              enqueues: [],
            } as const satisfies StepConfig

            export const handler: Handlers<typeof config> = async (input) => {
              logger.info('order.placed', { input })
            }
        "#]],
        );
        check(
            newer,
            "Python",
            &expect![[r#"
            src/handle_order_placed_step.py
            from motia import logger

            config = {
                "name": "HandleOrderPlaced",
                "triggers": [{"type": "queue", "topic": "order.placed", "input": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}}],
                "enqueues": [],
            }


            async def handler(input_data, context):
                logger.info("order.placed", {"input": input_data})
        "#]],
        );
        let (_, _, actions) = offers(newer);
        assert!(actions.iter().all(|action| !action.title.ends_with("in Ruby")));
    }

    #[test]
    fn names_that_are_taken_are_not_taken_again() {
        let fixture = format!(
            "{SENDER}//- steps/orders/handle-order-placed.step.js\n\
             exports.config = {{ type: 'cron', name: 'HandleOrderPlaced', cron: '* * * * *', emits: [] }}\n\
             exports.handler = async () => {{}}\n"
        );
        let (snapshot, file, actions) = offers(&fixture);
        let action = actions
            .iter()
            .find(|it| it.title.ends_with("in JavaScript"))
            .unwrap();
        let new = snapshot.change(&file, &action.request).unwrap().created.unwrap();
        assert_eq!(new.path, "steps/orders/handle-order-placed-2.step.js");
        assert!(new.text.contains("'HandleOrderPlaced2'"), "{}", new.text);
    }
}
