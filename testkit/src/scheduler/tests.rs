//! The scheduler against scripted handlers: order, time, retries and ends, without an interpreter.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use banister_grammars::Language;
use banister_grammars::facts::{Dialect, StepKind};
use serde_json::{Value as Json, json};

use super::*;
use crate::decision::FirstInFirstOut;
use crate::mock::Strike;
use crate::plan::{EmitPolicy, PlanTrigger};
use crate::protocol::{HandlerError, Invoke, Isolation};
use crate::stage::{Resume, Signal, StageError};

/// What a scripted handler does between two parks.
type Scene = Vec<Result<FromWorker, StageError>>;

/// Plays scripts, one for each run of a step, in order of the runs.
#[derive(Default)]
struct Script {
    plays: BTreeMap<String, VecDeque<Vec<Scene>>>,
    on_stage: BTreeMap<Slot, VecDeque<VecDeque<Result<FromWorker, StageError>>>>,
    slots: usize,
    resumed: Vec<(i64, Vec<Reply>, Vec<u64>)>,
    missing: bool,
    configs: BTreeMap<String, Json>,
}

impl Script {
    fn play(mut self, step: &str, scenes: Vec<Scene>) -> Self {
        self.plays.entry(step.to_owned()).or_default().push_back(scenes);
        self
    }
}

impl Stage for Script {
    fn start(&mut self, _: Language, invoke: Invoke) -> Result<Slot, StageError> {
        if self.missing {
            return Err(StageError::Missing("ruby is not installed".into()));
        }
        self.slots += 1;
        let name = invoke.file.rsplit('/').next().unwrap().to_owned();
        let scenes = self
            .plays
            .get_mut(&name)
            .and_then(VecDeque::pop_front)
            .unwrap_or_else(|| vec![vec![done()]]);
        self.on_stage
            .insert(Slot(self.slots), scenes.into_iter().map(VecDeque::from).collect());
        Ok(Slot(self.slots))
    }

    fn next(&mut self, slot: Slot) -> Result<Signal, StageError> {
        let scenes = self.on_stage.get_mut(&slot).expect("a slot on stage");
        while scenes.front().is_some_and(VecDeque::is_empty) {
            scenes.pop_front();
        }
        scenes
            .front_mut()
            .and_then(VecDeque::pop_front)
            .expect("the script goes on")
            .map(Signal::Message)
    }

    fn resume(&mut self, _: Slot, resume: Resume) -> Result<(), StageError> {
        self.resumed.push((resume.now, resume.replies, resume.timers));
        Ok(())
    }

    fn answer(&mut self, _: u64) {}

    fn strike(&mut self, _: u64, _: Strike) {}

    fn describe(&mut self, _: Language, file: &Path) -> Option<Json> {
        self.configs.get(file.file_name()?.to_str()?).cloned()
    }

    fn release(&mut self, slot: Slot, _: &str, _: bool) -> StepOutput {
        self.on_stage.remove(&slot);
        StepOutput::default()
    }
}

fn done() -> Result<FromWorker, StageError> {
    Ok(FromWorker::Done {
        value: Json::Null,
        calls: vec![],
        leaked: vec![],
        invocation: None,
        skipped: false,
    })
}

fn call(id: u64, op: &str, args: &Json) -> Result<FromWorker, StageError> {
    Ok(FromWorker::Call {
        id,
        op: op.into(),
        args: args.as_array().unwrap().clone(),
    })
}

fn emit(topic: &str) -> Scene {
    vec![
        call(1, "emit", &json!([{ "topic": topic, "data": {} }])),
        parked(&[1], &[]),
        done(),
    ]
}

fn parked(calls: &[u64], timers: &[(u64, i64)]) -> Result<FromWorker, StageError> {
    let timers = timers
        .iter()
        .map(|(id, due)| Timer { id: *id, due: *due })
        .collect();
    Ok(FromWorker::Parked {
        calls: calls.to_vec(),
        timers,
        listening: false,
        exchanges: vec![],
    })
}

fn threw() -> Result<FromWorker, StageError> {
    let error = HandlerError {
        name: "TypeError".into(),
        message: "no".into(),
        ..HandlerError::default()
    };
    Ok(FromWorker::Threw {
        error,
        invocation: None,
    })
}

