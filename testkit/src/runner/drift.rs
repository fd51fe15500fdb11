//! Where a saved failure that is run again goes another way than it did.

use crate::decision::{Decision, Departure};
use crate::narrow::Misfit;

/// More decisions of a run are not kept.
const MOST: usize = 2_000;

/// What was done at each point with a choice, until the last point at which the run departs from the plain one.
pub(super) fn until_last_departure(decisions: &[Decision]) -> Vec<String> {
    let end = decisions
        .iter()
        .rposition(|it| it.taken > 0)
        .map_or(0, |at| at + 1);
    let taken = choices(&decisions[..end]).map(|it| it.choice().label.clone());
    taken.take(MOST).collect()
}

/// The first decision that is not the saved one, in words.
pub(super) fn first_divergence(saved: &[String], decisions: &[Decision]) -> Option<String> {
    let mut now = choices(decisions);
    for (at, expected) in saved.iter().enumerate() {
        let begins = format!("the run has drifted from the saved one at decision {}", at + 1);
        let Some(decision) = now.next() else {
            return Some(format!("{begins}: expected \"{expected}\", and the run was over"));
        };
        let taken = &decision.choice().label;
        if taken == expected {
            continue;
        }
        let possible = decision.options.iter().any(|it| it.label == *expected);
        let why = if possible {
            ""
        } else {
            ", since the other was not possible"
        };
        let event = decision.at + 1;
        return Some(format!(
            "{begins}, before event {event}: expected \"{expected}\", and it was \"{taken}\"{why}"
        ));
    }
    None
}

/// For a file without decisions.
pub(super) fn never_came_to(departure: &Departure) -> String {
    format!(
        "the run has drifted from the saved one: it never came to \"{}\" instead of \"{}\"",
        departure.pick, departure.instead_of
    )
}

/// For a test that has other actions by now.
pub(super) fn other_actions(misfit: &Misfit) -> String {
    format!("the run has drifted from the saved one, and all actions of the test were run: {misfit}")
}

fn choices(decisions: &[Decision]) -> impl Iterator<Item = &Decision> {
    decisions.iter().filter(|it| it.options.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::{Choice, OptionKind};

    fn decision(options: &[&str], taken: usize) -> Decision {
        let choice = |label: &&str| Choice {
            label: (*label).to_owned(),
            actor: String::new(),
            kind: OptionKind::GoOn,
            touches: Vec::new(),
        };
        Decision {
            options: options.iter().map(choice).collect(),
            taken,
            touched: Vec::new(),
            at: 4,
        }
    }

    #[test]
    fn only_what_was_a_choice_is_kept_until_the_last_departure() {
        let decisions = [
            decision(&["a", "b"], 0),
            decision(&["only"], 0),
            decision(&["a", "b"], 1),
            decision(&["a", "c"], 0),
        ];
        assert_eq!(until_last_departure(&decisions), ["a", "b"]);
        assert_eq!(until_last_departure(&decisions[..2]), [""; 0]);
    }

    #[test]
    fn the_first_other_decision_is_told() {
        let saved = ["a".to_owned(), "b".to_owned()];
        let same = [
            decision(&["a", "b"], 0),
            decision(&["a", "b"], 1),
            decision(&["x", "y"], 1),
        ];
        assert_eq!(first_divergence(&saved, &same), None);
        let gone = [decision(&["a", "b"], 0), decision(&["c", "d"], 0)];
        assert_eq!(
            first_divergence(&saved, &gone).as_deref(),
            Some(
                "the run has drifted from the saved one at decision 2, before event 5: expected \"b\", and it was \"c\", since the other was not possible"
            )
        );
        let other = [decision(&["b", "a"], 0)];
        let told = first_divergence(&saved, &other).unwrap();
        assert!(
            told.ends_with("decision 1, before event 5: expected \"a\", and it was \"b\""),
            "{told}"
        );
        let over = first_divergence(&saved, &same[..1]).unwrap();
        assert!(
            over.ends_with("decision 2: expected \"b\", and the run was over"),
            "{over}"
        );
    }
}
