//! A trace as a story: when, who, what. Wide enough to be read in eighty columns.

mod fold;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use fold::{Part, fold};

use super::style::{BAD, FAINT, LANES, paint};
use crate::matching::shorten;
use crate::mock::Strike;
use crate::protocol::{HandlerError, MockedOutcome};
use crate::trace::{Event, Trace, What, written_op};

/// Columns of a rendered story.
const WIDTH: usize = 80;
/// Longer names of lanes are cut.
const LANE: usize = 20;
/// A value is not cut below this many columns; what follows it moves to a line of its own instead.
const LEAST_VALUE: usize = 16;

/// One line of the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineRow {
    /// Virtual time since the start: `+0ms`, `+1m30s`.
    pub offset: String,
    /// Whose line it is: a step, with its number if it ran before; `test` for the test itself.
    pub lane: String,
    /// What happened.
    pub what: String,
    /// The value that goes with it.
    pub value: Option<String>,
    /// What came of it.
    pub outcome: Option<String>,
    /// True where something went wrong.
    pub marked: bool,
    /// What it stands for in a picture.
    pub kind: RowKind,
}

/// What a line of the story stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RowKind {
    /// A handler starts.
    Starts,
    /// A handler ends or fails.
    Ends,
    /// The clock moves, or something is put off to a later time.
    Clock,
    /// A service is called: its host.
    Calls(String),
    /// Anything else.
    #[default]
    Plain,
}

/// The story of a run that began at virtual time `start`.
pub fn timeline(trace: &Trace, start: i64) -> Vec<TimelineRow> {
    let mut lanes = Lanes::default();
    let events = trace.events.iter();
    // The test itself says what it sets up.
    let told = events.filter(|event| !matches!(event.what, What::Given { .. }));
    told.map(|event| row(event, start, &mut lanes)).collect()
}

/// The name of an invocation in the story: its step, with its number if the step ran before.
pub fn lane_of(trace: &Trace, invocation: u32, step: String) -> String {
    let runs = trace.events.iter().filter(|event| {
        let same = matches!(&event.what, What::Started { step: name, .. } if *name == step);
        same && event.invocation.is_some_and(|it| it <= invocation)
    });
    match runs.count() {
        0 | 1 => step,
        run => format!("{step}#{run}"),
    }
}

/// The rows as text, each line indented by two columns or marked with `>`; those of a long story are not all there,
/// unless it is to be told in `full`.
pub(super) fn render(rows: &[TimelineRow], full: bool, color: bool) -> String {
    let parts = match full {
        true => vec![Part::Rows(0..rows.len())],
        false => fold(rows),
    };
    let shown = |part: &Part| match part {
        Part::Rows(range) => rows.get(range.clone()).unwrap_or_default(),
        Part::Again(_) | Part::Gap(_) => &[],
    };
    let mut columns = Columns::of(parts.iter().flat_map(shown));
    let mut out = String::new();
    for part in &parts {
        match part {
            Part::Rows(_) => shown(part)
                .iter()
                .for_each(|row| columns.tell(row, color, &mut out)),
            Part::Again(times) => out.push_str(&format!("  … {times} more times the same\n")),
            Part::Gap(1) => out.push_str("  … a row is left out\n"),
            Part::Gap(rows) => out.push_str(&format!("  … {rows} rows are left out\n")),
        }
    }
    let is_cut = parts.iter().any(|part| matches!(part, Part::Gap(_)));
    if is_cut {
        out.push_str(&format!(
            "  … all {} rows: `--nocapture`, or `--report FILE.html`\n",
            rows.len()
        ));
    }
    out
}

/// How wide the columns are, and which colour is whose.
struct Columns<'r> {
    offset: usize,
    lane: usize,
    colors: BTreeMap<&'r str, usize>,
}

impl<'r> Columns<'r> {
    fn of(rows: impl Iterator<Item = &'r TimelineRow> + Clone) -> Self {
        let length = |text: &str| text.chars().count();
        Self {
            offset: rows.clone().map(|row| length(&row.offset)).max().unwrap_or(0),
            lane: rows.map(|row| length(&row.lane)).max().unwrap_or(0).min(LANE),
            colors: BTreeMap::new(),
        }
    }

    fn tell(&mut self, row: &'r TimelineRow, color: bool, out: &mut String) {
        let (offset, lane) = (self.offset, self.lane);
        let next = self.colors.len();
        let turn = *self
            .colors
            .entry(row.lane.split('#').next().unwrap_or(""))
            .or_insert(next);
        let style = LANES[turn % LANES.len()];
        let mark = if row.marked {
            paint("> ", BAD, color)
        } else {
            "  ".to_owned()
        };
        let time = paint(&format!("{:>offset$}", row.offset), FAINT, color);
        let who = paint(&format!("{:<lane$}", shorten(&row.lane, lane)), style, color);
        let left = 2 + offset + 2 + lane + 2;
        let mut lines = fit(row, WIDTH.saturating_sub(left)).into_iter();
        let first = lines.next().unwrap_or_default();
        let first = if row.marked {
            paint(&first, BAD, color)
        } else {
            first
        };
        out.push_str(format!("{mark}{time}  {who}  {first}").trim_end());
        out.push('\n');
        for line in lines {
            out.push_str(&format!("{:left$}{line}\n", ""));
        }
    }
}

