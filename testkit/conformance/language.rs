//! The languages of steps: how a config and the body of a handler become a file.

use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value as Json;

/// A language that a row is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tongue {
    JavaScript,
    TypeScript,
    Python,
    Ruby,
}

impl Tongue {
    pub(crate) const ALL: [Tongue; 4] = [
        Tongue::JavaScript,
        Tongue::TypeScript,
        Tongue::Python,
        Tongue::Ruby,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Tongue::JavaScript => "js",
            Tongue::TypeScript => "ts",
            Tongue::Python => "py",
            Tongue::Ruby => "rb",
        }
    }

    /// The file of the n-th step of a row.
    pub(crate) fn file(self, number: usize) -> String {
        match self {
            Tongue::JavaScript => format!("s{number}.step.js"),
            Tongue::TypeScript => format!("s{number}.step.ts"),
            Tongue::Python => format!("s{number}_step.py"),
            Tongue::Ruby => format!("s{number}.step.rb"),
        }
    }

    /// A whole step: its config, and a handler with this body. Cron handlers have no input.
    pub(crate) fn module(self, config: &Json, body: &str) -> String {
        let is_cron = config["type"] == "cron";
        let parameters = if is_cron { "ctx" } else { "input, ctx" };
        match self {
            Tongue::JavaScript => {
                format!(
                    "exports.config = {config}\n\nexports.handler = async ({parameters}) => {{\n{body}\n}}\n"
                )
            }
            Tongue::TypeScript => {
                let parameters = parameters
                    .replace("input", "input: any")
                    .replace("ctx", "ctx: any");
                format!(
                    "export const config = {config}\n\nexport const handler = async ({parameters}) => {{\n{body}\n}}\n"
                )
            }
            Tongue::Python => {
                let body = indented(body, "    ");
                let config = literal(config, "None", "True", "False", ": ");
                format!("config = {config}\n\n\nasync def handler({parameters}):\n{body}\n")
            }
            Tongue::Ruby => {
                let config = literal(config, "nil", "true", "false", " => ");
                format!(
                    "def config\n  {config}\nend\n\ndef handler({parameters})\n{}\nend\n",
                    indented(body, "  ")
                )
            }
        }
    }

    /// True if its interpreter is not installed; an error in CI.
    pub(crate) fn is_missing(self) -> bool {
        static FOUND: OnceLock<[bool; 4]> = OnceLock::new();
        let found = FOUND.get_or_init(|| Tongue::ALL.map(Tongue::is_installed));
        !found[self as usize]
    }

    fn is_installed(self) -> bool {
        let program = match self {
            Tongue::JavaScript | Tongue::TypeScript => "node",
            Tongue::Python => "python3",
            Tongue::Ruby => "ruby",
        };
        let mut command = Command::new(program);
        command
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let found = command.status().is_ok_and(|status| status.success());
        assert!(
            found || std::env::var_os("CI").is_none(),
            "{program} is not installed"
        );
        if !found {
            eprintln!(
                "SKIPPED: {program} is not installed, rows in {} are left out",
                self.name()
            );
        }
        found
    }
}

/// A body at the depth of a function, whatever its own depth is.
fn indented(body: &str, indent: &str) -> String {
    let lines = body.lines().skip_while(|line| line.trim().is_empty());
    let lines: Vec<&str> = lines.collect();
    let depth = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let moved = lines.iter().map(|line| match line.get(depth..) {
        Some(rest) if !rest.trim().is_empty() => format!("{indent}{rest}"),
        _ => String::new(),
    });
    moved.collect::<Vec<_>>().join("\n")
}

/// JSON as a literal of Python or Ruby.
fn literal(value: &Json, null: &str, yes: &str, no: &str, arrow: &str) -> String {
    let inner = |value: &Json| literal(value, null, yes, no, arrow);
    match value {
        Json::Null => null.to_owned(),
        Json::Bool(true) => yes.to_owned(),
        Json::Bool(false) => no.to_owned(),
        Json::Array(items) => format!("[{}]", items.iter().map(inner).collect::<Vec<_>>().join(", ")),
        Json::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(key, value)| format!("{}{arrow}{}", Json::String(key.clone()), inner(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}
