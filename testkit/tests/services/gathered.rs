//! Calls that a handler makes at once: answered in the order in which it made them, whatever order they arrive in.

use banister_testkit::report::ControlLabel;

use crate::clients::step;
use crate::support::{Step, available, outcome};

const TIMES: usize = 50;

/// The first call is answered with 1, the second with 2, …, over both ways to connect.
const MOCKS: &str = "[ { on: POST https://api.test/*, replies: [ { json: { n: 1 } }, { json: { n: 2 } }, { json: { n: 3 } }, { json: { n: 4 } } ] }, { on: POST http://plain.test/*, replies: [ { json: { n: 1 } }, { json: { n: 2 } }, { json: { n: 3 } }, { json: { n: 4 } } ] } ]";

/// What every handler below gives: the number each call got, and the order in which they ended.
const EXPECTED: &str = "0: [[1,2,3,4],[\"d\",\"a\",\"c\",\"b\"]]";

/// A handler that makes four calls at once with `call(url, data)`, which gives the parsed answer.
fn node(call: &str, host: &str) -> String {
    format!(
        "{call}
exports.handler = async () => {{
  const ended = []
  const one = async (name) => {{
    const {{ n }} = await call('{host}/' + name, {{ name }})
    ended.push(name)
    return n
  }}
  return [await Promise.all(['d', 'a', 'c', 'b'].map(one)), ended]
}}"
    )
}

fn python(imports: &str, call: &str, host: &str) -> String {
    format!(
        "import asyncio, json
{imports}
async def handler(data, ctx):
    ended = []
{call}
    async def one(name):
        n = (await call('{host}/' + name, {{'name': name}}))['n']
        ended.append(name)
        return n
    return [await asyncio.gather(*[one(name) for name in 'dacb']), ended]
"
    )
}

/// The label, the outcome and the trace of every run.
fn assert_controlled(name: &str, step: &Step) {
    let results = step.run_again(MOCKS, TIMES);
    for result in &results {
        assert_eq!(outcome(result), EXPECTED, "{name}");
        assert_eq!(
            result.label,
            ControlLabel::Controlled,
            "{name}: {:?}",
            result.notes
        );
        assert_eq!(
            result.trace.canonical(),
            results[0].trace.canonical(),
            "{name}: the same trace every time"
        );
    }
}

const NODE: [(&str, &str); 3] = [
    (
        "fetch",
        "const call = async (url, data) => (await fetch(url, { method: 'POST', body: JSON.stringify(data) })).json()",
    ),
    (
        "axios",
        "const axios = require('axios')\nconst call = async (url, data) => (await axios.post(url, data)).data",
    ),
    (
        "http",
        "const call = (url, data) => new Promise((resolve, reject) => {
  const req = require(url.split(':')[0]).request(url, { method: 'POST' }, (res) => {
    let text = ''
    res.on('data', (d) => { text += d })
    res.on('end', () => resolve(JSON.parse(text)))
  })
  req.on('error', reject)
  req.end(JSON.stringify(data))
})",
    ),
];

const PYTHON: [(&str, &str, &str); 4] = [
    (
        "httpx",
        "import httpx",
        "    client = httpx.AsyncClient()
    async def call(url, data):
        return (await client.post(url, json=data)).json()",
    ),
    (
        "aiohttp",
        "import aiohttp",
        "    async def call(url, data):
        async with aiohttp.ClientSession() as session:
            async with session.post(url, json=data) as r:
                return await r.json()",
    ),
    (
        "requests on threads",
        "import requests",
        "    async def call(url, data):
        return (await asyncio.to_thread(requests.post, url, json=data)).json()",
    ),
    (
        "urllib on threads of a pool",
        "import urllib.request, concurrent.futures\nPOOL = concurrent.futures.ThreadPoolExecutor(4, 'asyncio_own')",
        "    async def call(url, data):
        def work():
            with urllib.request.urlopen(url, json.dumps(data).encode(), timeout=5) as r:
                return json.loads(r.read())
        return await asyncio.get_running_loop().run_in_executor(POOL, work)",
    ),
];

#[test]
fn calls_of_node_at_once_are_answered_in_order() {
    for (name, call) in NODE {
        for host in ["https://api.test", "http://plain.test"] {
            let Some(step) = step("a.step.js", &node(call, host)) else {
                return;
            };
            assert_controlled(&format!("{name} to {host}"), &step);
        }
    }
}

#[test]
fn calls_of_python_at_once_are_answered_in_order() {
    for (name, imports, call) in PYTHON {
        for host in ["https://api.test", "http://plain.test"] {
            let Some(step) = step("a_step.py", &python(imports, call, host)) else {
                return;
            };
            assert_controlled(&format!("{name} to {host}"), &step);
        }
    }
}

/// An unread body, a call that is given up, one whose answer never comes, and calls of the context beside them.
#[test]
fn what_happens_beside_calls_is_in_order_as_well() {
    if !available("a.step.js") {
        return;
    }
    let text = "
exports.handler = async (input, { state, emit }) => {
  const post = (name, options) => fetch('https://api.test/' + name, { method: 'POST', ...options })
  const unread = post('unread')
  const stop = new AbortController()
  const given_up = post('given-up', { signal: stop.signal }).catch((error) => error.name)
  const [set, read] = await Promise.all([state.set('g', 'k', 1), post('read').then((r) => r.json()), emit({ topic: 'x', data: {} })])
  stop.abort()
  const late = await Promise.race([post('late').then(() => 'late'), new Promise((done) => setTimeout(() => done('in time'), 1000))])
  return [(await unread).status, await given_up, set, read.n, late]
}";
    let step = Step::new("a.step.js", text);
    let mocks = "[ { on: POST https://api.test/late, reply: { delay: 2s, json: {} } }, { on: POST https://api.test/given-up, reply: { fault: timeout } }, { on: POST https://api.test/*, replies: [ { json: { n: 1 } }, { json: { n: 2 } } ] } ]";
    let results = step.run_again(mocks, TIMES);
    for result in &results {
        assert_eq!(outcome(result), "1000: [200,\"AbortError\",1,2,\"in time\"]");
        assert_eq!(result.label, ControlLabel::Controlled, "{:?}", result.notes);
        assert_eq!(result.trace.canonical(), results[0].trace.canonical());
    }
}

/// A thread of the handler's own can make its calls while the handler waits for the thread: neither may wait for the other.
#[test]
fn threads_of_a_handler_are_answered_and_told_of() {
    if !available("a_step.py") {
        return;
    }
    let text = "
import concurrent.futures, json, urllib.request
def get(name):
    with urllib.request.urlopen('https://api.test/' + name, b'{}', timeout=5) as r:
        return json.loads(r.read())['n']
async def handler(data, ctx):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(get, ['a', 'b']))
";
    let result = Step::new("a_step.py", text).run(MOCKS);
    assert_eq!(outcome(&result), "0: [1,2]");
    assert_eq!(result.label, ControlLabel::Partial);
}
