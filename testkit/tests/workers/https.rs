//! Real TLS to the real mock server, from what each language brings along.

use serde_json::json;

use crate::mocked::run_mocked;
use crate::support::{NOW, Project, Told};

const MOCKS: &str = "    - on: POST https://api.pay.example/v1/charges
      reply: { status: 201, json: { id: ch_1 } }";

fn run_against_mock(file: &str, text: &str) -> Option<(Told, Vec<String>)> {
    let mut project = Project::new(&[(file, text)]);
    let (told, calls) = run_mocked(&mut project, file, MOCKS, &["api.pay.example"])?;
    let calls = calls.iter().map(|call| format!("{} {}", call.method, call.url));
    Some((told, calls.collect()))
}

#[test]
fn clients_of_every_language_trust_the_mock_server() {
    let python = |body: &str| {
        format!(
            "import asyncio, http.client, json, ssl, urllib.request\nURL = 'https://api.pay.example/v1/charges'\n{body}"
        )
    };
    for (file, text) in [
        (
            "steps/a.step.ts",
            "export const handler = async () => { const r = await fetch('https://api.pay.example/v1/charges', { method: 'POST', body: '{}' }); return [r.status, (await r.json()).id] }".to_owned(),
        ),
        (
            "steps/b.step.js",
            "const https = require('https')\nexports.handler = () => new Promise((resolve, reject) => { const req = https.request('https://api.pay.example/v1/charges', { method: 'POST' }, (res) => { let t = ''; res.on('data', (d) => { t += d }); res.on('end', () => resolve([res.statusCode, JSON.parse(t).id])) }); req.on('error', reject); req.end('{}') })".to_owned(),
        ),
        (
            "steps/c.step.js",
            "const tls = require('tls')\nexports.handler = () => new Promise((resolve, reject) => { const s = tls.connect(443, 'api.pay.example', { servername: 'api.pay.example' }, () => s.write('POST /v1/charges HTTP/1.1\\r\\nhost: api.pay.example\\r\\ncontent-length: 2\\r\\n\\r\\n{}')); let t = ''; s.on('error', reject); s.on('data', (d) => { t += d }); s.on('end', () => resolve([Number(t.split(' ')[1]), JSON.parse(t.split('\\r\\n\\r\\n')[1]).id])) })".to_owned(),
        ),
        (
            "steps/a_step.py",
            python("async def handler(data, ctx):\n    r = urllib.request.urlopen(urllib.request.Request(URL, data=b'{}', method='POST'))\n    return [r.status, json.loads(r.read())['id']]\n"),
        ),
        (
            "steps/b_step.py",
            python("def work():\n    c = http.client.HTTPSConnection('api.pay.example', context=ssl.create_default_context())\n    c.request('POST', '/v1/charges', b'{}')\n    r = c.getresponse()\n    return [r.status, json.loads(r.read())['id']]\nasync def handler(data, ctx):\n    return await asyncio.wait_for(asyncio.to_thread(work), 1)\n"),
        ),
        (
            "steps/c_step.py",
            python("async def handler(data, ctx):\n    r, w = await asyncio.wait_for(asyncio.open_connection('api.pay.example', 443, ssl=True), 1)\n    w.write(b'POST /v1/charges HTTP/1.1\\r\\nhost: api.pay.example\\r\\ncontent-length: 2\\r\\n\\r\\n{}')\n    text = (await asyncio.wait_for(r.read(), 1)).decode()\n    w.close()\n    return [int(text.split(' ')[1]), json.loads(text.split('\\r\\n\\r\\n')[1])['id']]\n"),
        ),
        (
            "steps/a.step.rb",
            "require 'net/http'\nrequire 'json'\ndef handler(input, context)\n  r = Net::HTTP.post(URI('https://api.pay.example/v1/charges'), '{}')\n  [r.code.to_i, JSON.parse(r.body)['id']]\nend\n".to_owned(),
        ),
    ] {
        let Some((told, calls)) = run_against_mock(file, &text) else { continue };
        assert_eq!(told.ok().value, json!([201, "ch_1"]), "{file}");
        assert_eq!(calls, ["POST https://api.pay.example/v1/charges"], "{file}");
    }
}

#[test]
fn calls_one_after_the_other_and_at_once_leave_the_clock_alone() {
    let text = "const pay = async () => { const r = await fetch('https://api.pay.example/v1/charges', { method: 'POST', signal: AbortSignal.timeout(100) }); return r.status }\n\
        export const handler = async (_: unknown, { state }: any) => { const a = await pay(); await state.set('g', 'k', a); await new Promise((r) => setTimeout(r, 60_000)); const b = await pay(); const c = await Promise.all([pay(), pay()]); return [a, b, ...c, Date.now()] }";
    let Some((told, calls)) = run_against_mock("steps/a.step.ts", text) else {
        return;
    };
    assert_eq!(told.ok().value, json!([201, 201, 201, 201, NOW + 60_000]));
    assert_eq!(calls.len(), 4);
}
