//! Coverage as a page on the flow graph: one file that needs no network, no server and no script. What is covered shows
//! in the pattern and width of a line as well as in its colour, and in words in the tables.

use banister_project::graph::{Arrow, Graph, Mark, Part, escaped};

use super::{Coverage, EdgeCell, Kind, Outcome, PairCell, ProjectCoverage, Share};

const TEMPLATE: &str = include_str!("html/page.html");

impl Coverage {
    /// The page; `graph` is that of the same workspace.
    pub fn to_html(&self, graph: &Graph) -> String {
        let picture = graph.to_svg_with_arrows(|part| self.mark(part), |arrow| self.mark_arrow(arrow));
        let percent = self.share(Kind::Total).unwrap_or_default().to_string();
        let partial = self
            .partial
            .iter()
            .map(|reason| format!("<p>Partial: {}</p>\n", escaped(reason)));
        let partial: String = partial.collect();
        // One pass over the template: texts of the project that look like a mark stay what they are.
        let mut page = String::with_capacity(TEMPLATE.len() + picture.len());
        for (at, piece) in TEMPLATE.split("@@").enumerate() {
            match (at % 2, piece) {
                (1, "percent") => page += &percent,
                (1, "partial") => page += &partial,
                (1, "picture") => page += &picture,
                (1, "main") => page += &self.tables(),
                _ => page += piece,
            }
        }
        page
    }

    fn project(&self, root: &str) -> Option<&ProjectCoverage> {
        self.projects.iter().find(|project| project.root == root)
    }

    fn mark(&self, part: &Part<'_>) -> Option<Mark> {
        let project = self.project(part.project).filter(|_| part.is_step)?;
        let own: Vec<u32> = (project.steps.iter())
            .filter(|step| step.name == part.name)
            .map(|step| step.runs)
            .collect();
        Some(match own.iter().copied().max()? {
            0 => Mark {
                class: "idle",
                says: "not covered: no test runs it".to_owned(),
            },
            runs => Mark {
                class: "ran",
                says: format!("covered: {}", times(runs)),
            },
        })
    }

