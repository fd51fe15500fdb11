//! A handler that runs against the real mock server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use banister_project::flow_test;
use banister_testkit::mock::{HttpCall, MockServer};
use banister_testkit::protocol::CallShape;
use serde_json::json;

use crate::support::{Project, Told, language_of, run};

/// Runs the step in `file` once against `mocks`, the text of a flow test's list; gives what it told and what it called.
/// `None` if the interpreter is missing.
pub(crate) fn run_mocked(
    project: &mut Project,
    file: &str,
    mocks: &str,
    hosts: &[&str],
) -> Option<(Told, Vec<HttpCall>)> {
    let server = MockServer::start().unwrap();
    let rest =
        "tests:\n  - name: unused\n    when: [ { advance: 1s } ]\n    then: [ { not_emitted: never } ]\n";
    let text = format!("mocks:\n  http:\n{mocks}\n{rest}");
    let flows =
        flow_test::parse("a.flow.yaml", Arc::from(text)).unwrap_or_else(|problems| panic!("{problems:?}"));
    let session = server.open_session(flows.tests[0].mocks.http.clone()).unwrap();
    project.mock_port = server.port();
    project.ca_file = server.ca_file().to_owned();
    // What a client keeps for later must not count as work, and a first import takes its time on a busy machine.
    project.budget = Duration::from_secs(20);
    let mut worker = project.worker(language_of(file))?;
    let mut invoke = project.invoke(file, CallShape::Event, json!({}));
    invoke.session = session.id();
    invoke.hosts = hosts.iter().map(|host| (*host).to_owned()).collect();

    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let answering = scope.spawn(|| {
            let mut calls = Vec::new();
            while !ended.load(Ordering::Relaxed) {
                match session.next_held() {
                    Some(held) => {
                        calls.push(held.call.clone());
                        held.answer();
                    }
                    None => std::thread::sleep(Duration::from_millis(1)),
                }
            }
            calls
        });
        let told = run(&mut worker, invoke);
        ended.store(true, Ordering::Relaxed);
        let calls = answering.join().unwrap();
        Some((told.unwrap(), calls))
    })
}
