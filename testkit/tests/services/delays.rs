//! Answers that come later: in virtual time, exactly when the mock says so, and against the time limits of real clients.

use crate::support::{Step, outcome};

const MOCK: &str = "[ { on: GET https://api.test/a, reply: { delay: 4s, json: { n: 1 } } }, { on: GET http://api.test/a, reply: { delay: 4s, json: { n: 2 } } } ]";

/// Steps that call `URL` with a time limit of `LIMIT` seconds and give back what came and whether it came in time.
fn clients() -> Vec<(&'static str, &'static str, String)> {
    let js = |body: &str| format!("exports.handler = async () => {{ const start = Date.now()\ntry {{ {body} }} catch (error) {{ return ['limit', Date.now() - start] }} }}");
    let py = |imports: &str, body: &str| {
        format!(
            "import asyncio, json, time\n{imports}\nasync def handler(data, ctx):\n    start = time.time()\n    try:\n{body}\n    except Exception as error:\n        return ['limit', round((time.time() - start) * 1000)]\n"
        )
    };
    let rb = |body: &str| {
        format!(
            "require 'net/http'\nrequire 'json'\nrequire 'timeout'\ndef handler(input, context)\n  start = Time.now\n  begin\n{body}\n  rescue Timeout::Error, StandardError => e\n    ['limit', ((Time.now - start) * 1000).round]\n  end\nend\n"
        )
    };
    vec![
        (
            "fetch",
            "a.step.js",
            js("const r = await fetch('URL', { signal: AbortSignal.timeout(LIMIT000) }); return [(await r.json()).n, Date.now() - start]"),
        ),
        (
            "http.request",
            "a.step.js",
            js("const lib = require('URL'.split(':')[0]); return await new Promise((resolve, reject) => { const req = lib.get('URL', (res) => { let t = ''; res.on('data', (d) => { t += d }); res.on('end', () => resolve([JSON.parse(t).n, Date.now() - start])) }); req.setTimeout(LIMIT000, () => req.destroy(new Error('limit'))); req.on('error', reject) })"),
        ),
        (
            "urllib",
            "a_step.py",
            py("import urllib.request", "        with urllib.request.urlopen('URL', timeout=LIMIT) as r:\n            n = json.loads(r.read())['n']\n        return [n, round((time.time() - start) * 1000)]"),
        ),
        (
            "urllib on a thread",
            "a_step.py",
            py("import urllib.request", "        def work():\n            with urllib.request.urlopen('URL', timeout=LIMIT) as r:\n                return json.loads(r.read())['n']\n        n = await asyncio.to_thread(work)\n        return [n, round((time.time() - start) * 1000)]"),
        ),
        (
            "asyncio streams",
            "a_step.py",
            py("", "        async def work():\n            tls = 'URL'.startswith('https')\n            r, w = await asyncio.open_connection('api.test', 443 if tls else 80, ssl=tls)\n            w.write(b'GET /a HTTP/1.1\\r\\nhost: api.test\\r\\n\\r\\n')\n            text = await r.read()\n            w.close()\n            return json.loads(text.decode().split('\\r\\n\\r\\n')[1])['n']\n        n = await asyncio.wait_for(work(), LIMIT)\n        return [n, round((time.time() - start) * 1000)]"),
        ),
        (
            "Net::HTTP",
            "a.step.rb",
            rb("    uri = URI('URL')\n    http = Net::HTTP.new(uri.host, uri.port)\n    http.use_ssl = uri.scheme == 'https'\n    http.read_timeout = LIMIT\n    http.max_retries = 0\n    n = JSON.parse(http.get('/a').body)['n']\n    [n, ((Time.now - start) * 1000).round]"),
        ),
        (
            "Net::HTTP under Timeout.timeout",
            "a.step.rb",
            rb("    n = Timeout.timeout(LIMIT) { JSON.parse(Net::HTTP.get(URI('URL')))['n'] }\n    [n, ((Time.now - start) * 1000).round]"),
        ),
        (
            "Net::HTTP on a thread",
            "a.step.rb",
            rb("    n = Thread.new { Net::HTTP.start('api.test', URI('URL').port, use_ssl: 'URL'.start_with?('https'), read_timeout: LIMIT, max_retries: 0) { |h| JSON.parse(h.get('/a').body)['n'] } }.value\n    [n, ((Time.now - start) * 1000).round]"),
        ),
    ]
}

#[test]
fn time_limits_strike_exactly_if_the_answer_takes_longer() {
    let mut wrong = Vec::new();
    for (client, file, text) in clients() {
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
