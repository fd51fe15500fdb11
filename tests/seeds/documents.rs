//! The users' documents: prose with code blocks. They are no part of the repository; where they are absent the test
//! says so and ends.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::findings::Finding;
use crate::support::command::repository;

/// A defect that a document really has.
#[derive(Debug)]
pub(super) struct Expected {
    /// The first digits of the document's name.
    document: &'static str,
    /// A part of the file's name.
    file: &'static str,
    pub(super) rule: &'static str,
    /// A part of what the finding says.
    says: &'static str,
}

impl Expected {
    pub(super) fn is(&self, document: &str, finding: &Finding) -> bool {
        self.document == document
            && finding.rule == self.rule
            && finding.file.contains(self.file)
            && finding.message.contains(self.says)
    }
}

const fn expected(
    document: &'static str,
    file: &'static str,
    rule: &'static str,
    says: &'static str,
) -> Expected {
    Expected {
        document,
        file,
        rule,
        says,
    }
}

/// What is wrong with the code of the documents, by rule. A rule that the binary does not have yet is not asked for.
pub(super) const EXPECTED: &[Expected] = &[
    // Sent and not declared.
    expected("004", "analyze_sentiment", "undeclared-emit", "analysis.failed"),
    expected("004", "generate_report", "undeclared-emit", "report.failed"),
    expected("004", "fragment", "undeclared-emit", "error.occurred"),
    // The order that is sent lacks what the step that charges for it takes.
    expected("004", "block", "payload-missing-field", "amount"),
    expected("004", "block", "payload-missing-field", "currency"),
    // `emit` is used and nobody binds it.
    expected("001", "game-session", "unknown-context-member", "emit"),
    // Declared and never sent.
    expected("001", "process-order", "unused-emit", "inventory.reserve"),
    expected("001", "process-order", "unused-emit", "payment.charge"),
    expected("001", "track_usage", "unused-emit", "usage.report.generate"),
    expected("001", "generate_invoice", "unused-emit", "email.send"),
    expected("001", "add-to-cart", "unused-emit", "analytics.track"),
    expected("001", "find-match", "unused-emit", "match.found"),
];

/// Paths and texts.
type Files = Vec<(String, String)>;

/// One document.
pub(super) struct Document {
    pub(super) number: String,
    pub(super) fences: Vec<Fence>,
    blocks: Vec<Block>,
}

/// Any code block of a document.
pub(super) struct Fence {
    /// The line that opens it, from 1.
    pub(super) line: usize,
    /// As written behind the quotes; empty for none.
    pub(super) language: String,
    pub(super) text: String,
}

/// A code block that holds a step, a stream or a part of one.
pub(super) struct Block {
    pub(super) file: String,
    pub(super) name: Option<String>,
    pub(super) text: String,
    is_step: bool,
}

/// All documents; nothing, said aloud, where they are not at hand.
#[allow(clippy::print_stderr, reason = "a test that skips says so")]
pub(super) fn all() -> Option<Vec<Document>> {
    let folder =
        std::env::var_os("BANISTER_SEEDS").map_or_else(|| repository("../shared/seeds"), PathBuf::from);
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!(
            "SKIPPED: the users' documents are not at {} (BANISTER_SEEDS names their folder)",
            folder.display()
        );
        return None;
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a document").path()).collect();
    paths.sort();
    Some(paths.iter().map(Document::read).collect())
}

impl Document {
    fn read(path: &PathBuf) -> Self {
        let bytes = fs::read(path).expect("a document can be read");
        let name = path.file_name().expect("a name").to_string_lossy();
        let number = name.split('_').next().unwrap_or_default().to_owned();
        let fences = fences(&String::from_utf8_lossy(&bytes));
        Self {
            blocks: fences.iter().filter_map(Fence::block).collect(),
            fences,
            number,
        }
    }

    /// How many blocks define a step or stream.
    pub(super) fn steps(&self) -> usize {
        self.blocks.iter().filter(|block| block.is_step).count()
    }

    /// The blocks as files. The same step in another language is an alternative: it stands in a project of its own.
    pub(super) fn projects(&self) -> Vec<Files> {
        let mut projects: Vec<(BTreeSet<String>, Files)> = Vec::new();
        for block in &self.blocks {
            let key = block.name.clone().unwrap_or_else(|| block.file.clone());
            let at = match projects.iter().position(|(names, _)| !names.contains(&key)) {
                Some(at) => at,
                None => {
                    projects.push(Default::default());
                    projects.len() - 1
                }
            };
            let (names, files) = &mut projects[at];
            names.insert(key);
            files.push((block.file.clone(), block.text.clone()));
        }
        projects.into_iter().map(|(_, files)| files).collect()
    }
}

