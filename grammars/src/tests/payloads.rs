//! What is known of payloads.

use super::support::*;

fn of_body(body: &str) -> String {
    payload(&ts_handler(body))
}

#[test]
fn literals_and_shorthand() {
    assert_eq!(
        of_body(
            "const n = 2; await emit({ topic: 't', data: { a: 'x', n, ok: true, none: null, list: [1, 'y'] } })"
        ),
        r#"{a: "x", n: 2, ok: true, none: null, list: [1, "y"]}"#
    );
    assert_eq!(
        payload(&py_handler(
            "    await context.emit({'topic': 't', 'data': {'a': 1.5, 'b': None, 'c': -1}})"
        )),
        "{a: 1.5, b: null, c: -1}"
    );
    assert_eq!(
        payload(&rb_handler(
            "context.emit(topic: 't', data: { a: 'x', 'b' => nil, c: :sym })"
        )),
        r#"{a: "x", b: null, c: "sym"}"#
    );
}

#[test]
fn texts_with_holes_are_strings() {
    assert_eq!(
        of_body("await emit({ topic: 't', data: { a: `x ${input.n}`, b: 'x' + input.n } })"),
        "{a: string, b: string}"
    );
    assert_eq!(
        payload(&py_handler(
            "    await context.emit({'topic': 't', 'data': {'a': f'{input_data}'}})"
        )),
        "{a: string}"
    );
    assert_eq!(
        payload(&rb_handler("context.emit(topic: 't', data: { a: \"#{input}\" })")),
        "{a: string}"
    );
}

#[test]
fn the_tail_of_a_chain_says_what_it_is() {
    assert_eq!(
        of_body(
            "await emit({ topic: 't', data: { id: crypto.randomUUID(), at: new Date(), iso: new Date().toISOString(), \
             r: Math.random().toString(36), s: Math.random(), t: 'x'.split(','), u: new Thing(), v: await load() } })"
        ),
        "{id: string, at: string, iso: string, r: ?, s: number, t: ?, u: ?, v: ?}"
    );
    assert_eq!(
        of_body("const String = other; await emit({ topic: 't', data: { a: String(1) } })"),
        "{a: ?}"
    );
    assert_eq!(
        payload(&py_handler(
            "    await context.emit({'topic': 't', 'data': {'a': str(1), 'n': len([]), 'at': datetime.now().isoformat(), 'u': 'x'.title()}})"
        )),
        "{a: string, n: integer, at: string, u: ?}"
    );
    assert_eq!(
        payload(&rb_handler(
            "context.emit(topic: 't', data: { a: 1.to_s, at: Time.now.iso8601, u: input['x'].upcase })"
        )),
        "{a: string, at: string, u: ?}"
    );
}

#[test]
fn fields_of_the_message_keep_their_path() {
    assert_eq!(
        of_body(
            "const { user, rest: { deep } } = input; await emit({ topic: 't', data: { a: input.a.b, c: user.id, deep, all: input } })"
        ),
        "{a: input.a.b, c: input.user.id, deep: input.rest.deep, all: input}"
    );
    assert_eq!(of_body("await emit({ topic: 't', data: input })"), "input");
    assert_eq!(
        of_body("const { a = 1 } = input; await emit({ topic: 't', data: { a } })"),
        "{a: ?}"
    );
    assert_eq!(
        of_body(
            "const x = input.list.map((i) => i); await emit({ topic: 't', data: { x, y: input.name.trim() } })"
        ),
        "{x: ?, y: ?}"
    );
    assert_eq!(
        payload(&py_handler(
            "    await context.emit({'topic': 't', 'data': {'a': input_data['a'], 'b': input_data.get('b'), 'c': input_data.get('c', 1)}})"
        )),
        "{a: input.a, b: input.b, c: ?}"
    );
    assert_eq!(
        payload(&rb_handler(
            "context.emit(topic: 't', data: { a: input['a'], b: input[:b], c: input.dig('c', 'd') })"
        )),
        "{a: input.a, b: input.b, c: input.c.d}"
    );
}

#[test]
fn the_path_of_a_request_starts_at_its_body() {
    let step = |body: &str| {
        payload(&ts(&format!(
            "export const config = {{ type: 'api', name: 'S', method: 'POST', path: '/' }}\n\
             export const handler = async (req, {{ emit }}) => {{ {body} }}"
        )))
    };
    assert_eq!(
        step("await emit({ topic: 't', data: { a: req.body.a, p: req.pathParams.id } })"),
        "{a: input.a, p: ?}"
    );
    assert_eq!(
        step("const { a } = req.body; await emit({ topic: 't', data: { a } })"),
        "{a: input.a}"
    );
    let python = py("config = {'type': 'api', 'method': 'POST', 'path': '/'}\n\
        async def handler(req, context):\n    body = req.get('body', {})\n    await context.emit({'topic': 't', 'data': {'a': body['a'], 'b': body.get('b')}})\n");
    assert_eq!(payload(&python), "{a: input.a, b: input.b}");
}

#[test]
fn a_spread_of_the_message_brings_the_keys_of_its_schema() {
    let step = |schema: &str| {
        payload(&ts(&format!(
            "import {{ z }} from 'zod'\nimport {{ imported }} from './schemas'\n\
             export const config = {{ type: 'api', name: 'S', method: 'POST', path: '/', bodySchema: {schema} }}\n\
             export const handler = async (req, {{ emit }}) => {{\n\
             const order = {{ id: crypto.randomUUID(), ...req.body, createdAt: new Date() }}\n\
             await emit({{ topic: 't', data: order }}) }}"
        )))
    };
    assert_eq!(
        step("z.object({ productId: z.string(), note: z.string().optional() })"),
        "{id: string, productId: input.productId, note: input.note, createdAt: string}"
    );
    assert_eq!(
        step("z.object({ productId: z.string() }).passthrough()"),
        "{id: ?, productId: input.productId, createdAt: string, …}"
    );
    assert_eq!(step("imported"), "{id: ?, createdAt: string, …}");
    assert_eq!(
        step("z.object({ id: z.string() })"),
        "{id: input.id, createdAt: string}"
    );
}

