use banister_grammars::Language;
use banister_grammars::facts::{Dialect, StepKind};
use banister_project::flow_test;

use super::*;
use crate::auto::ways;
use crate::plan::{Asked, EmitPolicy, PlanStep, PlanTrigger};
use crate::trace::{Event, What};

fn plan(asked: &[&str], env: &[&str]) -> Plan {
    let names = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
    let route = |method: &str, path: &str| PlanStep {
        name: path.to_owned(),
        file: path.to_owned(),
        language: Language::JavaScript,
        dialect: Dialect::V0,
        triggers: vec![PlanTrigger {
            route: Some((method.to_owned(), path.to_owned())),
            ..PlanTrigger::new(StepKind::Api)
        }],
        emits: EmitPolicy::Any,
        flows: Vec::new(),
        timeout_ms: None,
        has_schemas: false,
        handler_line: None,
    };
    let mut plan = Plan {
        steps: vec![route("POST", "/users"), route("GET", "/users/:id")],
        ..Plan::default()
    };
    let mut all = Asked::default();
    all.reads.headers = names(asked);
    all.env = names(env);
    plan.hints.asked.insert(1, all);
    plan
}

/// The headers of `GET /users/:id`.
fn found(asked: &[&str], env: &[(&str, &str)], flow_test: &str) -> Vec<Header> {
    let mentioned: Vec<&str> = env.iter().map(|(name, _)| *name).collect();
    let plan = plan(asked, &mentioned);
    let files = match flow_test {
        "" => Vec::new(),
        text => vec![Arc::new(
            flow_test::parse("a.flow.yaml", Arc::from(text)).unwrap(),
        )],
    };
    let mut ways = ways::of(&plan);
    let env = env
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    find(&mut ways, &plan, &files, &env.collect());
    match ways.remove(1).entry {
        Entry::Request { headers, .. } => headers,
        Entry::Message { .. } | Entry::Cron { .. } => Vec::new(),
    }
}

fn fields(header: &Header) -> Vec<String> {
    let each = header.fields.iter();
    each.map(|it| format!("{}<{}>{}", it.before, it.name, it.after))
        .collect()
}

#[test]
fn what_flow_tests_send_comes_first() {
    let tests = r#"
tests:
  - name: a
    when:
      - request: POST /users
        headers: { x-tenant: t-2 }
      - together:
          - request: GET /users/{{id}}?full=1
            headers: { X-Tenant: t-1, x-key: "k {{key}}", x-trace: "{{user.trace}}" }
          - request: GET /nowhere
            headers: { x-nowhere: n }
    then:
      - response: { status: 201, captures: { id: "$.body.id", key: "$.body.keys.first" } }
"#;
    let headers = found(&[], &[], tests);
    let names: Vec<&str> = headers.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["x-key", "x-tenant", "x-trace"]);
    assert_eq!(fields(&headers[0])[0], "k <first>");
    assert_eq!(headers[1].known, ["t-1", "t-2"]);
    assert_eq!(fields(&headers[2])[0], "<trace>");
}

#[test]
fn secrets_of_the_environment_are_tried_where_the_modules_speak_of_them() {
    let env = [("CRM_TOKEN", "s3"), ("REGION", "eu"), ("TENANT", "acme")];
    let headers = found(&["authorization", "x-tenant", "x-other"], &env, "");
    assert_eq!(headers[0].known, ["Bearer s3"]);
    assert_eq!(headers[1].known, [""; 0]);
    assert_eq!(headers[2].known, ["acme"]);
    assert_eq!(schema(&headers[1])["anyOf"][0]["type"], "string");
    assert_eq!(schema(&headers[2])["anyOf"][0]["enum"], json!(["acme"]));
}

#[test]
fn what_came_up_before_is_sent_where_it_is_asked_for() {
    let headers = found(&["authorization", "x-api-key", "x-user"], &[], "");
    let mut before = Remembered::default();
    before.learn(&[Event {
        at: 0,
        invocation: None,
        what: What::Emitted {
            topic: "t".to_owned(),
            data: json!({ "accessToken": "jwt", "apiKey": "k-1", "user": { "id": 7 }, "userId": 7 }),
            to: Vec::new(),
            dropped: false,
        },
    }]);
    let act = json!({ "headers": { "x-user": "nobody", "x-more": "y" } });
    let with = |before: Option<&Remembered>| -> Vec<(String, String)> {
        of_act(&headers, &act, before).into_iter().collect()
    };
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(with(None), [pair("x-more", "y"), pair("x-user", "nobody")]);
    assert_eq!(
        with(Some(&before)),
        [
            pair("authorization", "Bearer jwt"),
            pair("x-api-key", "k-1"),
            pair("x-more", "y"),
            pair("x-user", "7"),
        ]
    );
}
