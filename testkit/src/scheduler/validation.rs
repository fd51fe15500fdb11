//! Messages, requests, answers and items against the schemas of the running modules. The framework warns at most and goes
//! on; we go on as well, and tell.

use std::collections::BTreeMap;

use jsonschema::Validator;
use serde_json::{Value as Json, json};

use super::{HttpResponse, Run};
use crate::matching::{place_in, shown};
use crate::plan::TriggerId;
use crate::queue::Delivery;
use crate::schema;

/// So many problems of one value are told.
const MOST: usize = 5;

/// Validators by what they judge; none where there is no schema that can be used.
pub(super) type Schemas = BTreeMap<Part, Option<Validator>>;

/// What has a schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// The message of a trigger.
    Input(TriggerId),
    /// The body of a request to a trigger.
    Body(TriggerId),
    /// The body of a step's answer, by status.
    Response(usize, u16),
    /// The items of a stream.
    Item(String),
}

impl Run<'_> {
    /// A message for a subscriber whose schema it does not fulfil.
    pub(super) fn check_payload(&mut self, delivery: &Delivery) {
        let problems = self.problems(&Part::Input(delivery.to), &delivery.data, "data");
        let Some((first, rest)) = problems.split_first() else {
            return;
        };
        let name = &self.plan.steps[delivery.to.step].name;
        let message = format!(
            "a message on `{}` is not what {name} takes: {first}",
            delivery.topic
        );
        // A test may well send what no step would.
        if delivery.by_test {
            self.remark(message);
        } else {
            self.complain("invalid-payload", delivery.to.step, message, rest.to_vec());
        }
    }

    /// A body that is not what the step takes reaches the step all the same, unless the settings ask for more than any
    /// release does. The second value is what to tell of it if the step takes it.
    pub(super) fn checked_body(
        &mut self,
        to: TriggerId,
        input: Json,
    ) -> Result<(Json, Option<String>), HttpResponse> {
        let problems = self.problems(&Part::Body(to), &input["body"], "body");
        let Some(first) = problems.first() else {
            return Ok((input, None));
        };
        if self.plan.reject_invalid_bodies {
            return Err(HttpResponse::invalid_body(&problems));
        }
        let name = &self.plan.steps[to.step].name;
        let told = format!(
            "{name} took a request that is not what its schema allows, which the framework does not check: {first}"
        );
        Ok((input, Some(told)))
    }

    pub(super) fn check_response(&mut self, step: usize, answer: &HttpResponse) {
        let problems = self.problems(&Part::Response(step, answer.status), &answer.body, "body");
        let Some((first, rest)) = problems.split_first() else {
            return;
        };
        let name = &self.plan.steps[step].name;
        let message = format!(
            "{name} answered {} with what its schema does not allow: {first}",
            answer.status
        );
        self.complain("invalid-response", step, message, rest.to_vec());
    }

    /// An item that a step has put on a stream.
    pub(super) fn check_item(&mut self, at: usize, stream: &str, kind: &str, item: &Json) {
        if !["create", "update"].contains(&kind) {
            return;
        }
        let problems = self.problems(&Part::Item(stream.to_owned()), item, "item");
        let Some((first, rest)) = problems.split_first() else {
            return;
        };
        let name = &self.step_of(at).name;
        let message = format!("{name} put on the stream `{stream}` what its schema does not allow: {first}");
        self.complain("invalid-item", self.live[at].step, message, rest.to_vec());
    }

    fn problems(&mut self, part: &Part, value: &Json, name: &str) -> Vec<String> {
        if !self.schemas.contains_key(part) {
            let validator = self
                .schema(part)
                .and_then(|schema| jsonschema::validator_for(&schema).ok());
            self.schemas.insert(part.clone(), validator);
        }
        let Some(Some(validator)) = self.schemas.get(part) else {
            return Vec::new();
        };
        let errors = validator.iter_errors(value).take(MOST);
        errors
            .map(|error| {
                let path = place_in(name, &error.instance_path().to_string());
                let found = shown(error.instance());
                let text = error.to_string();
                // The value is told apart, and shortened.
                let text = text
                    .strip_prefix(&error.instance().to_string())
                    .unwrap_or(&text)
                    .trim_start();
                format!("{path}: {text} (found {found})")
            })
            .collect()
    }

    fn schema(&mut self, part: &Part) -> Option<Json> {
        let plan = self.plan;
        match part {
            Part::Input(to) | Part::Body(to) => {
                let step = plan.steps.get(to.step).filter(|step| step.has_schemas)?;
                let config = self.stage.describe(step.language, &plan.root.join(&step.file))?;
                let trigger = config
                    .get("triggers")
                    .and_then(|all| all.get(to.trigger))
                    .cloned();
                let of = trigger.unwrap_or(config);
                schema::schema_of(
                    &of,
                    if matches!(part, Part::Body(_)) {
                        "body"
                    } else {
                        "input"
                    },
                )
            }
            Part::Response(step, status) => {
                let step = plan.steps.get(*step).filter(|step| step.has_schemas)?;
                let config = self.stage.describe(step.language, &plan.root.join(&step.file))?;
                schema::response_schema_of(&config, *status)
            }
            Part::Item(name) => {
                let stream = plan.stream(name)?;
                let config = self
                    .stage
                    .describe(stream.language, &plan.root.join(&stream.file))?;
                schema::item_schema_of(&config)
            }
        }
    }
}

impl HttpResponse {
    fn invalid_body(problems: &[String]) -> Self {
        Self {
            body: json!({ "error": "Invalid request body", "details": problems }),
            ..Self::bad_request("")
        }
    }
}
