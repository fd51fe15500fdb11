//! Libraries in C have sockets of their own: they reach neither the mocks nor the network, and the test is told so.

use super::{HOSTS, MOCKS};
use crate::libraries::{has_ruby, link_python};
use crate::mocked::run_mocked;
use crate::support::Project;

/// Runs the step and holds it to an error of its library and to what the harness must hear.
fn check(
    file: &str,
    text: &str,
    link: &dyn Fn(&Project) -> bool,
    escaped: &str,
    refused: Option<(&str, u16)>,
) {
    let mut project = Project::new(&[(file, text)]);
    if !link(&project) {
        return;
    }
    let Some((told, calls)) = run_mocked(&mut project, file, MOCKS, &HOSTS) else {
        return;
    };
    assert!(calls.is_empty(), "{calls:?}");
    assert_eq!(told.escaped, [escaped], "{text}");
    let refused: Vec<(String, u16)> = refused
        .iter()
        .map(|(host, port)| ((*host).to_owned(), *port))
        .collect();
    assert_eq!(told.refused, refused, "{text}");
    let value = told.ok().value;
    assert!(
        value
            .as_str()
            .is_some_and(|text| text.contains("opens connections of its own")),
        "{text}: {value}"
    );
}

#[test]
fn pycurl_is_refused() {
    for (url, escaped, refused) in [
        (
            "https://api.shop.example/v1/items",
            "called api.shop.example:443 through libcurl",
            None,
        ),
        (
            "http://api.unknown.dev:8080/x",
            "called api.unknown.dev:8080 through libcurl",
            Some(("api.unknown.dev", 8080)),
        ),
    ] {
        let handles = "    multi = pycurl.CurlMulti()\n        multi.add_handle(curl)";
        for send in ["    curl.perform()", "    curl.perform_rs()", handles] {
            let text = format!(
                "import pycurl\nasync def handler(data, ctx):\n    curl = pycurl.Curl()\n    curl.setopt(curl.URL, '{url}')\n    try:\n    {send}\n    except pycurl.error as error:\n        return error.args[1]\n"
            );
            check("steps/a_step.py", &text, &link_python, escaped, refused);
        }
    }
}

#[test]
fn a_database_driver_in_c_is_refused() {
    for connect in [
        "host='db.example', port=5433",
        "'host=db.example port=5433 dbname=a'",
        "'postgres://u:p@db.example:5433/a'",
    ] {
        let text = format!(
            "import psycopg2\nasync def handler(data, ctx):\n    try:\n        psycopg2.connect({connect})\n    except psycopg2.OperationalError as error:\n        return str(error)\n"
        );
        let refused = Some(("db.example", 5433));
        check(
            "steps/a_step.py",
            &text,
            &link_python,
            "called db.example:5433 through libpq",
            refused,
        );
    }
}

#[test]
fn typhoeus_is_refused() {
    let hydra = "hydra = Typhoeus::Hydra.new\n  hydra.queue(Typhoeus::Request.new('https://api.unknown.dev/x'))\n  hydra.run";
    for send in ["Typhoeus.get('https://api.unknown.dev/x')", hydra] {
        let text = format!(
            "require 'typhoeus'\ndef handler(input, context)\n  {send}\nrescue SystemCallError => e\n  e.message\nend\n"
        );
        let escaped = "called api.unknown.dev:443 through libcurl";
        let refused = Some(("api.unknown.dev", 443));
        check("steps/a.step.rb", &text, &|_| has_ruby(), escaped, refused);
    }
}

/// The real package builds or fetches a binary when it is installed, so its place is taken by a file of its name: what
/// matters is that such a file is never loaded.
#[test]
fn the_addon_of_node_libcurl_is_not_loaded() {
    let file = "steps/a.step.js";
    let mut project = Project::new(&[
        (
            file,
            "exports.handler = () => { try { require('node-libcurl') } catch (e) { return e.message } }",
        ),
        (
            "node_modules/node-libcurl/package.json",
            "{\"main\": \"index.js\"}",
        ),
        (
            "node_modules/node-libcurl/index.js",
            "module.exports = require('./lib/binding/node_libcurl.node')",
        ),
        ("node_modules/node-libcurl/lib/binding/node_libcurl.node", ""),
    ]);
    let Some((told, _)) = run_mocked(&mut project, file, MOCKS, &HOSTS) else {
        return;
    };
    assert_eq!(told.escaped, ["loaded libcurl"]);
    let value = told.ok().value;
    assert!(
        value
            .as_str()
            .is_some_and(|text| text.contains("opens connections of its own")),
        "{value}"
    );
}
