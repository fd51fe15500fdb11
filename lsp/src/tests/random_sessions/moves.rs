//! What a client may do next.

use std::fs;

use serde_json::{Value as Json, json};

use super::{FILES, Session, texts, write};

/// Requests with a place in a document; the rest of their parameters is given to all alike.
const AT_PLACE: [&str; 8] = [
    "textDocument/completion",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/hover",
    "textDocument/documentHighlight",
    "textDocument/prepareCallHierarchy",
    "textDocument/prepareRename",
    "textDocument/rename",
];

/// Requests about a document or the workspace.
const OTHERS: [&str; 7] = [
    "textDocument/documentSymbol",
    "textDocument/codeLens",
    "textDocument/inlayHint",
    "textDocument/codeAction",
    "textDocument/diagnostic",
    "workspace/symbol",
    "workspace/diagnostic",
];

/// Parameters that no request takes.
const BAD: [&str; 5] = [
    "null",
    "[]",
    "{}",
    "{\"textDocument\":7}",
    "{\"textDocument\":{\"uri\":\"::\"}}",
];

impl Session {
    /// Does something.
    pub(super) fn one_move(&mut self) {
        let file = *self.dice.pick(&FILES);
        match self.dice.below(20) {
            0..=4 if self.open.contains_key(file) => self.edit(file),
            0..=5 => self.open(file),
            6 => self.close(file),
            7 => self.save(file),
            8..=9 => self.write(file),
            10 => self.delete(file),
            11 => self.rename(file),
            12..=16 => self.ask(file),
            17 => self.ask_nonsense(file),
            18 => self.cancel(),
            _ => match self.dice.below(4) {
                0 => self.leave_and_come_back(),
                1 => self.rename_folder(),
                _ => self.assert_no_drift(),
            },
        }
    }

    fn note(&mut self, text: String) {
        self.log.push(text);
    }

    fn open(&mut self, file: &'static str) {
        if self.open.contains_key(file) {
            return;
        }
        let text = texts::whole(&mut self.dice, file);
        self.note(format!("open {file} {text:?}"));
        let uri = self.uri(file);
        self.client.did_open(&uri, &text);
        self.open.insert(file, (text, 1));
    }

    fn edit(&mut self, file: &'static str) {
        let Some((mut text, version)) = self.open.get(file).cloned() else {
            return;
        };
        let mut changes = Vec::new();
        for _ in 0..=self.dice.below(3) {
            let new = texts::piece(&mut self.dice);
            if self.dice.below(15) == 0 {
                text = texts::whole(&mut self.dice, file);
                changes.push(json!({ "text": text }));
                continue;
            }
            let (from, mut to) = (
                texts::place(&mut self.dice, &text),
                texts::place(&mut self.dice, &text),
            );
            // Mostly a keystroke, sometimes the loss of half the text.
            if self.dice.below(4) > 0 {
                to = from;
            }
            let (from, to) = (from.min(to), from.max(to));
            let at = |place| {
                let (line, character) = texts::position(&text, place, self.unit);
                json!({ "line": line, "character": character })
            };
            changes.push(json!({ "range": { "start": at(from), "end": at(to) }, "text": new }));
            text.replace_range(from..to, &new);
        }
        let version = version + 1;
        self.note(format!("edit {file} {}", Json::from(changes.clone())));
        let document = json!({ "uri": self.uri(file), "version": version });
        self.client.notify(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": changes }),
        );
        self.open.insert(file, (text, version));
    }

    fn close(&mut self, file: &str) {
        let was_open = self.open.remove(file).is_some();
        self.note(format!("close {file}, open: {was_open}"));
        let document = json!({ "uri": self.uri(file) });
        self.client
            .notify("textDocument/didClose", json!({ "textDocument": document }));
    }

    fn save(&mut self, file: &str) {
        let Some((text, _)) = self.open.get(file) else {
            return;
        };
        let text = text.clone();
        self.note(format!("save {file}"));
        write(self.root.path(), file, &text);
        let document = json!({ "uri": self.uri(file) });
        self.client
            .notify("textDocument/didSave", json!({ "textDocument": document }));
        self.watched(&[(file, 2)]);
    }

    fn write(&mut self, file: &str) {
        let text = texts::whole(&mut self.dice, file);
        self.note(format!("write {file} {text:?}"));
        write(self.root.path(), file, &text);
        self.watched(&[(file, 1)]);
    }

