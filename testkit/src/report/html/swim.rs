//! The story of a run in lanes: one for the test, for each step, for each service and for the clock; time runs down. It
//! is a table, so that it reads well without a picture too.

use super::escaped;
use crate::matching::shorten;
use crate::report::{RowKind, TimelineRow};

/// A longer story loses its middle even here: no page shows a hundred thousand rows.
const MAX_ROWS: usize = 4_000;
/// Longer values are folded.
const SHORT: usize = 60;
/// Longer values are cut.
const VALUE: usize = 2_000;
const TEST: &str = "test";
const CLOCK: &str = "clock";

/// What a row puts into one lane.
struct Cell {
    lane: usize,
    text: String,
}

pub(super) fn lanes(rows: &[TimelineRow], test: &str) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let lanes = names(rows);
    let mut active = vec![0_u32; lanes.len()];
    let head = lanes
        .iter()
        .map(|lane| format!("<th scope=\"col\">{}</th>", escaped(lane)));
    let mut out = format!(
        "<h3>What happened</h3>\n<div class=\"scroll swim\" tabindex=\"0\" role=\"region\" aria-label=\"Timeline of {}\">\n<table>\
         <caption>Virtual time runs down; a lane is tinted while its step runs.</caption>\n\
         <thead><tr><th scope=\"col\">time</th>{}</tr></thead>\n<tbody>\n",
        escaped(test),
        head.collect::<String>()
    );
    let (first, last) = (MAX_ROWS / 2, rows.len().saturating_sub(MAX_ROWS / 2));
    for (at, row) in rows.iter().enumerate() {
        let lane = lane_at(&lanes, base(&row.lane));
        if row.kind == RowKind::Starts {
            active[lane] += 1;
        }
        if rows.len() <= MAX_ROWS || at < first || at >= last {
            out += &line(row, &lanes, &active);
        } else if at == first {
            let (left_out, span) = (last - first, lanes.len());
            out += &format!(
                "<tr><th scope=\"row\">…</th><td colspan=\"{span}\">{left_out} rows are left out</td></tr>\n"
            );
        }
        if row.kind == RowKind::Ends {
            active[lane] = active[lane].saturating_sub(1);
        }
    }
    out + "</tbody></table></div>\n"
}

/// A value; a long one is folded away behind its beginning.
fn shown(value: &str) -> String {
    let (short, long) = (escaped(&shorten(value, SHORT)), escaped(&shorten(value, VALUE)));
    match short == long {
        true => format!(" <span class=\"soft\">{short}</span>"),
        false => format!("<details class=\"soft\"><summary>{short}</summary>{long}</details>"),
    }
}

/// The lanes in order: the test, the steps as they start, the services as they are called, the clock.
fn names(rows: &[TimelineRow]) -> Vec<String> {
    let (mut steps, mut services) = (vec![TEST.to_owned()], Vec::new());
    let mut clock = Vec::new();
    for row in rows {
        let step = base(&row.lane).to_owned();
        if !steps.contains(&step) {
            steps.push(step);
        }
        match &row.kind {
            RowKind::Calls(host) if !services.contains(host) => services.push(host.clone()),
            RowKind::Clock if clock.is_empty() => clock.push(CLOCK.to_owned()),
            _ => {}
        }
    }
    steps.into_iter().chain(services).chain(clock).collect()
}

/// The lane without the number of the run.
fn base(lane: &str) -> &str {
    match lane.rsplit_once('#') {
        Some((step, run)) if !run.is_empty() && run.bytes().all(|byte| byte.is_ascii_digit()) => step,
        _ => lane,
    }
}

fn lane_at(lanes: &[String], name: &str) -> usize {
    lanes.iter().position(|lane| lane == name).unwrap_or_default()
}

fn line(row: &TimelineRow, lanes: &[String], active: &[u32]) -> String {
    let cells = cells(row, lanes);
    let columns = lanes.iter().enumerate().map(|(at, lane)| {
        let text: Vec<&str> = (cells.iter().filter(|cell| cell.lane == at))
            .map(|cell| cell.text.as_str())
            .collect();
        let class = match (row.marked && !text.is_empty(), active[at] > 0) {
            (true, _) => " class=\"wrong\"",
            (false, true) => " class=\"on\"",
            (false, false) => "",
        };
        format!(
            "<td{class} data-lane=\"{}\">{}</td>",
            escaped(lane),
            text.join("<br>")
        )
    });
    let columns: String = columns.collect();
    format!(
        "<tr><th scope=\"row\">{}</th>{columns}</tr>\n",
        escaped(&row.offset)
    )
}

fn cells(row: &TimelineRow, lanes: &[String]) -> Vec<Cell> {
    let own = lane_at(lanes, base(&row.lane));
    let mut text = match row.lane.strip_prefix(base(&row.lane)) {
        Some(run) if row.kind == RowKind::Starts && !run.is_empty() => {
            format!(
                "<span class=\"soft\">run {}</span> ",
                escaped(run.trim_start_matches('#'))
            )
        }
        _ => String::new(),
    };
    // Red says it to those who see red.
    if row.marked {
        text += "<span class=\"word bad\">✗</span> ";
    }
    text += &escaped(&row.what);
    if let Some(value) = &row.value {
        text += &shown(value);
    }
    let outcome = row.outcome.as_deref().map(escaped);
    match &row.kind {
        RowKind::Calls(host) => {
            let answer = outcome.unwrap_or_default();
            let other = lane_at(lanes, host);
            vec![
                Cell { lane: own, text },
                Cell {
                    lane: other,
                    text: answer,
                },
            ]
        }
        RowKind::Clock => {
            let who = escaped(&row.lane);
            let lane = lane_at(lanes, CLOCK);
            vec![Cell {
                lane,
                text: format!("{who}: {text}"),
            }]
        }
        _ => {
            if let Some(outcome) = outcome {
                text += &format!(" {outcome}");
            }
            vec![Cell { lane: own, text }]
        }
    }
}