/// One line, or two if the outcome does not fit beside the value.
fn fit(row: &TimelineRow, width: usize) -> Vec<String> {
    let length = |text: &str| text.chars().count();
    let what = shorten(&row.what, width);
    let outcome = row
        .outcome
        .as_deref()
        .map(|it| format!(" {it}"))
        .unwrap_or_default();
    let Some(value) = &row.value else {
        return match length(&what) + length(&outcome) <= width {
            true => vec![what + &outcome],
            false => vec![what, shorten(outcome.trim_start(), width)],
        };
    };
    let room = width.saturating_sub(length(&what) + 1);
    let beside = room.saturating_sub(length(&outcome));
    if length(value) <= beside || beside >= LEAST_VALUE {
        return vec![format!("{what} {}{outcome}", shorten(value, beside))];
    }
    let first = if room >= LEAST_VALUE {
        format!("{what} {}", shorten(value, room))
    } else {
        what
    };
    match outcome.is_empty() {
        true => vec![first],
        false => vec![first, shorten(outcome.trim_start(), width)],
    }
}

/// Names of invocations.
#[derive(Default)]
struct Lanes {
    names: BTreeMap<u32, String>,
    runs: BTreeMap<String, u32>,
}

impl Lanes {
    fn start(&mut self, invocation: Option<u32>, step: &str) {
        let Some(invocation) = invocation else { return };
        let run = self.runs.entry(step.to_owned()).or_default();
        *run += 1;
        let name = if *run == 1 {
            step.to_owned()
        } else {
            format!("{step}#{run}")
        };
        self.names.insert(invocation, name);
    }

    fn name(&self, invocation: Option<u32>) -> String {
        match invocation {
            None => "test".to_owned(),
            Some(invocation) => self
                .names
                .get(&invocation)
                .cloned()
                .unwrap_or_else(|| format!("invocation {invocation}")),
        }
    }
}

/// What a row says beside its time and lane.
#[derive(Default)]
struct Said {
    what: String,
    value: Option<String>,
    outcome: Option<String>,
    marked: bool,
}

fn said(what: impl Into<String>) -> Said {
    Said {
        what: what.into(),
        ..Said::default()
    }
}

impl Said {
    fn value(self, value: &Json) -> Self {
        Self {
            value: (!value.is_null()).then(|| value.to_string()),
            ..self
        }
    }

    fn outcome(self, outcome: impl Into<String>) -> Self {
        Self {
            outcome: Some(outcome.into()),
            ..self
        }
    }

    fn marked_if(self, marked: bool) -> Self {
        Self { marked, ..self }
    }
}

fn row(event: &Event, start: i64, lanes: &mut Lanes) -> TimelineRow {
    if let What::Started { step, .. } = &event.what {
        lanes.start(event.invocation, step);
    }
    let Said {
        what,
        value,
        outcome,
        marked,
    } = tell(&event.what, start);
    TimelineRow {
        offset: offset(event.at.saturating_sub(start)),
        lane: lanes.name(event.invocation),
        what: one_line(&what),
        value,
        outcome: outcome.map(|outcome| one_line(&outcome)),
        marked,
        kind: kind(&event.what),
    }
}

fn kind(what: &What) -> RowKind {
    match what {
        What::Started { .. } => RowKind::Starts,
        What::Finished { .. } | What::Threw { .. } | What::Response { .. } => RowKind::Ends,
        What::Advance { .. } | What::Slept { .. } | What::Retried { .. } => RowKind::Clock,
        What::Http { url, .. } => {
            let host = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
            RowKind::Calls(host.split('/').next().unwrap_or(host).to_owned())
        }
        What::Refused { host, port } => RowKind::Calls(format!("{host}:{port}")),
        _ => RowKind::Plain,
    }
}

fn told_answer(status: Option<u16>, fault: Option<&str>) -> String {
    match (status, fault) {
        (Some(status), None) => format!("→ {status}"),
        (Some(status), Some(fault)) if is_injected(status, fault) => format!("→ {status}, injected"),
        (Some(status), Some(fault)) => format!("→ {status}, then {fault}"),
        (None, Some(fault)) => format!("→ {fault}"),
        (None, None) => "→ no mock answers".to_owned(),
    }
}

/// True for an answer that a fault of the test gave instead of the mock.
fn is_injected(status: u16, fault: &str) -> bool {
    Strike::ALL
        .iter()
        .any(|strike| strike.status() == Some(status) && strike.name() == fault)
}

