//! Coverage as a table for a terminal, at most 80 columns wide.

use super::{Coverage, EdgeCell, Kind, Outcome, PairCell, ProjectCoverage, Share};

/// Columns of the whole.
const WIDTH: usize = 80;
/// Columns of the file's name.
const FILE: usize = 50;
/// Columns of a message's way.
const WAY: usize = 40;

impl Coverage {
    /// The table, with a line end after each line.
    pub fn to_text(&self) -> String {
        let mut out = String::from("\ncoverage");
        for reason in &self.partial {
            out += &format!("\n  partial: {reason}");
        }
        out.push('\n');
        for project in &self.projects {
            if self.projects.len() > 1 {
                out += &format!("\n{}\n", cut(&project.root, WIDTH));
            }
            out += &files(project);
            out += &messages(project);
            out += &pairs(project);
            out += &schemas(project);
            out += &others(project);
        }
        let line = |kind: Kind| {
            let share = self.share(kind)?;
            Some(format!("{:<11}{share}\n", kind.name()))
        };
        out.push('\n');
        out.extend(Kind::ALL.into_iter().rev().filter_map(line));
        out
    }
}

fn files(project: &ProjectCoverage) -> String {
    let mut out = format!("\n{:<FILE$}{:>8}{:>9}{:>10}\n", "file", "steps", "edges", "cover");
    let row = |name: &str, steps: Share, edges: Share| {
        let cover = steps.and(edges).percent();
        let cover = cover.map_or_else(|| "-".to_owned(), |it| format!("{it:.1} %"));
        format!(
            "{:<FILE$}{:>8}{:>9}{cover:>10}\n",
            cut(name, FILE - 1),
            fraction(steps),
            fraction(edges)
        )
    };
    let mut files: Vec<&str> = project.steps.iter().map(|step| step.file.as_str()).collect();
    files.dedup();
    let (mut all_steps, mut all_edges) = (Share::default(), Share::default());
    for file in files {
        let own = || project.steps.iter().filter(|step| step.file == file);
        let sent = || {
            let edges = project.edges.iter();
            edges.filter(|edge| own().any(|step| step.name == edge.from))
        };
        let steps = Share::of(own().map(|step| step.runs > 0));
        let edges = Share::of(sent().map(EdgeCell::is_covered));
        out += &row(file, steps, edges);
        for step in own().filter(|step| step.runs == 0) {
            out += &format!("{}\n", cut(&format!("  no test runs {}", step.name), WIDTH));
        }
        for edge in sent().filter(|edge| !edge.is_covered()) {
            let text = format!("  not covered: {} -> {}", edge.topic, edge.to);
            out += &format!("{}\n", cut(&text, WIDTH));
        }
        (all_steps, all_edges) = (all_steps.and(steps), all_edges.and(edges));
    }
    out + &row("all files", all_steps, all_edges)
}

fn fraction(share: Share) -> String {
    match share.total {
        0 => "-".to_owned(),
        total => format!("{}/{total}", share.covered),
    }
}

/// The columns of outcomes.
const SHOWN: [(Outcome, &str); 5] = [
    (Outcome::Ok, "ok"),
    (Outcome::Throw, "throw"),
    (Outcome::Retry, "retry"),
    (Outcome::DeadLetter, "dead"),
    (Outcome::Timeout, "timeout"),
];

fn messages(project: &ProjectCoverage) -> String {
    if project.edges.is_empty() {
        return String::new();
    }
    let heads: String = SHOWN.iter().map(|(_, head)| format!("{head:>8}")).collect();
    let mut out = format!("\n{:<WAY$}{heads}\n", "what became of messages (- cannot be)");
    let mut from = "";
    for edge in &project.edges {
        if edge.from != from {
            from = &edge.from;
            out += &format!("{}\n", cut(from, WIDTH));
        }
        let cells: String = (SHOWN.iter())
            .map(|(outcome, _)| match edge.seen.get(outcome) {
                Some(times) => format!("{times:>8}"),
                None if edge.possible.contains(outcome) => format!("{:>8}", 0),
                None => format!("{:>8}", "-"),
            })
            .collect();
        let way = format!("  {} -> {}", edge.topic, edge.to);
        out += &format!("{:<WAY$}{cells}\n", cut(&way, WAY - 1));
    }
    out
}