fn step(name: &str, subscribes: &[&str]) -> PlanStep {
    PlanStep {
        name: name.into(),
        file: name.into(),
        language: Language::JavaScript,
        dialect: Dialect::V0,
        triggers: vec![PlanTrigger {
            topics: subscribes.iter().map(|topic| (*topic).into()).collect(),
            ..PlanTrigger::new(StepKind::Event)
        }],
        emits: EmitPolicy::Any,
        flows: vec![],
        timeout_ms: None,
        has_schemas: false,
        handler_line: Some(3),
    }
}

fn triggered(name: &str, trigger: PlanTrigger) -> PlanStep {
    PlanStep {
        triggers: vec![trigger],
        ..step(name, &[])
    }
}

fn plan(steps: Vec<PlanStep>) -> Plan {
    Plan {
        root: "/project".into(),
        steps,
        ..Plan::default()
    }
}

fn start() -> Start {
    Start {
        now: 0,
        seed: Seed::root(0),
        env: BTreeMap::new(),
        hosts: vec![],
        holds: false,
        isolation: Isolation::Fresh,
        session: 1,
        profile: Profile::Motia017,
        allow: vec![],
    }
}

fn ran(run: &Run<'_>) -> Vec<(i64, String)> {
    let events = run.trace.events.iter();
    events
        .filter_map(|event| match &event.what {
            What::Started { step, .. } => Some((event.at, step.clone())),
            _ => None,
        })
        .collect()
}

fn names(run: &Run<'_>) -> Vec<String> {
    ran(run).into_iter().map(|(_, step)| step).collect()
}

#[test]
fn messages_are_delivered_first_in_first_out_over_all_subscribers() {
    let plan = plan(vec![step("a", &["t"]), step("b", &["t"]), step("c", &["u"])]);
    let mut script = Script::default()
        .play("a", vec![emit("u")])
        .play("b", vec![emit("u")]);
    let mut run = Run::new(&plan, &mut script, start());
    run.emit("t", &json!({}));
    run.settle();
    assert_eq!(names(&run), ["a", "b", "c", "c"]);
    assert!(run.findings.is_empty());
}

#[test]
fn a_sleeping_handler_lets_others_run_at_their_time() {
    let plan = plan(vec![step("sleeper", &["t"]), step("quick", &["t"])]);
    let sleep = vec![
        parked(&[], &[(1, 5_000)]),
        call(1, "emit", &json!([{ "topic": "none", "data": {} }])),
        done(),
    ];
    let mut script = Script::default().play("sleeper", vec![sleep]);
    let mut run = Run::new(&plan, &mut script, start());
    run.emit("t", &json!({}));
    run.settle();
    assert_eq!(ran(&run), [(0, "sleeper".into()), (0, "quick".into())]);
    assert_eq!(run.now(), 5_000);
    assert_eq!(script.resumed[0].2, [1]);
}

#[test]
fn answers_wait_until_the_handler_parks_and_keep_their_order() {
    let plan = plan(vec![step("a", &["t"])]);
    let scene = vec![
        call(1, "state.set", &json!(["g", "k", 7])),
        call(2, "state.get", &json!(["g", "k"])),
        call(3, "state.get", &json!([{}, "k"])),
        parked(&[1, 2, 3], &[]),
        done(),
    ];
    let mut script = Script::default().play("a", vec![scene]);
    let mut run = Run::new(&plan, &mut script, start());
    run.emit("t", &json!({}));
    run.settle();
    let [(_, replies, _)] = script.resumed.as_slice() else {
        panic!("one resume: {:?}", script.resumed)
    };
    let answers: Vec<_> = replies
        .iter()
        .map(|it| (it.id, it.value.clone(), it.error.is_some()))
        .collect();
    assert_eq!(
        answers,
        [
            (1, Some(json!(7)), false),
            (2, Some(json!(7)), false),
            (3, None, true)
        ]
    );
}

#[test]
fn a_failing_message_is_tried_three_times_a_quarter_of_an_hour_apart() {
    let plan = plan(vec![step("a", &["t"])]);
    let mut script = Script::default();
    for _ in 0..3 {
        script = script.play("a", vec![vec![threw()]]);
    }
    let mut run = Run::new(&plan, &mut script, start());
    run.emit("t", &json!({}));
    run.settle();
    assert_eq!(
        ran(&run).iter().map(|(at, _)| *at).collect::<Vec<_>>(),
        [0, 900_000, 1_800_000]
    );
    assert!(matches!(
        run.trace.events.last().unwrap().what,
        What::DeadLettered { .. }
    ));
    assert_eq!(run.findings.len(), 1);
    assert!(run.findings[0].fails && run.findings[0].message.contains("failed 3 times"));
}

