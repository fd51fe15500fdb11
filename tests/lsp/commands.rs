//! The flow graph and flow tests, asked for by an editor: the same as on the command line.

use serde_json::{Value as Json, json};

use crate::support::lsp_client::LspClient;
use crate::support::project::Project;

#[test]
fn the_graph_is_the_one_that_the_command_line_prints() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::start(project.root());
    let printed = project.run(&["graph", "--format", "json"]).exits(0).json();
    assert_eq!(client.request("banister/flowGraph", &json!({})), printed);
    let flow: &Json = printed
        .pointer("/projects/0/steps/0/flows/0")
        .expect("a step in a flow");
    let name = flow.as_str().expect("a name");
    let one = project
        .run(&["graph", "--format", "json", "--flow", name])
        .exits(0)
        .json();
    assert_eq!(
        client.request("banister/flowGraph", &json!({ "flow": name })),
        one
    );
    let picture = project.run(&["graph"]).exits(0).stdout;
    let params = json!({ "command": "banister.showFlowGraph", "arguments": [{}] });
    assert_eq!(
        client.request("workspace/executeCommand", &params),
        json!(picture)
    );
    client.finish();
}

#[test]
fn a_flow_test_is_run_by_the_program_itself() {
    let project = Project::example("ecommerce");
    let mut client = LspClient::start(project.root());
    let test = json!({ "uri": client.uri("tests/orders.flow.yaml"), "test": "a test that nobody wrote" });
    let params = json!({ "command": "banister.runFlowTest", "arguments": [test] });
    let ended = client.request("workspace/executeCommand", &params);
    assert_eq!(ended["status"], "error", "{ended}");
    let output = ended["output"].as_str().expect("text");
    assert!(output.contains("running 0 tests"), "{output}");
    assert!(
        output.contains("there is no test named 'tests/orders::a test that nobody wrote'"),
        "{output}"
    );
    client.finish();
}
