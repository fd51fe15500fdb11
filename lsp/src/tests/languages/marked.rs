//! Sessions over fixtures: several files in one string, `$0` for the cursor of a file, and comment lines of carets and a
//! rule's name for the findings above them.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::testing::{Client, uri};

/// A session whose folder holds the files of a fixture.
pub(super) struct Session {
    root: TempDir,
    client: Client,
    /// Texts without cursors, by path.
    files: BTreeMap<String, String>,
    /// Line and column of the cursor of a file.
    cursors: BTreeMap<String, (usize, usize)>,
}

impl Session {
    pub(super) fn open(fixture: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        let (mut files, mut cursors) = (BTreeMap::new(), BTreeMap::new());
        for part in fixture.split("//- ").skip(1) {
            let (path, text) = part.split_once('\n').unwrap();
            if let Some(at) = text.find("$0") {
                cursors.insert(path.to_owned(), position(&text[..at]));
            }
            let text = text.replacen("$0", "", 1);
            let place = root.path().join(path);
            std::fs::create_dir_all(place.parent().unwrap()).unwrap();
            std::fs::write(place, &text).unwrap();
            files.insert(path.to_owned(), text);
        }
        let capabilities = json!({
            "workspace": { "workspaceEdit": {
                "documentChanges": true,
                "resourceOperations": ["create"],
                "changeAnnotationSupport": {},
            } },
            "textDocument": { "codeAction": { "dataSupport": true, "resolveSupport": { "properties": ["edit"] } } },
            "experimental": { "commands": { "commands": ["banister.showReferences"] } },
        });
        let client = Client::open_with(root.path(), &capabilities);
        Self {
            root,
            client,
            files,
            cursors,
        }
    }

    /// `send.ts`: the file whose name starts and ends so.
    pub(super) fn file(&self, short: &str) -> String {
        let (start, extension) = short.split_once('.').unwrap();
        let is_it = |path: &&String| path.starts_with(&format!("steps/{start}")) && path.ends_with(extension);
        self.files.keys().find(is_it).unwrap().clone()
    }

    pub(super) fn uri(&self, path: &str) -> String {
        uri(self.root.path(), path)
    }

    /// Asks at the cursor of a file.
    pub(super) fn ask(&mut self, method: &str, path: &str, more: Json) -> Json {
        let cursor = self.cursors.get(path).copied().unwrap_or_default();
        let params = self.params(path, cursor, more);
        self.ask_all(method, params)
    }

    /// Asks at the first place of a text in a file.
    pub(super) fn ask_at(&mut self, method: &str, path: &str, text: &str, more: Json) -> Json {
        let params = self.params(path, self.place(path, text), more);
        self.ask_all(method, params)
    }

    /// Asks what belongs to no file.
    pub(super) fn ask_all(&mut self, method: &str, params: Json) -> Json {
        self.client.request(method, params).unwrap()
    }

    /// Why a new name for the text in a file is refused.
    pub(super) fn refusal(&mut self, method: &str, path: &str, text: &str, name: &str) -> String {
        let params = self.params(path, self.place(path, text), json!({ "newName": name }));
        let id = self.client.ask(method, params);
        let is_it = |message: &Json| message["id"] == id && message.get("method").is_none();
        let answer = self.client.wait_for("the refusal", is_it);
        answer["error"]["message"].as_str().unwrap().to_owned()
    }

    /// `path:line` of the places that are the answer, sorted.
    pub(super) fn places(&mut self, method: &str, path: &str, more: Json) -> Vec<String> {
        let answer = self.ask(method, path, more);
        let base = format!("{}/", self.uri("").trim_end_matches('/'));
        let place = |place: &Json| {
            let file = place["uri"]
                .as_str()
                .map_or(path, |uri| uri.strip_prefix(&base).unwrap());
            format!("{file}:{}", place["range"]["start"]["line"])
        };
        let mut places: Vec<String> = answer.as_array().unwrap().iter().map(place).collect();
        places.sort();
        places
    }

