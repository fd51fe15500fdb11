use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::*;
use banister_project::flow_test::{HttpMock, parse};

fn mocks(list: &str) -> Vec<HttpMock> {
    let text = format!(
        "mocks: {{ http: [{list}] }}\ntests: [{{ name: a, when: [{{ cron: A }}], then: [{{ ran: [A] }}] }}]"
    );
    parse("a.flow.yaml", text.as_str().into())
        .unwrap()
        .tests
        .remove(0)
        .mocks
        .http
}

/// Writes bytes to a new connection and reads all that comes back.
fn exchange(port: u16, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

fn plain(port: u16, session: u64, request: &str) -> JoinHandle<String> {
    let bytes = format!("\u{1}{session} 7 api.test 80\n{request}");
    std::thread::spawn(move || exchange(port, bytes.as_bytes()))
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: api.test\r\nX-A: 1\r\nX-A: 2\r\n\r\n")
}

fn post(path: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: api.test\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// The next exchange, waiting on the bell as the stage does.
fn next(session: &MockSession) -> Held {
    let deadline = Instant::now() + Duration::from_secs(20);
    while Instant::now() < deadline {
        let mut ready = [rustix::event::PollFd::new(
            session.bell(),
            rustix::event::PollFlags::IN,
        )];
        rustix::event::poll(
            &mut ready,
            Some(&rustix::event::Timespec {
                tv_sec: 1,
                tv_nsec: 0,
            }),
        )
        .unwrap();
        if let Some(held) = session.next_held() {
            return held;
        }
    }
    panic!("no exchange came in")
}

#[test]
fn an_exchange_is_held_until_it_is_answered() {
    let server = MockServer::start().unwrap();
    let session = server
        .open_session(mocks(
            "{ on: POST http://api.test/v1, reply: { status: 201, headers: { X-B: b }, json: { id: 7 } } }",
        ))
        .unwrap();
    let client = plain(
        server.port(),
        session.id(),
        &post("/v1?q=1", "application/json", "{\"n\":1}"),
    );
    let held = next(&session);
    assert!(!client.is_finished() && session.next_held().is_none());
    let expected = HttpCall {
        invocation: 7,
        method: "POST".to_owned(),
        url: "http://api.test/v1?q=1".to_owned(),
        host: "api.test".to_owned(),
        port: 80,
        headers: held.call.headers.clone(),
        body: json!({"n": 1}),
        request: held.call.request.clone(),
        exchange: 0,
        connection: None,
        status: Some(201),
        fault: None,
        parts: vec![Some(0)],
        real: false,
        unmatched: false,
        near_miss: None,
        overlapped: false,
    };
    assert_eq!(held.call, expected);
    assert_eq!(held.call.headers["content-type"], "application/json");
    held.answer();
    // Whole and exact: nothing in an answer depends on the clock.
    expect_test::expect![[r#"
        HTTP/1.1 201 Created
        x-b: b
        content-type: application/json
        content-length: 8
        connection: close

        {"id":7}"#]]
    .assert_eq(&client.join().unwrap().replace('\r', ""));
}

#[test]
fn replies_come_in_order_and_the_last_repeats() {
    let server = MockServer::start().unwrap();
    let list = "{ on: GET http://api.test/a, replies: [{ status: 500 }, { text: two }, { status: 204 }] }";
    let session = server.open_session(mocks(list)).unwrap();
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let client = plain(server.port(), session.id(), &get("/a"));
        let held = next(&session);
        assert_eq!(held.call.headers["x-a"], "1, 2");
        statuses.push(held.call.status.unwrap());
        held.answer();
        client.join().unwrap();
    }
    assert_eq!(statuses, [500, 200, 204, 204]);
}

#[test]
fn sessions_do_not_see_each_other() {
    let server = MockServer::start().unwrap();
    let open = |text: &str| {
        server.open_session(mocks(&format!(
            "{{ on: GET http://api.test/, reply: {{ text: {text} }} }}"
        )))
    };
    let (one, two) = (open("one").unwrap(), open("two").unwrap());
    let clients = [
        plain(server.port(), two.id(), &get("/")),
        plain(server.port(), one.id(), &get("/")),
    ];
    let held = [next(&two), next(&one)];
    assert!(held.iter().all(|held| !held.call.overlapped));
    held.into_iter().for_each(Held::answer);
    let answers = clients.map(|client| client.join().unwrap());
    assert!(
        answers[0].ends_with("two") && answers[1].ends_with("one"),
        "{answers:?}"
    );
}

#[test]
fn what_no_mock_answers_is_told_with_the_closest() {
    let server = MockServer::start().unwrap();
    let session = server
        .open_session(mocks(
            "{ on: POST http://api.test/v1, body: { amount: 7 }, reply: {} }",
        ))
        .unwrap();
    let client = plain(
        server.port(),
        session.id(),
        &post("/v1", "application/json", "{\"amount\":5}"),
    );
    let held = next(&session);
    assert_eq!(held.call.status, None);
    let near = "`POST http://api.test/v1` is mocked, but body.amount was 5, expected 7";
    assert_eq!(held.call.near_miss.as_deref(), Some(near));
    held.answer();
    let answer = client.join().unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 501 ") && answer.contains("no mock answers POST http://api.test/v1"),
        "{answer}"
    );
}

#[test]
fn calls_at_the_same_time_are_marked() {
    let server = MockServer::start().unwrap();
    let session = server
        .open_session(mocks("{ on: GET http://api.test/**, reply: {} }"))
        .unwrap();
    let clients = ["/a", "/b"].map(|path| plain(server.port(), session.id(), &get(path)));
    // Both have come in before the first is taken.
    let deadline = Instant::now() + Duration::from_secs(20);
    while session.waiting() < 2 && Instant::now() < deadline {
        std::thread::yield_now();
    }
    let held = [next(&session), next(&session)];
    assert!(held.iter().all(|held| held.call.overlapped));
    held.into_iter().for_each(Held::answer);
    clients
        .into_iter()
        .for_each(|client| assert!(client.join().unwrap().starts_with("HTTP/1.1 200")));
}

#[test]
fn calls_one_after_the_other_are_not_marked() {
    const CALLS: usize = 300;
    let server = MockServer::start().unwrap();
    let session = server
        .open_session(mocks("{ on: GET http://api.test/**, reply: { text: hi } }"))
        .unwrap();
    let (port, line) = (
        server.port(),
        format!("\u{1}{} 7 api.test 80\n{}", session.id(), get("/a")),
    );
    let client = std::thread::spawn(move || {
        for _ in 0..CALLS {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
            stream.write_all(line.as_bytes()).unwrap();
            // It goes on as soon as it has all that was promised, whatever becomes of the connection.
            let (mut answer, mut bytes) = (Vec::new(), [0; 1024]);
            while !answer.ends_with(b"hi") {
                let count = stream.read(&mut bytes).unwrap();
                answer.extend_from_slice(&bytes[..count]);
            }
        }
    });
    for call in 0..CALLS {
        let held = next(&session);
        assert!(!held.call.overlapped, "call {call}");
        held.answer();
    }
    client.join().unwrap();
}

#[test]
fn a_closed_session_breaks_its_connections() {
    let server = MockServer::start().unwrap();
    let session = server
        .open_session(mocks("{ on: GET http://api.test/, reply: {} }"))
        .unwrap();
    let client = plain(server.port(), session.id(), &get("/"));
    drop(next(&session));
    assert_eq!(client.join().unwrap(), "");

    let client = plain(server.port(), session.id(), &get("/"));
    let held = next(&session);
    drop(session);
    held.answer();
    let answer = client.join().unwrap();
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 200"),
        "{answer}"
    );
}

#[test]
fn nonsense_is_shut_out() {
    let server = MockServer::start().unwrap();
    let session = server.open_session(Vec::new()).unwrap();
    let id = session.id();
    let long = "x".repeat(600);
    for bytes in [
        "GET / HTTP/1.1\r\n\r\n".to_owned(),
        "\u{1}999 1 a 80\nGET / HTTP/1.1\r\n\r\n".to_owned(),
        format!("\u{1}{long}"),
        format!("\u{1}{id} 1 a 80\n\u{16}\u{3}\u{1}broken tls"),
    ] {
        let answer = exchange(server.port(), bytes.as_bytes());
        assert!(!answer.contains("HTTP/1.1 2"), "{answer}");
    }
    assert!(session.next_held().is_none());
}

fn tls(server: &MockServer, session: u64, dialled: &str, named: &str, request: &str) -> String {
    let mut roots = RootCertStore::empty();
    let pem = std::fs::read(server.ca_file()).unwrap();
    roots.add(CertificateDer::from_pem_slice(&pem).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(named.to_owned()).unwrap();
    let mut socket = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket
        .write_all(format!("\u{1}{session} 7 {dialled} 443\n").as_bytes())
        .unwrap();
    let mut stream = StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), socket);
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn tls_is_ended_under_any_name() {
    let server = MockServer::start().unwrap();
    let session = server
        .open_session(mocks("{ on: GET https://api.test/v1, reply: { text: secret } }, { on: GET https://10.0.0.1/v1, reply: { text: by number } }"))
        .unwrap();
    std::thread::scope(|scope| {
        for (name, text) in [("api.test", "secret"), ("10.0.0.1", "by number")] {
            let client = scope.spawn(|| tls(&server, session.id(), name, name, &get("/v1")));
            let held = next(&session);
            assert_eq!(held.call.url, format!("https://{name}/v1"));
            held.answer();
            assert!(client.join().unwrap().ends_with(text));
        }
    });
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let server = MockServer::start().unwrap();
    let session = server
        .open_session(mocks("{ on: POST http://api.test/, reply: {} }"))
        .unwrap();
    let body = "x".repeat(17 * 1024 * 1024);
    let client = plain(server.port(), session.id(), &post("/", "text/plain", &body));
    let held = next(&session);
    assert_eq!(
        (held.call.status, held.call.near_miss.as_deref()),
        (None, Some("the body is larger than 16 MiB"))
    );
    held.answer();
    // The client may still be writing when the answer is there; that it is let go is what counts.
    drop(client);
}

#[test]
fn a_client_hears_that_its_answer_is_held_and_gets_it_part_by_part() {
    let server = MockServer::start().unwrap();
    let session = server
        .open_session(mocks(
            "{ on: GET http://api.test/, reply: { delay: 1s, chunks: [ ab, { text: cd, after: 2s } ] } }",
        ))
        .unwrap();
    let id = session.id();
    let connect = |line: &str| {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(line.as_bytes()).unwrap();
        stream
    };
    let read = |stream: &mut TcpStream| {
        let mut bytes = [0; 1024];
        let count = stream.read(&mut bytes).unwrap();
        String::from_utf8(bytes[..count].to_vec()).unwrap()
    };
    let mut client = connect(&format!("\u{1}{id} 7 api.test 80 5\n{}", get("/")));
    let mut notices = connect(&format!("\u{2}{id} 7 5\n"));
    // Its calls are put before the scheduler once the handler has parked, and it parks when it has heard of them.
    assert_eq!(read(&mut notices), "held 0\n");
    let held = session.next_gathered(7, &[5]).unwrap();
    assert_eq!(
        (held.call.connection, &held.call.parts),
        (Some(5), &vec![Some(1_000), Some(2_000)])
    );
    held.go_on();
    let first = read(&mut client);
    assert!(first.ends_with("2\r\nab\r\n"), "{first}");
    assert_eq!(read(&mut notices), format!("held {}\n", first.len()));
    held.go_on();
    assert_eq!(read(&mut client), "2\r\ncd\r\n0\r\n\r\n");
    assert_eq!(read(&mut client), "");
}
