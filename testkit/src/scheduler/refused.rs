//! Connections to hosts without a mock: what to do about one, and the end of a handler that does not stop trying.

use super::findings::kind;
use super::{Finding, Run};
use crate::protocol::HandlerError;
use crate::trace::What;

/// So many attempts of one handler to reach one host, and it is ended: clients of databases try for ever.
const MOST_ATTEMPTS: u32 = 20;

/// Ports on which services listen that speak no HTTP, by their defaults.
const SERVICES: [(&[u16], &str); 16] = [
    (&[6379, 6380, 16379, 26379], "Redis"),
    (&[5432, 5433, 6432], "PostgreSQL"),
    (&[3306, 3307, 33060], "MySQL"),
    (&[27017, 27018, 27019], "MongoDB"),
    (&[25, 465, 587, 2525], "a mail server"),
    (&[110, 143, 993, 995], "a mailbox"),
    (&[5671, 5672], "RabbitMQ"),
    (&[9092, 9093, 9094], "Kafka"),
    (&[1433], "SQL Server"),
    (&[1521], "Oracle"),
    (&[11211], "Memcached"),
    (&[4222], "NATS"),
    (&[1883, 8883], "an MQTT broker"),
    (&[9042], "Cassandra"),
    (&[389, 636], "a directory (LDAP)"),
    (&[21, 22], "a file server"),
];

impl Run<'_> {
    pub(super) fn refused(&mut self, at: usize, host: String, port: u16) {
        let live = &mut self.live[at];
        let attempts = live.refusals.entry((host.clone(), port)).or_insert(0);
        *attempts += 1;
        if *attempts == 1 {
            let step = self.step_of(at);
            self.findings.push(Finding {
                message: format!("{} called {host}:{port}, a host without a mock", step.name),
                place: self.handler_place(self.live[at].step),
                details: advice(&host, port),
                fails: true,
                answers_request: false,
                kind: Some(kind::UNMATCHED_CALL),
                failed: None,
            });
        }
        self.note(Some(self.live[at].invocation), What::Refused { host, port });
    }

    /// Ends a handler that has tried to reach a host without a mock too often; true if it has.
    pub(super) fn tries_for_ever(&mut self, at: usize) -> bool {
        let mut refusals = self.live[at].refusals.iter();
        let Some(((host, port), attempts)) = refusals.find(|(_, attempts)| **attempts >= MOST_ATTEMPTS)
        else {
            return false;
        };
        let error = HandlerError {
            name: "Unreachable".to_owned(),
            message: format!(
                "was ended after {attempts} attempts to connect to {host}:{port}, which has no mock"
            ),
            ..HandlerError::default()
        };
        let live = self.live.remove(at);
        self.collect_output(&live, false);
        self.fail(live.invocation, live.step, &live.cause, error);
        true
    }
}

/// How a refused connection could be mocked.
fn advice(host: &str, port: u16) -> Vec<String> {
    let bracketed = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    let address = match port {
        0 | 53 => return Vec::new(),
        443 => format!("https://{bracketed}"),
        80 => format!("http://{bracketed}"),
        other => format!("http://{bracketed}:{other}"),
    };
    let module = "mock the module that connects under `mocks: modules:`";
    let allow =
        format!("let the test reach the real service with `mocks: {{ allow: [ \"{bracketed}:{port}\" ] }}`");
    let spoken = SERVICES.iter().find(|(ports, _)| ports.contains(&port));
    let text = match spoken {
        Some((_, service)) => {
            format!("nothing leaves this machine, and {service} speaks no HTTP: {module}, or {allow}")
        }
        None if is_of_http(port) => {
            format!(
                "nothing leaves this machine: add a mock under `mocks: http:` with `on: <METHOD> {address}/…`"
            )
        }
        None => format!(
            "nothing leaves this machine: add a mock under `mocks: http:` with `on: <METHOD> {address}/…`; if it speaks no HTTP, {module}, or {allow}"
        ),
    };
    vec![text]
}

/// True for ports on which hardly anything but HTTP is spoken.
fn is_of_http(port: u16) -> bool {
    matches!(port, 80 | 443 | 3000..=3010 | 4000 | 5000 | 5173 | 8000..=8010 | 8080..=8090 | 8443 | 8888)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_speaks_no_http_is_mocked_by_its_module() {
        let told = |host: &str, port| advice(host, port).concat();
        for (port, service) in [
            (6379, "Redis"),
            (5432, "PostgreSQL"),
            (27017, "MongoDB"),
            (587, "mail"),
        ] {
            let text = told("db.test", port);
            assert!(
                text.contains(service) && text.contains("`mocks: modules:`"),
                "{text}"
            );
            assert!(!text.contains("mocks: http:"), "{text}");
            assert!(text.contains(&format!("allow: [ \"db.test:{port}\" ]")), "{text}");
        }
        let web = told("api.test", 443);
        assert!(
            web.contains("https://api.test/…") && !web.contains("modules"),
            "{web}"
        );
        // Nobody knows what is spoken there.
        let other = told("::1", 7_777);
        assert!(
            other.contains("http://[::1]:7777/…") && other.contains("`mocks: modules:`"),
            "{other}"
        );
        assert_eq!(told("dns.test", 53), "");
    }

    #[test]
    fn the_advice_names_an_address_that_a_mock_can_have() {
        let address = |host: &str, port| {
            let text = advice(host, port).concat();
            Some(text.split("<METHOD> ").nth(1)?.split('`').next()?.to_owned())
        };
        assert_eq!(address("a.test", 443).as_deref(), Some("https://a.test/…"));
        assert_eq!(address("a.test", 80).as_deref(), Some("http://a.test/…"));
        assert_eq!(
            address("localhost", 9999).as_deref(),
            Some("http://localhost:9999/…")
        );
        assert_eq!(address("::1", 80).as_deref(), Some("http://[::1]/…"));
        assert_eq!(address("a.test", 53), None);
    }
}
