//! A flow test with fewer actions: what is left of `when` once a failure has lost what it does not need.

use banister_project::flow_test::{Action, FlowTest, Spanned};
use serde::{Deserialize, Serialize};

/// An action of a flow test that a failure needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptAction {
    /// Its place in `when`, from 1.
    pub action: usize,
    /// Its place in the `together` there, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub together: Option<usize>,
    /// What it does, in words: `POST /orders`, `emit order.created`.
    #[serde(rename = "do")]
    pub what: String,
    /// How far it moves the clock, in milliseconds, if that is less than the test says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<i64>,
}

/// Actions that a test does not have (any more).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// There is no action at this place.
    #[error("there is no action {at} any more, which was '{what}'")]
    Gone {
        /// The place.
        at: String,
        /// What stood there.
        what: String,
    },
    /// There is another one.
    #[error("action {at} was '{what}', and it is '{now}' now")]
    Other {
        /// The place.
        at: String,
        /// What stood there.
        what: String,
        /// What stands there.
        now: String,
    },
}

/// What an action does, in words.
pub(crate) fn words(action: &Action) -> String {
    match action {
        Action::Request { method, target, .. } => format!("{method} {target}"),
        Action::Emit { topic, .. } => format!("emit {topic}"),
        Action::Cron { step } => format!("cron {step}"),
        Action::Advance { ms } => format!("advance {ms} ms"),
        Action::Socket { client, .. } => format!("socket {client}"),
        Action::Together(_) => "together".to_owned(),
    }
}

impl KeptAction {
    fn of(action: &Action, at: usize, together: Option<usize>) -> Self {
        Self {
            action: at,
            together,
            what: words(action),
            ms: None,
        }
    }

    /// The place for people: `2`, or `2.1` for the first of those that begin together.
    pub fn place(&self) -> String {
        match self.together {
            Some(nth) => format!("{}.{nth}", self.action),
            None => self.action.to_string(),
        }
    }

    /// The action of these, as far as it is kept.
    fn pick<'a>(&self, when: &'a [Spanned<Action>]) -> Result<&'a Spanned<Action>, Misfit> {
        let gone = || Misfit::Gone {
            at: self.place(),
            what: self.what.clone(),
        };
        let at = |actions: &'a [Spanned<Action>], place: usize| actions.get(place.checked_sub(1)?);
        let one = at(when, self.action).ok_or_else(gone)?;
        let one = match (self.together, &one.value) {
            (Some(nth), Action::Together(actions)) => at(actions, nth).ok_or_else(gone)?,
            (Some(_), _) => return Err(gone()),
            (None, _) => one,
        };
        let now = words(&one.value);
        if now == self.what {
            return Ok(one);
        }
        Err(Misfit::Other {
            at: self.place(),
            what: self.what.clone(),
            now,
        })
    }
}

/// Every action of a test.
pub(crate) fn all_of(test: &FlowTest) -> Vec<KeptAction> {
    let mut all = Vec::new();
    for (at, action) in (1..).zip(&test.when) {
        match &action.value {
            Action::Together(actions) => {
                let each = (1..).zip(actions);
                all.extend(each.map(|(nth, it)| KeptAction::of(&it.value, at, Some(nth))));
            }
            one => all.push(KeptAction::of(one, at, None)),
        }
    }
    all
}

/// The test with these of its actions only.
///
/// # Errors
/// It has no such actions.
pub(crate) fn narrowed(test: &FlowTest, kept: &[KeptAction]) -> Result<FlowTest, Misfit> {
    let mut when: Vec<Spanned<Action>> = Vec::new();
    let mut last = None;
    for it in kept {
        let mut action = it.pick(&test.when)?.clone();
        if let (Action::Advance { ms }, Some(shorter)) = (&mut action.value, it.ms) {
            *ms = shorter.min(*ms);
        }
        let begun = when
            .last_mut()
            .filter(|_| it.together.is_some() && last == Some(it.action));
        match begun.map(|it| &mut it.value) {
            Some(Action::Together(actions)) => actions.push(action),
            _ if it.together.is_some() => when.push(Spanned {
                span: test.when[it.action - 1].span,
                value: Action::Together(vec![action]),
            }),
            _ => when.push(action),
        }
        last = Some(it.action);
    }
    Ok(FlowTest { when, ..test.clone() })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn test(when: &str) -> FlowTest {
        let text = format!("tests:\n  - name: it\n    when:\n{when}    then: [{{ ran: [A] }}]\n");
        let file = banister_project::flow_test::parse("a.flow.yaml", Arc::from(text)).unwrap();
        file.tests.into_iter().next().unwrap()
    }

    const WHEN: &str = "      - emit: { topic: a, data: {} }
      - together:
          - { request: POST /b, body: {} }
          - { cron: C }
      - advance: 2h
";

    #[test]
    fn all_actions_are_the_test() {
        let test = test(WHEN);
        let all = all_of(&test);
        let told: Vec<String> = all
            .iter()
            .map(|it| format!("{} {}", it.place(), it.what))
            .collect();
        assert_eq!(
            told,
            ["1 emit a", "2.1 POST /b", "2.2 cron C", "3 advance 7200000 ms"]
        );
        assert_eq!(narrowed(&test, &all).unwrap(), test);
    }

    #[test]
    fn what_is_kept_stays_in_its_order() {
        let test = test(WHEN);
        let mut kept = vec![all_of(&test)[2].clone(), all_of(&test)[3].clone()];
        kept[1].ms = Some(1_000);
        let narrowed = narrowed(&test, &kept).unwrap();
        assert_eq!(narrowed.when.len(), 2);
        let Action::Together(actions) = &narrowed.when[0].value else {
            panic!("{:?}", narrowed.when)
        };
        assert_eq!(words(&actions[0].value), "cron C");
        assert_eq!(narrowed.when[1].value, Action::Advance { ms: 1_000 });
        assert_eq!(narrowed.then, test.then);
    }

    #[test]
    fn a_test_that_was_edited_does_not_fit() {
        let all = all_of(&test(WHEN));
        let other = test("      - emit: { topic: b, data: {} }\n      - advance: 1s\n");
        let said = |kept: &KeptAction| {
            narrowed(&other, std::slice::from_ref(kept))
                .unwrap_err()
                .to_string()
        };
        assert_eq!(said(&all[0]), "action 1 was 'emit a', and it is 'emit b' now");
        assert_eq!(
            said(&all[1]),
            "there is no action 2.1 any more, which was 'POST /b'"
        );
        assert_eq!(
            said(&all[3]),
            "there is no action 3 any more, which was 'advance 7200000 ms'"
        );
    }
}