    fn delete(&mut self, file: &str) {
        self.note(format!("delete {file}"));
        // It may not be there; the event is sent all the same.
        let _ = fs::remove_file(self.root.path().join(file));
        self.watched(&[(file, 3)]);
    }

    fn rename(&mut self, file: &str) {
        let to = *self.dice.pick(&FILES);
        self.note(format!("rename {file} to {to}"));
        let new = self.root.path().join(to);
        fs::create_dir_all(new.parent().unwrap()).unwrap();
        let _ = fs::rename(self.root.path().join(file), new);
        self.watched(&[(file, 3), (to, 1)]);
    }

    fn rename_folder(&mut self) {
        self.note("rename the folder steps/deep to and fro".into());
        let (here, there) = (
            self.root.path().join("steps/deep"),
            self.root.path().join("steps/moved"),
        );
        let _ = fs::rename(&here, &there);
        self.watched(&[("steps/deep", 3), ("steps/moved", 1)]);
        self.ask(FILES[4]);
        let _ = fs::rename(&there, &here);
        self.watched(&[("steps/moved", 3), ("steps/deep", 1)]);
    }

    fn watched(&mut self, events: &[(&str, u8)]) {
        let changes: Vec<Json> = events
            .iter()
            .map(|(file, kind)| json!({ "uri": self.uri(file), "type": kind }))
            .collect();
        self.client
            .notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    }

    fn leave_and_come_back(&mut self) {
        self.note("remove the workspace folder and add it again".into());
        let root = json!([{ "uri": self.uri(""), "name": "root" }]);
        for (added, removed) in [(json!([]), root.clone()), (root, json!([]))] {
            let event = json!({ "added": added, "removed": removed });
            self.client
                .notify("workspace/didChangeWorkspaceFolders", json!({ "event": event }));
        }
    }

    fn ask(&mut self, file: &'static str) {
        let text = self
            .open
            .get(file)
            .map_or(String::new(), |(text, _)| text.clone());
        let place = texts::place(&mut self.dice, &text);
        let (mut line, mut character) = texts::position(&text, place, self.unit);
        if self.dice.below(6) == 0 {
            (line, character) = (line + self.dice.below(3), self.dice.below(1000));
        }
        let at = json!({ "line": line, "character": character });
        let method = match self.dice.below(3) {
            0 => *self.dice.pick(&OTHERS),
            _ => *self.dice.pick(&AT_PLACE),
        };
        let context = match method {
            "textDocument/references" => json!({ "includeDeclaration": self.dice.below(2) == 0 }),
            "textDocument/codeAction" => json!({ "diagnostics": [] }),
            _ => json!({ "triggerKind": 1 }),
        };
        let params = json!({
            "textDocument": { "uri": self.uri(file) },
            "position": at,
            "range": { "start": { "line": 0, "character": 0 }, "end": at },
            "context": context,
            "newName": "new.name",
            "query": "a",
            "previousResultIds": [],
        });
        self.note(format!("ask {method} at {at} of {file}"));
        self.asks(method, params);
    }

    fn ask_nonsense(&mut self, file: &str) {
        let method = *self.dice.pick(&[
            AT_PLACE[0],
            OTHERS[0],
            "textDocument/unheardOf",
            "$/unheardOf",
            "initialize",
        ]);
        let params = match self.dice.below(4) {
            0 => {
                json!({ "textDocument": { "uri": format!("{}%ff", self.uri(file)) }, "position": { "line": -1 } })
            }
            _ => (*self.dice.pick(&BAD)).parse().unwrap(),
        };
        self.note(format!("ask {method} with {params}"));
        self.asks(method, params);
    }

    fn asks(&mut self, method: &str, params: Json) {
        let id = self.client.ask(method, params);
        self.asked.insert(id, (method.to_owned(), false));
    }

    fn cancel(&mut self) {
        let recent: Vec<i64> = self.asked.keys().rev().take(3).copied().collect();
        if recent.is_empty() {
            return;
        }
        let id = *self.dice.pick(&recent);
        self.note(format!("cancel request {id}"));
        if let Some((_, cancelled)) = self.asked.get_mut(&id) {
            *cancelled = true;
        }
        self.client.notify("$/cancelRequest", json!({ "id": id }));
    }
}
