//! `--stdin-filename`: a text that an editor has not saved yet, checked as a file of its project.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use banister_project::disk;

use super::workspace::Workspace;
use super::{Arguments, fix};
use crate::commands::write_stdout;
use crate::exit::Exit;
use crate::render::problem;

const BYTE_ORDER_MARK: &str = "\u{feff}";

pub(super) fn run(arguments: &Arguments, path: &Path) -> anyhow::Result<Exit> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .read_to_end(&mut bytes)
        .context("cannot read standard input")?;
    let name = path.display();
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) if arguments.fix || arguments.diff => {
            anyhow::bail!("cannot fix {name}: standard input is not valid UTF-8")
        }
        Err(error) => {
            let text = format!("{name}: not valid UTF-8: unreadable bytes are shown as \u{fffd}");
            anstream::eprintln!("{}", problem::warning(&text));
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        }
    };
    let (mut loaded, file) = disk::load_with_text(path, Arc::from(text.as_str()))
        .with_context(|| format!("cannot check {name}"))?;
    loaded.host.select(&arguments.selection());
    let Some(file) = file else {
        let why = format!("{name}: not checked, because a file of this name is no part of a step project");
        anstream::eprintln!("{}", problem::warning(&why));
        return finish_unknown(arguments, &text);
    };
    let mut workspace = Workspace {
        loaded,
        asked: vec![file.clone()],
    };
    let baseline = arguments.known()?;
    if arguments.diff {
        let (diff, outcome) = fix::diff(std::slice::from_ref(&workspace), baseline.as_ref());
        write_stdout(&diff)?;
        return Ok(if outcome.files > 0 {
            Exit::Findings
        } else {
            Exit::Success
        });
    }
    let mut fixed_text = None;
    if arguments.fix {
        let mut fixed = fix::plan(&workspace, baseline.as_ref());
        let mark = text.starts_with(BYTE_ORDER_MARK).then_some(BYTE_ORDER_MARK);
        fixed_text = Some(match fixed.changed.remove(&file) {
            Some(change) => format!("{}{}", mark.unwrap_or_default(), change.after),
            None => text,
        });
        workspace.loaded.host = fixed.host;
    }
    let outcome = arguments.report(std::slice::from_ref(&workspace), baseline)?;
    match fixed_text {
        // Standard output belongs to the text then.
        Some(text) => {
            write_text(&text)?;
            anstream::eprint!("{}", outcome.text);
        }
        None => write_stdout(&outcome.text)?,
    }
    Ok(outcome.exit)
}

/// An editor that asks for every file it saves gets its text back, or a report without findings.
fn finish_unknown(arguments: &Arguments, text: &str) -> anyhow::Result<Exit> {
    if arguments.fix {
        write_text(text)?;
    } else if !arguments.diff {
        write_stdout(&arguments.report(&[], None)?.text)?;
    }
    Ok(Exit::Success)
}

/// Writes source text as it is: the door for reports takes escape sequences out.
fn write_text(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}