#[test]
fn a_message_that_succeeds_at_last_is_no_finding() {
    let plan = plan(vec![step("a", &["t"])]);
    let mut script = Script::default()
        .play("a", vec![vec![threw()]])
        .play("a", vec![vec![done()]]);
    let mut run = Run::new(&plan, &mut script, start());
    run.emit("t", &json!({}));
    run.settle();
    assert_eq!(names(&run).len(), 2);
    assert!(run.findings.is_empty());
}

#[test]
fn a_retry_survives_a_later_message_on_its_topic() {
    let plan = plan(vec![step("a", &["t"])]);
    let mut script = Script::default().play("a", vec![vec![threw()]]);
    let mut run = Run::new(&plan, &mut script, start());
    run.emit("t", &json!({ "n": 1 }));
    run.settle();
    run.emit("t", &json!({ "n": 2 }));
    run.settle();
    assert_eq!(names(&run).len(), 3);
}

#[test]
fn a_promise_that_never_settles_is_told_of_with_its_handler() {
    let plan = plan(vec![step("a", &["t"])]);
    let mut script = Script::default().play("a", vec![vec![parked(&[], &[])]]);
    let mut run = Run::new(&plan, &mut script, start());
    run.emit("t", &json!({}));
    run.settle();
    let finding = &run.findings[0];
    assert!(finding.message.contains("never settles"), "{}", finding.message);
    assert_eq!(finding.place.as_ref().unwrap().line, 3);
    assert_eq!(names(&run).len(), 1, "it is not tried again");
}

#[test]
fn a_handler_over_its_budget_is_not_tried_again() {
    let plan = plan(vec![step("a", &["t"])]);
    let mut script = Script::default().play("a", vec![vec![Err(StageError::Budget { seconds: 10 })]]);
    let mut run = Run::new(&plan, &mut script, start());
    run.emit("t", &json!({}));
    run.settle();
    assert_eq!(names(&run).len(), 1);
    assert!(run.findings[0].message.contains("10 s"));
}

#[test]
fn a_missing_interpreter_fails_the_test_by_name() {
    let plan = plan(vec![step("a", &["t"])]);
    let mut script = Script {
        missing: true,
        ..Script::default()
    };
    let mut run = Run::new(&plan, &mut script, start());
    run.emit("t", &json!({}));
    run.settle();
    assert_eq!(run.findings[0].message, "a failed: ruby is not installed");
}

#[test]
fn an_undeclared_message_is_dropped_and_fails_the_test() {
    let mut sender = step("a", &["t"]);
    sender.emits = EmitPolicy::Listed(BTreeSet::from(["other".to_owned()]));
    let plan = plan(vec![sender, step("b", &["u"])]);
    let mut script = Script::default().play("a", vec![emit("u")]);
    let mut run = Run::new(&plan, &mut script, start());
    run.emit("t", &json!({}));
    run.settle();
    assert_eq!(names(&run), ["a"]);
    assert!(run.findings[0].fails && run.findings[0].message.contains("`u`"));
}

#[test]
fn steps_that_start_each_other_for_ever_are_stopped() {
    let plan = plan(vec![step("a", &["t"])]);
    let mut script = Script::default();
    for _ in 0..2 * MAX_CHAIN {
        script = script.play("a", vec![emit("t")]);
    }
    let mut run = Run::new(&plan, &mut script, start());
    run.emit("t", &json!({}));
    run.settle();
    assert_eq!(run.findings.len(), 1);
    let message = &run.findings[0].message;
    assert_eq!(
        *message,
        format!("the flow does not end: a ran {} times", MAX_CHAIN + 1)
    );
}

#[test]
fn a_step_may_start_itself_as_often_as_it_likes_while_time_passes() {
    let mut later = step("a", &["t"]);
    later.triggers[0].queue.delay_ms = 1_000;
    let plan = plan(vec![later]);
    let mut script = Script::default();
    for _ in 0..2 * MAX_CHAIN {
        script = script.play("a", vec![emit("t")]);
    }
    let mut run = Run::new(&plan, &mut script, start());
    run.emit("t", &json!({}));
    run.settle();
    assert!(run.findings.is_empty(), "{:?}", run.findings);
    assert_eq!(names(&run).len() as u32, 2 * MAX_CHAIN + 1);
}

