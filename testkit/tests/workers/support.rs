//! A project in a temporary folder, and a tiny harness that plays the scheduler.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use banister_grammars::Language;
use banister_testkit::protocol::{
    CallShape, CodeStandIns, ContextFields, FromWorker, HandlerError, Invoke, Isolation, Reply, Resume,
    Timer, ToWorker,
};
use banister_testkit::worker::{Worker, WorkerConfig, WorkerError};
use serde_json::{Value as Json, json};

pub(crate) const NOW: i64 = 1_767_603_600_000;
pub(crate) const SEED: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

pub(crate) struct Project {
    folder: tempfile::TempDir,
    pub(crate) budget: Duration,
    pub(crate) mock_port: u16,
    pub(crate) ca_file: PathBuf,
}

impl Project {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join("shop").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let ca_file = folder.path().join("ca.pem");
        fs::write(&ca_file, "").unwrap();
        Self {
            folder,
            budget: Duration::from_secs(10),
            mock_port: 9,
            ca_file,
        }
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("shop")
    }

    pub(crate) fn path(&self, file: &str) -> String {
        self.root().join(file).to_string_lossy().into_owned()
    }

    /// `None` if the interpreter is missing, outside CI.
    pub(crate) fn worker(&self, language: Language) -> Option<Worker> {
        self.worker_at(&self.root(), language)
    }

    /// A worker of the project at `root`.
    pub(crate) fn worker_at(&self, root: &Path, language: Language) -> Option<Worker> {
        let config = WorkerConfig {
            root: root.to_owned(),
            mock_port: self.mock_port,
            ca_file: self.ca_file.clone(),
            budget: self.budget,
        };
        match Worker::spawn(language, &config) {
            Ok(worker) => Some(worker),
            Err(error @ WorkerError::MissingInterpreter { .. }) => {
                assert!(std::env::var_os("CI").is_none(), "{error}");
                eprintln!("SKIPPED: {error}");
                None
            }
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) fn invoke(&self, file: &str, call: CallShape, input: Json) -> Invoke {
        Invoke {
            invocation: 1,
            session: 7,
            file: self.path(file),
            call,
            input,
            context: ContextFields {
                trace_id: "ABCDE-1234567".into(),
                flows: vec!["shop".into()],
                streams: vec!["chat".into()],
                profile: "seed".into(),
                ..ContextFields::default()
            },
            now: NOW,
            seed: SEED.into(),
            env: BTreeMap::new(),
            hosts: Vec::new(),
            isolation: Isolation::Fresh,
            mocks: CodeStandIns::default(),
            socket: false,
            holds: false,
            gathers: false,
            expendable: false,
            bare: false,
        }
    }
}

pub(crate) fn language_of(file: &str) -> Language {
    Language::of_path(file).unwrap()
}

/// What a handler did until it ended.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) calls: Vec<(String, Vec<Json>)>,
    pub(crate) logs: Vec<(String, String, Json)>,
    pub(crate) refused: Vec<(String, u16)>,
    pub(crate) escaped: Vec<String>,
    /// Errors that ended in a thread or a task.
    pub(crate) strays: Vec<String>,
    /// What the framework would not take.
    pub(crate) objections: Vec<String>,
    pub(crate) value: Json,
    pub(crate) unawaited: Vec<u64>,
    pub(crate) leaked: Vec<String>,
    pub(crate) error: Option<HandlerError>,
    /// Virtual time at the end.
    pub(crate) now: i64,
    /// It parked with nothing to wait for.
    pub(crate) stuck: bool,
}

impl Told {
    pub(crate) fn error(&self) -> &HandlerError {
        self.error
            .as_ref()
            .unwrap_or_else(|| panic!("it did not throw: {self:?}"))
    }

    pub(crate) fn ok(self) -> Self {
        assert!(self.error.is_none() && !self.stuck, "{self:?}");
        self
    }
}

