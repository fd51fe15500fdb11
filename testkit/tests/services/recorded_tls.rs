//! Recording over TLS, from a service whose certificate the system does not know.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::support::{Step, available, outcome};

const PORT: &str = "BANISTER_TEST_TLS_PORT";
const NAME: &str = "recorded_tls::a_service_that_the_system_does_not_trust_is_recorded_with_its_certificate";

/// Records one call to the service at `port`.
fn record(port: &str) -> (String, Vec<String>, String) {
    let js = format!(
        "exports.handler = async () => {{ const r = await fetch('https://localhost:{port}/a'); return [r.status, await r.json()] }}"
    );
    let (result, cassette) =
        Step::new("a.step.js", &js).record(&format!("{{ allow: [ \"localhost:{port}\" ] }}"));
    let details = result.failures.iter().flat_map(|it| it.details.clone()).collect();
    (outcome(&result), details, cassette)
}

/// The environment of a process cannot be changed safely while tests run, so this test runs itself in another one.
#[test]
fn a_service_that_the_system_does_not_trust_is_recorded_with_its_certificate() {
    if !available("a.step.js") {
        return;
    }
    if let Ok(port) = std::env::var(PORT) {
        let (outcome, details, cassette) = record(&port);
        if std::env::var_os("SSL_CERT_FILE").is_some() {
            assert_eq!(outcome, "0: [200,{\"n\":1}]", "{details:?}");
            assert!(cassette.contains("https://localhost"), "{cassette}");
        } else {
            assert!(outcome.starts_with("0: [501,"), "{outcome}");
            let said = details.concat();
            assert!(
                said.contains("is not trusted") && said.contains("SSL_CERT_FILE"),
                "{said}"
            );
        }
        return;
    }
    let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![own.cert.der().clone()],
            PrivatePkcs8KeyDer::from(own.signing_key.serialize_der()).into(),
        )
        .unwrap();
    let config = Arc::new(config);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            // A client that does not trust it goes away.
            if stream.read(&mut [0; 4096]).is_ok_and(|count| count > 0) {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n{\"n\":1}";
                let _ = stream.write_all(answer);
            }
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let pem = folder.path().join("own.pem");
    std::fs::write(&pem, own.cert.pem()).unwrap();
    for trusted in [false, true] {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args([NAME, "--exact"])
            .env(PORT, &port)
            .env_remove("SSL_CERT_FILE");
        if trusted {
            command.env("SSL_CERT_FILE", &pem);
        }
        let output = command.output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && printed.contains("1 passed"),
            "trusted: {trusted}\n{printed}"
        );
    }
}
