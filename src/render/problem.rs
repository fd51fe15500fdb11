//! Messages about the command itself, on standard error.

/// An error with its causes, each on its own line.
pub(crate) fn error_chain(error: &anyhow::Error) -> String {
    let mut out = format!("\u{1b}[1;31merror\u{1b}[0m: {error}");
    for cause in error.chain().skip(1).map(ToString::to_string) {
        // Some errors name their cause in their own text.
        if !out.ends_with(&cause) {
            out.push_str(&format!("\n  because: {cause}"));
        }
    }
    out
}

/// A warning in one line.
pub(crate) fn warning(text: &str) -> String {
    format!("\u{1b}[1;33mwarning\u{1b}[0m: {text}")
}

/// An error in one line.
pub(crate) fn error_line(text: &str) -> String {
    format!("\u{1b}[1;31merror\u{1b}[0m: {text}")
}
