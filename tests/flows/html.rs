//! `--report FILE.html`: held against a browser where there is one.

use std::fs;
use std::process::{Command, Stdio};

use crate::support::headless::find;
use crate::support::project::Project;

/// Tells what a browser makes of the report in a frame of this width: how far it runs over, and what can be reached.
const PROBE: &str = r#"<!doctype html><html><body><iframe id="f" src="report.html" style="width:360px;height:700px"></iframe>
<pre id="out"></pre><script>
document.getElementById('f').addEventListener('load', (event) => {
  const page = event.target.contentDocument
  const told = {
    over: page.documentElement.scrollWidth - page.documentElement.clientWidth,
    failed: page.querySelectorAll('details.failed[open]').length,
    lanes: [...page.querySelectorAll('.swim thead tr')].map((row) => row.children.length),
    rows: page.querySelectorAll('.swim tbody tr').length,
    wrong: page.querySelectorAll('.banister .wrong').length,
    ran: page.querySelectorAll('.banister .step.ran').length,
    named: [...page.querySelectorAll('[tabindex]')].every((it) => it.getAttribute('aria-label')),
    title: page.title,
  }
  document.getElementById('out').textContent = JSON.stringify(told)
})
</script></body></html>"#;

#[test]
fn a_page_shows_what_ran_and_the_lanes_of_what_failed() {
    let project = Project::fixture("failing-flow");
    let run = project
        .run(&["test", "--report", "report.html", "--skip", "shouted"])
        .exits(1);
    run.says("1 passed; 1 failed");
    let page = project.read("report.html");
    for part in [
        "<span class=\"bad\">FAILED</span>",
        "tests/greetings::a greeting is friendly",
        "<th scope=\"col\">SayHello</th>",
        "<h3>See it again</h3>\n<pre>banister test --exact",
    ] {
        assert!(page.contains(part), "no {part} in\n{page}");
    }
    let outside = page.replace("http://www.w3.org/2000/svg", "");
    for asks in ["<script", "src=", "@import", "<link"] {
        assert!(!outside.contains(asks), "{asks}");
    }
    let Some(told) = in_a_browser(&project) else {
        return;
    };
    assert_eq!(told["over"], 0, "a narrow page does not run over: {told}");
    assert_eq!(told["failed"], 1, "{told}");
    assert!(told["rows"].as_u64() > Some(5), "{told}");
    assert_eq!(told["ran"], 3, "{told}");
    assert_eq!(told["named"], true, "what takes the focus has a name: {told}");
    assert_eq!(told["title"], "FAILED · flow tests", "{told}");
}

/// What a browser says of the report; nothing where there is none, which only a person's machine may lack.
fn in_a_browser(project: &Project) -> Option<serde_json::Value> {
    let Some(browser) = find("chromium")
        .or_else(|| find("chromium-browser"))
        .or_else(|| find("google-chrome"))
    else {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "there is no Chromium: run scripts/setup.sh"
        );
        return None;
    };
    fs::write(project.path("probe.html"), PROBE).unwrap();
    let profile = tempfile::TempDir::new().unwrap();
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--allow-file-access-from-files",
            "--virtual-time-budget=5000",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", project.path("probe.html").display()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout);
    let told = dom
        .split_once("<pre id=\"out\">")
        .and_then(|(_, rest)| rest.split_once("</pre>"));
    let (told, _) = told.unwrap_or_else(|| {
        panic!(
            "the browser shows nothing: {dom}\n{}",
            String::from_utf8_lossy(&output.stderr)
        )
    });
    Some(serde_json::from_str(&told.replace("&gt;", ">")).unwrap_or_else(|error| panic!("{error}: {told}")))
}

#[test]
fn a_page_that_cannot_be_written_is_a_failure_with_its_reason() {
    let project = Project::fixture("failing-flow");
    project
        .run(&["test", "kept", "--report", "nowhere/report.html"])
        .exits(2)
        .says("1 passed; 0 failed")
        .says("cannot write the report nowhere/report.html");
}
