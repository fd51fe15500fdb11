//! Outbound connections: to the mock server with a preamble, or nowhere.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::thread::JoinHandle;

use banister_testkit::protocol::{CallShape, FromWorker};
use serde_json::{Value as Json, json};

use crate::support::{Project, Told, describe, language_of, run, run_step};

/// Takes one connection at a time, `exchanges` times, and answers each request with a short text.
fn listen(exchanges: usize) -> (u16, JoinHandle<Vec<(String, String)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = move || {
        let mut seen = Vec::new();
        for _ in 0..exchanges {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let (mut preamble, mut request) = (String::new(), String::new());
            reader.read_line(&mut preamble).unwrap();
            reader.read_line(&mut request).unwrap();
            let mut length = 0;
            loop {
                let mut header = String::new();
                reader.read_line(&mut header).unwrap();
                if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if header.trim().is_empty() {
                    break;
                }
            }
            reader.read_exact(&mut vec![0; length]).unwrap();
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello";
            reader.get_mut().write_all(answer).unwrap();
            seen.push((preamble, request));
        }
        seen
    };
    (port, std::thread::spawn(seen))
}

fn run_with_mock(file: &str, text: &str) -> Option<(Told, Vec<(String, String)>)> {
    let mut project = Project::new(&[(file, text)]);
    let (port, server) = listen(1);
    project.mock_port = port;
    let mut worker = project.worker(language_of(file))?;
    let mut invoke = project.invoke(file, CallShape::Event, json!({}));
    invoke.hosts = vec!["api.example.com".into()];
    let told = run(&mut worker, invoke).unwrap();
    Some((told.ok(), server.join().unwrap()))
}

#[test]
fn a_call_reaches_the_mock_server_with_its_preamble() {
    let python = |body: &str| {
        format!("import asyncio, http.client, socket, urllib.request\nasync def handler(data, ctx):\n{body}")
    };
    for (file, text) in [
        ("steps/a.step.ts", "export const handler = async () => (await fetch('http://api.example.com:8080/a')).text()".to_owned()),
        ("steps/b.step.js", "const http = require('http')\nexports.handler = () => new Promise((resolve, reject) => http.get('http://api.example.com:8080/a', (res) => { let text = ''; res.on('data', (d) => { text += d }); res.on('end', () => resolve(text)) }).on('error', reject))".to_owned()),
        ("steps/c.step.js", "const net = require('net')\nexports.handler = () => new Promise((resolve, reject) => { const s = net.connect(8080, 'api.example.com'); s.on('error', reject); s.write('GET /a HTTP/1.1\\r\\n\\r\\n'); let text = ''; s.on('data', (d) => { text += d }); s.on('close', () => resolve(text.split('\\r\\n\\r\\n')[1])) })".to_owned()),
        ("steps/d.step.js", "const dns = require('dns')\nconst http = require('http')\nexports.handler = async () => { const { address } = await dns.promises.lookup('api.example.com'); return new Promise((resolve, reject) => http.get({ host: address, port: 8080, path: '/a' }, (res) => { let text = ''; res.on('data', (d) => { text += d }); res.on('end', () => resolve(text)) }).on('error', reject)) }".to_owned()),
        ("steps/a_step.py", python("    return urllib.request.urlopen('http://api.example.com:8080/a').read().decode()\n")),
        ("steps/b_step.py", python("    c = http.client.HTTPConnection('api.example.com', 8080, timeout=5)\n    c.request('GET', '/a')\n    return c.getresponse().read().decode()\n")),
        ("steps/c_step.py", python("    r, w = await asyncio.open_connection('api.example.com', 8080)\n    w.write(b'GET /a HTTP/1.1\\r\\n\\r\\n')\n    text = (await r.read()).decode()\n    w.close()\n    return text.split('\\r\\n\\r\\n')[1]\n")),
        ("steps/d_step.py", python("    s = socket.create_connection(('api.example.com', 8080))\n    s.sendall(b'GET /a HTTP/1.1\\r\\n\\r\\n')\n    text = b''\n    while chunk := s.recv(99):\n        text += chunk\n    return text.decode().split('\\r\\n\\r\\n')[1]\n")),
        ("steps/e_step.py", python("    return await asyncio.to_thread(lambda: urllib.request.urlopen('http://api.example.com:8080/a').read().decode())\n")),
        ("steps/a.step.rb", "require 'net/http'\ndef handler(input, context)\n  Net::HTTP.get(URI('http://api.example.com:8080/a'))\nend\n".to_owned()),
        ("steps/b.step.rb", "require 'open-uri'\ndef handler(input, context)\n  URI.parse('http://api.example.com:8080/a').read\nend\n".to_owned()),
        ("steps/c.step.rb", "require 'socket'\ndef handler(input, context)\n  Socket.tcp('api.example.com', 8080) { |s| s.write(\"GET /a HTTP/1.1\\r\\n\\r\\n\"); s.read.split(\"\\r\\n\\r\\n\")[1] }\nend\n".to_owned()),
    ] {
        let Some((told, seen)) = run_with_mock(file, &text) else { continue };
        assert_eq!(told.value, json!("hello"), "{file}");
        assert_eq!(seen[0].0, "\u{1}7 1 api.example.com 8080\n", "{file}");
        assert!(seen[0].1.starts_with("GET /a HTTP/1.1"), "{file}: {seen:?}");
    }
}