    /// Labels and inserted texts of what is proposed at the `$0` of a new text of a file.
    pub(super) fn proposals(&mut self, path: &str, marked: &str) -> Vec<(String, String)> {
        let document = self.uri(path);
        let at = position(&marked[..marked.find("$0").unwrap()]);
        self.client.did_open(&document, &marked.replacen("$0", "", 1));
        let params = self.params(path, at, json!({}));
        let answer = self.ask_all("textDocument/completion", params);
        self.client.notify(
            "textDocument/didClose",
            json!({ "textDocument": { "uri": document } }),
        );
        let text = |value: &Json| value.as_str().unwrap().to_owned();
        let proposal = |item: &Json| (text(&item["label"]), text(&item["textEdit"]["newText"]));
        answer.as_array().into_iter().flatten().map(proposal).collect()
    }

    /// What is offered at the first place of a text in a file.
    pub(super) fn actions(&mut self, path: &str, text: &str) -> Vec<Json> {
        let (line, character) = self.place(path, text);
        let at = json!({ "line": line, "character": character });
        let more = json!({ "range": { "start": at, "end": at }, "context": { "diagnostics": [] } });
        let answer = self.ask("textDocument/codeAction", path, more);
        answer.as_array().unwrap().clone()
    }

    /// The edit of an offer, worked out as it is chosen.
    pub(super) fn resolved(&mut self, action: &Json) -> Json {
        if action["edit"].is_object() {
            return action["edit"].clone();
        }
        self.ask_all("codeAction/resolve", action.clone())["edit"].clone()
    }

    /// Fails unless the findings that are pushed are those that the fixture marks.
    pub(super) fn check_marks(&mut self) {
        for (path, text) in self.files.clone() {
            let expected = marks(&text);
            if expected.is_empty() {
                continue;
            }
            let document = self.uri(&path);
            let is_it = |message: &Json| {
                message["method"] == "textDocument/publishDiagnostics"
                    && message["params"]["uri"] == document.as_str()
            };
            let pushed = self.client.wait_for(&format!("the findings of {path}"), is_it);
            let found: Vec<(u64, u64, u64, String)> = pushed["params"]["diagnostics"]
                .as_array()
                .unwrap()
                .iter()
                .map(|finding| {
                    let (start, end) = (&finding["range"]["start"], &finding["range"]["end"]);
                    (
                        start["line"].as_u64().unwrap(),
                        start["character"].as_u64().unwrap(),
                        end["character"].as_u64().unwrap(),
                        finding["code"].as_str().unwrap().to_owned(),
                    )
                })
                .collect();
            assert_eq!(found, expected, "{path}");
        }
    }

    pub(super) fn finish(self) {
        self.client.finish();
    }

    fn place(&self, path: &str, text: &str) -> (usize, usize) {
        let whole = &self.files[path];
        position(&whole[..whole.find(text).unwrap()])
    }

    fn params(&self, path: &str, (line, character): (usize, usize), more: Json) -> Json {
        let mut params = json!({
            "textDocument": { "uri": self.uri(path) },
            "position": { "line": line, "character": character },
        });
        if let Json::Object(more) = more {
            for (key, value) in more {
                params[key] = value;
            }
        }
        params
    }
}

/// Line, first and last column and rule of the findings that a text marks.
fn marks(text: &str) -> Vec<(u64, u64, u64, String)> {
    let number = |number: usize| u64::try_from(number).unwrap();
    let mark = |(line, content): (usize, &str)| {
        let start = content.find("^^^")?;
        let rule = content[start..].trim_start_matches('^').trim();
        let width = content[start..].len() - content[start..].trim_start_matches('^').len();
        // The cursor's `$0` stands in the fixture, not in the text.
        Some((
            number(line - 1),
            number(start),
            number(start + width),
            rule.to_owned(),
        ))
    };
    text.lines().enumerate().filter_map(mark).collect()
}

fn position(before: &str) -> (usize, usize) {
    let line = before.matches('\n').count();
    (line, before.len() - before.rfind('\n').map_or(0, |at| at + 1))
}
