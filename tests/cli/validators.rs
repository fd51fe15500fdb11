//! Documents and reports held against the validators and schemas of their own makers.

use serde_json::{Value as Json, json};

use crate::support::project::Project;
use crate::support::validators::{complaints, folder, junit_complaints, sarif_schema};

/// Names, schemas and routes that ask for escapes in every document.
fn odd() -> Project {
    Project::of(&[
        (
            "package.json",
            r#"{ "name": "odd & \"shop\"", "version": "1.2.3" }"#,
        ),
        (
            "steps/100%, a:b.step.js",
            r#"exports.config = { type: 'api', name: 'Ödd "step" </script>', method: 'POST', path: '/a/:id/*', emits: ['<a&"b">\\{x}'],
  flows: ['one; two', '"'], bodySchema: { type: 'object', required: ['n'], properties: { n: { $ref: '#/definitions/n' } }, definitions: { n: { type: 'number', minimum: 1 } } },
  responseSchema: { 200: { type: 'array', items: [{ type: 'string' }], additionalItems: false }, oops: {} } }
exports.handler = async (req, { emit }) => { await emit({ topic: '<a&"b">\\{x}', data: {} }); return { status: 200, body: [] } }
"#,
        ),
        (
            "steps/b_step.py",
            "config = {'type': 'event', 'name': 'B', 'subscribes': ['<a&\"b\">\\\\{x}'], 'emits': ['<a&\"b\">\\\\{x}'], 'input': {'type': 'object', 'properties': {'a': {'type': ['string', 'null']}}}}\n\nasync def handler(data, context):\n    await context.emit({'topic': '<a&\"b\">\\\\{x}', 'data': {}})\n",
        ),
        (
            "steps/c.step.rb",
            "def config\n  { type: 'event', name: 'C', subscribes: ['<a&\"b\">\\\\{x}'], emits: [], input: { a: 'string?' } }\nend\n\ndef handler(input, context)\nend\n",
        ),
        (
            "steps/updates.stream.ts",
            "import { z } from 'zod'\nexport const config = { name: 'updates', schema: z.object({ id: z.string() }), baseConfig: { storageType: 'default' } }\n",
        ),
    ])
}

fn projects() -> Vec<(&'static str, Project)> {
    vec![
        ("ecommerce", Project::example("ecommerce")),
        ("broken-ecommerce", Project::fixture("broken-ecommerce")),
        ("http-calls", Project::fixture("http-calls")),
        ("failing-flow", Project::fixture("failing-flow")),
        ("odd", odd()),
    ]
}

#[test]
fn documents_of_the_graph_are_valid() {
    let Some(folder) = folder() else { return };
    let mut names = Vec::new();
    let mut documents = Vec::new();
    for (name, project) in projects() {
        for kind in ["asyncapi", "openapi", "dot", "html"] {
            let run = project.run(&["graph", "--format", kind]).exits(0);
            names.push(name);
            documents.push((kind, run.stdout));
        }
    }
    let told = complaints(&folder, &documents);
    assert_eq!(told.len(), documents.len());
    for ((name, (kind, text)), told) in names.iter().zip(&documents).zip(told) {
        assert_eq!(told, "", "{kind} of {name}\n{text}");
    }
}

#[test]
fn the_validators_would_complain() {
    let Some(folder) = folder() else { return };
    let project = Project::example("ecommerce");
    let document = |kind: &str| -> Json { project.run(&["graph", "--format", kind]).exits(0).json() };
    let mut asyncapi = document("asyncapi");
    asyncapi["operations"]["CreateOrder.send.order.created"]["channel"]["$ref"] = json!("#/channels/nowhere");
    let mut openapi = document("openapi");
    openapi["paths"]["/orders"]["post"]["responses"] = json!({ "one": 1 });
    let broken = [
        ("asyncapi", asyncapi.to_string()),
        ("openapi", openapi.to_string()),
        ("dot", "digraph { a -> }".to_owned()),
        ("html", "<script>let</script>".to_owned()),
    ];
    let told = complaints(&folder, &broken);
    assert!(told.iter().all(|told| !told.is_empty()), "{told:#?}");
    assert_ne!(
        junit_complaints(&folder, "<testsuites><testcase/></testsuites>"),
        ""
    );
}

#[test]
fn junit_reports_fit_the_schema_of_jenkins() {
    let Some(folder) = folder() else { return };
    for (name, project) in projects() {
        for deny in [&[][..], &["--deny", "warnings"]] {
            let run = project.run(&[&["check", "--format", "junit"], deny].concat());
            assert_eq!(
                junit_complaints(&folder, &run.stdout),
                "",
                "{name}\n{}",
                run.stdout
            );
        }
    }
}

#[test]
fn sarif_reports_fit_their_schema() {
    let Some(folder) = folder() else { return };
    let schema = jsonschema::validator_for(&sarif_schema(&folder)).expect("a schema");
    for (name, project) in projects() {
        let report = project.run(&["check", "--format", "sarif"]).json();
        let told: Vec<String> = schema
            .iter_errors(&report)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(told.is_empty(), "{name}: {told:#?}\n{report:#}");
        let mut broken = report;
        broken["runs"][0]["tool"]["driver"] = json!({});
        assert!(!schema.is_valid(&broken), "the schema is the real one");
    }
}

#[test]
fn sarif_rules_link_to_their_pages_and_carry_them() {
    let report = Project::fixture("broken-ecommerce")
        .run(&["check", "--format", "sarif"])
        .json();
    let rules = report["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .expect("rules");
    for rule in rules {
        let (id, address) = (rule["id"].as_str().unwrap(), rule["helpUri"].as_str().unwrap());
        assert!(
            address.starts_with("https://") && address.ends_with(&format!("/{id}.md")),
            "{address}"
        );
        let markdown = rule["help"]["markdown"].as_str().unwrap();
        assert!(markdown.contains("\n```"), "examples are code: {markdown}");
        assert!(!rule["help"]["text"].as_str().unwrap().contains("\n```"));
    }
}
