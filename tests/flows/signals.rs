//! A run that is cut short: by a signal, a full disk or a reader who goes away. Nothing is lost without a word.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::project::Project;

const FAST: &str = "exports.config = { type: 'event', name: 'Fast', subscribes: ['fast.go'], emits: [] }\n\
                    exports.handler = async () => {}\n";
/// Starts a program of its own and then never ends.
const SLOW: &str = "const { spawn } = require('node:child_process')\n\
                    exports.config = { type: 'event', name: 'Slow', subscribes: ['slow.go'], emits: [] }\n\
                    exports.handler = async (input) => {\n  spawn('sleep', [input.mark])\n  for (;;);\n}\n";

fn project(mark: &str) -> Project {
    let flow = |topic: &str, step: &str| {
        format!(
            "    when: [{{ emit: {{ topic: {topic}, data: {{ mark: '{mark}' }} }} }}]\n    then: [{{ ran: [{step}] }}]\n"
        )
    };
    let tests = format!(
        "tests:\n  - name: one\n{fast}  - name: two\n{slow}  - name: three\n{fast}  - name: four\n{fast}",
        fast = flow("fast.go", "Fast"),
        slow = flow("slow.go", "Slow"),
    );
    Project::of(&[
        ("package.json", "{}"),
        ("steps/fast.step.js", FAST),
        ("steps/slow.step.js", SLOW),
        ("tests/a.flow.yaml", &tests),
    ])
}

fn start(project: &Project, args: &[&str]) -> Child {
    let mut command = project
        .banister(&["test", "--budget", "200"])
        .args(args)
        .into_command();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn send(signal: &str, child: &Child) {
    let status = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status();
    assert!(status.unwrap().success());
}

/// True while a process has all these words in its command line.
fn runs(words: &[&str]) -> bool {
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    processes.into_iter().any(|process| {
        let line = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).into_owned();
        let given: Vec<&str> = line.split('\0').collect();
        words.iter().all(|word| given.contains(word))
    })
}

#[track_caller]
fn waits_until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Lets a run come to the handler that never ends, sends a signal, and gives back what it said and how it ended.
fn cut_short(signal: &str, mark: &str, args: &[&str]) -> (Option<i32>, String, String) {
    let project = project(mark);
    let mut child = start(&project, args);
    waits_until("the slow handler runs", || runs(&["sleep", mark]));
    let begun = Instant::now();
    send(signal, &child);
    let (mut stdout, mut stderr) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    let status = child.wait().unwrap();
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "it took {:?}",
        begun.elapsed()
    );
    waits_until("what the handler started is gone", || !runs(&["sleep", mark]));
    (status.code(), stdout, stderr)
}

#[test]
fn an_interrupted_run_tells_what_it_knows_and_ends_its_workers() {
    for (signal, mark, code) in [("-INT", "86391.1", 130), ("-TERM", "86391.2", 143)] {
        let (status, stdout, stderr) = cut_short(signal, mark, &["-j", "1"]);
        let story = format!("{stdout}\n---\n{stderr}");
        assert_eq!(status, Some(code), "{story}");
        assert!(stdout.contains("test tests/a::one ... ok"), "{story}");
        assert!(stdout.contains("test tests/a::two ... not finished"), "{story}");
        assert!(
            stdout.contains("test result: FAILED. 1 passed; 0 failed;") && stdout.contains("3 not finished"),
            "{story}"
        );
        assert!(stderr.contains("interrupted"), "{story}");
    }
}

#[test]
fn what_other_workers_have_finished_is_not_lost() {
    let mark = "86392.1";
    let project = project(mark);
    let mut child = start(&project, &["-j", "2", "--format", "json"]);
    waits_until("the slow handler runs", || runs(&["sleep", mark]));
    // The other worker needs a moment for its two tests.
    std::thread::sleep(Duration::from_secs(5));
    send("-INT", &child);
    let lines: Vec<String> = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap)
        .collect();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let story = lines.join("\n");
    for (name, event) in [
        ("one", "ok"),
        ("two", "unfinished"),
        ("three", "ok"),
        ("four", "ok"),
    ] {
        let wanted = format!("\"event\":\"{event}\",\"name\":\"tests/a::{name}\"");
        assert!(story.contains(&wanted), "no {wanted} in\n{story}");
    }
    assert!(lines.last().unwrap().contains("\"unfinished\":1"), "{story}");
}

#[test]
fn an_interrupted_junit_report_is_whole() {
    let (status, stdout, _) = cut_short("-INT", "86393.1", &["-j", "1", "--format", "junit"]);
    assert_eq!(status, Some(130));
    assert!(stdout.trim_end().ends_with("</testsuites>"), "{stdout}");
    assert!(
        stdout.contains("tests=\"4\" skipped=\"0\" errors=\"3\" failures=\"0\""),
        "{stdout}"
    );
}

#[test]
fn a_report_that_cannot_be_written_is_a_failure_with_its_reason() {
    let project = project("86394.1");
    for format in ["pretty", "json", "junit"] {
        let mut command = project
            .banister(&["test", "--skip", "two", "--format", format])
            .into_command();
        let output = command
            .stdin(Stdio::null())
            .stdout(File::options().write(true).open("/dev/full").unwrap())
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{format}: {stderr}");
        assert!(
            stderr.contains("cannot write the report") && stderr.contains("No space left"),
            "{format}: {stderr}"
        );
    }
}

#[test]
fn a_trace_that_cannot_be_written_is_a_failure_with_its_reason() {
    let project = project("86395.1");
    std::fs::create_dir(project.path("traces")).unwrap();
    std::os::unix::fs::symlink("/dev/full", project.path("traces/tests__a__one.trace.json")).unwrap();
    let run = project
        .run(&["test", "--skip", "two", "--trace-dir", "traces"])
        .exits(2);
    run.says("3 passed; 0 failed")
        .says("traces/tests__a__one.trace.json cannot be written")
        .says("No space left");
}

#[test]
fn a_reader_who_goes_away_changes_no_exit_code() {
    let project = project("86396.1");
    let mut child = start(&project, &["--skip", "two"]);
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
