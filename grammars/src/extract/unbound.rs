//! Names of the context's members that nothing in the file binds, and where such a name may still come from.

use crate::ast::{Call, ExprKind};
use crate::language::Language;
use crate::model::Model;

/// Members of the context that authors use as plain names.
pub(super) const MEMBERS: [&str; 4] = ["emit", "logger", "state", "streams"];

/// Ruby's own libraries: none of them defines a method of such a name for everyone.
const RUBY_LIBRARIES: [&str; 18] = [
    "json",
    "time",
    "date",
    "securerandom",
    "net/http",
    "uri",
    "set",
    "digest",
    "bigdecimal",
    "csv",
    "erb",
    "logger",
    "open-uri",
    "fileutils",
    "tempfile",
    "yaml",
    "base64",
    "openssl",
];

/// False if the name may come from where the scopes do not look.
pub(super) fn is_surely_unbound(model: &Model<'_, '_>, text: &str, name: &str) -> bool {
    let imports = &model.module.imports;
    match model.language() {
        // Ambient declarations and names of the global object.
        Language::TypeScript | Language::JavaScript => {
            !text.contains("declare ")
                && !text.contains("mapReduce")
                && !text.contains(&format!("global.{name}"))
                && !text.contains(&format!("globalThis.{name}"))
        }
        Language::Python => {
            let is_wild = imports
                .iter()
                .any(|import| import.names.iter().any(|(_, local)| *local == "*"));
            !is_wild
                && !starts_a_line(text, "case ")
                && !model.scopes.is_bound_anywhere(name)
                && !text.contains("globals()")
        }
        Language::Ruby => {
            let mixes_in = ["include ", "extend ", "load "]
                .iter()
                .any(|word| starts_a_line(text, word));
            let defines = ["eval(", "_eval", "_exec", "define_method", "method_missing"];
            !starts_a_line(text, "in ")
                && imports
                    .iter()
                    .all(|import| RUBY_LIBRARIES.contains(&import.module.as_ref()))
                && !model.scopes.is_bound_anywhere(name)
                && !mixes_in
                && defines.iter().all(|word| !text.contains(word))
        }
    }
}

/// True if a line starts with the word: `case` and `in` match patterns, whose captures are not lowered as names.
fn starts_a_line(text: &str, word: &str) -> bool {
    text.lines().any(|line| line.trim_start().starts_with(word))
}

/// True if a call hands its functions to a browser or a database, where names mean something else.
pub(super) fn runs_elsewhere(call: &Call<'_>) -> bool {
    match &call.callee.uncast().kind {
        ExprKind::Member(member) => matches!(
            member.name,
            "evaluate"
                | "evaluateHandle"
                | "$eval"
                | "$$eval"
                | "addInitScript"
                | "waitForFunction"
                | "mapReduce"
        ),
        _ => false,
    }
}