    fn mark_arrow(&self, arrow: &Arrow<'_>) -> Option<Mark> {
        let project = self.project(arrow.project).filter(|_| !arrow.r#virtual)?;
        let is_on = |edge: &&EdgeCell| {
            let end = if arrow.sends { &edge.from } else { &edge.to };
            end == arrow.step && edge.topic == arrow.topic
        };
        let share = Share::of(project.edges.iter().filter(is_on).map(EdgeCell::is_covered));
        let (class, word) = match (share.covered, share.total) {
            (_, 0) => return None,
            (0, _) => ("none", "not covered"),
            (covered, total) if covered == total => ("full", "covered"),
            _ => ("partly", "partly covered"),
        };
        let (step, topic) = (arrow.step, arrow.topic);
        let way = match arrow.sends {
            true => format!("{step} -> {topic}"),
            false => format!("{topic} -> {step}"),
        };
        let says = format!("{way}\n{word}: {} of {} ways", share.covered, share.total);
        Some(Mark { class, says })
    }

    fn tables(&self) -> String {
        let rows = Kind::ALL.into_iter().filter_map(|kind| {
            let share = self.share(kind)?;
            Some(row(&[kind.name(), &share.to_string()]))
        });
        let mut out = table("Totals", &["Kind", "Covered"], rows);
        for project in &self.projects {
            if self.projects.len() > 1 {
                out += &format!("<h2>{}</h2>\n", escaped(&project.root));
            }
            out += &of_project(project);
        }
        out
    }
}

fn of_project(project: &ProjectCoverage) -> String {
    let steps = project.steps.iter().map(|step| {
        let place = format!("{}:{}", step.file, step.line);
        row_of(&step.name, &[&place], step.runs > 0, &times(step.runs))
    });
    let edges = project.edges.iter().map(|edge| {
        let way = format!("{} -> {} -> {}", edge.from, edge.topic, edge.to);
        row_of(&way, &[&outcomes(edge)], edge.is_covered(), "")
    });
    let mut out = table("Steps", &["Step", "File", "Covered"], steps);
    out += &table("Messages", &["Way", "What became of them", "Covered"], edges);
    if !project.pairs.is_empty() {
        let pairs = project.pairs.iter().map(pair);
        out += &table(
            "Steps that met at the state or at a stream",
            &["Steps", "Group or stream", "Which was first"],
            pairs,
        );
    }
    if !project.schemas.is_empty() {
        let cells = project.schemas.iter().flat_map(|schema| {
            let name = schema.of.name();
            let valid = schema.cells.iter().filter(|(cell, _)| cell.valid);
            valid.map(move |(cell, seen)| row_of(&name, &[&cell.to_string()], *seen, ""))
        });
        out += &table("Edges of schemas", &["Schema", "Edge", "Covered"], cells);
    }
    if !project.unknown.is_empty() {
        let rows = (project.unknown.iter()).map(|it| row(&[&format!("{}:{}", it.file, it.line), &it.what]));
        out += &table("Unknown before a run (not counted)", &["Place", "What"], rows);
    }
    out
}

fn outcomes(edge: &EdgeCell) -> String {
    let all = Outcome::ALL.into_iter().filter_map(|outcome| {
        let seen = edge.seen.get(&outcome).copied();
        let seen = seen.or_else(|| edge.possible.contains(&outcome).then_some(0))?;
        Some(format!("{} {seen}", outcome.name().replace('_', " ")))
    });
    all.collect::<Vec<_>>().join(", ")
}

fn pair(cell: &PairCell) -> String {
    let PairCell { pair, orders } = cell;
    let interleaved = format!("interleaved: {}", times(orders.interleaved));
    let (steps, seen) = match pair.is_of_one_step() {
        true => (
            format!("{}, two runs", pair.one),
            format!("one after the other: {}; {interleaved}", times(orders.one_first)),
        ),
        false => (
            format!("{} and {}", pair.one, pair.other),
            format!(
                "{}: {}; {}: {}; {interleaved}",
                pair.one,
                times(orders.one_first),
                pair.other,
                times(orders.other_first)
            ),
        ),
    };
    row(&[&steps, &pair.place(), &seen])
}

fn times(count: u32) -> String {
    match count {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

fn table(caption: &str, heads: &[&str], rows: impl Iterator<Item = String>) -> String {
    let heads: String = heads
        .iter()
        .map(|head| format!("<th scope=\"col\">{head}</th>"))
        .collect();
    format!(
        "<h2>{caption}</h2>\n<table><caption>{caption}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{}</tbody></table>\n",
        rows.collect::<String>()
    )
}

fn row(cells: &[&str]) -> String {
    let cells = cells.iter().enumerate().map(|(at, cell)| match at {
        0 => format!("<th scope=\"row\">{}</th>", escaped(cell)),
        _ => format!("<td>{}</td>", escaped(cell)),
    });
    format!("<tr>{}</tr>\n", cells.collect::<String>())
}

fn row_of(name: &str, cells: &[&str], covered: bool, how: &str) -> String {
    let mut all = vec![name];
    all.extend(cells);
    let plain = row(&all);
    let (class, word) = if covered { ("good", "yes") } else { ("bad", "no") };
    let how = if how.is_empty() {
        String::new()
    } else {
        format!(", {how}")
    };
    plain.replace(
        "</tr>",
        &format!("<td><span class=\"{class}\">{word}</span>{how}</td></tr>"),
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use banister_project::Host;

    use super::super::text::tests::sample;
    use super::*;

    const PROJECT: [(&str, &str); 4] = [
        ("package.json", "{}"),
        (
            "steps/createorder.step.ts",
            "export const config = { type: 'api', name: 'CreateOrder', method: 'POST', path: '/o', emits: ['order.created', 'order.cancelled'] }",
        ),
        (
            "steps/processpayment.step.ts",
            "export const config = { type: 'event', name: 'ProcessPayment', subscribes: ['order.created'], emits: [] }",
        ),
        (
            "steps/refund.step.ts",
            "export const config = { type: 'event', name: 'Refund', subscribes: ['order.cancelled'], emits: [] }",
        ),
    ];

    #[test]
    fn the_graph_shows_what_is_covered_without_colour() {
        let mut host = Host::new();
        for (path, text) in PROJECT {
            host.set_file(path, Arc::from(text));
        }
        let page = sample().to_html(&Graph::of(&host.snapshot(), None));
        for part in [
            "class=\"link full\"",
            "class=\"link none\"",
            "<title>CreateOrder -&gt; order.created\ncovered: 1 of 1 ways</title>",
            "<title>order.cancelled -&gt; Refund\nnot covered: 0 of 1 ways</title>",
            "class=\"node step idle\"",
            "Flow coverage: 60.0 % (3 of 5)",
            "<p>Partial: 2 tests were filtered out</p>",
            "<td><span class=\"bad\">no</span></td>",
        ] {
            assert!(page.contains(part), "no {part} in\n{page}");
        }
        assert!(!page.contains("<script"), "{page}");
    }

    #[test]
    fn names_cannot_break_out() {
        let mut coverage = sample();
        coverage.projects[0].steps[0].name = "</td><script>".into();
        assert!(!coverage.tables().contains("<script"));
    }
}
