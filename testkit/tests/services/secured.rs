//! Connections of Node that leave TLS out: a client cannot tell, and whoever has a wish about TLS speaks it.

use banister_testkit::trace::What;

use crate::support::{Step, available, outcome};

const MOCKS: &str = "[ { on: GET https://api.test/*, reply: { json: { ok: true } } } ]";

/// What a client can see of its connection. With `wishes` it checks the server itself, and speaks TLS in fact.
fn look(wishes: &str) -> String {
    format!(
        "const https = require('https')
const tls = require('tls')
const events = []
const told = (socket) => {{
  const certificate = socket.getPeerCertificate(true)
  return {{
    encrypted: socket.encrypted, authorized: socket.authorized, error: socket.authorizationError, alpn: socket.alpnProtocol,
    is: [socket instanceof tls.TLSSocket, socket.constructor.name], servername: socket.servername,
    protocol: socket.getProtocol(), cipher: socket.getCipher(), key: socket.getEphemeralKeyInfo(),
    reused: socket.isSessionReused(), own: socket.getCertificate(), pending: [socket.connecting, socket.secureConnecting],
    subject: certificate.subject, names: certificate.subjectaltname, issuer: certificate.issuer,
    until: certificate.valid_to, bits: certificate.bits, keys: Object.keys(certificate).sort(),
    chain: certificate.issuerCertificate.issuerCertificate === certificate.issuerCertificate,
    root: [certificate.issuerCertificate.subject, certificate.issuerCertificate.ca],
    short: Object.keys(socket.getPeerCertificate()).sort(),
    // Node gives it once, and after it no other.
    x509: ((it) => [it.subject, it.checkHost('api.test')])(socket.getPeerX509Certificate()),
  }}
}}
exports.handler = () => new Promise((resolve, reject) => {{
  const request = https.get('https://api.test/x', {{ {wishes} }}, (response) => {{
    const seen = told(response.socket)
    let text = ''
    response.on('data', (data) => {{ text += data }})
    response.on('end', () => resolve([text, seen, events]))
  }})
  request.on('error', reject)
  request.on('socket', (socket) => {{
    events.push(socket.connecting, socket.secureConnecting, socket.authorized)
    for (const name of ['connect', 'secureConnect', 'end', 'close']) socket.on(name, () => events.push(name))
  }})
}})"
    )
}

#[test]
fn a_client_cannot_tell_that_tls_is_left_out() {
    if !available("a.step.js") {
        return;
    }
    let plain = Step::new("a.step.js", &look("")).run(MOCKS);
    let wishes = "checkServerIdentity: (host, certificate) => tls.checkServerIdentity(host, certificate)";
    let real = Step::new("a.step.js", &look(wishes)).run(MOCKS);
    assert!(
        outcome(&plain).contains("\"encrypted\":true"),
        "{}",
        outcome(&plain)
    );
    assert_eq!(outcome(&plain), outcome(&real));
    let called = |result: &banister_testkit::flow::FlowResult| {
        let mut events = result.trace.events.iter();
        events.any(|it| matches!(&it.what, What::Http { .. }))
    };
    assert!(called(&plain) && called(&real));
}

/// Ways to be unhappy with the server, which must all still fail.
const WISHES: [(&str, &str); 3] = [
    (
        "ca: require('tls').rootCertificates",
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    ),
    (
        "checkServerIdentity: () => Object.assign(new Error('pinned'), { code: 'PINNED' })",
        "PINNED",
    ),
    ("maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1'", "EPROTO"),
];

#[test]
fn who_has_a_wish_about_tls_speaks_it() {
    if !available("a.step.js") {
        return;
    }
    for (wish, code) in WISHES {
        let text = format!(
            "exports.handler = () => new Promise((resolve) => require('https').get('https://api.test/x', {{ {wish} }}, () => resolve('answered')).on('error', (error) => resolve(error.code)))"
        );
        let found = outcome(&Step::new("a.step.js", &text).run(MOCKS));
        assert!(found.contains(code), "{wish}: {found}");
    }
}
