//! Runs one input: each request or message, and everything that follows from it, before the next. Only what follows from
//! the last one is judged; each of the others is the last one in a test of its own.

use banister_project::flow_test::FlowTest;
use jsonschema::Validator;
use serde_json::Value as Json;

use super::remembered::Remembered;
use super::ways::{encoded, filled};
use super::{Auto, Entry, Way, headers, schemas};
use crate::decision::Decide;
use crate::failure::{FailurePlace, FlowFailure};
use crate::flow::{FlowResult, Setting, start_of};
use crate::invariant::{Input, Observed, place_of, user};
use crate::mutation::Mutation;
use crate::plan::Plan;
use crate::protocol::HandlerError;
use crate::report::{ControlLabel, Reached};
use crate::scheduler::{Finding, HttpRequest, Place, Run, advice, kind};
use crate::stage::Stage;
use crate::template::Variables;
use crate::trace::{Event, What};

/// A flow that goes on for longer than this many events has no end. Generated lists are short, and many inputs are tried.
const MOST_EVENTS: usize = 4_000;

/// The field of a request or a message that comes several times at once.
pub(super) const AT_ONCE: &str = "at_once";
/// At most so often.
const MOST_AT_ONCE: u64 = 2;

/// The variable that holds the input.
pub(crate) const INPUT: &str = "input";
/// The variable that says what is known of it.
pub(crate) const KNOWN: &str = "known";

impl Input {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Unknown => "unknown",
        }
    }

    fn named(name: Option<&Json>) -> Self {
        let name = name.and_then(Json::as_str).unwrap_or_default();
        let all = [Self::Valid, Self::Invalid];
        all.into_iter()
            .find(|it| it.name() == name)
            .unwrap_or(Self::Unknown)
    }
}

/// Runs the input in the variables of `setting` once, with what a mutation does to it; if it is explored, what follows from
/// all of it is put before `decide`.
pub(crate) fn drive(
    plan: &Plan,
    stage: &mut dyn Stage,
    auto: &Auto,
    test: &FlowTest,
    setting: Setting,
    decide: Option<&mut dyn Decide>,
    mutation: Option<Mutation>,
) -> FlowResult {
    let variables = setting.variables.clone();
    let mut input = Input::named(setting.variables.get(KNOWN));
    let acts = acts_of(&setting.variables, auto);
    let Some((last, _)) = acts.last() else {
        return FlowResult::failed("the input leads nowhere in this project".to_owned());
    };
    let ways: Vec<&Way> = acts.iter().map(|(_, way)| *way).collect();
    let mut describe = |language, file: &std::path::Path| stage.describe(language, file);
    let statuses = schemas::statuses(plan, &ways, &mut describe);
    let validators = validators(plan, &acts, &mut describe);
    // An input that was kept may be of another time: the schema is asked again.
    let still = |validator: &Validator| {
        let payload = last.get("body").or_else(|| last.get("data"));
        payload.is_none_or(|it| validator.is_valid(it)) == (input == Input::Valid)
    };
    if !validators.last().and_then(Option::as_ref).is_none_or(still) {
        input = Input::Unknown;
    }
    let start = start_of(plan, test, setting);
    let begun = start.now;
    let mut run = match decide {
        Some(decide) => Run::new(plan, stage, start).explored_by(decide),
        None => Run::new(plan, stage, start),
    };
    run.mutate(mutation);
    run.ends_after(MOST_EVENTS);
    let judged = take_in(&mut run, &acts, &validators);
    let mut world = run.world.snapshot(run.now());
    let (state, streams) = (world["state"].take(), world["streams"].take());
    let observed = Observed {
        plan,
        events: &run.trace.events[judged.0..],
        findings: &run.findings[judged.1.min(run.findings.len())..],
        root: auto.way().to.step,
        input,
        statuses: &statuses,
    };
    let Verdict { mut failures, notes } = judge(&observed);
    let said = said(&observed, run.label);
    if input == Input::Valid && notes.is_empty() && failures.is_empty() {
        failures.extend(user::broken(plan, [], &run.trace, &state, &streams));
    }
    FlowResult {
        endless: run.is_endless(),
        mutated: run.is_mutated(),
        reached: Reached::of(&run.trace),
        decisions: run.take_decisions(),
        state,
        streams,
        variables,
        judged_from: judged.0,
        start: begun,
        failures,
        notes: notes.into_iter().chain(said).collect(),
        label: run.label,
        output: run.output,
        trace: run.trace,
        ..FlowResult::failed(String::new())
    }
}

/// Does one act after the other with all that follows from it; from which event and finding on the last one is judged.
fn take_in(run: &mut Run<'_>, acts: &[(Json, &Way)], validators: &[Option<Validator>]) -> (usize, usize) {
    let mut remembered = Remembered::default();
    let mut judged = (0, 0);
    for ((act, way), validator) in acts.iter().zip(validators) {
        judged = (run.trace.events.len(), run.findings.len());
        for time in 1..=times(act) {
            if time > 1 {
                run.act_before(format!("the test: {} once more", way.name));
            }
            perform(run, way, act, validator.as_ref(), &remembered);
        }
        run.settle();
        remembered.learn(&run.trace.events[judged.0..]);
    }
    run.end();
    judged
}

