//! Random sessions: whatever a client does, the server answers every request once, never panics, holds the text that the
//! client holds, and in the end shows what a fresh server shows for the same texts.
//!
//! `BANISTER_FUZZ_SECONDS` says how long to go on and `BANISTER_FUZZ_SEED` which session to begin with; a failure names
//! the seed of its session.

mod moves;
mod texts;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::testing::{Client, LIMIT, uri};

const INTERNAL_ERROR: i64 = -32603;

/// How long a run takes if nothing else is said.
const SECONDS: u64 = 10;

/// How long two servers that have nothing left to do may differ: what they say may be on its way still.
const PATIENCE: Duration = Duration::from_secs(5);

/// Moves in a session.
const MOVES: usize = 80;

/// The files that sessions play with.
const FILES: [&str; 9] = [
    "steps/one.step.ts",
    "steps/two.step.js",
    "steps/three_step.py",
    "steps/four.step.rb",
    "steps/deep/five.step.ts",
    "steps/note.stream.ts",
    "steps/topics.ts",
    "tests/six.flow.yaml",
    SETTINGS,
];

const SETTINGS: &str = "banister.toml";

/// Numbers that depend on the seed alone (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }

    fn pick<'i, T>(&mut self, items: &'i [T]) -> &'i T {
        &items[self.below(items.len())]
    }
}

/// How columns are counted.
#[derive(Debug, Clone, Copy)]
enum Unit {
    Byte,
    Utf16,
    Char,
}

/// One session: the server, and what the client knows.
struct Session {
    dice: Dice,
    root: TempDir,
    client: Client,
    unit: Unit,
    /// The client's text and version of each open file.
    open: BTreeMap<&'static str, (String, i32)>,
    /// Requests that were sent, with their methods; those that were cancelled are marked.
    asked: BTreeMap<i64, (String, bool)>,
    /// What the client has done, for a report.
    log: Vec<String>,
}

impl Session {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let root = tempfile::tempdir().unwrap();
        let (unit, name) = *dice.pick(&[
            (Unit::Byte, "utf-8"),
            (Unit::Utf16, "utf-16"),
            (Unit::Char, "utf-32"),
        ]);
        for file in FILES {
            if dice.below(3) > 0 {
                write(root.path(), file, &texts::whole(&mut dice, file));
            }
        }
        let capabilities = capabilities(&mut dice, name);
        let mut client = Client::start();
        let answer = initialize(&mut client, root.path(), &capabilities);
        assert_eq!(answer["capabilities"]["positionEncoding"], name);
        Self {
            dice,
            root,
            client,
            unit,
            open: BTreeMap::new(),
            asked: BTreeMap::new(),
            log: vec![format!("capabilities {capabilities}")],
        }
    }

    /// The URI of a file.
    fn uri(&self, file: &str) -> String {
        uri(self.root.path(), file)
    }

    /// The server's text of every open file is the client's. Settings are no source: no question can be asked of them.
    fn assert_no_drift(&mut self) {
        let open: Vec<_> = self
            .open
            .iter()
            .filter(|(file, _)| **file != SETTINGS)
            .map(|(file, (text, _))| (*file, text.clone()))
            .collect();
        for (file, text) in open {
            let uri = self.uri(file);
            assert_eq!(self.client.text(&uri), Some(text), "the text of {file}");
        }
    }

    /// Each request has one answer, and none of them is an internal error.
    fn assert_answered(&mut self) {
        for (id, (method, cancelled)) in std::mem::take(&mut self.asked) {
            let answer = self.client.answer(id);
            let is_fine = match answer {
                Err(INTERNAL_ERROR) => false,
                Err(-32800) => cancelled,
                _ => true,
            };
            assert!(is_fine, "{method} was answered {answer:?}");
        }
    }

    /// What the client is shown is what a fresh server shows of the same texts.
    fn assert_as_fresh(&mut self) {
        let mut fresh = Client::start();
        // The same encoding and the same wishes: findings are compared as they are on the wire.
        let capabilities: Json = self.log[0]
            .strip_prefix("capabilities ")
            .unwrap()
            .parse()
            .unwrap();
        initialize(&mut fresh, self.root.path(), &capabilities);
        for (file, (text, _)) in &self.open {
            fresh.did_open(&uri(self.root.path(), file), text);
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            let (mine, theirs) = (shown(&mut self.client), shown(&mut fresh));
            if mine == theirs {
                break;
            }
            if Instant::now() > deadline {
                for uri in mine.keys().chain(theirs.keys()) {
                    let (here, there) = (mine.get(uri), theirs.get(uri));
                    assert_eq!(here, there, "{uri} in this session and in a fresh one");
                }
            }
        }
        fresh.finish();
    }

    /// The end: nothing is said twice, and nothing speaks of a panic.
    fn finish(self) {
        for message in self.client.finish() {
            let is_answer = message.get("method").is_none();
            assert!(!is_answer, "an answer that nobody waits for: {message}");
            assert_eq!(complaint(&message), None);
        }
    }
}