fn tell(what: &What, start: i64) -> Said {
    match what {
        What::Given { .. } => said("is set up"),
        What::Cron { step } => said(format!("runs {step}")),
        What::Injected { fault } => said(format!("fault: {fault}")).marked_if(true),
        What::Request {
            method, target, body, ..
        } => said(format!("{method} {target}")).value(body),
        What::Response { status, body, .. } => said(format!("answers {status}"))
            .value(body)
            .marked_if(*status >= 500),
        What::Advance { ms } => said(format!("moves the clock by {}", duration(*ms))),
        What::Started { cause, .. } => said(format!("starts on {cause}")),
        What::Emitted {
            topic,
            data,
            to,
            dropped,
        } => emitted(topic, data, to, *dropped),
        What::State {
            op,
            group,
            key,
            value,
        } => {
            let key = key.as_deref().map(|key| format!("/{key}")).unwrap_or_default();
            said(format!("state.{} {group}{key}", written_op(op))).value(value)
        }
        What::Stream {
            op,
            stream,
            args,
            value,
        } => said(format!("stream.{op} {stream}{}", path(args))).value(value),
        What::Log { level, message, data } => said(format!("{level}: {message}")).value(data),
        What::Http {
            method,
            url,
            body,
            status,
            fault,
        } => http_call(method, url, body, *status, fault.as_deref()),
        What::Answered { method, url } => said(format!("gets more of {method} {url}")),
        What::Refused { host, port } => said(format!("connects to {host}:{port}"))
            .outcome("→ no mock")
            .marked_if(true),
        What::Mocked {
            function,
            args,
            outcome,
        } => mocked_call(function, args, outcome),
        What::Slept { until } => said(format!("sleeps until {}", offset(until.saturating_sub(start)))),
        What::Socket { op, client, data, .. } => said(format!("socket of {client}: {op}")).value(data),
        What::Skipped { .. } => said("is passed over: its condition does not hold".to_owned()),
        What::Finished { value } => said("ends").value(value),
        What::Threw { error } => said(format!("throws {}", error_text(error))).marked_if(true),
        What::Retried { attempt, next, .. } => {
            let at = offset(next.saturating_sub(start));
            said(format!("failed attempt {attempt}, tried again at {at}"))
        }
        What::DeadLettered { topic, .. } => said(format!("gives up the message on {topic}")).marked_if(true),
    }
}

fn emitted(topic: &str, data: &Json, to: &[String], dropped: bool) -> Said {
    let to = match (dropped, to.is_empty()) {
        (true, _) => "→ dropped, not declared".to_owned(),
        (false, true) => "→ nobody".to_owned(),
        (false, false) => format!("→ {}", to.join(", ")),
    };
    said(format!("emit {topic}"))
        .value(data)
        .outcome(to)
        .marked_if(dropped)
}

/// The texts among the arguments of a stream's operation: group and item.
fn path(args: &Json) -> String {
    let texts = args.as_array().into_iter().flatten().filter_map(Json::as_str);
    texts.map(|text| format!("/{text}")).collect()
}

fn http_call(method: &str, url: &str, body: &Json, status: Option<u16>, fault: Option<&str>) -> Said {
    said(format!("{method} {url}"))
        .value(body)
        .outcome(told_answer(status, fault))
        .marked_if(status.is_none() && fault.is_none())
}

fn mocked_call(function: &str, args: &[Json], outcome: &MockedOutcome) -> Said {
    let came = match (&outcome.throws, &outcome.returns) {
        (Some(error), _) => format!("→ throws {}", error.message),
        (None, Some(value)) => format!("→ {}", shorten(&value.to_string(), LEAST_VALUE * 2)),
        (None, None) => "→ its file".to_owned(),
    };
    said(format!("{function}(…)"))
        .value(&Json::Array(args.to_vec()))
        .outcome(came)
}

fn error_text(error: &HandlerError) -> String {
    let place = match (&error.file, error.line) {
        (Some(file), Some(line)) => format!(" ({file}:{line})"),
        _ => String::new(),
    };
    if error.name.is_empty() {
        return format!("{}{place}", error.message);
    }
    format!("{}: {}{place}", error.name, error.message)
}

/// Line ends and other control characters would break the picture.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

fn offset(ms: i64) -> String {
    if ms < 0 {
        format!("-{}", duration(-ms))
    } else {
        format!("+{}", duration(ms))
    }
}

/// The two largest units: `0ms`, `2.5s`, `1m30s`, `7d`.
fn duration(ms: i64) -> String {
    const UNITS: [(&str, i64); 4] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];
    if ms < 1_000 {
        return format!("{ms}ms");
    }
    if ms < 60_000 {
        let text = format!("{}.{:03}", ms / 1_000, ms % 1_000);
        return format!("{}s", text.trim_end_matches('0').trim_end_matches('.'));
    }
    let at = UNITS
        .iter()
        .position(|(_, size)| ms >= *size)
        .unwrap_or(UNITS.len() - 1);
    let (unit, size) = UNITS[at];
    let rest = UNITS
        .get(at + 1)
        .map(|(unit, size)| (unit, ms % UNITS[at].1 / size))
        .filter(|(_, count)| *count > 0);
    let rest = rest
        .map(|(unit, count)| format!("{count}{unit}"))
        .unwrap_or_default();
    format!("{}{unit}{rest}", ms / size)
}

#[cfg(test)]
mod tests;