/// What holds payloads against the schemas of their ways: of those that use values that came up before, and of the last.
fn validators(plan: &Plan, acts: &[(Json, &Way)], describe: schemas::Describe<'_>) -> Vec<Option<Validator>> {
    let mut of = |(at, (act, way)): (usize, &(Json, &Way))| {
        let is_wanted = at + 1 == acts.len() || act.get("reuse").is_some();
        let schema = is_wanted
            .then(|| schemas::input(plan, way, &mut *describe))
            .flatten()?;
        jsonschema::validator_for(&schema).ok()
    };
    acts.iter().enumerate().map(&mut of).collect()
}

/// How often a request or a message comes at the same time.
fn times(act: &Json) -> u64 {
    act.get(AT_ONCE)
        .and_then(Json::as_u64)
        .unwrap_or(1)
        .clamp(1, MOST_AT_ONCE)
}

/// The requests and messages of an input, with the ways that they go in at.
fn acts_of<'a>(variables: &Variables, auto: &'a Auto) -> Vec<(Json, &'a Way)> {
    let acts = variables.get(INPUT).and_then(Json::as_array);
    acts.into_iter()
        .flatten()
        .filter_map(|act| {
            let way = auto.ways.iter().find(|way| act["way"] == way.name.as_str())?;
            Some((act.clone(), way))
        })
        .collect()
}

fn perform(run: &mut Run<'_>, way: &Way, act: &Json, validator: Option<&Validator>, remembered: &Remembered) {
    let reuses = act.get("reuse").is_some();
    match &way.entry {
        Entry::Cron { .. } => run.cron(way.to.step),
        Entry::Message { topic } => {
            let data = with_remembered(&act["data"], validator, remembered);
            run.emit_to(way.to, topic, &data);
        }
        Entry::Request {
            method,
            path,
            headers,
            ..
        } => {
            let target = filled(path, |name| {
                let known = remembered.get(name).filter(|_| reuses);
                let value = known.or_else(|| act["path"].get(name))?;
                Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            });
            let query: Vec<String> = act["query"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, value)| {
                    format!(
                        "{}={}",
                        encoded(name),
                        encoded(value.as_str().unwrap_or_default())
                    )
                })
                .collect();
            let target = match query.as_slice() {
                [] => target,
                some => format!("{target}?{}", some.join("&")),
            };
            let body = with_remembered(&act["body"], validator, remembered);
            run.request(&HttpRequest {
                method: method.clone(),
                target,
                headers: headers::of_act(headers, act, reuses.then_some(remembered)),
                body,
            });
        }
    }
}

/// The payload with values that came up before in the fields of their name, as far as it stays valid.
fn with_remembered(payload: &Json, validator: Option<&Validator>, remembered: &Remembered) -> Json {
    let mut payload = payload.clone();
    let (Some(validator), Some(fields)) = (validator, payload.as_object()) else {
        return payload;
    };
    let names: Vec<String> = fields.keys().cloned().collect();
    for name in names {
        let is_id = name.to_ascii_lowercase().ends_with("id");
        let Some(value) = remembered.get(&name).filter(|_| is_id) else {
            continue;
        };
        let before = std::mem::replace(&mut payload[&name], value.clone());
        if !validator.is_valid(&payload) {
            payload[&name] = before;
        }
    }
    payload
}

/// What is wrong with a run, and what cannot be said of it.
struct Verdict {
    failures: Vec<FlowFailure>,
    notes: Vec<String>,
}

fn judge(observed: &Observed<'_>) -> Verdict {
    let mut verdict = Verdict {
        failures: Vec::new(),
        notes: Vec::new(),
    };
    let (at_root, elsewhere) = unplayable(observed);
    if let Some(failure) = at_root {
        verdict.failures.push(failure);
        return verdict;
    }
    if !elsewhere.is_empty() {
        // What a step makes of a service or a module that is not there says nothing of it.
        verdict.notes = elsewhere;
        return verdict;
    }
    verdict.failures = observed.broken();
    if observed.input == Input::Unknown {
        verdict.notes.extend(unknown(observed));
    }
    verdict
}