/// Runs a handler as the scheduler would: calls are answered as they park, timers fire one after the other.
pub(crate) fn run(worker: &mut Worker, invoke: Invoke) -> Result<Told, WorkerError> {
    let mut told = Told {
        now: invoke.now,
        ..Told::default()
    };
    let mut state: Vec<(String, Json)> = Vec::new();
    let mut replies = Vec::new();
    worker.send(&ToWorker::Invoke(Box::new(invoke)))?;
    loop {
        match worker.recv()? {
            FromWorker::Call { id, op, args } => {
                replies.push(answer(id, &op, &args, &mut state));
                told.calls.push((op, args));
            }
            FromWorker::Log { level, message, data } => told.logs.push((level, message, data)),
            FromWorker::Refused { host, port } => told.refused.push((host, port)),
            FromWorker::Escaped { what, .. } => told.escaped.push(what),
            FromWorker::Stray { what, error } => told.strays.push(format!(
                "{what}: {}: {} at {:?}",
                error.name,
                error.message,
                error.line.unwrap_or(0)
            )),
            FromWorker::Told { what } => told.objections.push(what),
            FromWorker::Parked { calls, timers, .. } => {
                let pending: Vec<u64> = replies.iter().map(|reply: &Reply| reply.id).collect();
                assert_eq!(calls, pending, "the calls without an answer");
                let Some(resume) = next(&mut told.now, std::mem::take(&mut replies), &timers) else {
                    told.stuck = true;
                    return Ok(told);
                };
                worker.send(&resume)?;
            }
            FromWorker::Done {
                value, calls, leaked, ..
            } => {
                return Ok(Told {
                    value,
                    unawaited: calls,
                    leaked,
                    ..told
                });
            }
            FromWorker::Threw { error, .. } => {
                return Ok(Told {
                    error: Some(error),
                    ..told
                });
            }
            other => panic!("unexpected {other:?}"),
        }
    }
}

fn next(now: &mut i64, replies: Vec<Reply>, timers: &[Timer]) -> Option<ToWorker> {
    if !replies.is_empty() {
        return Some(ToWorker::Resume(Resume {
            now: *now,
            replies,
            ..Resume::default()
        }));
    }
    let due = timers.iter().map(|timer| timer.due).min()?;
    assert!(due >= *now, "a timer in the past");
    *now = due;
    let due: Vec<u64> = timers
        .iter()
        .filter(|timer| timer.due == due)
        .map(|timer| timer.id)
        .collect();
    Some(ToWorker::Resume(Resume {
        now: *now,
        timers: due,
        ..Resume::default()
    }))
}

fn answer(id: u64, op: &str, args: &[Json], state: &mut Vec<(String, Json)>) -> Reply {
    let key = || format!("{}/{}", args[0].as_str().unwrap(), args[1].as_str().unwrap());
    let value = match op {
        "state.get" => {
            let key = key();
            state
                .iter()
                .find(|(name, _)| *name == key)
                .map_or(Json::Null, |(_, value)| value.clone())
        }
        "state.set" => {
            state.retain(|(name, _)| *name != key());
            state.push((key(), args[2].clone()));
            args[2].clone()
        }
        "state.get_group" | "state.get_pattern" => json!([["k1", {"n": 1}], ["k2", {"n": 2}]]),
        "stream.get_group" => json!([{"id": "m1"}]),
        "stream.set" => args[3].clone(),
        "state.delete" if args[1] == "forbidden" => {
            return Reply {
                id,
                value: None,
                error: Some("the store is on fire".into()),
            };
        }
        _ => Json::Null,
    };
    Reply {
        id,
        value: Some(value),
        error: None,
    }
}

/// A project of one step, run once as an event handler, in a worker of its own.
pub(crate) fn run_step(file: &str, text: &str, input: Json) -> Option<Told> {
    let project = Project::new(&[(file, text)]);
    let mut worker = project.worker(language_of(file))?;
    Some(run(&mut worker, project.invoke(file, CallShape::Event, input)).unwrap())
}

pub(crate) fn describe(worker: &mut Worker, file: &str) -> FromWorker {
    worker
        .send(&ToWorker::Describe {
            file: file.to_owned(),
            env: BTreeMap::new(),
            mocks: CodeStandIns::default(),
        })
        .unwrap();
    worker.recv().unwrap()
}

/// The packages that the examples have installed, for steps that import them.
pub(crate) fn link_packages(project: &Project) -> bool {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/ecommerce/node_modules");
    if !packages.join("zod").is_dir() {
        assert!(
            std::env::var_os("CI").is_none(),
            "the packages of examples/ecommerce are not installed"
        );
        eprintln!("SKIPPED: the packages of examples/ecommerce are not installed");
        return false;
    }
    std::os::unix::fs::symlink(packages, project.root().join("node_modules")).unwrap();
    true
}
