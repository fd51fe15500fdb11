use super::MAX_COMPLETIONS;
use crate::fixture::parse;

/// What is proposed at the cursor of a flow test, and whether more would fit.
fn proposals(flow: &str, rest: &str) -> (Vec<String>, bool) {
    let (snapshot, cursor) = parse(&format!("//- tests/a.flow.yaml\n{flow}\n{rest}"));
    let (file, offset) = cursor.unwrap();
    let found = snapshot.completion(&file, offset).unwrap_or_default();
    let is_cut = found
        .first()
        .is_some_and(|first| snapshot.is_cut_off(&file, first.kind));
    (found.into_iter().map(|found| found.label).collect(), is_cut)
}

#[test]
fn a_large_project_is_not_listed_whole() {
    let steps: String = (0..MAX_COMPLETIONS + 50)
        .map(|n| {
            format!(
                "//- steps/s{n}.step.js\nexports.config = {{ type: 'api', name: 'S{n}', method: 'GET', path: '/r{n}', emits: ['t{n}'] }}\n\
                 exports.handler = async (req, {{ emit, state }}) => {{ await emit({{ topic: 't{n}', data: {{}} }}); await state.set('g{n}', 'k', 1) }}\n"
            )
        })
        .collect();
    for (flow, last) in [
        ("tests:\n  - name: n\n    when: [{ request: GET /$0", "GET /r113"),
        ("tests:\n  - name: n\n    then:\n      - ran: [$0", "S113"),
        ("tests:\n  - name: n\n    then:\n      - not_emitted: $0", "t113"),
        (
            "tests:\n  - name: n\n    given:\n      state:\n        $0",
            "g113",
        ),
    ] {
        let (found, is_cut) = proposals(flow, &steps);
        assert!(
            is_cut && found.len() == MAX_COMPLETIONS,
            "{flow}: {}",
            found.len()
        );
        let typed = format!("{}$0", last.trim_start_matches("GET /"));
        let (found, _) = proposals(&flow.replace("$0", &typed), &steps);
        assert_eq!(found, [last], "{flow}");
    }
}

/// Flow tests with their cursor, and some of what is proposed there.
const KEYS: &[(&str, &[&str])] = &[
    ("iso$0", &["isolation"]),
    ("isolation: $0", &["fresh", "shared", "process"]),
    ("profile: $0", &["motia-0.17", "seed"]),
    ("allow: [$0", &["undeclared-emit", "invalid-payload"]),
    (
        "mocks:\n  $0",
        &[
            "http",
            "modules",
            "functions",
            "openapi",
            "cassettes",
            "redact",
            "allow",
        ],
    ),
    (
        "mocks:\n  http:\n    - $0",
        &["on", "query", "headers", "body", "reply", "replies", "repeat"],
    ),
    (
        "mocks:\n  http:\n    - reply: { $0",
        &["status", "json", "sse", "chunks", "fault", "set"],
    ),
    (
        "mocks:\n  http:\n    - replies:\n        - sse:\n            - $0",
        &["data", "event", "after"],
    ),
    (
        "mocks:\n  http:\n    - reply: { chunks: [{ $0",
        &["text", "json", "after"],
    ),
    (
        "mocks:\n  http:\n    - reply: { fault: $0",
        &["timeout", "reset", "malformed", "empty"],
    ),
    (
        "mocks:\n  http:\n    - query:\n        page:\n          $0",
        &["matches", "present"],
    ),
    (
        "tests:\n  - name: n\n    $0",
        &[
            "mocks",
            "given",
            "cases",
            "profile",
            "isolation",
            "allow",
            "for_all",
        ],
    ),
    (
        "tests:\n  - name: n\n    isolation: $0",
        &["fresh", "shared", "process"],
    ),
    ("tests:\n  - name: n\n    profile: $0", &["motia-0.17", "seed"]),
    (
        "tests:\n  - name: n\n    allow:\n      - $0",
        &["undeclared-emit", "invalid-response"],
    ),
    (
        "tests:\n  - name: n\n    mocks:\n      modules:\n        stripe:\n          charge:\n            $0",
        &["returns", "throws", "sequence", "file", "async"],
    ),
    (
        "tests:\n  - name: n\n    mocks:\n      functions:\n        charge:\n          sequence:\n            - $0",
        &["returns", "throws"],
    ),
    (
        "tests:\n  - name: n\n    mocks:\n      functions:\n        charge:\n          throws: { $0",
        &["name", "message"],
    ),
    (
        "tests:\n  - name: n\n    mocks:\n      openapi:\n        - $0",
        &["document", "server"],
    ),
    (
        "tests:\n  - name: n\n    mocks:\n      modules:\n        $0",
        &["stripe"],
    ),
    (
        "tests:\n  - name: n\n    given:\n      streams:\n        $0",
        &["chat"],
    ),
    (
        "tests:\n  - name: n\n    when:\n      - $0",
        &["request", "emit", "cron", "advance", "ws"],
    ),
    (
        "tests:\n  - name: n\n    when:\n      - ws:\n          $0",
        &["connect", "headers", "send", "close", "as"],
    ),
    (
        "tests:\n  - name: n\n    then:\n      - $0",
        &["response", "stream", "stream_event", "ws", "called"],
    ),
    (
        "tests:\n  - name: n\n    then:\n      - ws: { $0",
        &["received", "times", "closed", "as"],
    ),
    (
        "tests:\n  - name: n\n    then:\n      - stream_event: { $0",
        &["stream", "group", "id", "type"],
    ),
    (
        "tests:\n  - name: n\n    then:\n      - stream_event: { stream: $0",
        &["chat"],
    ),
    (
        "tests:\n  - name: n\n    then:\n      - stream_event: { type: $0",
        &["create", "update", "delete"],
    ),
    (
        "tests:\n  - name: n\n    then:\n      - called: { $0",
        &["http", "function", "args", "times"],
    ),
    (
        "tests:\n  - name: n\n    then:\n      - called: { query: { page: { $0",
        &["matches", "present"],
    ),
    (
        "tests:\n  - name: n\n    then:\n      - log: { level: $0",
        &["debug", "info", "warn", "error"],
    ),
];

#[test]
fn the_keys_of_every_mapping_are_proposed() {
    let stream = "//- steps/chat.stream.ts
export const config = { name: 'chat', schema: {}, baseConfig: { storageType: 'default' } }
//- lib/pay.ts
import { charge } from 'stripe'
//- steps/a.step.ts
import Stripe from 'stripe'
import { pay } from '../lib/pay'
export const config = { type: 'noop', name: 'A', virtualEmits: [] }
";
    for (flow, expected) in KEYS {
        let (found, _) = proposals(flow, stream);
        for label in *expected {
            assert!(
                found.iter().any(|it| it == label),
                "{label} at {flow:?} is not in {found:?}"
            );
        }
    }
}
