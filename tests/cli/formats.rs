//! The formats of `check` for pipelines: the same findings in each, and nothing in a name breaks one.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::support::project::Project;

/// A file name and a topic with every character that some format gives a meaning to.
const ODD_FILE: &str = "steps/100%, a:b.step.js";
const ODD_TOPIC: &str = r#"<a&"b">%0A,c:d"#;

fn odd() -> Project {
    let step = format!(
        "exports.config = {{ type: 'cron', name: 'Odd', cron: '0 9 * * *', emits: ['some.other'] }}\n\
         exports.handler = async (_, {{ emit }}) => {{\n\
         \x20 /* 🚂 */ await emit({{ topic: '{ODD_TOPIC}', data: {{}} }})\n\
         }}\n"
    );
    Project::of(&[(ODD_FILE, &step)])
}

fn broken() -> Project {
    Project::fixture("broken-ecommerce")
}

fn check(project: &Project, format: &str) -> String {
    project.run(&["check", "--format", format]).exits(1).stdout
}

fn json(project: &Project, format: &str) -> Json {
    serde_json::from_str(&check(project, format)).expect("JSON")
}

fn list(value: &Json) -> &[Json] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// File, line and column of what JSON reports and people see.
fn places(project: &Project) -> Vec<(String, u64, u64)> {
    let report = json(project, "json");
    let shown = list(&report["diagnostics"])
        .iter()
        .filter(|it| it["severity"] != "hint");
    shown
        .map(|it| {
            let start = &it["range"]["start"];
            let number = |key: &str| start[key].as_u64().expect("a number");
            (text(&it["file"]).to_owned(), number("line"), number("column"))
        })
        .collect()
}

#[test]
fn every_format_has_the_same_findings() {
    for project in [broken(), odd()] {
        let places = places(&project);
        assert!(!places.is_empty());
        let concise = check(&project, "concise");
        let lines: Vec<&str> = concise.lines().collect();
        assert_eq!(lines.len(), places.len() + 1, "and the summary: {concise}");
        for ((file, line, column), told) in places.iter().zip(&lines) {
            assert!(told.starts_with(&format!("{file}:{line}:{column}: ")), "{told}");
        }
        let github = check(&project, "github");
        assert_eq!(github.lines().count(), places.len(), "{github}");
        assert_eq!(list(&json(&project, "gitlab")).len(), places.len());
        assert_eq!(
            list(&json(&project, "sarif")["runs"][0]["results"]).len(),
            places.len()
        );
        let junit = check(&project, "junit");
        assert_eq!(junit.matches("<testcase ").count(), places.len(), "{junit}");
        let full = check(&project, "full");
        assert_eq!(full.matches("\n\n").count(), places.len(), "{full}");
    }
}

#[test]
fn concise_is_place_severity_rule_and_message() {
    let concise = check(&odd(), "concise");
    let line = concise
        .lines()
        .find(|line| line.contains("undeclared-emit"))
        .expect("the finding");
    // Columns count characters: a train is one.
    let prefix = format!("{ODD_FILE}:3:32: error[undeclared-emit] ");
    assert!(line.starts_with(&prefix) && line.contains(ODD_TOPIC), "{line}");
}

