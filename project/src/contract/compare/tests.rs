use super::*;
use crate::fixture::parse;

const BASE: &str = "\
//- steps/a.step.ts
import { z } from 'zod'
export const config = { type: 'api', name: 'A', method: 'POST', path: '/a/:id', emits: ['a.done'], bodySchema: z.object({ n: z.number() }), responseSchema: { 200: z.object({ id: z.string(), at: z.string() }) } }
export const handler = async (req, { emit }) => { await emit({ topic: 'a.done', data: { n: 1 } }); return { status: 200, body: {} } }
//- steps/b_step.py
config = {'type': 'event', 'name': 'B', 'subscribes': ['a.done'], 'emits': [], 'input': {'type': 'object', 'properties': {'n': {'type': 'number'}}}}
async def handler(data, context):
    pass
//- steps/c.step.rb
def config
  { type: 'event', name: 'C', subscribes: ['a.done'], emits: [], input: nil }
end
def handler(data, context)
end
";

/// What breaks when the base becomes `head`: severity, rule, place and message a line.
fn breaking(head: &str) -> Vec<String> {
    let (base, head) = (parse(BASE).0, parse(head).0);
    breaks(&base, &head, "main")
        .into_iter()
        .map(|it| format!("{:?} {} {}: {}", it.severity, it.rule, it.file, it.message))
        .collect()
}

fn without(file: &str) -> String {
    let (before, rest) = BASE.split_once(&format!("//- {file}\n")).unwrap();
    let after = rest.find("//- ").map_or("", |at| &rest[at..]);
    format!("{before}{after}")
}

#[test]
fn nothing_breaks_where_nothing_changes() {
    assert_eq!(breaking(BASE), [""; 0]);
    assert_eq!(
        breaking(&BASE.replace("/a/:id", "/a/:key")),
        [""; 0],
        "names of parameters are no contract"
    );
}

#[test]
fn a_removed_subscriber_is_worse_if_it_was_the_last() {
    let one = without("steps/c.step.rb");
    assert_eq!(
        breaking(&one),
        [
            "Warning contract-removed-subscriber steps/c.step.rb: C is gone and took 'a.done', which is still sent; B still does"
        ]
    );
    let none = one.replace("'subscribes': ['a.done']", "'subscribes': ['else']");
    assert_eq!(
        breaking(&none),
        [
            "Error contract-removed-subscriber steps/b_step.py: B no longer takes 'a.done', which is still sent; and nobody else does",
            "Error contract-removed-subscriber steps/c.step.rb: C is gone and took 'a.done', which is still sent; and nobody else does"
        ]
    );
}

#[test]
fn a_subscriber_that_cannot_be_read_may_still_subscribe() {
    let hidden = BASE.replace("'subscribes': ['a.done']", "'subscribes': topics()");
    assert_eq!(breaking(&hidden), [""; 0]);
}

#[test]
fn a_topic_that_nobody_sends_needs_no_subscriber() {
    let silent = without("steps/b_step.py")
        .replace("emits: ['a.done']", "emits: []")
        .replace("await emit({ topic: 'a.done', data: { n: 1 } });", "");
    assert_eq!(breaking(&silent), [""; 0]);
}

#[test]
fn a_renamed_topic_is_told_once() {
    assert_eq!(
        breaking(&BASE.replace("a.done", "a.finished")),
        ["Warning contract-renamed-topic steps/b_step.py: the topic 'a.done' of `main` is now 'a.finished'"]
    );
}

#[test]
fn a_payload_that_gets_stricter_is_told() {
    let head = BASE.replace(
        "{'n': {'type': 'number'}}",
        "{'n': {'type': 'string'}}, 'required': ['n']",
    );
    assert_eq!(
        breaking(&head),
        [
            "Warning contract-narrowed-payload steps/b_step.py: B now requires 'n', takes string where 'n' was number on 'a.done'"
        ]
    );
    let head = BASE.replace("n: z.number() })", "n: z.number(), m: z.string() })");
    assert_eq!(
        breaking(&head),
        ["Error contract-narrowed-payload steps/a.step.ts: the body of 'POST /a/:id' now requires 'm'"]
    );
    let optional = BASE.replace("n: z.number() })", "n: z.number(), m: z.string().default('x') })");
    assert_eq!(breaking(&optional), [""; 0]);
}

#[test]
fn routes_that_move_or_vanish_are_told() {
    assert_eq!(
        breaking(&BASE.replace("method: 'POST'", "method: 'PUT'")),
        ["Error contract-removed-route steps/a.step.ts: 'POST /a/:id' is now 'PUT /a/:id'"]
    );
    assert_eq!(
        breaking(&BASE.replace("path: '/a/:id'", "path: where()")),
        [""; 0],
        "a path that cannot be seen may be the same"
    );
    let moved = without("steps/a.step.ts")
        + "//- steps/z.step.ts\nexport const config = { type: 'api', name: 'Z', method: 'POST', path: where(), emits: ['a.done'] }\n";
    assert_eq!(breaking(&moved), [""; 0], "nor may one of another step");
    let gone = without("steps/a.step.ts");
    assert_eq!(
        breaking(&gone),
        ["Error contract-removed-route steps/a.step.ts: nobody answers 'POST /a/:id' any more"]
    );
}

#[test]
fn a_field_that_a_response_loses_is_told() {
    assert_eq!(
        breaking(&BASE.replace(", at: z.string() }", " }")),
        [
            "Error contract-narrowed-response steps/a.step.ts: the response 200 of 'POST /a/:id' no longer has 'at'"
        ]
    );
}

#[test]
fn the_old_place_is_named() {
    let (base, head) = (parse(BASE).0, parse(&without("steps/c.step.rb")).0);
    let found = breaks(&base, &head, "main");
    let related: Vec<&str> = found[0].related.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(
        related,
        [
            "'a.done' is sent here",
            "C takes 'a.done' at line 2 in `main`; the file is gone"
        ]
    );
}
