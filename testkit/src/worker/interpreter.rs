//! Which program runs the steps of a language, and how it is started.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use banister_grammars::Language;
use command_fds::{CommandFdExt as _, FdMapping};

use super::environments;
use super::output::Printed;
use super::shims::Shims;
use super::{WorkerConfig, WorkerError};
use crate::protocol::PROTOCOL_VERSION;

/// The descriptor that carries the protocol.
const PROTOCOL_FD: i32 = 3;

/// What an interpreter or the version manager in front of it needs to find itself and its packages.
const INHERITED: [&str; 15] = [
    "PATH",
    "HOME",
    "TMPDIR",
    "VIRTUAL_ENV",
    "NODE_PATH",
    "GEM_HOME",
    "GEM_PATH",
    "BUNDLE_GEMFILE",
    "LD_LIBRARY_PATH",
    "PYENV_ROOT",
    "PYENV_VERSION",
    "RBENV_ROOT",
    "RBENV_VERSION",
    "VOLTA_HOME",
    "ASDF_DATA_DIR",
];

/// A program that runs steps.
#[derive(Debug)]
pub(super) struct Interpreter {
    language: Language,
    pub(super) program: String,
    kind: &'static Kind,
}

#[derive(Debug)]
struct Kind {
    variable: &'static str,
    program: &'static str,
    install: &'static str,
    needed: (u32, u32),
    needed_text: &'static str,
    arguments: &'static [&'static str],
    worker: &'static str,
}

static NODE: Kind = Kind {
    variable: "BANISTER_NODE",
    program: "node",
    install: "apt-get install nodejs",
    needed: (20, 0),
    needed_text: "20",
    arguments: &[
        "--experimental-vm-modules",
        "--experimental-import-meta-resolve",
        "--no-warnings",
    ],
    worker: "node/worker.mjs",
};

static PYTHON: Kind = Kind {
    variable: "BANISTER_PYTHON",
    program: "python3",
    install: "apt-get install python3",
    needed: (3, 9),
    needed_text: "3.9",
    arguments: &[],
    worker: "python/worker.py",
};

static RUBY: Kind = Kind {
    variable: "BANISTER_RUBY",
    program: "ruby",
    install: "apt-get install ruby",
    needed: (3, 0),
    needed_text: "3.0",
    arguments: &[],
    worker: "ruby/worker.rb",
};

impl Interpreter {
    pub(super) fn of(language: Language, root: &Path) -> Self {
        let kind = match language {
            Language::TypeScript | Language::JavaScript => &NODE,
            Language::Python => &PYTHON,
            Language::Ruby => &RUBY,
        };
        let named = std::env::var(kind.variable)
            .ok()
            .filter(|program| !program.is_empty());
        let virtual_env = || {
            let found = environments::python(root)?;
            Some(found.to_string_lossy().into_owned())
        };
        let program = named
            .or_else(|| (language == Language::Python).then(virtual_env).flatten())
            .unwrap_or_else(|| kind.program.to_owned());
        Self {
            language,
            program,
            kind,
        }
    }

    pub(super) fn start(
        &self,
        config: &WorkerConfig,
        shims: &Shims,
        printed: &Printed,
        theirs: UnixStream,
    ) -> Result<Child, WorkerError> {
        let start_error = |source: std::io::Error| WorkerError::Start {
            tried: self.program.clone(),
            source,
        };
        let mut command = Command::new(&self.program);
        command
            .args(self.kind.arguments)
            .arg(shims.folder().join(self.kind.worker))
            .current_dir(&config.root)
            .env_clear()
            .envs(environment(config))
            .stdin(Stdio::null())
            .stdout(printed.stdout().map_err(start_error)?)
            .stderr(printed.stderr().map_err(start_error)?)
            .process_group(0);
        command
            .fd_mappings(vec![FdMapping {
                parent_fd: OwnedFd::from(theirs),
                child_fd: PROTOCOL_FD,
            }])
            .map_err(|error| start_error(std::io::Error::other(error)))?;
        command.spawn().map_err(|error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::PermissionDenied if config.root.is_dir() => {
                WorkerError::MissingInterpreter {
                    language: self.language,
                    tried: self.program.clone(),
                    install: self.kind.install,
                    variable: self.kind.variable,
                }
            }
            _ => start_error(error),
        })
    }

    /// Whether the interpreter that said `ready` can do what we need.
    pub(super) fn check(&self, protocol: u32, version: &str) -> Result<(), WorkerError> {
        if protocol != PROTOCOL_VERSION {
            return Err(WorkerError::Protocol {
                message: format!("it speaks version {protocol}, we speak {PROTOCOL_VERSION}"),
            });
        }
        let mut numbers = version
            .trim_start_matches('v')
            .split('.')
            .map(|part| part.parse().unwrap_or(0));
        let found: (u32, u32) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        if found < self.kind.needed {
            return Err(WorkerError::Outdated {
                language: self.language,
                tried: self.program.clone(),
                version: version.to_owned(),
                needed: self.kind.needed_text,
                variable: self.kind.variable,
            });
        }
        Ok(())
    }
}

fn environment(config: &WorkerConfig) -> Vec<(OsString, OsString)> {
    let inherited = INHERITED
        .iter()
        .filter_map(|name| Some((OsString::from(name), std::env::var_os(name)?)));
    let ca_file = config.ca_file.as_os_str();
    let port = config.mock_port.to_string();
    let given: [(&str, &std::ffi::OsStr); 14] = [
        ("TZ", "UTC".as_ref()),
        ("LANG", "C.UTF-8".as_ref()),
        ("LC_ALL", "C.UTF-8".as_ref()),
        ("PYTHONHASHSEED", "0".as_ref()),
        ("PYTHONUTF8", "1".as_ref()),
        ("PYTHONUNBUFFERED", "1".as_ref()),
        ("PYTHONDONTWRITEBYTECODE", "1".as_ref()),
        ("BANISTER_ROOT", config.root.as_os_str()),
        ("BANISTER_MOCK_PORT", port.as_ref()),
        ("BANISTER_CA_FILE", ca_file),
        ("NODE_EXTRA_CA_CERTS", ca_file),
        ("SSL_CERT_FILE", ca_file),
        ("REQUESTS_CA_BUNDLE", ca_file),
        ("CURL_CA_BUNDLE", ca_file),
    ];
    inherited
        .chain(given.map(|(name, value)| (name.into(), value.into())))
        .collect()
}
