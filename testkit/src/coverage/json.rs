//! Coverage for programs. `docs/coverage.md` describes the form.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::{Coverage, EdgeCell, Kind, Outcome, PairCell, ProjectCoverage, SchemaCells, Share};

/// The version of the form. Fields may be added under the same number.
pub const VERSION: u32 = 1;

impl Coverage {
    /// The JSON form.
    pub fn to_json(&self) -> Json {
        json!({
            "version": VERSION,
            "partial": self.partial,
            "totals": totals(|kind| self.share(kind)),
            "projects": self.projects.iter().map(project).collect::<Vec<_>>(),
        })
    }
}

fn totals(share: impl Fn(Kind) -> Option<Share>) -> Json {
    let of_kinds = Kind::ALL.into_iter().filter_map(|kind| {
        let share = share(kind)?;
        let of_kind = json!({ "covered": share.covered, "total": share.total, "percent": share.percent() });
        Some((kind.name().to_owned(), of_kind))
    });
    Json::Object(of_kinds.collect())
}

fn project(project: &ProjectCoverage) -> Json {
    json!({
        "project": project.root,
        "totals": totals(|kind| project.share(kind)),
        "steps": project.steps.iter().map(|step| json!({
            "name": step.name, "file": step.file, "line": step.line, "runs": step.runs, "covered": step.runs > 0,
        })).collect::<Vec<_>>(),
        "edges": project.edges.iter().map(edge).collect::<Vec<_>>(),
        "pairs": project.pairs.iter().map(pair).collect::<Vec<_>>(),
        "schemas": project.schemas.iter().map(schema).collect::<Vec<_>>(),
        "unreadable_schemas": project.unreadable.iter().map(|(step, reason)| json!({
            "step": step, "reason": reason,
        })).collect::<Vec<_>>(),
        "others": project.others.iter().map(|(way, seen)| json!({
            "from": way.from, "topic": way.topic, "to": way.to, "outcomes": times(seen),
        })).collect::<Vec<_>>(),
        "unknown": project.unknown.iter().map(|it| json!({
            "file": it.file, "line": it.line, "what": it.what,
        })).collect::<Vec<_>>(),
    })
}

fn schema(schema: &SchemaCells) -> Json {
    let cells = schema.cells.iter().map(|(cell, seen)| {
        json!({
            "pointer": cell.pointer, "constraint": cell.constraint, "which": cell.which,
            "valid": cell.valid, "covered": seen,
        })
    });
    json!({
        "step": schema.of.step,
        "trigger": schema.of.trigger,
        "part": schema.of.part.name(),
        "edges": cells.collect::<Vec<_>>(),
    })
}

fn edge(edge: &EdgeCell) -> Json {
    let mut outcomes: Map<String, Json> = (edge.possible.iter())
        .map(|outcome| (outcome.name().to_owned(), json!(0)))
        .collect();
    outcomes.extend(times(&edge.seen));
    json!({
        "from": edge.from, "topic": edge.topic, "to": edge.to, "covered": edge.is_covered(), "outcomes": outcomes,
    })
}

fn times(seen: &BTreeMap<Outcome, u32>) -> Map<String, Json> {
    let all = seen
        .iter()
        .map(|(outcome, times)| (outcome.name().to_owned(), json!(times)));
    all.collect()
}

fn pair(cell: &PairCell) -> Json {
    let PairCell { pair, orders } = cell;
    let seen = match pair.is_of_one_step() {
        true => json!({ "one_after_the_other": orders.one_first, "interleaved": orders.interleaved }),
        false => json!({
            "one_first": orders.one_first, "other_first": orders.other_first, "interleaved": orders.interleaved,
        }),
    };
    let key = match pair.of_stream {
        true => "stream",
        false => "group",
    };
    json!({ "one": pair.one, "other": pair.other, key: pair.group, "orders": seen })
}

#[cfg(test)]
mod tests {
    use super::super::text::tests::sample;

    #[test]
    fn every_cell_is_there() {
        let json = sample().to_json();
        assert_eq!(json["version"], 1);
        assert_eq!(json["totals"]["total"]["percent"], 60.0);
        assert_eq!(json["totals"]["mutation"], serde_json::Value::Null);
        let project = &json["projects"][0];
        assert_eq!(project["edges"][0]["outcomes"]["ok"], 3);
        assert_eq!(project["edges"][0]["outcomes"]["dead_letter"], 0);
        assert!(project["edges"][0]["outcomes"].get("timeout").is_none());
        assert_eq!(project["edges"][1]["covered"], false);
        assert_eq!(project["pairs"][0]["orders"]["interleaved"], 0);
        assert_eq!(project["pairs"][1]["orders"]["other_first"], 0);
        assert_eq!(project["unknown"][0]["line"], 9);
        assert_eq!(project["schemas"][0]["edges"][1]["covered"], false);
        assert_eq!(project["totals"]["boundaries"]["total"], 2);
    }
}