#[test]
fn a_host_without_a_mock_is_refused_and_told() {
    let expected = "UNMOCKED outbound call to api.unknown.dev:443: no mock declared for this host";
    for (file, text) in [
        (
            "steps/a.step.ts",
            "export const handler = async () => { try { await fetch('https://api.unknown.dev/x') } catch (e: any) { return e.cause.message } }",
        ),
        (
            "steps/b.step.js",
            "exports.handler = () => new Promise((resolve) => require('https').get('https://api.unknown.dev/x').on('error', (e) => resolve(e.code === 'ECONNREFUSED' ? e.message : e.code)))",
        ),
        (
            "steps/a_step.py",
            "import urllib.request\nasync def handler(data, ctx):\n    try:\n        urllib.request.urlopen('https://api.unknown.dev/x')\n    except OSError as error:\n        return error.reason.strerror\n",
        ),
        (
            "steps/b_step.py",
            "import asyncio\nasync def handler(data, ctx):\n    try:\n        await asyncio.open_connection('api.unknown.dev', 443, ssl=True)\n    except OSError as error:\n        return error.strerror\n",
        ),
        (
            "steps/a.step.rb",
            "require 'net/http'\ndef handler(input, context)\n  Net::HTTP.get(URI('https://api.unknown.dev/x'))\nrescue => e\n  e.message\nend\n",
        ),
    ] {
        let Some(told) = run_step(file, text, json!({})) else {
            continue;
        };
        let told = told.ok();
        assert!(
            told.value.as_str().is_some_and(|text| text.contains(expected)),
            "{file}: {told:?}"
        );
        assert_eq!(told.refused, [("api.unknown.dev".to_owned(), 443)], "{file}");
    }
}

