//! Routes that the framework's own server answers: no step runs.

use banister_grammars::facts::Dialect;
use banister_project::profile::Profile;
use serde_json::{Value as Json, json};

use super::{HttpRequest, HttpResponse, Run};

impl Run<'_> {
    /// `OPTIONS` on every path, and `POST /emit`, which releases of 0.x register before the routes of the project.
    pub(super) fn system_answer(&mut self, request: &HttpRequest) -> Option<HttpResponse> {
        if request.method == "OPTIONS" {
            return Some(self.answer_early(HttpResponse::no_content()));
        }
        if request.method != "POST" || request.path() != "/emit" || !self.has_emit_route() {
            return None;
        }
        Some(match request.as_input(&[]) {
            Ok(input) => self.emit_for(&input["body"]),
            Err(answer) => self.answer_early(answer),
        })
    }

    /// Documents do not have that route, so that a step of theirs may take it.
    fn has_emit_route(&self) -> bool {
        let is_old = self.plan.steps.iter().all(|step| step.dialect != Dialect::V1);
        is_old && (self.start.profile == Profile::Motia017 || self.plan.route("POST", "/emit").is_none())
    }

    fn emit_for(&mut self, body: &Json) -> HttpResponse {
        // The message is not one that the test sends itself: it has an invocation, though no handler of the project runs.
        self.started += 1;
        let invocation = self.started;
        let data = body.get("data").cloned().unwrap_or(Json::Null);
        let topic = body.get("topic").and_then(Json::as_str);
        match topic {
            Some(topic) => {
                let trace_id = self.new_trace_id();
                self.send(Some(invocation), topic, &data, &trace_id, &[], false, None);
            }
            None => self.remark(format!("`POST /emit` was sent a message without a topic: {body}")),
        }
        let emitted = json!({ "topic": topic, "data": data });
        let answer = HttpResponse::ok(json!({ "success": true, "emitted": emitted }));
        self.answer_early(answer)
    }
}
