//! Time limits and streams of libraries that people use, with the real libraries.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::support::{Step, available, outcome};

const NODE: [&str; 2] = ["axios@1.20.0", "openai@6.0.0"];
const PYTHON: [&str; 3] = ["httpx==0.28.1", "requests==2.32.5", "aiohttp==3.13.0"];

/// A folder with the packages, or `None` outside CI if they cannot be had.
fn packages(kind: &'static str) -> Option<&'static Path> {
    static NODE_FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    static PYTHON_FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    let cell = if kind == "node" {
        &NODE_FOLDER
    } else {
        &PYTHON_FOLDER
    };
    cell.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("clients-{kind}"));
        let wanted = if kind == "node" {
            NODE.join(" ")
        } else {
            PYTHON.join(" ")
        };
        let stamp = folder.join("installed");
        if std::fs::read_to_string(&stamp).is_ok_and(|there| there == wanted) {
            return Some(folder);
        }
        std::fs::create_dir_all(&folder).unwrap();
        let mut command = if kind == "node" {
            let mut npm = Command::new("npm");
            npm.args(["install", "--no-audit", "--no-fund", "--prefix"])
                .arg(&folder)
                .args(NODE);
            npm
        } else {
            let mut pip = Command::new("python3");
            pip.args(["-m", "pip", "install", "--quiet", "--upgrade", "--target"])
                .arg(&folder)
                .args(PYTHON);
            pip
        };
        let done = command.output().is_ok_and(|output| output.status.success());
        if !done {
            assert!(std::env::var_os("CI").is_none(), "{wanted} cannot be installed");
            eprintln!("SKIPPED: {wanted} cannot be installed");
            return None;
        }
        std::fs::write(stamp, wanted).unwrap();
        Some(folder)
    })
    .as_deref()
}

/// A step that finds the packages of its language.
pub(crate) fn step(file: &str, text: &str) -> Option<Step> {
    if !available(file) {
        return None;
    }
    if file.ends_with(".py") {
        let path = packages("python")?.display().to_string();
        return Some(Step::new(
            file,
            &format!("import sys\nsys.path.insert(0, {path:?})\n{text}"),
        ));
    }
    let folder = packages("node")?;
    let step = Step::new(file, text);
    std::os::unix::fs::symlink(folder.join("node_modules"), step.folder().join("node_modules")).unwrap();
    Some(step)
}

#[test]
fn libraries_give_up_exactly_if_the_answer_takes_longer() {
    let python = |body: &str| {
        format!(
            "import time\nasync def handler(data, ctx):\n    start = time.time()\n    try:\n{body}\n        return [n, round((time.time() - start) * 1000)]\n    except Exception as error:\n        return ['limit', round((time.time() - start) * 1000)]\n"
        )
    };
    let clients = [
        ("axios", "a.step.js", "exports.handler = async () => { const start = Date.now(); try { const r = await require('axios').get('https://api.test/a', { timeout: LIMIT000 }); return [r.data.n, Date.now() - start] } catch { return ['limit', Date.now() - start] } }".to_owned()),
        ("requests", "a_step.py", python("        import requests\n        n = requests.get('https://api.test/a', timeout=LIMIT).json()['n']")),
        ("httpx", "a_step.py", python("        import httpx\n        n = httpx.get('https://api.test/a', timeout=LIMIT).json()['n']")),
        ("httpx async", "a_step.py", python("        import httpx\n        async with httpx.AsyncClient(timeout=LIMIT) as client:\n            n = (await client.get('https://api.test/a')).json()['n']")),
        ("aiohttp", "a_step.py", python("        import aiohttp\n        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=LIMIT)) as s:\n            async with s.get('https://api.test/a') as r:\n                n = (await r.json())['n']")),
    ];
    let mocks = "[ { on: GET https://api.test/a, reply: { delay: 4s, json: { n: 1 } } } ]";
    let mut wrong = Vec::new();
    for (client, file, text) in clients {
        for (limit, expected) in [("5", "4000: [1,4000]"), ("3", "3000: [\"limit\",3000]")] {
            let Some(step) = step(file, &text.replace("LIMIT", limit)) else {
                continue;
            };
            let told = outcome(&step.run(mocks));
            if told != expected {
                wrong.push(format!("{client} with a limit of {limit} s: {told}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn libraries_read_streams_in_virtual_time() {
    let delta = |text: &str| {
        format!(
            "{{ id: c1, object: chat.completion.chunk, choices: [ {{ index: 0, delta: {{ content: {text} }} }} ] }}"
        )
    };
    let mocks = format!(
        "[ {{ on: POST https://api.openai.com/v1/chat/completions, reply: {{ delay: 1s, sse: [ {{ data: {} }}, {{ data: {}, after: 500ms }}, {{ data: \"[DONE]\", after: 1s }} ] }} }} ]",
        delta("hel"),
        delta("lo")
    );
    let openai = "exports.handler = async () => { const start = Date.now(); const { OpenAI } = require('openai'); const stream = await new OpenAI({ apiKey: 'k' }).chat.completions.create({ model: 'm', stream: true, messages: [] }); const seen = []; for await (const c of stream) seen.push(c.choices[0].delta.content + ' ' + (Date.now() - start)); return [seen, Date.now() - start] }";
    let python = |body: &str| {
        format!(
            "import json, time\nURL = 'https://api.openai.com/v1/chat/completions'\nasync def handler(data, ctx):\n    start, seen = time.time(), []\n    def take(line):\n        if line.startswith('data: ') and line != 'data: [DONE]':\n            text = json.loads(line[6:])['choices'][0]['delta']['content']\n            seen.append(f'{{text}} {{round((time.time() - start) * 1000)}}')\n{body}\n    return [seen, round((time.time() - start) * 1000)]\n"
        )
    };
    for (client, file, text) in [
        ("openai", "a.step.js", openai.to_owned()),
        (
            "requests",
            "a_step.py",
            python(
                "    import requests\n    with requests.post(URL, json={}, stream=True) as r:\n        for line in r.iter_lines(decode_unicode=True):\n            take(line)",
            ),
        ),
        (
            "httpx",
            "a_step.py",
            python(
                "    import httpx\n    with httpx.stream('POST', URL, json={}) as r:\n        for line in r.iter_lines():\n            take(line)",
            ),
        ),
        (
            "httpx async",
            "a_step.py",
            python(
                "    import httpx\n    async with httpx.AsyncClient() as client:\n        async with client.stream('POST', URL, json={}) as r:\n            async for line in r.aiter_lines():\n                take(line)",
            ),
        ),
    ] {
        let Some(step) = step(file, &text) else { continue };
        let told = outcome(&step.run(&mocks));
        assert_eq!(told, "2500: [[\"hel 1000\",\"lo 1500\"],2500]", "{client}");
    }
}