fn fences(document: &str) -> Vec<Fence> {
    let mut found = Vec::new();
    let mut open: Option<Fence> = None;
    for (number, line) in document.lines().enumerate() {
        match (&mut open, line.trim_start().strip_prefix("```")) {
            (None, Some(language)) => {
                open = Some(Fence {
                    line: number + 1,
                    language: language.trim().to_owned(),
                    text: String::new(),
                });
            }
            (None, None) => {}
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(fence), None) => {
                fence.text.push_str(line);
                fence.text.push('\n');
            }
        }
    }
    found
}

impl Fence {
    /// The extension of its language, if steps can be written in it.
    pub(super) fn extension(&self) -> Option<&'static str> {
        match self.language.as_str() {
            "typescript" | "ts" => Some("ts"),
            "javascript" | "js" => Some("js"),
            "python" | "py" => Some("py"),
            "ruby" | "rb" => Some("rb"),
            _ => None,
        }
    }

    /// The step, the stream or the part of one that it holds.
    pub(super) fn block(&self) -> Option<Block> {
        block(self.line, self.extension()?, self.text.clone())
    }
}

fn block(line: usize, extension: &str, text: String) -> Option<Block> {
    let is_step = ["const config", "exports.config", "config = {", "def config"]
        .iter()
        .any(|start| {
            text.lines()
                .any(|line| line.contains(start) && !line.starts_with(' '))
        });
    if !is_step {
        return fragment(line, extension, &text);
    }
    let role = if text.contains("StreamConfig") {
        "stream"
    } else {
        "step"
    };
    let made_up = match extension {
        "py" => format!("steps/block_{line}_{role}.py"),
        _ => format!("steps/block-{line}.{role}.{extension}"),
    };
    Some(Block {
        file: written_path(&text).unwrap_or(made_up),
        name: name(&text),
        text,
        is_step,
    })
}

/// The path in the comment of the first line.
fn written_path(text: &str) -> Option<String> {
    let comment = text.lines().next()?;
    let path = comment
        .strip_prefix("//")
        .or_else(|| comment.strip_prefix('#'))?
        .trim();
    let is_path = !path.contains(' ')
        && (path.contains(".step.") || path.contains("_step.") || path.contains(".stream."));
    is_path.then(|| {
        if path.starts_with("steps/") {
            path.to_owned()
        } else {
            format!("steps/{path}")
        }
    })
}

/// The name of the step.
fn name(text: &str) -> Option<String> {
    let after = text.lines().map(str::trim_start).find_map(|line| {
        line.strip_prefix("name:")
            .or_else(|| line.strip_prefix("\"name\":"))
    })?;
    let quoted = after.trim().trim_end_matches(',');
    Some(quoted.trim_matches(['\'', '"']).to_owned())
}

/// A handler's body without the handler: one is put around it.
fn fragment(line: usize, extension: &str, text: &str) -> Option<Block> {
    let indented = |by: &str| {
        text.lines()
            .map(|line| format!("{by}{line}\n"))
            .collect::<String>()
    };
    let (file, text) = match (extension, text.lines().next()?.trim()) {
        ("py", "try:") => (
            format!("steps/fragment_{line}_step.py"),
            format!(
                "config = {{'type': 'event', 'name': 'Fragment{line}', 'subscribes': ['fragment.sent'], 'emits': ['fragment.done']}}\n\n\
                async def handler(input_data, context):\n    logger = context['logger']\n    emit = context['emit']\n\
                    await emit({{'topic': 'fragment.done', 'data': {{}}}})\n{}",
                indented("    ")
            )
            .replace("\nawait", "\n    await"),
        ),
        ("rb", "begin") => (
            format!("steps/fragment-{line}.step.rb"),
            format!(
                "def config\n  {{ type: 'event', name: 'Fragment{line}', subscribes: ['fragment.sent'], emits: ['fragment.done'] }}\nend\n\n\
                def handler(input, context)\n  logger = context[:logger]\n  emit = context[:emit]\n  \
                emit.call(topic: 'fragment.done', data: {{}})\n{}end\n",
                indented("  ")
            ),
        ),
        _ => return None,
    };
    Some(Block {
        file,
        name: Some(format!("Fragment{line}")),
        text,
        is_step: false,
    })
}
