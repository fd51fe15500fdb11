//! What the parser alone costs, as one line of JSON: the floor under everything that reads sources.
//!
//! `parse_floor FOLDER [RUNS]` reads and parses every source below the folder on one thread and on two, then also works
//! out its facts; the least time of the runs counts, in milliseconds. `parse_floor FOLDER RUNS parse` only parses on one
//! thread, for whoever measures the process from outside.

#![allow(clippy::print_stdout, reason = "the line of figures is what it is for")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use banister_grammars::{Language, extract, parse};

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| ".".into()));
    let runs = arguments
        .next()
        .and_then(|runs| runs.to_str()?.parse().ok())
        .unwrap_or(5);
    let only_parse = arguments.next().is_some_and(|mode| mode == "parse");
    let mut files = Vec::new();
    collect(&folder, &mut files);
    files.sort();
    let least = |threads: usize, work: fn(Language, &str)| {
        (0..runs)
            .map(|_| time(&files, threads, work))
            .fold(f64::INFINITY, f64::min)
    };
    let parse_only = |language, text: &str| drop(parse(language, text, None));
    let facts = |language, text: &str| drop(extract(language, text));
    if only_parse {
        println!("{{\"parse_1\": {:.2}}}", least(1, parse_only));
        return;
    }
    let bytes: u64 = files
        .iter()
        .filter_map(|(_, path)| path.metadata().ok())
        .map(|metadata| metadata.len())
        .sum();
    println!(
        "{{\"files\": {}, \"bytes\": {bytes}, \"parse_1\": {:.2}, \"parse_2\": {:.2}, \"facts_1\": {:.2}, \"facts_2\": {:.2}}}",
        files.len(),
        least(1, parse_only),
        least(2, parse_only),
        least(1, facts),
        least(2, facts),
    );
}

/// Milliseconds to read all files and do the work on each.
fn time(files: &[(Language, PathBuf)], threads: usize, work: fn(Language, &str)) -> f64 {
    let next = AtomicUsize::new(0);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((language, path)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Ok(text) = std::fs::read_to_string(path) {
                        work(*language, &text);
                    }
                }
            });
        }
    });
    begun.elapsed().as_secs_f64() * 1000.0
}

fn collect(folder: &Path, files: &mut Vec<(Language, PathBuf)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if name == "node_modules" || name == ".git" {
            continue;
        }
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(&path, files);
        } else if let Some(language) = path.to_str().and_then(Language::of_path) {
            files.push((language, path));
        }
    }
}