#[test]
fn schedules_fire_in_the_order_of_their_times() {
    let at = |name: &str, cron: &str| {
        triggered(
            name,
            PlanTrigger {
                cron: Some(cron.into()),
                ..PlanTrigger::new(StepKind::Cron)
            },
        )
    };
    let plan = plan(vec![
        at("hourly", "0 * * * *"),
        at("half", "30 * * * *"),
        at("never", "0 0 30 2 *"),
    ]);
    let mut script = Script::default();
    let mut run = Run::new(&plan, &mut script, start());
    run.advance(2 * 3_600_000);
    let minutes: Vec<_> = ran(&run)
        .into_iter()
        .map(|(at, step)| (at / 60_000, step))
        .collect();
    let expected = [(30, "half"), (60, "hourly"), (90, "half"), (120, "hourly")];
    assert_eq!(minutes, expected.map(|(at, step)| (at, step.to_owned())));
    assert_eq!(run.now(), 2 * 3_600_000);
}

#[test]
fn a_retry_moves_the_clock_without_setting_off_schedules() {
    let minutely = triggered(
        "tick",
        PlanTrigger {
            cron: Some("* * * * *".into()),
            ..PlanTrigger::new(StepKind::Cron)
        },
    );
    let plan = plan(vec![minutely, step("a", &["t"])]);
    let mut script = Script::default().play("a", vec![vec![threw()]]);
    let mut run = Run::new(&plan, &mut script, start());
    run.emit("t", &json!({}));
    run.settle();
    assert_eq!(names(&run), ["a", "a"]);
}

#[test]
fn a_request_is_answered_with_what_the_framework_makes_of_the_value() {
    let route = |name: &str, path: &str| {
        triggered(
            name,
            PlanTrigger {
                route: Some(("GET".into(), path.into())),
                ..PlanTrigger::new(StepKind::Api)
            },
        )
    };
    let plan = plan(vec![
        route("ok", "/ok"),
        route("nothing", "/nothing"),
        route("throws", "/throws"),
    ]);
    let value = json!({ "status": 201, "headers": { "X-Id": "1" }, "body": { "a": 1 } });
    let mut script = Script::default()
        .play(
            "ok",
            vec![vec![Ok(FromWorker::Done {
                value,
                calls: vec![],
                leaked: vec![],
                invocation: None,
                skipped: false,
            })]],
        )
        .play("throws", vec![vec![threw()]]);
    let mut run = Run::new(&plan, &mut script, start());
    let mut get = |path: &str| {
        let target = path.to_owned();
        let asked = run.request(&HttpRequest {
            method: "GET".into(),
            target,
            headers: BTreeMap::new(),
            body: Json::Null,
        });
        run.settle();
        match asked {
            Asked::Nobody => None,
            Asked::Answered(answer) => Some(answer),
            Asked::Waits(waiting) => Some(run.answer_of(waiting)),
        }
    };
    let answer = get("/ok").unwrap();
    assert_eq!(
        (
            answer.status,
            answer.headers["x-id"].lines()[0].as_str(),
            answer.body
        ),
        (201, "1", json!({ "a": 1 }))
    );
    assert_eq!(get("/nothing").unwrap().status, 500);
    assert_eq!(get("/throws").unwrap(), HttpResponse::internal_error());
    assert_eq!(get("/other"), None);
}

/// Looks into the state so many times without a wait.
fn polls(times: u64) -> Scene {
    let look = |id| [call(id, "state.get", &json!(["g", "k"])), parked(&[id], &[])];
    (2..times + 2).flat_map(look).chain([done()]).collect()
}

/// A step that sends a message and then polls, and one that takes the message.
fn polled<'p>(
    plan: &'p Plan,
    script: &'p mut Script,
    times: u64,
    explored: Option<&'p mut FirstInFirstOut>,
) -> Run<'p> {
    let mut scene = emit("u");
    scene.pop();
    scene.extend(polls(times));
    script
        .plays
        .entry("a".to_owned())
        .or_default()
        .push_back(vec![scene]);
    let run = Run::new(plan, script, start());
    match explored {
        Some(decide) => run.explored_by(decide),
        None => run,
    }
}

fn polling_plan() -> Plan {
    plan(vec![step("a", &["t"]), step("b", &["u"])])
}

