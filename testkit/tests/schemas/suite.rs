//! The test suite of JSON Schema, which the source package of a validator for Python carries: installed by name and
//! version into the build's own folder, never committed. Without it a pipeline fails and a person is told loudly.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value as Json, json};

use crate::corpus::{Schema, judge};

const PACKAGE: &str = "jsonschema==4.23.0";
const FOLDERS: [(&str, &str); 2] = [
    ("draft7", "http://json-schema.org/draft-07/schema#"),
    ("draft2020-12", "https://json-schema.org/draft/2020-12/schema"),
];

/// Every schema of the suite in the two drafts.
pub(crate) fn schemas() -> Option<Vec<Schema>> {
    let folder = folder()?;
    let mut out = Vec::new();
    for (name, draft) in FOLDERS {
        let mut files = Vec::new();
        collect(&folder.join(name), &mut files);
        files.sort();
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            let cases: Vec<Json> = serde_json::from_str(&text).unwrap();
            let place = file.strip_prefix(&folder).unwrap().with_extension("");
            for case in cases {
                let what = case["description"].as_str().unwrap();
                out.push(schema(format!("{}: {what}", place.display()), &case, draft));
            }
        }
    }
    Some(out)
}

fn schema(name: String, case: &Json, draft: &str) -> Schema {
    let mut schema = case["schema"].clone();
    if let Some(fields) = schema.as_object_mut()
        && !fields.contains_key("$schema")
    {
        // What a schema of the older folder means depends on it.
        fields.insert("$schema".to_owned(), json!(draft));
    }
    let tests = case["tests"].as_array().unwrap();
    // Without the documents that it refers to, a schema has no judge.
    let judge = judge(&schema).ok();
    let (valid, invalid): (Vec<&Json>, Vec<&Json>) = tests
        .iter()
        .filter(|_| judge.is_some())
        .map(|test| &test["data"])
        .partition(|data| judge.as_ref().is_some_and(|it| it.is_valid(data)));
    Schema {
        name,
        examples: valid.into_iter().cloned().collect(),
        is_refutable: !invalid.is_empty(),
        schema,
    }
}

/// Schemas with values that are not made, and why.
pub(crate) fn is_out_of_reach(name: &str) -> bool {
    OUT_OF_REACH.iter().any(|(it, _)| name.starts_with(it))
}

const METASCHEMA: &str =
    "it refers to the schema of schemas, which the validator knows and the generator does not";

const OUT_OF_REACH: [(&str, &str); 5] = [
    (
        "draft7/definitions: validate definition against metaschema",
        METASCHEMA,
    ),
    ("draft7/ref: remote ref, containing refs itself", METASCHEMA),
    (
        "draft2020-12/defs: validate definition against metaschema",
        METASCHEMA,
    ),
    ("draft2020-12/ref: remote ref, containing refs itself", METASCHEMA),
    (
        "draft2020-12/dynamicRef: after leaving a dynamic scope",
        "'$dynamicRef' leads to the first anchor of its name, whichever scope it is used in",
    ),
];

/// Schemas with values that must be rejected and are not made, and why.
pub(crate) fn is_too_open(name: &str) -> bool {
    TOO_OPEN.iter().any(|(it, _)| name.starts_with(it))
}

const TOO_OPEN: [(&str, &str); 0] = [];

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|it| it == "json") {
            files.push(path);
        }
    }
}

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("json-schema-suite");
    fs::create_dir_all(&folder).unwrap();
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let done = folder.join("done");
    let tests = folder.join("suite/json/tests");
    if fs::read_to_string(&done).is_ok_and(|found| found == PACKAGE) {
        return Some(tests);
    }
    match install(&folder) {
        Ok(()) => {
            fs::write(done, PACKAGE).unwrap();
            Some(tests)
        }
        Err(problem) if std::env::var("CI").as_deref() == Ok("true") => {
            panic!("the test suite of JSON Schema cannot be installed: {problem}")
        }
        Err(problem) => {
            // Not through the macro, whose words the test runner keeps to itself while a test passes.
            let note =
                format!("\n*** NOT TESTED: the test suite of JSON Schema cannot be installed: {problem}\n\n");
            std::io::stderr().write_all(note.as_bytes()).unwrap();
            None
        }
    }
}

/// The package's source is fetched without being built, and unpacked.
fn install(folder: &Path) -> Result<(), String> {
    const UNPACK: &str = "import glob, pathlib, shutil, tarfile
shutil.rmtree('suite', ignore_errors=True)
with tarfile.open(glob.glob('source/jsonschema-*.tar.gz')[0]) as tar:
    for member in tar.getmembers():
        name = pathlib.PurePosixPath(member.name)
        if member.isfile() and name.parts[1] == 'json' and '..' not in name.parts:
            target = pathlib.Path('suite', *name.parts[1:])
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(tar.extractfile(member).read())
";
    let download = [
        "-m",
        "pip",
        "--disable-pip-version-check",
        "-q",
        "download",
        "--no-deps",
        "--no-binary",
        ":all:",
        "--no-build-isolation",
        "-d",
        "source",
        PACKAGE,
    ];
    succeed(Command::new("python3").args(download).current_dir(folder))
        .or_else(|_| {
            // Elsewhere the means to read the package's name and version are not at hand and have to be fetched too.
            let download = download.iter().filter(|it| **it != "--no-build-isolation");
            succeed(Command::new("python3").args(download).current_dir(folder))
        })
        .and_then(|()| succeed(Command::new("python3").args(["-c", UNPACK]).current_dir(folder)))
}

fn succeed(command: &mut Command) -> Result<(), String> {
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}