fn pairs(project: &ProjectCoverage) -> String {
    if project.pairs.is_empty() {
        return String::new();
    }
    let mut out = "\nsteps that met at the state or at a stream, and which was first\n".to_owned();
    for cell in &project.pairs {
        out += &pair(cell);
    }
    out
}

fn pair(cell: &PairCell) -> String {
    let (pair, orders) = (&cell.pair, &cell.orders);
    let seen = |times: u32| match times {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        times => format!("{times} times"),
    };
    let place = pair.place();
    let head = match pair.is_of_one_step() {
        true => format!("{place}: two runs of {}", pair.one),
        false => format!("{place}: {} and {}", pair.one, pair.other),
    };
    let mut lines = vec![head];
    if pair.is_of_one_step() {
        lines.push(format!("  one after the other: {}", seen(orders.one_first)));
        lines.push(format!("  interleaved: {}", seen(orders.interleaved)));
    } else {
        lines.push(format!("  {} first: {}", pair.one, seen(orders.one_first)));
        lines.push(format!("  {} first: {}", pair.other, seen(orders.other_first)));
        if orders.interleaved > 0 {
            lines.push(format!("  interleaved: {}", seen(orders.interleaved)));
        }
    }
    lines
        .iter()
        .map(|line| format!("{}\n", cut(line, WIDTH)))
        .collect()
}

/// So many edges of one schema are listed.
const LISTED: usize = 6;

fn schemas(project: &ProjectCoverage) -> String {
    if project.schemas.is_empty() && project.unreadable.is_empty() {
        return String::new();
    }
    let mut out = "\nedges of schemas that a value was at\n".to_owned();
    for schema in &project.schemas {
        out += &format!(
            "{}\n",
            cut(&format!("{}: {}", schema.of.name(), schema.share()), WIDTH)
        );
        let missing: Vec<String> = (schema.cells.iter())
            .filter(|(cell, seen)| cell.valid && !seen)
            .map(|(cell, _)| format!("  not tried: {cell}"))
            .collect();
        for line in missing.iter().take(LISTED) {
            out += &format!("{}\n", cut(line, WIDTH));
        }
        if missing.len() > LISTED {
            out += &format!("  and {} more\n", missing.len() - LISTED);
        }
    }
    for (step, reason) in &project.unreadable {
        let reason = reason.lines().next().unwrap_or_default();
        out += &format!("  unknown: the schemas of {step} cannot be read:\n    {reason}\n");
    }
    out
}

fn others(project: &ProjectCoverage) -> String {
    let mut out = String::new();
    let seen: Vec<String> = (project.others.iter())
        .filter_map(|(way, _)| Some(format!("  {} -> {} -> {}", way.from.as_ref()?, way.topic, way.to)))
        .collect();
    if !seen.is_empty() {
        out += "\nmessages that the sources do not show (not counted)\n";
        out.extend(seen.iter().map(|line| format!("{}\n", cut(line, WIDTH))));
    }
    if !project.unknown.is_empty() {
        out += "\nunknown before a run (not counted)\n";
        for unknown in &project.unknown {
            out += &format!("  {}:{}\n    {}\n", unknown.file, unknown.line, unknown.what);
        }
    }
    out
}

