//! Projects as they are on a bad day: whatever lies in the folder, the check ends, says what it left out, and still finds
//! what is wrong in the rest.

use std::os::unix::net::UnixListener;
use std::process::Command;

use serde_json::Value as Json;

use crate::support::command::Run;
use crate::support::project::Project;

/// One defect, on its third line.
const DEFECT: &str = "exports.config = {\n  type: 'cron', name: 'Tick',\n  cron: 'at noon', emits: [] }\nexports.handler = async () => {}\n";

const PLACE: &str = "steps/tick.step.js";

fn with_defect(files: &[(&str, &str)]) -> Project {
    let project = Project::of(files);
    project.write(PLACE, DEFECT);
    project
}

/// The check ended as it should, and found the defect.
#[track_caller]
fn finds_the_defect(project: &Project) -> Run {
    let run = project.run(&["check", "--format", "json"]).exits(1);
    run.never_says("panicked");
    let report = run.json();
    let found = findings(&report).iter().any(|it| {
        it["rule"] == "invalid-cron" && it["file"].as_str().is_some_and(|file| file.contains("tick"))
    });
    assert!(found, "{}", run.story());
    run
}

fn findings(report: &Json) -> &[Json] {
    report["diagnostics"]
        .as_array()
        .map(Vec::as_slice)
        .expect("a list of diagnostics")
}

#[test]
fn line_ends_and_byte_order_marks_do_not_move_a_finding() {
    let plain = with_defect(&[]);
    let expected = finds_the_defect(&plain).json();
    assert_eq!(findings(&expected)[0]["range"]["start"]["line"], 3);
    for text in [
        DEFECT.replace('\n', "\r\n"),
        format!("\u{feff}{DEFECT}"),
        format!("\u{feff}{}", DEFECT.replace('\n', "\r\n")),
    ] {
        plain.write(PLACE, &text);
        let report = finds_the_defect(&plain).json();
        assert_eq!(findings(&report), findings(&expected), "{text:?}");
    }
}

#[test]
fn a_column_counts_characters() {
    let project = with_defect(&[]);
    let column = |report: &Json| {
        findings(report)[0]["range"]["start"]["column"]
            .as_u64()
            .expect("a column")
    };
    let plain = column(&finds_the_defect(&project).json());
    for (comment, characters) in [("/*x*/", 5), ("/*😀*/", 5), ("/*é👩‍🚀*/", 8), ("/*漢字*/", 6)]
    {
        project.write(PLACE, DEFECT.replace("  cron", &format!("  {comment}cron")));
        let report = finds_the_defect(&project).json();
        assert_eq!(column(&report), plain + characters, "{comment}");
        let frame = project.run(&["check"]).exits(1);
        frame.says("at noon");
    }
}

#[test]
fn files_that_are_not_text_or_too_large_are_said_and_skipped() {
    let project = with_defect(&[
        ("steps/empty.step.ts", ""),
        ("steps/empty_step.py", ""),
        ("steps/blank.step.rb", "\n\n"),
    ]);
    project.write("steps/nul.step.ts", [0; 3000]);
    project.write("steps/nul_step.py", [0; 3000]);
    project.write("steps/nul.step.rb", [0; 3000]);
    project.write(
        "steps/wrong.step.ts",
        b"export const config = { name: '\xff\xfe' }",
    );
    project.write("steps/utf16.step.ts", b"\xff\xfee\0x\0p\0o\0r\0t\0");
    project.write("steps/huge.step.ts", vec![b'/'; 10 * 1024 * 1024]);
    let run = finds_the_defect(&project);
    run.says("steps/huge.step.ts: skipped: 10485760 bytes")
        .says("steps/wrong.step.ts: not valid UTF-8");
}

#[test]
fn a_step_that_is_skipped_may_send_and_take_anything() {
    let mut huge =
        "export const config = { type: 'cron', name: 'Huge', cron: '* * * * *', emits: ['huge.done'] }\n"
            .to_owned();
    huge.push_str(&"// padding\n".repeat(100_000));
    let project = Project::of(&[
        ("steps/huge.step.ts", huge.as_str()),
        (
            "steps/b_step.py",
            "config = {'type': 'event', 'name': 'B', 'subscribes': ['huge.done'], 'emits': []}\nasync def handler(data, context):\n    pass\n",
        ),
        (
            "tests/a.flow.yaml",
            "tests: [{ name: n, when: [{ cron: Huge }], then: [{ emitted: { topic: huge.done } }] }]\n",
        ),
    ]);
    let run = project.run(&["check"]).exits(0);
    run.says("steps/huge.step.ts: skipped")
        .says("No findings in 2 files");
}

#[test]
fn what_only_looks_like_a_file_is_let_be() {
    let project = with_defect(&[
        ("steps/folder.step.ts/inner.txt", ""),
        ("steps/pkg_step.py/x", ""),
    ]);
    let link = |target: &str, name: &str| {
        std::os::unix::fs::symlink(target, project.path(name)).expect("links can be made");
    };
    link("nowhere.ts", "steps/dangling.step.ts");
    link("self.step.ts", "steps/self.step.ts");
    link(".", "steps/loop");
    link("..", "steps/folder.step.ts/up");
    link("/dev/zero", "steps/endless.step.ts");
    let made = Command::new("mkfifo")
        .arg(project.path("steps/pipe.step.ts"))
        .status();
    assert!(made.is_ok_and(|status| status.success()), "a pipe can be made");
    let _socket = UnixListener::bind(project.path("steps/socket.step.ts")).expect("a socket can be made");
    // An imported module that is no file either.
    link("/dev/zero", "steps/topics.ts");
    project.write(
        "steps/reader.step.ts",
        "import { T } from './topics'\nexport const config = { type: 'event', name: 'R', subscribes: [T.a], emits: [] }\nexport const handler = async () => {}\n",
    );
    let report = finds_the_defect(&project).json();
    assert_eq!(report["summary"]["steps"], 2, "{report}");
}

