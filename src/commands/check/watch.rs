//! `--watch`: checks again whenever a file changes, until Ctrl-C.
//!
//! The disk is looked at and not subscribed to: the walk passes over `node_modules` and whatever git ignores, where a
//! subscription would need a handle for every folder of it, and it goes on when a folder is removed and comes back.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use banister_project::disk::{self, Stamps};

use super::workspace::Workspace;
use super::{Arguments, once};
use crate::commands::write_stdout;
use crate::exit::Exit;
use crate::render::problem;

/// How long nothing is looked at, at least.
const PAUSE: Duration = Duration::from_millis(200);

/// A look at a large repository takes its time; it may take this share of the whole.
const SHARE: u32 = 10;

/// Editors and git write several files at a time: a change counts once nothing else has changed for so long.
const SETTLED: Duration = Duration::from_millis(60);

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let (interrupt, interrupted) = channel();
    ctrlc::set_handler(move || {
        // A second Ctrl-C finds nobody who listens, which is no error.
        let _ = interrupt.send(());
    })
    .context("cannot listen for Ctrl-C")?;
    // What changes while the files are read is a change already.
    let mut before = stamps_before(&arguments.paths);
    let mut workspaces = Workspace::load_all(
        &arguments.paths,
        &arguments.selection(),
        arguments.cache().as_deref(),
    )?;
    let mut seen: Vec<Stamps> = (workspaces.iter())
        .map(|workspace| before.remove(&workspace.loaded.root).unwrap_or_default())
        .collect();
    let mut exit = show(arguments, &mut workspaces)?;
    let mut pause = PAUSE;
    loop {
        if waits(&interrupted, pause) {
            return Ok(exit);
        }
        let begun = Instant::now();
        let mut now = stamps(&workspaces);
        pause = PAUSE.max(begun.elapsed() * SHARE);
        if now == seen {
            continue;
        }
        loop {
            if waits(&interrupted, SETTLED) {
                return Ok(exit);
            }
            let later = stamps(&workspaces);
            if later == now {
                break;
            }
            now = later;
        }
        exit = match refresh(&mut workspaces, &seen, &now) {
            Ok(()) => show(arguments, &mut workspaces)?,
            Err(error) => {
                clear_screen()?;
                anstream::eprintln!("{}", problem::error_chain(&error));
                Exit::Failure
            }
        };
        seen = now;
    }
}

fn stamps_before(paths: &[PathBuf]) -> BTreeMap<PathBuf, Stamps> {
    let roots = paths.iter().filter_map(|path| disk::root_of(path).ok());
    roots
        .map(|root| {
            let stamps = Stamps::of(&root);
            (root, stamps)
        })
        .collect()
}

fn stamps(workspaces: &[Workspace]) -> Vec<Stamps> {
    workspaces
        .iter()
        .map(|workspace| Stamps::of(&workspace.loaded.root))
        .collect()
}

fn refresh(workspaces: &mut [Workspace], before: &[Stamps], now: &[Stamps]) -> anyhow::Result<()> {
    let mut outcome = Ok(());
    for (workspace, (before, now)) in workspaces.iter_mut().zip(before.iter().zip(now)) {
        if let Err(error) = workspace.loaded.refresh(before, now) {
            outcome = Err(error.into());
        }
    }
    outcome
}

fn show(arguments: &Arguments, workspaces: &mut [Workspace]) -> anyhow::Result<Exit> {
    clear_screen()?;
    let exit = once(arguments, workspaces)?;
    anstream::eprintln!("watching for changes; Ctrl-C ends");
    Ok(exit)
}

fn clear_screen() -> anyhow::Result<()> {
    if std::io::stdout().is_terminal() {
        write_stdout("\u{1b}[2J\u{1b}[3J\u{1b}[H")?;
    }
    Ok(())
}

/// Waits; true if the person wants to end.
fn waits(interrupted: &Receiver<()>, time: Duration) -> bool {
    interrupted.recv_timeout(time).is_ok()
}
