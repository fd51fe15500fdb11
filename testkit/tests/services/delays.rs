//! Answers that come later: in virtual time, exactly when the mock says so, and against the time limits of real clients.

use banister_testkit::report::ControlLabel;

use crate::support::{Step, available, outcome};

const MOCK: &str = "[ { on: GET https://api.test/a, reply: { delay: 4s, json: { n: 1 } } }, { on: GET http://api.test/a, reply: { delay: 4s, json: { n: 2 } } } ]";

/// Steps that call `URL` with a time limit of `LIMIT` seconds and give back what came and whether it came in time.
fn clients() -> Vec<(&'static str, &'static str, String)> {
    [node_clients(), python_clients(), ruby_clients()].concat()
}

fn node_clients() -> Vec<(&'static str, &'static str, String)> {
    let js = |body: &str| {
        format!(
            "exports.handler = async () => {{ const start = Date.now()\ntry {{ {body} }} catch (error) {{ return ['limit', Date.now() - start] }} }}"
        )
    };
    vec![
        (
            "fetch",
            "a.step.js",
            js(
                "const r = await fetch('URL', { signal: AbortSignal.timeout(LIMIT000) }); return [(await r.json()).n, Date.now() - start]",
            ),
        ),
        (
            "http.request",
            "a.step.js",
            js(
                "const lib = require('URL'.split(':')[0]); return await new Promise((resolve, reject) => { const req = lib.get('URL', (res) => { let t = ''; res.on('data', (d) => { t += d }); res.on('end', () => resolve([JSON.parse(t).n, Date.now() - start])) }); req.setTimeout(LIMIT000, () => req.destroy(new Error('limit'))); req.on('error', reject) })",
            ),
        ),
    ]
}

fn python_clients() -> Vec<(&'static str, &'static str, String)> {
    let py = |imports: &str, body: &str| {
        format!(
            "import asyncio, json, time\n{imports}\nasync def handler(data, ctx):\n    start = time.time()\n    try:\n{body}\n    except Exception as error:\n        return ['limit', round((time.time() - start) * 1000)]\n"
        )
    };
    vec![
        (
            "urllib",
            "a_step.py",
            py(
                "import urllib.request",
                "        with urllib.request.urlopen('URL', timeout=LIMIT) as r:\n            n = json.loads(r.read())['n']\n        return [n, round((time.time() - start) * 1000)]",
            ),
        ),
        (
            "urllib on a thread",
            "a_step.py",
            py(
                "import urllib.request",
                "        def work():\n            with urllib.request.urlopen('URL', timeout=LIMIT) as r:\n                return json.loads(r.read())['n']\n        n = await asyncio.to_thread(work)\n        return [n, round((time.time() - start) * 1000)]",
            ),
        ),
        (
            "asyncio streams",
            "a_step.py",
            py(
                "",
                "        async def work():\n            tls = 'URL'.startswith('https')\n            r, w = await asyncio.open_connection('api.test', 443 if tls else 80, ssl=tls)\n            w.write(b'GET /a HTTP/1.1\\r\\nhost: api.test\\r\\n\\r\\n')\n            text = await r.read()\n            w.close()\n            return json.loads(text.decode().split('\\r\\n\\r\\n')[1])['n']\n        n = await asyncio.wait_for(work(), LIMIT)\n        return [n, round((time.time() - start) * 1000)]",
            ),
        ),
    ]
}

fn ruby_clients() -> Vec<(&'static str, &'static str, String)> {
    let rb = |body: &str| {
        format!(
            "require 'net/http'\nrequire 'json'\nrequire 'timeout'\ndef handler(input, context)\n  start = Time.now\n  begin\n{body}\n  rescue Timeout::Error, StandardError => e\n    ['limit', ((Time.now - start) * 1000).round]\n  end\nend\n"
        )
    };
    vec![
        (
            "Net::HTTP",
            "a.step.rb",
            rb(
                "    uri = URI('URL')\n    http = Net::HTTP.new(uri.host, uri.port)\n    http.use_ssl = uri.scheme == 'https'\n    http.read_timeout = LIMIT\n    http.max_retries = 0\n    n = JSON.parse(http.get('/a').body)['n']\n    [n, ((Time.now - start) * 1000).round]",
            ),
        ),
        (
            "Net::HTTP under Timeout.timeout",
            "a.step.rb",
            rb(
                "    n = Timeout.timeout(LIMIT) { JSON.parse(Net::HTTP.get(URI('URL')))['n'] }\n    [n, ((Time.now - start) * 1000).round]",
            ),
        ),
        (
            "Net::HTTP on a thread",
            "a.step.rb",
            rb(
                "    n = Thread.new { Net::HTTP.start('api.test', URI('URL').port, use_ssl: 'URL'.start_with?('https'), read_timeout: LIMIT, max_retries: 0) { |h| JSON.parse(h.get('/a').body)['n'] } }.value\n    [n, ((Time.now - start) * 1000).round]",
            ),
        ),
    ]
}