/// A text of at most `width` columns; of a longer one, the end is kept, which tells names apart.
fn cut(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    let indent = text.chars().take_while(|it| *it == ' ').count();
    let rest: String = text.chars().skip(length + indent + 1 - width).collect();
    format!("{}…{rest}", " ".repeat(indent))
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use expect_test::expect;

    use super::super::{SchemaCells, StepCell, Unknown};
    use super::*;
    use crate::hits::{BoundaryCell, Delivered, Orders, Pair, SchemaOf, SchemaPart};

    fn schema() -> SchemaCells {
        let edge = |which: &str, valid| BoundaryCell {
            pointer: "/quantity".into(),
            constraint: "minimum".into(),
            which: which.into(),
            valid,
        };
        SchemaCells {
            of: SchemaOf {
                step: "CreateOrder".into(),
                trigger: 0,
                part: SchemaPart::Body,
            },
            cells: vec![
                (edge("1", true), true),
                (edge("just above 1", true), false),
                (edge("below 1", false), false),
            ],
        }
    }

    fn pair(one: &str, other: &str, orders: [u32; 3]) -> PairCell {
        PairCell {
            pair: Pair {
                one: one.into(),
                other: other.into(),
                group: "purchases".into(),
                of_stream: false,
            },
            orders: Orders {
                one_first: orders[0],
                other_first: orders[1],
                interleaved: orders[2],
            },
        }
    }

    pub(crate) fn sample() -> Coverage {
        let step = |name: &str, runs| StepCell {
            name: name.into(),
            file: format!("steps/{}.step.ts", name.to_lowercase()),
            line: 1,
            runs,
        };
        let edge = |topic: &str, to: &str, seen: &[(Outcome, u32)]| EdgeCell {
            from: "CreateOrder".into(),
            topic: topic.into(),
            to: to.into(),
            possible: vec![Outcome::Ok, Outcome::Throw, Outcome::Retry, Outcome::DeadLetter],
            seen: seen.iter().copied().collect(),
        };
        Coverage {
            projects: vec![ProjectCoverage {
                root: String::new(),
                steps: vec![
                    step("CreateOrder", 3),
                    step("ProcessPayment", 4),
                    step("Refund", 0),
                ],
                edges: vec![
                    edge(
                        "order.created",
                        "ProcessPayment",
                        &[(Outcome::Ok, 3), (Outcome::Throw, 1), (Outcome::Retry, 1)],
                    ),
                    edge("order.cancelled", "Refund", &[]),
                ],
                others: vec![(
                    Delivered {
                        from: Some("Refund".into()),
                        topic: "made.of.data".into(),
                        to: "ProcessPayment".into(),
                    },
                    BTreeMap::from([(Outcome::Ok, 1)]),
                )],
                pairs: vec![
                    pair("ProcessPayment", "ProcessPayment", [2, 0, 0]),
                    pair("ProcessPayment", "Refund", [1, 0, 2]),
                ],
                schemas: vec![schema()],
                unreadable: vec![("Refund".into(), "ImportError: no module".into())],
                unknown: vec![Unknown {
                    file: "steps/refund.step.ts".into(),
                    line: 9,
                    what: "Refund sends a message to a topic that only a run knows".into(),
                }],
            }],
            partial: vec!["2 tests were filtered out".into()],
        }
    }

    #[test]
    fn a_table_says_what_is_covered_and_what_is_not() {
        expect![[r#"

            coverage
              partial: 2 tests were filtered out

            file                                                 steps    edges     cover
            steps/createorder.step.ts                              1/1      1/2    66.6 %
              not covered: order.cancelled -> Refund
            steps/processpayment.step.ts                           1/1        -   100.0 %
            steps/refund.step.ts                                   0/1        -     0.0 %
              no test runs Refund
            all files                                              2/3      1/2    60.0 %

            what became of messages (- cannot be)         ok   throw   retry    dead timeout
            CreateOrder
              order.created -> ProcessPayment              3       1       1       0       -
              order.cancelled -> Refund                    0       0       0       0       -

            steps that met at the state or at a stream, and which was first
            'purchases': two runs of ProcessPayment
              one after the other: 2 times
              interleaved: never
            'purchases': ProcessPayment and Refund
              ProcessPayment first: once
              Refund first: never
              interleaved: 2 times

            edges of schemas that a value was at
            CreateOrder.body: 50.0 % (1 of 2)
              not tried: #/quantity minimum: just above 1
              unknown: the schemas of Refund cannot be read:
                ImportError: no module

            messages that the sources do not show (not counted)
              Refund -> made.of.data -> ProcessPayment

            unknown before a run (not counted)
              steps/refund.step.ts:9
                Refund sends a message to a topic that only a run knows

            boundaries 50.0 % (1 of 2)
            pairs      50.0 % (2 of 4)
            outcomes   33.3 % (2 of 6)
            edges      50.0 % (1 of 2)
            steps      66.6 % (2 of 3)
            total      60.0 % (3 of 5)
        "#]]
        .assert_eq(&sample().to_text());
    }

    #[test]
    fn a_line_is_never_wider_than_a_terminal() {
        let mut coverage = sample();
        let long = "x".repeat(120);
        let project = &mut coverage.projects[0];
        project.steps[2].name.clone_from(&long);
        project.steps[2].file = format!("steps/{long}.step.ts");
        project.edges[1].to.clone_from(&long);
        project.pairs[1].pair.other.clone_from(&long);
        let table = coverage.to_text();
        for line in table.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        assert!(
            table.contains("xxx.step.ts "),
            "the end of a name is kept:\n{table}"
        );
    }
}
