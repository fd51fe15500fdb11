//! The graph as a Mermaid flowchart.

use std::collections::{BTreeMap, BTreeSet};

use banister_grammars::facts::StepKind;

use super::{Graph, ProjectGraph, StepNode, quoting};

pub(super) fn flowchart(graph: &Graph) -> String {
    let mut lines = vec!["flowchart LR".to_owned()];
    let mut ids = Ids::default();
    let many = graph.projects.len() > 1;
    for project in &graph.projects {
        let indent = if many { "    " } else { "  " };
        if many {
            let id = ids.fresh("project", &project.name);
            lines.push(format!("  subgraph {id}[{}]", quoted(&project.name)));
        }
        lines.extend(
            self::lines(project, &mut ids)
                .into_iter()
                .map(|line| format!("{indent}{line}")),
        );
        if many {
            lines.push("  end".to_owned());
        }
    }
    lines.join("\n") + "\n"
}

fn lines(project: &ProjectGraph, ids: &mut Ids) -> Vec<String> {
    let mut lines = Vec::new();
    // Steps that share a name share a node: their edges cannot be told apart anyway.
    let mut steps: BTreeMap<&str, String> = BTreeMap::new();
    for step in &project.steps {
        if !steps.contains_key(step.name.as_str()) {
            let id = ids.fresh("step", &step.name);
            lines.push(node(&id, step));
            steps.insert(&step.name, id);
        }
    }
    let id = |name: &str| steps.get(name).map_or("", String::as_str);
    for edge in &project.edges {
        let arrow = if edge.r#virtual { "-.->" } else { "-->" };
        lines.push(format!(
            "{} {arrow}|{}| {}",
            id(&edge.from),
            quoted(&edge.topic),
            id(&edge.to)
        ));
    }
    for topic in &project.topics {
        let (loose, ends, note) = match (topic.emitters.is_empty(), topic.subscribers.is_empty()) {
            (false, true) => (true, &topic.emitters, "no subscriber"),
            (true, false) => (true, &topic.subscribers, "no emitter"),
            _ => (false, &topic.emitters, ""),
        };
        if !loose {
            continue;
        }
        let end = ids.fresh("topic", &topic.name);
        lines.push(format!("{end}>{}]", quoted(&format!("{} ({note})", topic.name))));
        lines.extend(ends.iter().map(|name| match topic.subscribers.is_empty() {
            true => format!("{} --> {end}", id(name)),
            false => format!("{end} --> {}", id(name)),
        }));
    }
    lines
}

fn node(id: &str, step: &StepNode) -> String {
    let mut label = vec![escaped(&step.name), step.language.name().to_owned()];
    match (&step.method, &step.path, &step.cron) {
        (Some(method), Some(path), _) => label.push(escaped(&format!("{method} {path}"))),
        (_, _, Some(cron)) => label.push(escaped(cron)),
        _ => {}
    }
    let label = format!("\"{}\"", label.join("<br/>"));
    match step.kind {
        Some(StepKind::Event) => format!("{id}({label})"),
        Some(StepKind::Cron) => format!("{id}([{label}])"),
        Some(StepKind::Noop) => format!("{id}{{{{{label}}}}}"),
        _ => format!("{id}[{label}]"),
    }
}

/// Identifiers that follow the names, so that one more step does not renumber the others in a committed chart.
#[derive(Default)]
struct Ids {
    taken: BTreeSet<String>,
}

impl Ids {
    fn fresh(&mut self, kind: &str, name: &str) -> String {
        let plain: String = name
            .chars()
            .map(|ch| if ch.is_ascii_alphanumeric() { ch } else { '_' })
            .collect();
        let base = format!("{kind}_{plain}");
        let numbered = (2..).map(|number| format!("{base}_{number}"));
        let id = std::iter::once(base.clone())
            .chain(numbered)
            .find(|id| !self.taken.contains(id))
            .unwrap_or(base);
        self.taken.insert(id.clone());
        id
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Mermaid has its own entities; whatever could end a label, start one or pass for markup becomes one.
fn escaped(text: &str) -> String {
    quoting::escaped(text, |ch| match ch {
        '"' | '<' | '>' | '&' | '#' | '`' | '|' | '\\' => Some(format!("#{};", u32::from(ch)).into()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::tests::PROJECT;
    use super::*;
    use crate::fixture::parse;

    #[test]
    fn nodes_carry_their_language_and_loose_ends_are_drawn() {
        expect![[r#"
            flowchart LR
              step_A["A<br/>TypeScript<br/>POST /a"]
              step_B__b_("B #34;b#34;<br/>Ruby")
              step_C{{"C<br/>Python"}}
              step_A -->|"x.done"| step_B__b_
              step_A -.->|"x.done"| step_C
              topic_approved>"approved (no subscriber)"]
              step_C --> topic_approved
              topic_end_done>"end.done (no subscriber)"]
              step_A --> topic_end_done
              topic_lost>"lost (no emitter)"]
              topic_lost --> step_B__b_
        "#]]
        .assert_eq(&Graph::of(&parse(PROJECT).0, None).to_mermaid());
    }

    #[test]
    fn projects_are_drawn_apart() {
        let chart = Graph::of(
            &parse(
                "\
//- one/steps/a.step.js
exports.config = { type: 'cron', name: 'end', cron: '* * * * *', emits: [] }
//- two/steps/a.step.js
exports.config = { type: 'cron', name: 'end', cron: '* * * * *', emits: [] }
",
            )
            .0,
            None,
        )
        .to_mermaid();
        expect![[r#"
            flowchart LR
              subgraph project_one["one"]
                step_end(["end<br/>JavaScript<br/>* * * * *"])
              end
              subgraph project_two["two"]
                step_end_2(["end<br/>JavaScript<br/>* * * * *"])
              end
        "#]]
        .assert_eq(&chart);
    }
}
