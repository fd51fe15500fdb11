//! CommonJS, and modules that releases would make CommonJS of.

use banister_testkit::protocol::CallShape;
use serde_json::{Value as Json, json};

use crate::support::{Project, Told, language_of, run};

const PACKAGE_OF_MODULES: (&str, &str) = ("package.json", r#"{"type": "module"}"#);
const PACKAGE: (&str, &str) = ("package.json", "{}");

/// The first of the files is the step.
fn told(files: &[(&str, &str)]) -> Option<Told> {
    let project = Project::new(files);
    let mut worker = project.worker(language_of(files[0].0))?;
    Some(
        run(
            &mut worker,
            project.invoke(files[0].0, CallShape::Event, json!({})),
        )
        .unwrap(),
    )
}

fn assert_value(files: &[(&str, &str)], expected: &Json) {
    if let Some(told) = told(files) {
        assert_eq!(&told.ok().value, expected, "{files:?}");
    }
}

#[test]
fn exports_make_common_js_in_a_package_of_modules() {
    for (step, text) in [
        (
            "steps/a.step.js",
            "const { double } = require('./double')\nexports.config = { type: 'event' }\nexports.handler = async () => double(21)\n",
        ),
        (
            "steps/a.step.js",
            "const config = { type: 'event' }\nconst handler = async () => (await import('./double.js')).double(21)\nmodule.exports = { config, handler }\n",
        ),
        (
            "steps/a.step.ts",
            "const { double } = require('./double')\nexports.handler = async (): Promise<number> => double(21)\n",
        ),
        (
            "steps/a.step.ts",
            "import type { Handler } from 'motia'\nconst { double } = require('./double')\nmodule.exports = { handler: (async () => double(21)) as Handler }\n",
        ),
        (
            "steps/a.step.js",
            "import { half } from './half.js'\nexport const handler = async () => half * 2\n",
        ),
    ] {
        let files = [
            (step, text),
            PACKAGE_OF_MODULES,
            ("steps/double.js", "exports.double = (n) => n * 2\n"),
            (
                "steps/half.js",
                "const double = require('./double')\nmodule.exports.half = double.double(10.5)\n",
            ),
        ];
        assert_value(&files, &json!(42));
    }
}

#[test]
fn a_module_has_the_names_of_common_js_where_releases_make_that_of_it() {
    let text = "import path from 'node:path'\nimport { label } from './label'\n\
        const fs = require('node:fs')\nconst { shout } = require('./shout')\n\
        const text = fs.readFileSync(path.join(__dirname, 'a.txt'), 'utf8')\n\
        export const config = { type: 'event' }\n\
        export const handler = async () => [text, path.basename(__filename), shout(label), typeof require.resolve('./shout')]\n";
    let more = [
        ("steps/a.txt", "hi"),
        ("steps/label.ts", "export const label: string = 'label'\n"),
        (
            "steps/shout.ts",
            "const { mark } = require('./mark')\nexport const shout = (text: string) => text + mark\n",
        ),
        ("steps/mark.js", "exports.mark = '!'\n"),
    ];
    for step in ["steps/a.step.ts", "steps/a.step.js"] {
        for package in [&[PACKAGE][..], &[]] {
            let files: Vec<_> = [&[(step, text)], package, &more].concat();
            let name = step.strip_prefix("steps/").unwrap();
            assert_value(&files, &json!(["hi", name, "label!", "string"]));
        }
    }
    let mixed =
        "import { half } from './half'\nmodule.exports = { config: {}, handler: async () => half * 2 }\n";
    let half = ("steps/half.ts", "export const half: number = 21\n");
    assert_value(&[("steps/a.step.js", mixed), PACKAGE, half], &json!(42));
}

#[test]
fn a_name_of_common_js_in_a_real_module_is_an_error_at_its_line() {
    for name in ["__dirname", "__filename", "require"] {
        let text = format!("import 'node:fs'\n\nexport const handler = async () => {name}\n");
        let Some(told) = told(&[("steps/a.step.ts", &text), PACKAGE_OF_MODULES]) else {
            return;
        };
        let error = told.error();
        assert_eq!(
            (error.name.as_str(), error.message.as_str(), error.line),
            (
                "ReferenceError",
                format!("{name} is not defined").as_str(),
                Some(3)
            ),
        );
    }
}

#[test]
fn an_error_of_a_module_with_these_names_keeps_its_line() {
    let text = "import path from 'node:path'\n\ninterface A { a: string }\nconst here = path.basename(__dirname)\n\
        export const handler = async (): Promise<A> => {\n  throw new Error(here)\n}\n";
    if let Some(told) = told(&[("steps/a.step.ts", text), PACKAGE]) {
        let error = told.error();
        assert_eq!(
            (error.message.as_str(), error.line),
            ("steps", Some(6)),
            "{error:?}"
        );
    }
}
