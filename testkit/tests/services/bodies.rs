//! What comes over the wire: faults, events, parts, and replies made from requests.

use crate::support::{Step, available, outcome};

#[test]
fn faults_are_errors_of_the_client() {
    let js = "exports.handler = async () => { const seen = []; for (const p of ['reset', 'empty', 'malformed', 'cut']) { try { const r = await fetch('https://api.test/' + p); await r.text(); seen.push('fine') } catch (e) { seen.push(p) } } return seen }";
    let py = "import urllib.request, http.client\nasync def handler(data, ctx):\n    seen = []\n    for p in ('reset', 'empty', 'malformed', 'cut'):\n        try:\n            urllib.request.urlopen('https://api.test/' + p).read()\n            seen.append('fine')\n        except (OSError, http.client.HTTPException):\n            seen.append(p)\n    return seen\n";
    let rb = "require 'net/http'\ndef handler(input, context)\n  %w[reset empty malformed cut].map do |p|\n    Net::HTTP.start('api.test', 443, use_ssl: true, max_retries: 0) { |h| h.get('/' + p).body }\n    'fine'\n  rescue SystemCallError, IOError, OpenSSL::SSL::SSLError, Net::HTTPBadResponse, Net::ProtocolError\n    p\n  end\nend\n";
    let mocks = "[ { on: GET https://api.test/reset, reply: { fault: reset } }, { on: GET https://api.test/empty, reply: { fault: empty } }, { on: GET https://api.test/malformed, reply: { fault: malformed, delay: 1s } }, { on: GET https://api.test/cut, reply: { fault: reset, chunks: [ ab, { text: cd, after: 1s } ] } } ]";
    for (file, text) in [("a.step.js", js), ("a_step.py", py), ("a.step.rb", rb)] {
        if !available(file) {
            continue;
        }
        let result = Step::new(file, text).run(mocks);
        assert_eq!(
            outcome(&result),
            "2000: [\"reset\",\"empty\",\"malformed\",\"cut\"]",
            "{file}"
        );
        assert!(result.failures.is_empty(), "{file}: {:?}", result.failures);
    }
}

#[test]
fn events_come_one_by_one_in_virtual_time() {
    let mocks = "[ { on: POST https://api.test/chat, reply: { sse: [ { data: { n: 1 } }, { event: more, data: { n: 2 }, after: 500ms }, { data: \"[DONE]\", after: 1s } ] } } ]";
    let js = "exports.handler = async () => { const start = Date.now(); const r = await fetch('https://api.test/chat', { method: 'POST', body: '{}' }); const seen = []; const d = new TextDecoder(); for await (const c of r.body) for (const l of d.decode(c).split('\\n')) if (l.startsWith('data: ')) seen.push(l.slice(6) + ' ' + (Date.now() - start)); return seen }";
    let py = "import time, urllib.request\nasync def handler(data, ctx):\n    start, seen = time.time(), []\n    with urllib.request.urlopen(urllib.request.Request('https://api.test/chat', data=b'{}')) as r:\n        for line in r:\n            if line.startswith(b'data: '):\n                seen.append(line[6:].decode().strip() + f' {round((time.time() - start) * 1000)}')\n    return seen\n";
    let rb = "require 'net/http'\ndef handler(input, context)\n  start, seen = Time.now, []\n  Net::HTTP.start('api.test', 443, use_ssl: true) do |h|\n    h.request(Net::HTTP::Post.new('/chat'), '{}') { |r| r.read_body { |c| c.each_line { |l| seen << \"#{l[6..].strip} #{((Time.now - start) * 1000).round}\" if l.start_with?('data: ') } } }\n  end\n  seen\nend\n";
    for (file, text) in [("a.step.js", js), ("a_step.py", py), ("a.step.rb", rb)] {
        if !available(file) {
            continue;
        }
        let step = Step::new(file, text);
        let told = outcome(&step.run(mocks));
        assert_eq!(
            told, "1500: [\"{\\\"n\\\":1} 0\",\"{\\\"n\\\":2} 500\",\"[DONE] 1500\"]",
            "{file}"
        );
    }
}

#[test]
fn replies_are_made_from_requests_and_remember() {
    if !available("a.step.js") {
        return;
    }
    let mocks = "[ { on: \"POST https://api.test/{kind}\", reply: { status: 201, json: { id: \"c_{{request.body.n}}\", n: \"{{request.body.n}}\", kind: \"{{request.path.kind}}\", q: \"{{request.query.q}}\", at: \"{{now.seconds}}\", key: \"{{uuid}}\" }, set: { things: { \"c_{{request.body.n}}\": \"{{request.body}}\" } } } }, \
        { on: \"GET https://api.test/things/{id}\", reply: { json: { all: \"{{store.things}}\" } } } ]";
    let js = "exports.handler = async () => { const post = async (n) => (await fetch('https://api.test/things?q=x', { method: 'POST', body: JSON.stringify({ n }) })).json(); const a = await post(1); const b = await post(2); const all = await (await fetch('https://api.test/things/c_1')).json(); return [{ ...a, key: a.key.length, differ: a.key !== b.key }, all] }";
    let told = outcome(&Step::new("a.step.js", js).run(mocks));
    assert_eq!(
        told,
        "0: [{\"id\":\"c_1\",\"n\":1,\"kind\":\"things\",\"q\":\"x\",\"at\":1767603600,\"key\":36,\"differ\":true},{\"all\":{\"c_1\":{\"n\":1},\"c_2\":{\"n\":2}}}]"
    );
    let lacking = "exports.handler = async () => (await fetch('https://api.test/things', { method: 'POST', body: '{}' })).status";
    let result = Step::new("a.step.js", lacking).run(mocks);
    assert_eq!(outcome(&result), "0: 501");
    assert!(
        result.failures[0].details[0]
            .ends_with("but its reply needs `{{request.body.n}}`, which is not there"),
        "{:?}",
        result.failures
    );
}
