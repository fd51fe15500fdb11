//! How files that cannot be run are shown.

use banister_testkit::suites::{InvalidFile, Suites};

use crate::exit::Exit;
use crate::render::{full, problem};

/// What is wrong with a file, with the code around it.
pub(super) fn story(file: &InvalidFile) -> String {
    let text = match &file.text {
        Ok(text) => text,
        Err(error) => return problem::error_line(&format!("{} {error}", file.local)),
    };
    let shown = file.problems.iter().map(|it| {
        full::problem_with_code(
            it.rule,
            &it.message,
            it.help.as_deref(),
            &file.local,
            text,
            it.span,
        )
    });
    shown.collect::<Vec<_>>().join("\n\n")
}

/// Tells of all of them on standard error, and of what was not looked into.
pub(super) fn show_invalid(suites: &Suites) {
    for text in &suites.left_out {
        anstream::eprintln!("{}", problem::warning(text));
    }
    for file in &suites.invalid {
        anstream::eprintln!("{}\n", story(file));
    }
}

/// A run is never good while there are files that it could not read.
pub(super) fn exit(suites: &Suites, otherwise: Exit) -> Exit {
    if suites.invalid.is_empty() {
        return otherwise;
    }
    let count = suites.invalid.len();
    let text = format!("{count} flow test file(s) were not run: see above");
    anstream::eprintln!("{}", problem::warning(&text));
    otherwise.max(Exit::Failure)
}
