//! Nothing of a project is executed or imported: its modules destroy a file when they are, and the file stays.

use std::path::Path;
use std::process::Command;

use crate::support::lsp_client::LspClient;
use crate::support::project::Project;

const SENTINEL: &str = "sentinel";

/// One step a language, each of which removes the sentinel as soon as it is loaded.
fn traps(project: &Project) -> Vec<(&'static str, &'static str)> {
    let sentinel = project.path(SENTINEL);
    let sentinel = sentinel.to_str().expect("a Unicode path");
    let module = format!(
        "import {{ rmSync }} from 'node:fs'\nrmSync('{sentinel}', {{ force: true }})\n\
         export const config = {{ type: 'event', name: 'Ts', subscribes: ['a'], emits: ['a'] }}\n\
         export const handler = async (input, {{ emit }}) => {{ await emit({{ topic: 'a', data: {{}} }}) }}\n"
    );
    let common = format!(
        "require('node:fs').rmSync('{sentinel}', {{ force: true }})\n\
         exports.config = {{ type: 'event', name: 'Js', subscribes: ['a'], emits: [] }}\n\
         exports.handler = async () => {{}}\n"
    );
    let python = format!(
        "import os\nif os.path.exists('{sentinel}'): os.remove('{sentinel}')\n\
         config = {{'type': 'event', 'name': 'Py', 'subscribes': ['a'], 'emits': []}}\n\
         async def handler(data, context):\n    pass\n"
    );
    let ruby = format!(
        "File.delete('{sentinel}') if File.exist?('{sentinel}')\n\
         def config\n  {{ type: 'event', name: 'Rb', subscribes: ['a'], emits: [] }}\nend\n\
         def handler(input, context)\nend\n"
    );
    let removal =
        format!("require('node:fs').rmSync('{sentinel}', {{ force: true }})\nmodule.exports = {{}}\n");
    project.write("steps/a.step.ts", &module);
    project.write("steps/b.step.js", &common);
    project.write("steps/c_step.py", &python);
    project.write("steps/d.step.rb", &ruby);
    // What other tools load as configuration.
    project.write("motia.config.js", &removal);
    project.write(
        "package.json",
        "{ \"name\": \"traps\", \"main\": \"motia.config.js\" }",
    );
    project.write("steps/__init__.py", &python);
    // TypeScript without types is a module that the interpreter takes as it is.
    project.write("proof/a.mjs", &module);
    vec![
        ("node", "proof/a.mjs"),
        ("node", "steps/b.step.js"),
        ("python3", "steps/c_step.py"),
        ("ruby", "steps/d.step.rb"),
        ("node", "motia.config.js"),
    ]
}

fn is_there(project: &Project) -> bool {
    project.path(SENTINEL).exists()
}

fn load(program: &str, file: &str, folder: &Path) {
    let status = Command::new(program).arg(file).current_dir(folder).status();
    assert!(
        status.as_ref().is_ok_and(std::process::ExitStatus::success),
        "{program} {file}: {status:?}"
    );
}

#[test]
fn nothing_of_a_project_is_executed() {
    let project = Project::of(&[]);
    let traps = traps(&project);
    project.write(SENTINEL, "");
    for arguments in [
        &["check"][..],
        &["check", "--format", "json", "--no-cache"],
        &["graph"],
    ] {
        let run = project.run(arguments).exits(0);
        assert!(is_there(&project), "{}", run.story());
    }
    let report = project.run(&["check", "--format", "json"]).json();
    assert_eq!(report["summary"]["steps"], 4, "every trap was looked at");

    let mut client = LspClient::start(project.root());
    for (path, needle) in [
        ("steps/a.step.ts", "topic: '|a'"),
        ("steps/b.step.js", "subscribes: ['|a']"),
        ("steps/c_step.py", "'subscribes': ['|a']"),
        ("steps/d.step.rb", "subscribes: ['|a']"),
    ] {
        let text = client.open(path);
        let params = client.at(path, &text, needle);
        let jump = client.request("textDocument/definition", &params);
        assert!(!jump.is_null(), "{path}");
    }
    client.finish();
    assert!(is_there(&project), "the language server ran a step");

    for (program, file) in traps {
        project.write(SENTINEL, "");
        load(program, file, project.root());
        assert!(
            !is_there(&project),
            "{program} {file} is a trap that does not snap"
        );
    }
}
