//! One step under test, run by a real interpreter against the mocks of a flow test.

use std::fs;
use std::path::Path;
use std::time::Duration;

use banister_grammars::Language;
use banister_grammars::facts::{Dialect, StepKind};
use banister_project::flow_test;
use banister_testkit::flow::{DEFAULT_START_MS, FlowResult, run_flow};
use banister_testkit::live_stage::LiveStage;
use banister_testkit::mock::{MockServer, Recording, Services, cassette};
use banister_testkit::plan::{EmitPolicy, Plan, PlanStep, PlanTrigger};
use banister_testkit::protocol::Isolation;
use banister_testkit::rng::Seed;
use banister_testkit::template::Variables;
use banister_testkit::trace::What;

/// A step called `Call`, which runs on the topic `go`.
pub(crate) struct Step {
    folder: tempfile::TempDir,
    plan: Plan,
}

impl Step {
    pub(crate) fn new(file: &str, text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(file), text).unwrap();
        let language = match file.rsplit('.').next().unwrap() {
            "ts" => Language::TypeScript,
            "py" => Language::Python,
            "rb" => Language::Ruby,
            _ => Language::JavaScript,
        };
        let mut trigger = PlanTrigger::new(StepKind::Event);
        trigger.topics.push("go".into());
        let step = PlanStep {
            name: "Call".into(),
            file: file.into(),
            language,
            dialect: Dialect::V0,
            triggers: vec![trigger],
            emits: EmitPolicy::Any,
            flows: vec![],
            timeout_ms: None,
            has_schemas: false,
            handler_line: Some(1),
        };
        let plan = Plan {
            root: folder.path().canonicalize().unwrap(),
            steps: vec![step],
            ..Plan::default()
        };
        Self { folder, plan }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs the step once with these mocks (YAML, the value of `http`).
    pub(crate) fn run(&self, http: &str) -> FlowResult {
        self.run_with(&format!("{{ http: {http} }}"))
    }

    /// Runs the step once with these mocks (YAML, the value of `mocks`).
    pub(crate) fn run_with(&self, mocks: &str) -> FlowResult {
        self.run_test(mocks, "[ { not_emitted: never } ]")
    }

    /// Runs the step once and gives the cassette of its calls to allowed services.
    pub(crate) fn record(&self, mocks: &str) -> (FlowResult, String) {
        let (result, recordings) = self.run_or_record(mocks, "[ { not_emitted: never } ]", true);
        (result, cassette(&recordings))
    }

    pub(crate) fn run_test(&self, mocks: &str, then: &str) -> FlowResult {
        self.run_or_record(mocks, then, false).0
    }

    /// Runs the step again and again with these mocks (YAML, the value of `http`), in a worker that stays warm.
    pub(crate) fn run_again(&self, http: &str, times: usize) -> Vec<FlowResult> {
        let server = MockServer::start().unwrap();
        let mut stage = LiveStage::new(&self.plan.root, &server, Duration::from_secs(20));
        let (mocks, then) = (format!("{{ http: {http} }}"), "[ { not_emitted: never } ]");
        let runs = 0..times;
        runs.map(|_| self.run_on(&mut stage, &mocks, then, false))
            .collect()
    }

    fn run_or_record(&self, mocks: &str, then: &str, record: bool) -> (FlowResult, Vec<Recording>) {
        let server = MockServer::start().unwrap();
        let mut stage = LiveStage::new(&self.plan.root, &server, Duration::from_secs(10));
        let result = self.run_on(&mut stage, mocks, then, record);
        (result, stage.take_recordings())
    }

    fn run_on(&self, stage: &mut LiveStage<'_>, mocks: &str, then: &str, record: bool) -> FlowResult {
        let text = format!(
            "tests:\n  - name: a\n    mocks: {mocks}\n    when: [ {{ emit: {{ topic: go, data: {{}} }} }} ]\n    then: {then}\n"
        );
        let file = flow_test::parse("a.flow.yaml", text.as_str().into())
            .unwrap_or_else(|problems| panic!("{problems:#?}"));
        let test = &file.tests[0];
        let mut services = Services::load(test, self.folder(), Seed::root(1), DEFAULT_START_MS).unwrap();
        services.record = record;
        let setting = stage.setting(services, Seed::root(0), Isolation::Fresh, Variables::new());
        run_flow(&self.plan, stage, test, setting.unwrap())
    }
}

/// What the handler gave back, with the virtual ms that had passed; or why it failed.
pub(crate) fn outcome(result: &FlowResult) -> String {
    let mut ends = result.trace.events.iter().filter_map(|event| {
        let at = event.at - DEFAULT_START_MS;
        match &event.what {
            What::Finished { value } => Some(format!("{at}: {value}")),
            What::Threw { error } => Some(format!("{at}: {}: {}", error.name, error.message)),
            _ => None,
        }
    });
    ends.next()
        .unwrap_or_else(|| format!("nothing: {:?}", result.failures))
}

/// Whether there is an interpreter for a step; outside CI it may be missing.
pub(crate) fn available(file: &str) -> bool {
    let program = match file.rsplit('.').next() {
        Some("py") => "python3",
        Some("rb") => "ruby",
        _ => "node",
    };
    let there = std::process::Command::new(program)
        .arg("--version")
        .output()
        .is_ok();
    if !there {
        assert!(std::env::var_os("CI").is_none(), "{program} is missing");
        eprintln!("SKIPPED: {program} is missing");
    }
    there
}