/// A service without a mock and a module that is not there: a failure of the step's own test, and in all others a note.
fn unplayable(observed: &Observed<'_>) -> (Option<FlowFailure>, Vec<String>) {
    let plan = observed.plan;
    let root = &plan.steps[observed.root];
    let mut notes = Vec::new();
    for finding in observed
        .findings
        .iter()
        .filter(|it| it.kind == Some(kind::UNMATCHED_CALL))
    {
        let is_of_root = finding.place.as_ref().is_none_or(|place| place.file == root.file);
        if is_of_root {
            let failure = observed.broken().into_iter().next();
            return (failure, Vec::new());
        }
        note(
            &mut notes,
            format!(
                "{}: what follows was not judged, and the step's own test tells of it",
                finding.message
            ),
        );
    }
    for (step, error) in observed
        .events
        .iter()
        .filter_map(|event| missing(event, observed.events))
    {
        if step == root.name {
            return (Some(not_loaded(plan, observed.root, error)), Vec::new());
        }
        let message = format!("{step} cannot be loaded: {}", error.told());
        note(
            &mut notes,
            format!("{message}: what follows was not judged, and the step's own test tells of it"),
        );
    }
    (None, notes)
}

fn note(notes: &mut Vec<String>, text: String) {
    if !notes.contains(&text) {
        notes.push(text);
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// The step that failed because its module, or its interpreter, is not there.
fn missing<'e>(event: &'e Event, events: &'e [Event]) -> Option<(&'e str, &'e HandlerError)> {
    let What::Threw { error } = &event.what else {
        return None;
    };
    // A handler may import as well.
    let names = [
        "MissingInterpreter",
        "ModuleNotFoundError",
        "ImportError",
        "LoadError",
    ];
    let texts = ["Cannot find module", "Cannot find package"];
    let is_missing = error.loading
        || names.contains(&error.name.as_str())
        || texts.iter().any(|it| error.message.starts_with(it));
    let step = events.iter().find_map(|it| match &it.what {
        What::Started { step, .. } if it.invocation == event.invocation => Some(step.as_str()),
        _ => None,
    });
    step.filter(|_| is_missing).map(|step| (step, error))
}

/// What is worth knowing of any run, and why not all of it was under control. An invalid input is no reason to speak of what
/// a step makes of it.
fn said(observed: &Observed<'_>, label: ControlLabel) -> Vec<String> {
    if observed.input == Input::Invalid && label == ControlLabel::Controlled {
        return Vec::new();
    }
    let remarks = observed
        .findings
        .iter()
        .filter(|it| !it.fails && it.kind.is_none());
    let mut said: Vec<String> = remarks.map(|it| it.message.clone()).collect();
    said.extend(observed.doubts());
    said
}

/// What would be a failure if anybody knew that the input was valid.
fn unknown(observed: &Observed<'_>) -> Option<String> {
    let name = &observed.plan.steps[observed.root].name;
    let failed = |finding: &&Finding| {
        finding.fails && [Some(kind::HANDLER_ERROR), Some(kind::NO_RESPONSE)].contains(&finding.kind)
    };
    observed.findings.iter().find(failed).map(|finding| {
        format!(
            "{}, for an empty object: {name} has no schema, so that nobody knows which inputs are valid",
            first_line(&finding.message)
        )
    })
}

/// A module that cannot be loaded: where that fails, which need not be the step's own file, and what mends it.
pub(crate) fn not_loaded(plan: &Plan, step: usize, error: &HandlerError) -> FlowFailure {
    let at = &plan.steps[step];
    let place = (error.file.as_ref().zip(error.line)).map(|(file, line)| Place {
        file: file.clone(),
        line,
        column: error.column.unwrap_or(1),
    });
    FlowFailure {
        headline: format!(
            "no handler throws: {} cannot be loaded: {}",
            at.name,
            error.told()
        ),
        place: place.map_or_else(|| place_of(plan, step), FailurePlace::Step),
        details: advice::of_load(error, at.language, &plan.root)
            .into_iter()
            .collect(),
    }
}

/// The input as people read it: the parts of the only request or message, or all of them in order.
pub(crate) fn shown(variables: &Variables) -> Json {
    let input = variables.get(INPUT).unwrap_or(&Json::Null);
    match input.as_array().map(Vec::as_slice) {
        Some([only]) => {
            let mut only = only.clone();
            if let Some(fields) = only.as_object_mut() {
                fields.shift_remove("way");
            }
            only
        }
        _ => input.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_that_came_up_are_used_where_they_fit() {
        let mut remembered = Remembered::default();
        let event = |data| Event {
            at: 0,
            invocation: None,
            what: What::Emitted {
                topic: "t".to_owned(),
                data,
                to: Vec::new(),
                dropped: false,
            },
        };
        remembered.learn(&[event(json!({ "orderId": "o-1", "userId": 7, "name": "Ann" }))]);
        let schema =
            json!({ "properties": { "orderId": { "type": "string" }, "userId": { "type": "string" } } });
        let validator = jsonschema::validator_for(&schema).unwrap();
        let payload = json!({ "orderId": "x", "userId": "y", "name": "z" });
        assert_eq!(
            with_remembered(&payload, Some(&validator), &remembered),
            json!({ "orderId": "o-1", "userId": "y", "name": "z" })
        );
        assert_eq!(with_remembered(&payload, None, &remembered), payload);
    }
}
