//! Libraries that others wrote, installed by name and version into the build's own folder, never committed. Without them a
//! pipeline fails and a person is told loudly what was not tested.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::Project;

const NPM: [&str; 9] = [
    "axios@1.21.1",
    "got@14.6.6",
    "undici@7.30.2",
    "openai@6.49.0",
    "stripe@23.1.0",
    "superagent@10.2.3",
    "ky@1.14.3",
    "node-fetch@3.3.2",
    "nanoid@5.1.6",
];
const PYTHON: [&str; 8] = [
    "requests==2.34.2",
    "httpx==0.28.1",
    "aiohttp==3.14.5",
    "stripe==16.1.0",
    "openai==3.54.0",
    "pycurl==7.49.0",
    "psycopg2-binary==2.9.13",
    "numpy==2.4.6",
];
/// Ruby's come from the system: its own registry knows no folder that a test could clean up after itself.
const RUBY: [&str; 5] = ["faraday", "httparty", "http", "excon", "typhoeus"];

/// Gives the project the packages of npm; false if they cannot be had here.
pub(crate) fn link_npm(project: &Project) -> bool {
    let folder = installed("npm", &NPM, |folder| {
        fs::write(folder.join("package.json"), "{ \"private\": true }").map_err(|error| error.to_string())?;
        let mut npm = Command::new("npm");
        npm.args([
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--no-save",
            "--loglevel=error",
        ]);
        succeed(npm.args(NPM).current_dir(folder))
    });
    link(
        folder.map(|folder| folder.join("node_modules")),
        project,
        "node_modules",
    )
}

/// Gives the project a virtual environment with the packages of PyPI; false if they cannot be had here.
pub(crate) fn link_python(project: &Project) -> bool {
    let folder = installed("python", &PYTHON, |folder| {
        succeed(
            Command::new("python3")
                .args(["-m", "venv"])
                .arg(folder.join("venv")),
        )?;
        let mut pip = Command::new(folder.join("venv/bin/python"));
        pip.args(["-m", "pip", "install", "-q", "--disable-pip-version-check"]);
        succeed(pip.args(PYTHON))
    });
    link(folder.map(|folder| folder.join("venv")), project, ".venv")
}

/// Whether this machine's Ruby has the libraries.
pub(crate) fn has_ruby() -> bool {
    let required: String = RUBY.iter().map(|name| format!("require '{name}';")).collect();
    match succeed(Command::new("ruby").args(["-e", &required])) {
        Ok(()) => true,
        Err(problem) => not_tested(&problem),
    }
}

fn link(folder: Option<PathBuf>, project: &Project, name: &str) -> bool {
    let Some(folder) = folder else { return false };
    symlink(folder, project.root().join(name)).unwrap();
    true
}

/// The folder of that name with everything that is wanted in it.
fn installed(
    name: &str,
    wanted: &[&str],
    install: impl FnOnce(&Path) -> Result<(), String>,
) -> Option<PathBuf> {
    let above = Path::new(env!("CARGO_TARGET_TMPDIR")).join("client-libraries");
    fs::create_dir_all(&above).unwrap();
    let lock = File::create(above.join(format!("{name}.lock"))).unwrap();
    lock.lock().unwrap();
    let folder = above.join(name);
    let (done, wanted) = (folder.join("done"), wanted.join(" "));
    if fs::read_to_string(&done).is_ok_and(|found| found == wanted) {
        return Some(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    if let Err(problem) = install(&folder) {
        not_tested(&problem);
        return None;
    }
    fs::write(done, wanted).unwrap();
    Some(folder)
}

/// False, and said where nobody can overlook it.
fn not_tested(problem: &str) -> bool {
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "the client libraries are missing: {problem}"
    );
    // Not through the macro, whose words the test runner keeps to itself while a test passes.
    let note = format!(
        "\n*** NOT TESTED: the client libraries are missing (scripts/setup.sh installs them): {problem}\n\n"
    );
    std::io::stderr().write_all(note.as_bytes()).unwrap();
    false
}

fn succeed(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{command:?}: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!(
            "{command:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}