#[test]
fn inputs_that_are_built_to_hang_end() {
    let mut files = Vec::new();
    let long = format!("const a = [{}]", "'topic.name', ".repeat(60_000));
    let deep = |open: &str, close: &str| format!("x = {}1{}", open.repeat(200), close.repeat(200));
    for (n, text) in [
        "(ph=r(><d c=\"\"w h\"><v`\"}e\"d\" />\n`".to_owned(),
        "<a {{b:>c:d(e f)".to_owned(),
        deep("[", "]"),
        deep("(", ")"),
        deep("{ 'a': ", "}"),
        deep("f(", ")"),
        "if (a) { ".repeat(200),
        long,
        "\u{202e}\u{200b}\u{feff}'".repeat(500),
    ]
    .into_iter()
    .enumerate()
    {
        for name in [
            "n.step.ts",
            "n.step.tsx",
            "n.step.jsx",
            "n.step.js",
            "n_step.py",
            "n.step.rb",
        ] {
            files.push((format!("steps/h{n}{name}"), text.clone()));
        }
    }
    let project = with_defect(&[]);
    for (path, text) in files {
        project.write(&path, text);
    }
    finds_the_defect(&project);
    project
        .run(&["check"])
        .exits(1)
        .says("invalid-cron")
        .never_says("panicked");
}

#[test]
fn a_folder_without_steps_is_said() {
    let project = Project::of(&[("package.json", "{}"), ("lib/a.ts", "export const a = 1\n")]);
    project
        .run(&["check"])
        .exits(2)
        .says("no step project found")
        .says("*.step.ts");
    let empty = Project::of(&[]);
    empty.run(&["check"]).exits(2).says("no step project found");
    empty.run(&["check", "nowhere"]).exits(2).says("nowhere");
}

#[test]
fn projects_of_one_repository_do_not_share_topics() {
    let project = Project::of(&[("package.json", "{ \"workspaces\": [\"apps/*\"] }")]);
    for n in 0..60 {
        let app = format!("apps/app{n:02}");
        project.write(
            &format!("{app}/package.json"),
            format!("{{ \"name\": \"app{n}\" }}"),
        );
        project.write(
            &format!("{app}/steps/start.step.js"),
            "exports.config = { type: 'cron', name: 'Start', cron: '0 0 * * *', emits: ['job.started'] }\n\
             exports.handler = async ({ emit }) => { await emit({ topic: 'job.started', data: { id: 'a' } }) }\n",
        );
        // In the last one nobody takes the topic.
        if n < 59 {
            project.write(
                &format!("{app}/steps/end_step.py"),
                "config = {'type': 'event', 'name': 'End', 'subscribes': ['job.started'], 'emits': []}\n\
                 async def handler(data, context):\n    pass\n",
            );
        }
    }
    let report = project.run(&["check", "--format", "json"]).json();
    assert_eq!(report["summary"]["steps"], 119);
    let files: Vec<&Json> = findings(&report).iter().map(|it| &it["file"]).collect();
    assert!(!files.is_empty(), "{report:#}");
    for file in files {
        assert_eq!(file, "apps/app59/steps/start.step.js", "{report:#}");
    }
}

#[test]
fn ten_thousand_steps_are_one_flow() {
    const STEPS: usize = 10_000;
    let project = Project::of(&[("package.json", "{}")]);
    std::fs::create_dir(project.path("steps")).expect("folders can be made");
    for n in 0..STEPS {
        let next = (n + 1) % STEPS;
        let text = format!(
            "exports.config = {{ type: 'event', name: 'S{n}', subscribes: ['t.{n}'], emits: ['t.{next}'] }}\n\
             exports.handler = async (input, {{ emit }}) => {{ await emit({{ topic: 't.{next}', data: {{}} }}) }}\n"
        );
        std::fs::write(project.path(&format!("steps/s{n}.step.js")), text).expect("files can be written");
    }
    project.write(PLACE, DEFECT);
    for _ in 0..2 {
        let report = finds_the_defect(&project).json();
        let others: Vec<&Json> = findings(&report)
            .iter()
            .filter(|it| it["rule"] != "invalid-cron")
            .collect();
        assert_eq!(others.len(), 1, "{others:#?}");
        assert_eq!(others[0]["rule"], "event-cycle");
        let message = others[0]["message"].as_str().expect("a message");
        assert!(
            message.ends_with("→ S9999 → S0 (10000 steps)") && message.len() < 200,
            "{message}"
        );
        assert_eq!(report["summary"]["steps"], STEPS + 1);
    }
}

#[test]
fn kept_facts_change_no_finding() {
    let project = with_defect(&[]);
    let facts = Project::of(&[]);
    let check = |more: &[&str]| {
        project
            .banister(&["check", "--format", "json"])
            .args(more)
            .env("BANISTER_CACHE_DIR", facts.root())
            .run()
            .exits(1)
            .stdout
    };
    let without = check(&["--no-cache"]);
    assert_eq!(facts.files("."), [""; 0], "--no-cache keeps nothing");
    assert_eq!(check(&[]), without);
    assert_eq!(facts.files(".").len(), 1, "one pack a workspace");
    assert_eq!(check(&[]), without);
    for pack in facts.files(".") {
        facts.write(&pack, "damaged");
    }
    assert_eq!(check(&[]), without);
    assert_eq!(
        project.files("."),
        [format!("./{PLACE}")],
        "nothing is kept in the project"
    );
    let mended = DEFECT.replace("at noon", "0 12 * * *");
    project.write(PLACE, mended);
    project.run(&["check"]).exits(0);
}