/// Packages keep what they looked up, beyond the handler that asked.
#[test]
fn the_address_that_stands_for_a_host_is_its_own_for_good() {
    for (file, text) in [
        (
            "steps/a.step.js",
            "const dns = require('dns')\nexports.handler = async ({ hosts, connect }) => {\n  if (connect) return new Promise((resolve) => require('net').connect(25, connect).on('error', (e) => resolve(e.message)))\n  return Promise.all(hosts.map(async (host) => (await dns.promises.lookup(host)).address))\n}",
        ),
        (
            "steps/a_step.py",
            "import socket\nasync def handler(data, ctx):\n    if data.get('connect'):\n        try:\n            socket.create_connection((data['connect'], 25))\n        except OSError as error:\n            return str(error)\n    return [socket.gethostbyname(host) for host in data['hosts']]\n",
        ),
        (
            "steps/a.step.rb",
            "require 'socket'\ndef handler(input, context)\n  input['hosts'].map { |host| Addrinfo.tcp(host, 25).ip_address }\nend\n",
        ),
    ] {
        let project = Project::new(&[(file, text)]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        let mut ask = |input: Json| {
            let told = run(&mut worker, project.invoke(file, CallShape::Event, input)).unwrap();
            told.ok()
        };
        let first = ask(json!({ "hosts": ["smtp.example.com", "api.example.com"] })).value;
        let again = ask(json!({ "hosts": ["api.example.com", "smtp.example.com"] })).value;
        assert_eq!((&first[0], &first[1]), (&again[1], &again[0]), "{file}");
        assert_ne!(first[0], first[1], "{file}");
        if file.contains(".rb") {
            // A handler of Ruby runs in a copy of the process, of which no library can keep anything.
            continue;
        }
        let told = ask(json!({ "connect": first[0] }));
        assert_eq!(told.refused, [("smtp.example.com".to_owned(), 25)], "{file}");
        let text = told.value.to_string();
        assert!(text.contains("smtp.example.com:25"), "{file}: {text}");
    }
}

#[test]
fn this_machine_is_no_exception() {
    for (file, text) in [
        (
            "steps/a.step.js",
            "exports.handler = () => fetch('http://127.0.0.1:5432/').catch((e) => e.cause.message)",
        ),
        (
            "steps/a_step.py",
            "import socket\nasync def handler(data, ctx):\n    try:\n        socket.create_connection(('localhost', 5432))\n    except OSError as error:\n        return str(error)\n",
        ),
        (
            "steps/a.step.rb",
            "require 'socket'\ndef handler(input, context)\n  TCPSocket.new('localhost', 5432)\nrescue => e\n  e.message\nend\n",
        ),
    ] {
        let Some(told) = run_step(file, text, json!({})) else {
            continue;
        };
        assert!(
            told.value.as_str().is_some_and(|text| text.contains("UNMOCKED")),
            "{file}: {told:?}"
        );
        assert_eq!(told.refused.len(), 1, "{file}");
    }
}

#[test]
fn an_answer_that_nobody_reads_keeps_nobody_waiting() {
    for (file, text) in [
        (
            "steps/a.step.js",
            "const http = require('http')\nexports.handler = async (input, { state }) => { const status = await new Promise((resolve) => http.get('http://api.example.com/a', (res) => resolve(res.statusCode))); await state.set('g', 'k', status); await new Promise((r) => setTimeout(r, 5)); return status }",
        ),
        (
            "steps/b.step.js",
            "exports.handler = async (input, { state }) => { const { status } = await fetch('http://api.example.com/a'); await state.set('g', 'k', status); await new Promise((r) => setTimeout(r, 5)); return status }",
        ),
        (
            "steps/a_step.py",
            "import asyncio\nasync def handler(data, ctx):\n    r, w = await asyncio.open_connection('api.example.com', 80)\n    w.write(b'GET /a HTTP/1.1\\r\\n\\r\\n')\n    await r.readline()\n    await ctx.state.set('g', 'k', 1)\n    await asyncio.sleep(5)\n    return 200\n",
        ),
    ] {
        let Some((told, _)) = run_with_mock(file, text) else {
            continue;
        };
        assert_eq!(told.value, json!(200), "{file}");
    }
}

#[test]
fn a_look_at_a_module_tells_nothing_but_what_it_holds() {
    for (file, text) in [
        (
            "steps/a.step.ts",
            "try { await fetch('http://api.unknown.dev/') } catch {}\nexport const config = { name: 'A' }",
        ),
        (
            "steps/a_step.py",
            "import socket\ntry:\n    socket.create_connection(('api.unknown.dev', 80))\nexcept OSError:\n    pass\nconfig = {'name': 'A'}\n",
        ),
        (
            "steps/a.step.rb",
            "require 'socket'\nbegin\n  TCPSocket.new('api.unknown.dev', 80)\nrescue SystemCallError\nend\ndef config\n  { name: 'A' }\nend\n",
        ),
    ] {
        let project = Project::new(&[(file, text)]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            continue;
        };
        match describe(&mut worker, &project.path(file)) {
            FromWorker::Described { config, handler } => {
                assert_eq!((config, handler), (json!({"name": "A"}), false), "{file}");
            }
            other => panic!("{file}: {other:?}"),
        }
    }
}
