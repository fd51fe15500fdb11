//! The packages that the modules need, installed once into the folder of build products.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use crate::support::command::repository;
use crate::support::project::Project;

/// Loads TypeScript in Node.
const TSX: &str = "tsx@4.20.6";

/// The project whose packages serve every project that names none.
const DEFAULT: &str = "schema-zod4";

/// Where the packages are.
pub(super) struct Packages {
    folder: PathBuf,
}

/// Installs what is missing. Without the network the test cannot run: a failure where everything must be there, a
/// loud skip elsewhere.
#[allow(clippy::print_stderr, reason = "a test that skips says so")]
pub(super) fn installed() -> Option<Packages> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("differential");
    fs::create_dir_all(&folder).expect("folders can be made");
    let lock = File::create(folder.join("lock")).expect("a lock file");
    lock.lock().expect("the lock is free at some time");
    let packages = Packages { folder };
    match packages.install() {
        Ok(()) => Some(packages),
        Err(why) => {
            let message = format!(
                "the comparison with what the modules yield needs {why}: run scripts/setup.sh with a network"
            );
            let must_run = std::env::var_os("CI").is_some_and(|ci| ci == "true");
            assert!(!must_run, "{message}");
            eprintln!("SKIPPED: {message}");
            None
        }
    }
}

impl Packages {
    fn install(&self) -> Result<(), String> {
        self.npm("tools", &[TSX.to_owned()])?;
        for project in ["schema-zod3", DEFAULT] {
            self.npm(project, &dependencies(project))?;
        }
        let wanted = fs::read_to_string(repository("tests/projects/schema-pydantic/requirements.txt"))
            .expect("requirements can be read");
        let wanted: Vec<String> = wanted.split_whitespace().map(str::to_owned).collect();
        self.once("python", &wanted, |folder| {
            let mut pip = Command::new("python3");
            pip.args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--target",
            ]);
            pip.arg(folder).args(&wanted);
            pip
        })?;
        let ruby = Command::new("ruby").arg("--version").output();
        ruby.map_err(|error| format!("Ruby ({error})"))?;
        Ok(())
    }

    fn npm(&self, name: &str, wanted: &[String]) -> Result<(), String> {
        self.once(name, wanted, |folder| {
            let mut npm = Command::new("npm");
            npm.args([
                "install",
                "--no-audit",
                "--no-fund",
                "--no-package-lock",
                "--loglevel=error",
                "--prefix",
            ]);
            npm.arg(folder).args(wanted).current_dir(folder);
            npm
        })
    }

    /// Runs an installer unless exactly these packages are there.
    fn once(
        &self,
        name: &str,
        wanted: &[String],
        installer: impl FnOnce(&Path) -> Command,
    ) -> Result<(), String> {
        let folder = self.folder.join(name);
        let (stamp, list) = (folder.join(".installed"), wanted.join(" "));
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == list) {
            return Ok(());
        }
        if folder.exists() {
            fs::remove_dir_all(&folder).expect("an old folder can be removed");
        }
        fs::create_dir_all(&folder).expect("folders can be made");
        let status = installer(&folder).status();
        if !status.as_ref().is_ok_and(ExitStatus::success) {
            return Err(format!("{list} ({status:?})"));
        }
        fs::write(stamp, list).expect("files can be written");
        Ok(())
    }

    /// Gives a copied project the packages that its original wants.
    pub(super) fn link(&self, original: &Path, copy: &Project) {
        let own = self
            .folder
            .join(original.file_name().expect("a project has a name"));
        let folder = if own.is_dir() {
            own
        } else {
            self.folder.join(DEFAULT)
        };
        std::os::unix::fs::symlink(folder.join("node_modules"), copy.path("node_modules"))
            .expect("packages can be linked");
    }

    /// The module that makes Node load TypeScript.
    pub(super) fn typescript_loader(&self) -> PathBuf {
        self.folder.join("tools/node_modules/tsx/dist/loader.mjs")
    }

    /// The folder of Python's packages.
    pub(super) fn python_path(&self) -> PathBuf {
        self.folder.join("python")
    }
}

/// What the manifest of a project of ours asks for.
fn dependencies(project: &str) -> Vec<String> {
    let manifest = repository("tests/projects").join(project).join("package.json");
    let manifest = fs::read_to_string(manifest).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("a manifest is JSON");
    let dependencies = manifest["dependencies"].as_object().expect("dependencies");
    dependencies
        .iter()
        .map(|(name, version)| format!("{name}@{}", version.as_str().expect("a version")))
        .collect()
}
