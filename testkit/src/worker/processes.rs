//! The processes of this machine as `/proc` shows them; elsewhere than on Linux there are none to see.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// The kernel counts processor time for `/proc` in hundredths of a second, whatever its own clock.
const TICK: Duration = Duration::from_millis(10);

/// What a process group did so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Usage {
    /// Processor time of its processes and of their children that ended.
    pub(super) processor: Duration,
    /// One of them runs, or would if it had a processor or its disk.
    pub(super) runnable: bool,
}

/// One line of the process table.
#[derive(Debug, Clone, Copy)]
struct Process {
    id: i32,
    parent: i32,
    group: i32,
    state: u8,
    ticks: u64,
}

impl Process {
    fn read(folder: &Path) -> Option<Self> {
        let text = fs::read_to_string(folder.join("stat")).ok()?;
        // The name stands in brackets and may hold anything.
        let (id, rest) = text.split_once(' ')?;
        let fields: Vec<&str> = rest.rsplit_once(')')?.1.split_whitespace().collect();
        let number = |at: usize| fields.get(at)?.parse::<i64>().ok();
        let ticks: i64 = (11..15).filter_map(number).sum();
        Some(Self {
            id: id.parse().ok()?,
            parent: number(1)? as i32,
            group: number(2)? as i32,
            state: *fields.first()?.as_bytes().first()?,
            ticks: u64::try_from(ticks).unwrap_or(0),
        })
    }

    fn all() -> Vec<Self> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        entries
            .filter(|entry| entry.file_name().as_encoded_bytes()[0].is_ascii_digit())
            .filter_map(|entry| Self::read(&entry.path()))
            .collect()
    }
}

/// What the process group did so far; `None` where that cannot be seen.
pub(super) fn usage(group: u32) -> Option<Usage> {
    let members: Vec<Process> = Process::all()
        .into_iter()
        .filter(|process| u32::try_from(process.group) == Ok(group))
        .collect();
    if members.is_empty() {
        return None;
    }
    let ticks: u64 = members.iter().map(|process| process.ticks).sum();
    Some(Usage {
        processor: TICK.saturating_mul(u32::try_from(ticks).unwrap_or(u32::MAX)),
        runnable: members.iter().any(|process| b"RD".contains(&process.state)),
    })
}

/// Processes that the handlers of a worker started and that left its group.
#[derive(Debug, Default)]
pub(super) struct Strays {
    ids: Vec<i32>,
}

impl Strays {
    /// Whether there are any.
    pub(super) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The ones below `worker`, and those without a living parent of ours whose environment names `mark`.
    pub(super) fn of(worker: u32, mark: &Path) -> Self {
        let all = Process::all();
        let ours = std::process::id();
        let has_above = |process: &Process, above: u32| {
            let mut at = *process;
            for _ in 0..all.len() {
                if u32::try_from(at.parent) == Ok(above) {
                    return true;
                }
                match all.iter().find(|other| other.id == at.parent) {
                    Some(parent) => at = *parent,
                    None => return false,
                }
            }
            false
        };
        let mark = mark.as_os_str().as_encoded_bytes();
        let is_marked = |process: &Process| {
            let environment = fs::read(format!("/proc/{}/environ", process.id)).unwrap_or_default();
            !mark.is_empty() && environment.windows(mark.len()).any(|part| part == mark)
        };
        let is_stray = |process: &&Process| {
            let is_orphan = || u32::try_from(process.id) != Ok(ours) && !has_above(process, ours);
            process.state != b'Z' && (has_above(process, worker) || (is_orphan() && is_marked(process)))
        };
        Self {
            ids: all.iter().filter(is_stray).map(|process| process.id).collect(),
        }
    }

    pub(super) fn end(self) {
        for id in self.ids.into_iter().filter_map(Pid::from_raw) {
            let _ = kill_process(id, Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_is_seen_at_work() {
        let group = rustix::process::getpgrp().as_raw_nonzero().get() as u32;
        let begun = std::time::Instant::now();
        while begun.elapsed() < Duration::from_millis(60) {}
        let usage = usage(group).unwrap();
        assert!(usage.runnable && usage.processor > Duration::ZERO, "{usage:?}");
    }
}
