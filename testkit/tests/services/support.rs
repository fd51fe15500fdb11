//! One step under test, run by a real interpreter against the mocks of a flow test.

use std::fs;
use std::path::Path;
use std::time::Duration;

use banister_grammars::Language;
use banister_grammars::facts::StepKind;
use banister_project::flow_test;
use banister_testkit::flow::{DEFAULT_START_MS, FlowResult, Setting, run_flow};
use banister_testkit::live_stage::LiveStage;
use banister_testkit::mock::{MockServer, Services};
use banister_testkit::plan::{EmitPolicy, Plan, PlanStep};
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
        let step = PlanStep {
            name: "Call".into(),
            file: file.into(),
            language,
            kind: StepKind::Event,
            subscribes: vec!["go".into()],
            emits: EmitPolicy::Any,
            flows: vec![],
            route: None,
            cron: None,
            handler_line: Some(1),
        };
        let plan = Plan {
            root: folder.path().canonicalize().unwrap(),
            steps: vec![step],
            streams: vec![],
        };
        Self { folder, plan }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs the step once with these mocks (YAML, the value of `http`).
    pub(crate) fn run(&self, mocks: &str) -> FlowResult {
        self.run_test(mocks, "[ { not_emitted: never } ]")
    }

    pub(crate) fn run_test(&self, mocks: &str, then: &str) -> FlowResult {
        let text = format!(
            "tests:\n  - name: a\n    mocks: {{ http: {mocks} }}\n    when: [ {{ emit: {{ topic: go, data: {{}} }} }} ]\n    then: {then}\n"
        );
        let file = flow_test::parse("a.flow.yaml", text.as_str().into())
            .unwrap_or_else(|problems| panic!("{problems:#?}"));
        let server = MockServer::start().unwrap();
        let mut stage = LiveStage::new(&self.plan.root, &server, Duration::from_secs(10));
        let test = &file.tests[0];
        let services = Services {
            http: test.http.clone(),
            seed: Seed::root(1),
            now: DEFAULT_START_MS,
        };
        let setting = Setting {
            seed: Seed::root(0),
            session: stage.open_session(services).unwrap(),
            variables: Variables::new(),
        };
        run_flow(&self.plan, &mut stage, test, setting)
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