#[test]
fn spreads_merge_or_open() {
    assert_eq!(
        of_body("const base = { a: 1, b: 2 }; await emit({ topic: 't', data: { ...base, b: 'x', c: 3 } })"),
        r#"{a: 1, b: "x", c: 3}"#
    );
    assert_eq!(
        of_body("await emit({ topic: 't', data: { a: 1, ...load(), b: 2 } })"),
        "{a: ?, b: 2, …}"
    );
    assert_eq!(
        of_body("await emit({ topic: 't', data: { a: 1, [input.k]: 2 } })"),
        "{a: ?, …}"
    );
    assert_eq!(
        of_body(
            "await emit({ topic: 't', data: { ...(input.x && { a: 1 }), ...(input.y ? { b: 1 } : {}) } })"
        ),
        "{a: 1, b: 1}"
    );
    assert_eq!(
        payload(&py_handler(
            "    base = {'a': 1}\n    await context.emit({'topic': 't', 'data': {**base, 'b': 2}})"
        )),
        "{a: 1, b: 2}"
    );
    assert_eq!(
        payload(&rb_handler(
            "base = { a: 1 }\ncontext.emit(topic: 't', data: { **base, b: 2 })"
        )),
        "{a: 1, b: 2}"
    );
}

#[test]
fn visible_changes_of_a_variable_count() {
    assert_eq!(
        of_body("const o = { a: 1 }; o.b = 'x'; await emit({ topic: 't', data: o })"),
        r#"{a: 1, b: "x"}"#
    );
    assert_eq!(
        of_body("const o = { a: 1 }; o.a = load(); await emit({ topic: 't', data: o })"),
        "{a: ?}"
    );
    assert_eq!(
        of_body("const o: any = { a: 1 }; o[input.k] = 1; await emit({ topic: 't', data: o })"),
        "{a: ?, …}"
    );
    assert_eq!(
        of_body("let o = { a: 1 }; o = load(); await emit({ topic: 't', data: o })"),
        "?"
    );
    assert_eq!(
        of_body("const o: any = { a: 1 }; delete o.a; await emit({ topic: 't', data: o })"),
        "?"
    );
    assert_eq!(
        of_body("const o = { a: 1 }; Object.assign(o, load()); await emit({ topic: 't', data: o })"),
        "{a: ?, …}"
    );
    assert_eq!(
        of_body("const o = { a: { b: 1 } }; o.a.b = 2; await emit({ topic: 't', data: o })"),
        "{a: ?}"
    );
    assert_eq!(
        of_body("const l = [1]; l.push(2); await emit({ topic: 't', data: { l } })"),
        "{l: array}"
    );
    assert_eq!(
        of_body("input.extra = 1; await emit({ topic: 't', data: input })"),
        "{extra: 1, …}"
    );
    assert_eq!(
        of_body("input.extra = 1; await emit({ topic: 't', data: { e: input.extra, f: input.f } })"),
        "{e: 1, f: input.f}"
    );
    assert_eq!(
        payload(&py_handler(
            "    o = {'a': 1}\n    o['b'] = 2\n    await context.emit({'topic': 't', 'data': o})"
        )),
        "{a: 1, b: 2}"
    );
    assert_eq!(
        payload(&py_handler(
            "    o = {'a': 1}\n    o.update(load())\n    await context.emit({'topic': 't', 'data': o})"
        )),
        "{a: ?, …}"
    );
    assert_eq!(
        payload(&rb_handler(
            "o = { a: 1 }\no[:b] = 2\ncontext.emit(topic: 't', data: o)"
        )),
        "{a: 1, b: 2}"
    );
}

#[test]
fn a_field_of_a_known_object_is_known() {
    assert_eq!(
        of_body(
            "const o = { id: `x-${input.n}`, ...input.more }; await emit({ topic: 't', data: { id: o.id, n: o.other } })"
        ),
        "{id: ?, n: input.more.other}"
    );
    assert_eq!(
        of_body(
            "const o = { id: `x` + input.n, n: 1 }; await emit({ topic: 't', data: { id: o.id, n: o.n } })"
        ),
        "{id: string, n: 1}"
    );
}

#[test]
fn a_private_helper_hands_on_what_it_is_given() {
    let facts = ts_handler(
        "await send(emit, { a: 1 })\n}\nasync function send(emit: any, data: any) { await emit({ topic: 't', data: { ...data, b: 2 } })",
    );
    assert_eq!(payload(&facts), "{a: 1, b: 2}");
}

#[test]
fn names_mean_what_their_scope_says() {
    let facts = ts_handler(
        "if (input.ok) { const data = { a: 1 }; await emit({ topic: 't', data }) } \
         else { const data = { b: 2 }; await emit({ topic: 't', data }) }",
    );
    let shapes: Vec<String> = facts.emits.iter().map(|site| shape(&site.payload)).collect();
    assert_eq!(shapes, ["{a: 1}", "{b: 2}"]);
    let twice = py_handler(
        "    if input_data['ok']:\n        data = {'a': 1}\n    else:\n        data = {'b': 2}\n    await context.emit({'topic': 't', 'data': data})",
    );
    assert_eq!(payload(&twice), "?");
}

#[test]
fn a_missing_payload_has_no_span() {
    let facts = ts_handler("await emit({ topic: 't' })");
    assert_eq!(facts.emits[0].payload_span, None);
    assert_eq!(payload(&facts), "?");
}