#[test]
fn sarif_lists_the_rules_that_were_hit_with_their_documentation() {
    let sarif = json(&broken(), "sarif");
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = list(&run["tool"]["driver"]["rules"]);
    let results = list(&run["results"]);
    let hit: BTreeSet<&str> = results.iter().map(|it| text(&it["ruleId"])).collect();
    let listed: BTreeSet<&str> = rules.iter().map(|it| text(&it["id"])).collect();
    assert_eq!(hit, listed);
    assert_eq!(rules.len(), listed.len());
    for rule in rules {
        assert!(text(&rule["help"]["text"]).len() > 80, "{rule}");
    }
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    let across = results.iter().find(|it| it["ruleId"] == "payload-missing-field");
    let related = &across.expect("the finding")["relatedLocations"][0];
    let uri = &related["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "steps/write_invoice.step.rb");
    assert!(!text(&related["message"]["text"]).is_empty());
}

#[test]
fn sarif_escapes_paths_and_counts_characters() {
    let sarif = json(&odd(), "sarif");
    let result = list(&sarif["runs"][0]["results"])
        .iter()
        .find(|it| it["ruleId"] == "undeclared-emit")
        .expect("the finding")
        .clone();
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(
        place["artifactLocation"]["uri"],
        "steps/100%25%2C%20a%3Ab.step.js"
    );
    assert_eq!(
        (&place["region"]["startLine"], &place["region"]["startColumn"]),
        (&3.into(), &32.into())
    );
}

#[test]
fn sarif_carries_the_fix_of_a_fixable_finding() {
    let project = broken();
    let fixable = json(&project, "json");
    let fixable = list(&fixable["diagnostics"])
        .iter()
        .filter(|it| it["fixable"] == true);
    let sarif = json(&project, "sarif");
    let results = list(&sarif["runs"][0]["results"]);
    let fixed: Vec<_> = results.iter().filter(|it| it.get("fixes").is_some()).collect();
    assert_eq!(fixed.len(), fixable.filter(|it| it["severity"] != "hint").count());
    let slip = fixed
        .iter()
        .find(|it| it["ruleId"] == "misspelled-topic")
        .expect("a slip has a fix");
    let change = &slip["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], "steps/notify_customer.step.rb");
    let inserted = text(&change["replacements"][0]["insertedContent"]["text"]);
    assert!(inserted.contains("customer.notified"), "{inserted}");
}

#[test]
fn github_annotations_survive_every_character() {
    let github = check(&odd(), "github");
    let line = github
        .lines()
        .find(|line| line.contains("title=undeclared-emit"))
        .expect("the finding");
    assert!(
        line.starts_with("::error file=steps/100%25%2C a%3Ab.step.js,line=3,endLine=3,col=32,endColumn="),
        "{line}"
    );
    // A colon and a comma mean nothing in the message.
    assert!(line.contains(r#"<a&"b">%250A,c:d"#), "{line}");
}

#[test]
fn github_annotations_keep_related_places_on_one_line() {
    let github = check(&broken(), "github");
    assert!(github.lines().all(|line| line.starts_with("::")), "{github}");
    assert!(github.contains("%0Asteps/write_invoice.step.rb:"), "{github}");
}

#[test]
fn a_line_break_in_a_file_name_breaks_no_line() {
    let step = "exports.config = { type: 'cron', name: 'Tick', cron: 'never', emits: [] }\n\
                exports.handler = async () => {}\n";
    let project = Project::of(&[("steps/a\r\nb.step.js", step)]);
    let github = check(&project, "github");
    assert!(
        github.starts_with("::error file=steps/a%0D%0Ab.step.js,line=1,"),
        "{github}"
    );
    assert_eq!(github.lines().count(), 1, "{github}");
    let concise = check(&project, "concise");
    assert_eq!(concise.lines().count(), 2, "{concise}");
}

#[test]
fn junit_is_well_formed_and_fails_as_the_command_does() {
    let junit = check(&odd(), "junit");
    let escaped = "&lt;a&amp;&quot;b&quot;&gt;%0A,c:d";
    assert!(junit.contains(escaped), "{junit}");
    assert!(!junit.contains("<a&"), "{junit}");

    let project = broken();
    let summary = json(&project, "json")["summary"].clone();
    let failures = |junit: &str| junit.matches("<failure ").count() as u64;
    let errors = summary["errors"].as_u64().unwrap();
    let warnings = summary["warnings"].as_u64().unwrap();
    assert_eq!(failures(&check(&project, "junit")), errors);
    let strict = project.run(&["check", "--format", "junit", "--deny", "warnings"]);
    assert_eq!(failures(&strict.stdout), errors + warnings);
}

fn fingerprints(project: &Project) -> Vec<String> {
    let report = json(project, "gitlab");
    let issues = list(&report).iter();
    issues.map(|it| text(&it["fingerprint"]).to_owned()).collect()
}

#[test]
fn gitlab_fingerprints_are_one_each_and_stay_when_lines_move() {
    let project = broken();
    let before = fingerprints(&project);
    assert_eq!(before.iter().collect::<BTreeSet<_>>().len(), before.len());
    let step = project.read("steps/create-order.step.ts");
    project.write("steps/create-order.step.ts", format!("\n\n\n{step}"));
    assert_eq!(fingerprints(&project), before);
}

#[test]
fn equal_findings_of_a_file_have_fingerprints_of_their_own() {
    let step = "exports.config = { type: 'cron', name: 'Twice', cron: '0 9 * * *', emits: ['some.other'] }\n\
                exports.handler = async (_, { emit }) => {\n\
                \x20 await emit({ topic: 'not.declared', data: {} })\n\
                \x20 await emit({ topic: 'not.declared', data: {} })\n\
                }\n";
    let project = Project::of(&[("steps/twice.step.js", step)]);
    let report = json(&project, "gitlab");
    let twice: Vec<_> = list(&report)
        .iter()
        .filter(|it| it["check_name"] == "undeclared-emit")
        .collect();
    assert_eq!(twice.len(), 2, "{report}");
    assert_eq!(twice[0]["description"], twice[1]["description"]);
    assert_ne!(twice[0]["fingerprint"], twice[1]["fingerprint"]);
}

#[test]
fn paths_are_those_of_the_folder_in_which_the_command_runs() {
    let project = Project::of(&[]);
    let step = "exports.config = { type: 'cron', name: 'Tick', cron: 'never', emits: [] }\n\
                exports.handler = async () => {}\n";
    project.write("shop/steps/tick.step.js", step);
    let path = "shop/steps/tick.step.js";
    for format in ["concise", "github", "gitlab", "sarif", "junit"] {
        let run = project.run(&["check", "shop", "--format", format]).exits(1);
        assert!(run.stdout.contains(path), "{}", run.story());
    }
}

#[test]
fn without_findings_every_format_is_still_whole() {
    let step = "exports.config = { type: 'api', name: 'Ping', method: 'GET', path: '/ping', emits: [] }\n\
                exports.handler = async () => ({ status: 200, body: {} })\n";
    let project = Project::of(&[("steps/ping.step.js", step)]);
    let run = |format: &str| project.run(&["check", "--format", format]).exits(0).stdout;
    assert_eq!(run("github"), "");
    assert_eq!(run("gitlab"), "[]\n");
    assert!(run("concise").starts_with("No findings in "));
    let sarif: Json = serde_json::from_str(&run("sarif")).expect("JSON");
    let driver = &sarif["runs"][0]["tool"]["driver"];
    assert_eq!(
        (&sarif["runs"][0]["results"], &driver["rules"]),
        (&Json::Array(vec![]), &Json::Array(vec![]))
    );
    let junit = run("junit");
    assert!(
        junit.contains("<testcase ") && !junit.contains("<failure"),
        "{junit}"
    );
}
