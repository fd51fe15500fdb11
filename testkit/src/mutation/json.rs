//! What became of the mutants, for programs. `docs/coverage.md` describes the form.

use serde_json::{Value as Json, json};

use super::score::Tally;
use super::{MutantReport, MutationReport, Operator, Suggestion, Verdict};

/// The version of the form. Fields may be added under the same number.
pub const VERSION: u32 = 1;

impl MutationReport {
    /// The JSON form.
    pub fn to_json(&self) -> Json {
        let files = self.files();
        let files = files.iter().map(|(file, tally)| with("file", file, *tally));
        let kinds = self.kinds();
        let kinds = kinds
            .iter()
            .map(|(operator, tally)| with("kind", operator.name(), *tally));
        json!({
            "version": VERSION,
            "totals": counts(self.tally()),
            "files": files.collect::<Vec<_>>(),
            "kinds": kinds.collect::<Vec<_>>(),
            "survivors": self.survivors().into_iter().map(mutant).collect::<Vec<_>>(),
            "mutants": self.mutants.iter().map(mutant).collect::<Vec<_>>(),
            "not_tried": self.not_tried,
            "not_mutated": self.left_out.iter().map(|(test, reason)| json!({
                "test": test, "reason": reason,
            })).collect::<Vec<_>>(),
        })
    }
}

fn counts(tally: Tally) -> Json {
    json!({
        "killed": tally.killed,
        "survived": tally.survived,
        "no_effect": tally.no_effect,
        "percent": tally.score().percent(),
    })
}

fn with(key: &str, name: &str, tally: Tally) -> Json {
    let mut out = counts(tally);
    out[key] = json!(name);
    out
}

fn mutant(report: &MutantReport) -> Json {
    let verdict = report.verdict();
    let mut out = json!({
        "kind": report.mutant.operator.name(),
        "step": report.mutant.step,
        "subject": report.mutant.subject,
        "does": report.mutant.says().trim_end_matches(','),
        "verdict": verdict.name(),
        "tests": report.tests,
    });
    if report.mutant.of_stream {
        out["of_stream"] = json!(true);
    }
    if let Some(detail) = &report.mutant.detail {
        let key = match report.mutant.operator {
            Operator::SwapTopic => "instead",
            _ => "field",
        };
        out[key] = json!(detail);
    }
    if let Verdict::Killed { by } = &verdict {
        out["killed_by"] = json!(by);
    }
    match &report.suggestion {
        Some(Suggestion::Then { test, text }) => out["suggestion"] = json!({ "test": test, "then": text }),
        Some(Suggestion::Invariant { test, text }) => {
            out["suggestion"] = json!({ "test": test, "invariant": text });
        }
        Some(Suggestion::None { why }) => out["no_suggestion"] = json!(why),
        None => {}
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::score::tests::report;

    #[test]
    fn every_mutant_is_told() {
        let json = report().to_json();
        assert_eq!(json["version"], 1);
        assert_eq!(json["totals"]["percent"], 25.0);
        assert_eq!(json["files"][0]["file"], "tests/a");
        assert_eq!(json["survivors"][2]["field"], "total");
        assert_eq!(json["survivors"][2]["suggestion"]["test"], "tests/a::one");
        assert_eq!(json["mutants"][2]["killed_by"], "tests/a::one");
        assert_eq!(json["mutants"].as_array().unwrap().len(), 5);
    }
}
