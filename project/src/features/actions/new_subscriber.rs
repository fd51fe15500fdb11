//! Creating the step that takes a topic which nobody takes yet: in any language, beside the step that sends it.

use banister_grammars::Language;
use banister_grammars::facts::Dialect;

use super::naming::{free_path, step_name, words};
use super::new_step::{self, NewStep};
use super::sent_schema::schema;
use super::{Action, ActionKind, ActionRequest, Change, NewFile};
use crate::features::target::topic_at;
use crate::index::Index;
use crate::project::Step;
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
                  input: z.object({
                    id: z.string(),
                    'unit-price': z.number(),
                    sku: z.string(),
                    user: z.object({ name: z.string() }),
                    lines: z.array(z.object({ qty: z.number() })),
                    note: z.any(),
                  }),
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
                  input: {
                    type: 'object',
                    required: ['id', 'unit-price', 'sku', 'user', 'lines', 'note'],
                    properties: {
                      id: { type: 'string' },
                      'unit-price': { type: 'number' },
                      sku: { type: 'string' },
                      user: {
                        type: 'object',
                        properties: { name: { type: 'string' } },
                        required: ['name'],
                      },
                      lines: {
                        type: 'array',
                        items: {
                          type: 'object',
                          required: ['qty'],
                          properties: { qty: { type: 'number' } },
                        },
                      },
                      note: {},
                    },
                  },
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
                    "input": {
                        "type": "object",
                        "required": ["id", "unit-price", "sku", "user", "lines", "note"],
                        "properties": {
                            "id": {"type": "string"},
                            "unit-price": {"type": "number"},
                            "sku": {"type": "string"},
                            "user": {
                                "type": "object",
                                "properties": {"name": {"type": "string"}},
                                "required": ["name"],
                            },
                            "lines": {
                                "type": "array",
                                "items": {
                                    "type": "object",
                                    "required": ["qty"],
                                    "properties": {"qty": {"type": "number"}},
                                },
                            },
                            "note": {},
                        },
                    },
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
                    input: {
                      type: 'object',
                      required: ['id', 'unit-price', 'sku', 'user', 'lines', 'note'],
                      properties: {
                        id: { type: 'string' },
                        'unit-price': { type: 'number' },
                        sku: { type: 'string' },
                        user: {
                          type: 'object',
                          properties: { name: { type: 'string' } },
                          required: ['name'],
                        },
                        lines: {
                          type: 'array',
                          items: {
                            type: 'object',
                            required: ['qty'],
                            properties: { qty: { type: 'number' } },
                          },
                        },
                        note: {},
                      },
                    },
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
                  triggers: [
                    {
                      type: 'queue',
                      topic: 'order.placed',
                      input: {
                        type: 'object',
                        required: ['id'],
                        properties: { id: { type: 'string' } },
                      },
                    },
                  ],
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
                    "triggers": [
                        {
                            "type": "queue",
                            "topic": "order.placed",
                            "input": {
                                "type": "object",
                                "required": ["id"],
                                "properties": {"id": {"type": "string"}},
                            },
                        },
                    ],
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