#[test]
fn a_handler_that_polls_lets_in_whom_it_waits_for() {
    let plan = polling_plan();
    let mut traces = Vec::new();
    for explores in [false, true] {
        let mut script = Script::default();
        let mut decide = FirstInFirstOut;
        let mut run = polled(&plan, &mut script, 700, explores.then_some(&mut decide));
        run.emit("t", &json!({}));
        run.settle();
        assert!(run.findings.is_empty(), "{:?}", run.findings);
        let began = |step: &str| {
            let is_it =
                |event: &Event| matches!(&event.what, What::Started { step: name, .. } if name == step);
            run.trace.events.iter().position(is_it).unwrap()
        };
        let after = began("b") - began("a");
        assert!((200..500).contains(&after), "{after}");
        traces.push(run.trace.canonical());
    }
    assert_eq!(traces[0], traces[1]);
}

#[test]
fn a_few_calls_in_a_row_are_not_broken_into() {
    let plan = polling_plan();
    let mut script = Script::default();
    let mut run = polled(&plan, &mut script, 200, None);
    run.emit("t", &json!({}));
    run.settle();
    let ends = run.trace.events.iter();
    let ends = ends.filter_map(|event| {
        event
            .invocation
            .filter(|_| matches!(event.what, What::Finished { .. }))
    });
    assert_eq!(ends.collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn time_passes_for_a_handler_that_polls_on() {
    let plan = polling_plan();
    for explores in [false, true] {
        let sleep = vec![parked(&[], &[(1, 5_000)]), done()];
        let mut script = Script::default().play("b", vec![sleep]);
        let mut decide = FirstInFirstOut;
        let mut run = polled(&plan, &mut script, 4_000, explores.then_some(&mut decide));
        run.emit("t", &json!({}));
        run.settle();
        let ends: Vec<_> = (run.trace.events.iter())
            .filter(|event| matches!(event.what, What::Finished { .. }))
            .map(|event| (event.at, event.invocation))
            .collect();
        assert_eq!(ends, [(5_000, Some(2)), (5_000, Some(1))]);
    }
}

#[test]
fn a_handler_that_never_stops_calling_ends_the_run_by_its_name() {
    let plan = polling_plan();
    for explores in [false, true] {
        let mut script = Script::default();
        let mut decide = FirstInFirstOut;
        let mut run = polled(&plan, &mut script, 9_000, explores.then_some(&mut decide));
        run.ends_after(3_000);
        run.emit("t", &json!({}));
        run.settle();
        assert!(run.is_endless() && run.trace.events.len() < 3_100);
        let [finding] = run.findings.as_slice() else {
            panic!("{:?}", run.findings)
        };
        assert!(finding.fails && finding.place.is_some());
        let message = &finding.message;
        assert!(message.starts_with("a went on 299"), "{message}");
        assert!(
            message.ends_with("the last was state.get g/k: an endless loop?"),
            "{message}"
        );
    }
}

#[test]
fn a_handler_that_says_too_much_without_a_wait_is_ended_too() {
    let plan = polling_plan();
    let line = |_| {
        Ok(FromWorker::Log {
            level: "info".into(),
            message: "on".into(),
            data: Json::Null,
        })
    };
    let mut script = Script::default().play("a", vec![(0..9_000).map(line).collect()]);
    let mut run = Run::new(&plan, &mut script, start());
    run.ends_after(3_000);
    run.emit("t", &json!({}));
    run.settle();
    assert!(run.is_endless());
    assert!(
        run.findings[0]
            .message
            .contains("the log line 'on': an endless loop?"),
        "{:?}",
        run.findings
    );
}

#[test]
fn a_handler_that_connects_for_ever_is_ended_and_its_host_told_once() {
    let plan = plan(vec![step("a", &["t"])]);
    let attempt = |n: i64| {
        let refused = FromWorker::Refused {
            host: "cache.test".into(),
            port: 6379,
        };
        [Ok(refused), parked(&[], &[(1, n * 10)])]
    };
    for explores in [false, true] {
        let scene = (1..1_000).flat_map(attempt).collect();
        let mut script = Script::default().play("a", vec![scene]);
        let mut decide = FirstInFirstOut;
        let mut run = Run::new(&plan, &mut script, start());
        if explores {
            run = run.explored_by(&mut decide);
        }
        run.emit("t", &json!({}));
        run.settle();
        assert_eq!(names(&run), ["a"], "it is not tried again");
        let [host, end] = run.findings.as_slice() else {
            panic!("{:?}", run.findings)
        };
        assert!(host.message.contains("cache.test:6379, a host without a mock"));
        assert!(
            host.details[0].contains("Redis speaks no HTTP"),
            "{:?}",
            host.details
        );
        assert!(end.message.contains("ended after 20 attempts"), "{}", end.message);
    }
}
