//! Which edges of the steps' schemas the messages and requests of a run are at.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use serde_json::Value as Json;

use super::{Harness, TestCase};
use crate::flow::FlowResult;
use crate::hits::{SchemaOf, SchemaPart, Schemas};
use crate::live_stage::LiveStage;
use crate::plan::TriggerId;
use crate::scheduler::HttpRequest;
use crate::schema::schema_of;
use crate::strategy::boundaries::Boundaries;
use crate::template::Variables;
use crate::trace::What;

type Env = BTreeMap<String, String>;

/// The edges of schemas that were asked for, which may be others in another environment; none for a trigger without a schema
/// that can be used.
pub(super) type Known = BTreeMap<(SchemaOf, Env), Option<Arc<Boundaries>>>;

impl Harness {
    /// Adds the edges that the values of a run in this environment are at.
    pub(super) fn note_edges(&self, env: &Env, result: &mut FlowResult, stage: &mut LiveStage<'_>) {
        let mut values: Vec<(TriggerId, SchemaPart, Json)> = Vec::new();
        for event in &result.trace.events {
            match &event.what {
                What::Request {
                    method,
                    target,
                    headers,
                    body,
                } => {
                    let request = HttpRequest {
                        method: method.clone(),
                        target: target.clone(),
                        headers: headers.clone(),
                        body: body.clone(),
                    };
                    values.extend(self.body_of(&request));
                }
                What::Emitted {
                    topic,
                    data,
                    dropped: false,
                    ..
                } => {
                    let takers = self.plan.subscribers(topic).into_iter();
                    values.extend(takers.map(|to| (to, SchemaPart::Input, data.clone())));
                }
                _ => {}
            }
        }
        for (to, part, value) in values {
            let of = self.schema_at(to, part);
            if let Some(edges) = self.edges_of(&of, to, env, stage) {
                let hits = edges.hit_by(&value);
                let cells = hits.into_iter().filter_map(|at| edges.cells().get(at)).cloned();
                result
                    .reached
                    .hits
                    .boundaries
                    .entry(of)
                    .or_default()
                    .extend(cells);
            }
        }
    }

    fn body_of(&self, request: &HttpRequest) -> Option<(TriggerId, SchemaPart, Json)> {
        let route = self.plan.route(&request.method, request.path())?;
        let input = request.as_input(&route.params).ok()?;
        let to = TriggerId {
            step: route.step,
            trigger: route.trigger,
        };
        Some((to, SchemaPart::Body, input["body"].clone()))
    }

    fn schema_at(&self, to: TriggerId, part: SchemaPart) -> SchemaOf {
        SchemaOf {
            step: self.plan.steps[to.step].name.clone(),
            trigger: to.trigger,
            part,
        }
    }

    /// The edges of a schema; none if there is no schema, or none that can be used.
    fn edges_of(
        &self,
        of: &SchemaOf,
        to: TriggerId,
        env: &Env,
        stage: &mut LiveStage<'_>,
    ) -> Option<Arc<Boundaries>> {
        let known = || self.boundaries.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (of.clone(), env.clone());
        if let Some(edges) = known().get(&key) {
            return edges.clone();
        }
        let edges = self.read_edges(of, to, stage).ok()?;
        known().insert(key, edges.clone());
        edges
    }

    fn read_edges(
        &self,
        of: &SchemaOf,
        to: TriggerId,
        stage: &mut LiveStage<'_>,
    ) -> Result<Option<Arc<Boundaries>>, String> {
        let step = &self.plan.steps[to.step];
        if !step.has_schemas {
            return Ok(None);
        }
        let config = stage.describe(step.language, &self.plan.root.join(&step.file));
        let config = config.map_err(|error| error.told())?;
        let trigger = config.get("triggers").and_then(|all| all.get(to.trigger));
        let Some(schema) = schema_of(trigger.unwrap_or(&config), of.part.name()) else {
            return Ok(None);
        };
        let edges = Boundaries::of(&schema).map_err(|error| error.to_string())?;
        Ok(Some(Arc::new(edges)))
    }

    /// The edges that some test has read.
    fn known_edges(&self, of: &SchemaOf) -> Option<Option<Arc<Boundaries>>> {
        let known = self.boundaries.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = known.iter();
        all.find_map(|((it, _), edges)| (it == of).then(|| edges.clone()))
    }

    /// The schemas of all steps, also of those that no test came by. Modules find the environment variables of `tests`, and
    /// what their files put in the place of code; of two for the same thing the first counts.
    pub fn schemas(&self, tests: &[TestCase]) -> Schemas {
        let mut schemas = Schemas::default();
        let mut stage = self.stage();
        if let Some(test) = TestCase::common_to(tests) {
            self.stand_in(&test, &mut stage, &Variables::new());
        }
        for (to, trigger) in self.plan.triggers() {
            let parts = [
                (trigger.route.is_some(), SchemaPart::Body),
                (!trigger.topics.is_empty(), SchemaPart::Input),
            ];
            for (_, part) in parts.into_iter().filter(|(has, _)| *has) {
                let of = self.schema_at(to, part);
                let read = self.read_edges(&of, to, &mut stage);
                // What only one test puts in the place of code may be needed.
                match read.or_else(|reason| self.known_edges(&of).ok_or(reason)) {
                    Ok(Some(edges)) => {
                        schemas.cells.insert(of, edges.cells().to_vec());
                    }
                    Ok(None) => {}
                    Err(reason) => schemas.unreadable.push((of.step, reason)),
                }
            }
        }
        schemas.unreadable.dedup();
        self.leave(stage);
        schemas
    }
}
