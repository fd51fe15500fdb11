//! Packages that only the project has: `node_modules`, a workspace, a virtual environment, a Gemfile.

use std::os::unix::fs::symlink;
use std::process::Command;

use banister_testkit::protocol::CallShape;
use serde_json::json;

use crate::support::{Project, language_of, run};

fn value_of(project: &Project, file: &str) -> Option<serde_json::Value> {
    let mut worker = project.worker(language_of(file))?;
    let mut last = None;
    for _ in 0..2 {
        last = Some(
            run(&mut worker, project.invoke(file, CallShape::Event, json!({})))
                .unwrap()
                .ok()
                .value,
        );
    }
    last
}

#[test]
fn node_finds_what_is_installed_and_what_the_workspace_links() {
    let file = "steps/a.step.ts";
    let project = Project::new(&[
        (
            file,
            "import { currency } from 'money'\nimport { rate } from '@acme/rates'\nimport { label } from '@acme/rates/labels'\nimport { shared } from '#lib/shared'\nimport { plain } from '~/plain'\nexport const handler = async () => [currency, rate(2), label, shared, plain, (await import('@acme/rates')).rate(3)]",
        ),
        (
            "package.json",
            "{\"type\": \"module\", \"imports\": {\"#lib/*\": \"./lib/*.ts\"}}",
        ),
        ("lib/shared.ts", "export const shared: string = 'shared'"),
        ("src/plain.ts", "export const plain: string = 'plain'"),
        ("tsconfig.json", "{\"extends\": \"./tsconfig.base.json\"}"),
        (
            "tsconfig.base.json",
            "{\"compilerOptions\": {\"paths\": {\"~/*\": [\"./src/*\"]}}}",
        ),
        (
            "node_modules/money/package.json",
            "{\"exports\": {\"import\": \"./index.mjs\"}}",
        ),
        ("node_modules/money/index.mjs", "export const currency = 'EUR'"),
        (
            "../packages/rates/package.json",
            "{\"name\": \"@acme/rates\", \"type\": \"module\", \"exports\": {\".\": {\"types\": \"./dist/index.d.ts\", \"default\": \"./dist/index.js\"}, \"./labels\": \"./src/labels.ts\"}}",
        ),
        (
            "../packages/rates/src/index.ts",
            "import { base } from './base.js'\nexport const rate = (n: number): number => n * base",
        ),
        ("../packages/rates/src/base.ts", "export const base: number = 21"),
        (
            "../packages/rates/src/labels.ts",
            "export const label: string = 'net'",
        ),
    ]);
    let root = project.root();
    std::fs::create_dir_all(root.join("node_modules/@acme")).unwrap();
    symlink("../../../packages/rates", root.join("node_modules/@acme/rates")).unwrap();
    let Some(value) = value_of(&project, file) else {
        return;
    };
    assert_eq!(value, json!(["EUR", 42, "net", "shared", "plain", 63]));
}

/// Bun has it, which runs projects of 1.0; node, which runs those of 0.x, does not.
#[test]
fn a_module_of_1_0_finds_the_environment() {
    let file = "steps/a.step.ts";
    let text = "export const handler = async () => import.meta.env?.CITY ?? 'nothing'\n";
    for (version, expected) in [("1.0.0-rc.26", "Oslo"), ("0.17.14", "nothing")] {
        let framework = format!("{{\"name\": \"motia\", \"version\": \"{version}\"}}");
        let project = Project::new(&[
            (file, text),
            ("package.json", "{\"type\": \"module\"}"),
            ("node_modules/motia/package.json", &framework),
        ]);
        let Some(mut worker) = project.worker(language_of(file)) else {
            return;
        };
        let mut invoke = project.invoke(file, CallShape::Event, json!({}));
        invoke.env = [("CITY".to_owned(), "Oslo".to_owned())].into();
        assert_eq!(run(&mut worker, invoke).unwrap().ok().value, json!(expected));
    }
}

#[test]
fn python_runs_in_the_environment_of_the_project() {
    let file = "steps/a_step.py";
    for folder in [".venv", "venv", "python_modules"] {
        let project = Project::new(&[(
            file,
            "import os, sys, money\nasync def handler(data, ctx):\n    return [money.currency, os.path.basename(sys.prefix)]\n",
        )]);
        let environment = project.root().join(folder);
        let made = Command::new("python3")
            .args(["-m", "venv", "--without-pip"])
            .arg(&environment)
            .output();
        match made {
            Ok(made) if made.status.success() => {}
            made => {
                assert!(std::env::var_os("CI").is_none(), "{made:?}");
                eprintln!("SKIPPED: no virtual environment can be made: {made:?}");
                return;
            }
        }
        let library = std::fs::read_dir(environment.join("lib"))
            .unwrap()
            .next()
            .unwrap()
            .unwrap();
        std::fs::write(
            library.path().join("site-packages/money.py"),
            "currency = 'EUR'\n",
        )
        .unwrap();
        let Some(value) = value_of(&project, file) else {
            return;
        };
        assert_eq!(value, json!(["EUR", folder]));
    }
}

#[test]
fn ruby_has_the_gems_of_the_gemfile() {
    let file = "steps/a.step.rb";
    let project = Project::new(&[
        (
            file,
            "require 'money_of_the_shop'\ndef handler(input, context)\n  [MoneyOfTheShop::CURRENCY, $stderr.sync]\nend\n",
        ),
        ("Gemfile", "gem 'money_of_the_shop', path: 'gems/money'\n"),
        (
            "Gemfile.lock",
            "PATH\n  remote: gems/money\n  specs:\n    money_of_the_shop (1.0.0)\n\nGEM\n  specs:\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  money_of_the_shop!\n\nBUNDLED WITH\n   2.3.15\n",
        ),
        (
            "gems/money/money_of_the_shop.gemspec",
            "Gem::Specification.new do |it|\n  it.name = 'money_of_the_shop'\n  it.version = '1.0.0'\n  it.summary = 'money'\n  it.authors = ['us']\n  it.files = ['lib/money_of_the_shop.rb']\nend\n",
        ),
        (
            "gems/money/lib/money_of_the_shop.rb",
            "module MoneyOfTheShop\n  CURRENCY = 'EUR'\nend\n",
        ),
    ]);
    let lock = std::fs::read_to_string(project.path("Gemfile.lock")).unwrap();
    let Some(value) = value_of(&project, file) else {
        return;
    };
    assert_eq!(value, json!(["EUR", true]));
    assert_eq!(
        std::fs::read_to_string(project.path("Gemfile.lock")).unwrap(),
        lock
    );
}

#[test]
fn a_gemfile_that_cannot_be_followed_stops_no_step() {
    let file = "steps/a.step.rb";
    let project = Project::new(&[
        (file, "def handler(input, context)\n  'runs'\nend\n"),
        ("Gemfile", "gem 'there_is_no_such_gem_at_all'\n"),
        (
            "Gemfile.lock",
            "GEM\n  specs:\n    there_is_no_such_gem_at_all (9.9.9)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  there_is_no_such_gem_at_all\n",
        ),
    ]);
    let Some(value) = value_of(&project, file) else {
        return;
    };
    assert_eq!(value, json!("runs"));
}