/// Findings by document once the server has nothing left to do.
fn shown(client: &mut Client) -> BTreeMap<String, Json> {
    let deadline = Instant::now() + LIMIT;
    while client.request("banister/isSettled", Json::Null) != Ok(json!(true)) {
        assert!(Instant::now() < deadline, "the server never comes to rest");
        std::thread::sleep(Duration::from_millis(2));
    }
    // Findings leave by another way than answers: this lets the last ones arrive.
    client.request("banister/isSettled", Json::Null).unwrap();
    let mut shown = BTreeMap::new();
    for message in client.heard() {
        assert_eq!(complaint(message), None);
        if message["method"] == "textDocument/publishDiagnostics" {
            let params = &message["params"];
            let uri = params["uri"].as_str().unwrap().to_owned();
            shown.insert(uri, params["diagnostics"].clone());
        }
    }
    shown.retain(|_, found| found != &json!([]));
    shown
}

/// What a message says of a fault of the server's own.
fn complaint(message: &Json) -> Option<&str> {
    let text = message["params"]["message"].as_str()?;
    let is_error = message["method"] == "window/logMessage" && message["params"]["type"] == 1;
    is_error.then_some(text)
}

fn initialize(client: &mut Client, root: &Path, capabilities: &Json) -> Json {
    let folders = json!([{ "uri": uri(root, ""), "name": "root" }]);
    let params = json!({ "processId": null, "capabilities": capabilities, "workspaceFolders": folders });
    let answer = client.request("initialize", params).unwrap();
    client.notify("initialized", json!({}));
    answer
}

fn capabilities(dice: &mut Dice, encoding: &str) -> Json {
    let mut capabilities = json!({ "general": { "positionEncodings": [encoding, "utf-16"] } });
    if encoding == "utf-16" {
        capabilities["general"] = json!({});
    }
    let rich = dice.below(2) == 0;
    capabilities["workspace"] = json!({
        "didChangeWatchedFiles": { "dynamicRegistration": dice.below(2) == 0 },
        "workspaceEdit": { "documentChanges": rich },
    });
    capabilities["textDocument"] = json!({
        "publishDiagnostics": { "relatedInformation": rich, "tagSupport": { "valueSet": [1, 2] } },
        "documentSymbol": { "hierarchicalDocumentSymbolSupport": rich },
        "definition": { "linkSupport": rich },
    });
    capabilities
}

fn write(root: &Path, file: &str, text: &str) {
    let path = root.join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// Plays one session to its end.
fn play(seed: u64) {
    let mut session = Session::new(seed);
    let played = catch_unwind(AssertUnwindSafe(|| {
        for _ in 0..MOVES {
            session.one_move();
        }
        session.assert_answered();
        session.assert_no_drift();
        session.assert_as_fresh();
    }));
    if let Err(fault) = played {
        println!(
            "BANISTER_FUZZ_SEED={seed} fails after:\n{}",
            session.log.join("\n")
        );
        resume_unwind(fault);
    }
    session.finish();
}

#[test]
fn random_sessions_end_as_a_fresh_server_begins() {
    let number = |name: &str| Some(std::env::var(name).ok()?.parse::<u64>().expect("a number"));
    let duration = Duration::from_secs(number("BANISTER_FUZZ_SECONDS").unwrap_or(SECONDS));
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let first = number("BANISTER_FUZZ_SEED").unwrap_or_else(|| now() * 1_000_000);
    println!("BANISTER_FUZZ_SEED={first}");
    let start = Instant::now();
    let mut seed = first;
    while seed == first || start.elapsed() < duration {
        play(seed);
        seed += 1;
    }
    println!("{} sessions", seed - first);
}