#[test]
fn time_limits_strike_exactly_if_the_answer_takes_longer() {
    let mut wrong = Vec::new();
    for (client, file, text) in clients() {
        if !available(file) {
            continue;
        }
        for (url, n) in [("https://api.test/a", 1), ("http://api.test/a", 2)] {
            for (limit, expected) in [
                ("5", format!("4000: [{n},4000]")),
                ("4", format!("4000: [{n},4000]")),
                ("3", "3000: [\"limit\",3000]".to_owned()),
            ] {
                let text = text.replace("URL", url).replace("LIMIT", limit);
                let told = outcome(&Step::new(file, &text).run(MOCK));
                if told != expected {
                    wrong.push(format!("{client} of {url} with a limit of {limit} s: {told}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn time_passes_for_timers_and_answers_together() {
    let mocks = "[ { on: GET https://api.test/a, reply: { delay: 4s, json: 1 } }, { on: GET https://api.test/b, reply: { delay: 1s, json: 2 } } ]";
    let js = "exports.handler = async () => { const start = Date.now(); const seen = []; const note = (name) => seen.push(`${name} ${Date.now() - start}`); const get = async (path) => { await (await fetch('https://api.test' + path)).json(); note(path) }; const sleep = (ms) => new Promise((r) => setTimeout(() => { note(ms); r() }, ms)); await get('/b'); await Promise.all([get('/a'), sleep(500), sleep(6000)]); return seen }";
    let py = "import asyncio, time, urllib.request\nasync def handler(data, ctx):\n    start, seen = time.time(), []\n    def note(name):\n        seen.append(f'{name} {round((time.time() - start) * 1000)}')\n    async def get(path):\n        await asyncio.to_thread(lambda: urllib.request.urlopen('https://api.test' + path).read())\n        note(path)\n    async def sleep(ms):\n        await asyncio.sleep(ms / 1000)\n        note(ms)\n    await get('/b')\n    await asyncio.gather(get('/a'), sleep(500), sleep(6000))\n    return seen\n";
    let rb = "require 'net/http'\ndef handler(input, context)\n  start, seen = Time.now, Queue.new\n  note = ->(name) { seen << \"#{name} #{((Time.now - start) * 1000).round}\" }\n  get = ->(path) { Net::HTTP.get(URI('https://api.test' + path)); note.(path) }\n  wait = ->(ms) { sleep(ms / 1000.0); note.(ms) }\n  get.('/b')\n  [Thread.new { get.('/a') }, Thread.new { wait.(500) }, Thread.new { wait.(6000) }].each(&:join)\n  seen.size.times.map { seen.pop }\nend\n";
    for (file, text) in [("a.step.js", js), ("a_step.py", py), ("a.step.rb", rb)] {
        if !available(file) {
            continue;
        }
        let step = Step::new(file, text);
        let first = step.run(mocks);
        let told = outcome(&first);
        assert_eq!(
            told, "7000: [\"/b 1000\",\"500 1500\",\"/a 5000\",\"6000 7000\"]",
            "{file}"
        );
        for _ in 0..4 {
            assert_eq!(
                step.run(mocks).trace.canonical(),
                first.trace.canonical(),
                "{file}"
            );
        }
    }
}

#[test]
fn a_call_that_is_given_up_and_made_again_meets_the_next_reply() {
    let mocks =
        "[ { on: GET https://api.test/a, replies: [ { fault: timeout }, { delay: 1s, json: { n: 3 } } ] } ]";
    let js = "exports.handler = async () => { for (let i = 0; i < 3; i++) { try { const r = await fetch('https://api.test/a', { signal: AbortSignal.timeout(5000) }); return [i, (await r.json()).n] } catch {} } }";
    let py = "import json, urllib.request\nasync def handler(data, ctx):\n    for i in range(3):\n        try:\n            return [i, json.loads(urllib.request.urlopen('https://api.test/a', timeout=5).read())['n']]\n        except OSError:\n            pass\n";
    let rb = "require 'net/http'\nrequire 'json'\ndef handler(input, context)\n  3.times do |i|\n    return [i, JSON.parse(Net::HTTP.start('api.test', 443, use_ssl: true, read_timeout: 5, max_retries: 0) { |h| h.get('/a').body })['n']]\n  rescue Net::ReadTimeout\n  end\nend\n";
    for (file, text) in [("a.step.js", js), ("a_step.py", py), ("a.step.rb", rb)] {
        if !available(file) {
            continue;
        }
        let result = Step::new(file, text).run(mocks);
        assert_eq!(outcome(&result), "6000: [1,3]", "{file}");
        assert_eq!(
            result.label,
            ControlLabel::Controlled,
            "{file}: {:?} {}",
            result.notes,
            result.trace.canonical()
        );
    }
}

#[test]
fn who_waits_for_ever_is_told_for_what() {
    let js = "exports.handler = async () => { await fetch('https://api.test/a') }";
    let py = "import urllib.request\nasync def handler(data, ctx):\n    urllib.request.urlopen('https://api.test/a')\n";
    let rb = "require 'net/http'\ndef handler(input, context)\n  Net::HTTP.start('api.test', 443, use_ssl: true, read_timeout: nil) { |h| h.get('/a') }\nend\n";
    for (file, text) in [("a.step.js", js), ("a_step.py", py), ("a.step.rb", rb)] {
        if !available(file) {
            continue;
        }
        let told = outcome(
            &Step::new(file, text).run("[ { on: GET https://api.test/a, reply: { fault: timeout } } ]"),
        );
        assert_eq!(
            told,
            "0: NeverSettles: waits without a time limit for GET https://api.test/a, whose mock never answers",
            "{file}"
        );
    }
}
