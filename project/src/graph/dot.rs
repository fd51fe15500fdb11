//! The graph in Graphviz's own language: a cluster for each flow, topics as boxes of their own.

use std::collections::BTreeMap;

use banister_grammars::facts::StepKind;

use super::Graph;
use super::picture::{Node, Picture, What, colour};
use super::quoting;

pub(super) fn digraph(graph: &Graph) -> String {
    let picture = Picture::of(graph);
    let mut lines = vec![
        "digraph flow {".to_owned(),
        "  rankdir=LR;".to_owned(),
        "  node [fontname=\"Helvetica,Arial,sans-serif\", fontsize=11];".to_owned(),
        "  edge [color=\"#6b7280\", arrowsize=0.7];".to_owned(),
    ];
    // A node can lie in one cluster only: the first flow of a step counts, the tooltip names all.
    let mut clusters: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (at, node) in picture.nodes.iter().enumerate() {
        let flow = match node.what {
            What::Step(..) => node.flows.first().map(String::as_str),
            What::Topic | What::Loose => None,
        };
        clusters.entry(flow).or_default().push(at);
    }
    for (number, (flow, members)) in clusters.iter().enumerate() {
        let (indent, closes) = match flow {
            Some(flow) => {
                lines.push(format!("  subgraph cluster_{number} {{"));
                lines.push(format!(
                    "    label={}; style=rounded; color=\"#9ca3af\"; fontname=\"Helvetica,Arial,sans-serif\";",
                    quoted(flow)
                ));
                ("    ", true)
            }
            None => ("  ", false),
        };
        lines.extend(
            members
                .iter()
                .map(|&at| format!("{indent}n{at} [{}];", attributes(&picture.nodes[at]))),
        );
        if closes {
            lines.push("  }".to_owned());
        }
    }
    lines.extend(picture.links.iter().map(|link| {
        let style = if link.dashed { " [style=dashed]" } else { "" };
        format!("  n{} -> n{}{style};", link.from, link.to)
    }));
    lines.push("}".to_owned());
    lines.join("\n") + "\n"
}

fn attributes(node: &Node) -> String {
    let label = std::iter::once(&node.title)
        .chain(&node.lines)
        .map(|line| escaped(line))
        .collect::<Vec<_>>()
        .join("\\n");
    let look = match node.what {
        What::Step(language, kind) => {
            let shape = match kind {
                Some(StepKind::Api) => "shape=box",
                Some(StepKind::Cron) => "shape=box, peripheries=2",
                Some(StepKind::Noop) => "shape=hexagon",
                _ => "shape=box, style=\"rounded\"",
            };
            format!("{shape}, color=\"{}\", penwidth=1.6", colour(language))
        }
        What::Topic => "shape=plaintext, fontcolor=\"#374151\"".to_owned(),
        What::Loose => "shape=plaintext, fontcolor=\"#b91c1c\"".to_owned(),
    };
    let mut tooltip = node.places.clone();
    if !node.flows.is_empty() {
        tooltip.push(format!("flows: {}", node.flows.join(", ")));
    }
    let tooltip = match tooltip.as_slice() {
        [] => node.title.clone(),
        lines => lines.join("; "),
    };
    format!("label=\"{label}\", {look}, tooltip={}", quoted(&tooltip))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Inside of double quotes a backslash starts an escape, and `&` an entity.
fn escaped(text: &str) -> String {
    quoting::escaped(text, |ch| match ch {
        '"' => Some("\\\"".into()),
        '\\' => Some("\\\\".into()),
        '&' => Some("&amp;".into()),
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
    fn flows_are_clusters_and_quotes_are_escaped() {
        expect![[r##"
            digraph flow {
              rankdir=LR;
              node [fontname="Helvetica,Arial,sans-serif", fontsize=11];
              edge [color="#6b7280", arrowsize=0.7];
              n3 [label="approved\nno subscriber", shape=plaintext, fontcolor="#b91c1c", tooltip="flows: g"];
              n4 [label="end.done\nno subscriber", shape=plaintext, fontcolor="#b91c1c", tooltip="flows: f"];
              n5 [label="lost\nno emitter", shape=plaintext, fontcolor="#b91c1c", tooltip="flows: f, g"];
              n6 [label="x.done", shape=plaintext, fontcolor="#374151", tooltip="flows: f, g"];
              subgraph cluster_1 {
                label="f"; style=rounded; color="#9ca3af"; fontname="Helvetica,Arial,sans-serif";
                n0 [label="A\nTypeScript · api\nPOST /a", shape=box, color="#3178c6", penwidth=1.6, tooltip="steps/a.step.ts:1; flows: f"];
                n1 [label="B \"b\"\nRuby · event", shape=box, style="rounded", color="#c0392b", penwidth=1.6, tooltip="steps/b.step.rb:2; flows: f, g"];
              }
              subgraph cluster_2 {
                label="g"; style=rounded; color="#9ca3af"; fontname="Helvetica,Arial,sans-serif";
                n2 [label="C\nPython · noop", shape=hexagon, color="#3a8f5c", penwidth=1.6, tooltip="steps/c_step.py:1; flows: g"];
              }
              n2 -> n3 [style=dashed];
              n0 -> n4;
              n5 -> n1;
              n0 -> n6;
              n6 -> n1;
              n6 -> n2 [style=dashed];
            }
        "##]]
        .assert_eq(&Graph::of(&parse(PROJECT).0, None).to_dot());
    }
}
