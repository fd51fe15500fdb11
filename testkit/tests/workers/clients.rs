//! Every HTTP client that docs/flow-tests.md names, the real library against the real mock server: over TLS, with answers of
//! every kind, and a host without a mock.

mod foreign;
mod node;
mod python;
mod ruby;

use serde_json::{Value as Json, json};

use crate::mocked::run_mocked;
use crate::support::{NOW, Project};

const HOSTS: [&str; 3] = ["api.shop.example", "api.openai.com", "api.stripe.com"];

const MOCKS: &str = r#"
    - on: GET https://api.shop.example/v1/items
      query: { q: mug }
      reply: { json: { items: [ { id: i1 } ] } }
    - on: POST https://api.shop.example/v1/items
      body: { name: Tasse ä, price: { amount: 12.5 } }
      reply: { status: 201, json: { id: i2 } }
    - on: GET https://api.shop.example/v1/missing
      reply: { status: 404, json: { error: no such item } }
    - on: POST https://api.shop.example/v1/broken
      reply: { status: 500, json: { error: out of order } }
    - on: GET https://api.openai.com/v1/models/small
      headers: { authorization: Bearer sk-test }
      reply: { json: { id: small, object: model, created: 1, owned_by: us } }
    - on: POST https://api.openai.com/v1/chat/completions
      body: { model: small, messages: [ { role: user, content: Hi } ] }
      reply: { json: { id: c1, object: chat.completion, created: 1, model: small, choices: [ { index: 0, finish_reason: stop, message: { role: assistant, content: Hello } } ] } }
    - on: GET https://api.openai.com/v1/models/none
      reply: { status: 404, json: { error: { message: no such model, type: invalid_request_error, param: null, code: null } } }
    - on: POST https://api.openai.com/v1/embeddings
      replies:
        - { status: 500, json: { error: { message: busy, type: server_error, param: null, code: null } } }
        - { json: { object: list, model: small, data: [ { object: embedding, index: 0, embedding: [ 0.5, 1 ] } ], usage: { prompt_tokens: 1, total_tokens: 1 } } }
    - on: GET https://api.stripe.com/v1/customers/cus_1
      headers: { authorization: Bearer sk_test }
      reply: { json: { id: cus_1, object: customer, name: Ada } }
    - on: POST https://api.stripe.com/v1/payment_intents
      body: { amount: 2500, currency: eur }
      reply: { json: { id: pi_1, object: payment_intent, status: succeeded } }
    - on: GET https://api.stripe.com/v1/customers/none
      reply: { status: 404, json: { error: { type: invalid_request_error, message: no such customer } } }
    - on: POST https://api.stripe.com/v1/refunds
      replies:
        - { status: 500, json: { error: { type: api_error, message: busy } } }
        - { json: { id: re_1, object: refund } }
"#;

/// What every handler of the table gives: answers of the four calls, then what the refused one came to.
fn expected() -> Json {
    json!([
        [200, { "items": [{ "id": "i1" }] }],
        [201, { "id": "i2" }],
        [404, { "error": "no such item" }],
        [500, { "error": "out of order" }],
        "refused",
    ])
}

const CALLS: [&str; 4] = [
    "GET https://api.shop.example/v1/items?q=mug",
    "POST https://api.shop.example/v1/items",
    "GET https://api.shop.example/v1/missing",
    "POST https://api.shop.example/v1/broken",
];

/// Runs a step that uses a client and compares; `link` gives the project its libraries.
fn check(
    client: &str,
    file: &str,
    text: &str,
    link: &dyn Fn(&Project) -> bool,
    value: &Json,
    calls: &[&str],
) {
    let mut project = Project::new(&[(file, text)]);
    if !link(&project) {
        return;
    }
    let Some((told, made)) = run_mocked(&mut project, file, MOCKS, &HOSTS) else {
        return;
    };
    assert!(told.error.is_none() && !told.stuck, "{client}: {told:?}");
    assert_eq!(&told.value, value, "{client}");
    let made: Vec<String> = made
        .iter()
        .map(|call| format!("{} {}", call.method, call.url))
        .collect();
    assert_eq!(made, calls, "{client}");
    assert_eq!(told.refused, [("api.unknown.dev".to_owned(), 443)], "{client}");
    assert_eq!(told.escaped, Vec::<String>::new(), "{client}");
}

/// A client of the common table: its clock must not have moved, since nothing slept.
fn check_client(client: &str, file: &str, text: &str, link: &dyn Fn(&Project) -> bool) {
    check(client, file, text, link, &json!([expected(), NOW]), &CALLS);
}
