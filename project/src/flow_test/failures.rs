//! `dead_lettered`, `retried`, `threw`: what is expected to go wrong.

use super::problem::MISSING_KEY;
use super::reader::{Fields, Keys, Reader};
use super::yaml::Node;
use super::{Expectation, FailedMessage, Spanned};

pub(super) const FAILED_MESSAGE: Keys = &["topic", "step", "data", "times"];
pub(super) const THREW: Keys = &["step", "name", "message", "times"];

impl Reader {
    /// What `dead_lettered` and `retried` hold.
    pub(super) fn failed_message(&mut self, node: &Node, what: &'static str) -> Option<FailedMessage> {
        let fields = self.fields(node, what, FAILED_MESSAGE)?;
        self.require_one(&fields, &["topic", "step", "data"]);
        Some(FailedMessage {
            topic: self.name_of(&fields, "topic"),
            step: self.name_of(&fields, "step"),
            data: fields.get("data").map(Node::to_json),
            times: self.times(&fields),
        })
    }

    pub(super) fn threw(&mut self, node: &Node) -> Option<Expectation> {
        let fields = self.fields(node, "`threw`", THREW)?;
        self.require_one(&fields, &["step", "name", "message"]);
        let step = self.name_of(&fields, "step");
        let mut text = |key: &str| {
            let node = fields.get(key)?;
            self.scalar_text(node, &format!("`{key}`"))
        };
        let (name, message) = (text("name"), text("message"));
        Some(Expectation::Threw {
            step,
            name,
            message,
            times: self.times(&fields),
        })
    }

    fn name_of(&mut self, fields: &Fields<'_>, key: &str) -> Option<Spanned<String>> {
        let node = fields.get(key)?;
        self.text(node, &format!("`{key}`"))
    }

    /// Without any of `keys` the expectation would be met by whatever goes wrong.
    fn require_one(&mut self, fields: &Fields<'_>, keys: &[&str]) {
        if keys.iter().all(|key| fields.get(key).is_none()) {
            let list: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            let message = format!("{} needs one of {}", fields.what, list.join(", "));
            self.report(MISSING_KEY, fields.place(), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::flow_test::{Expectation, parse};

    fn test(then: &str) -> String {
        format!("tests:\n  - name: a\n    when: [ {{ cron: C }} ]\n    then: [ {then} ]\n")
    }

    #[test]
    fn failures_are_read_with_all_their_parts() {
        let text = test(
            "{ dead_lettered: { topic: t, step: S, data: { a: 1 }, times: 2 } }, { retried: { step: S } }, \
             { threw: { step: S, name: KeyError, message: 7, times: 0 } }",
        );
        let file = parse("a.flow.yaml", text.as_str().into()).expect("it is a flow test");
        let then: Vec<_> = file.tests[0].then.iter().map(|it| &it.value).collect();
        let [
            Expectation::DeadLettered(dead),
            Expectation::Retried(retried),
            Expectation::Threw {
                step,
                name,
                message,
                times,
            },
        ] = then.as_slice()
        else {
            panic!("{then:?}");
        };
        assert_eq!(dead.topic.as_ref().map(|it| it.value.as_str()), Some("t"));
        assert_eq!(
            (dead.data.clone(), dead.times),
            (Some(json!({ "a": 1 })), Some(2))
        );
        assert_eq!(retried.step.as_ref().map(|it| it.value.as_str()), Some("S"));
        assert!(retried.topic.is_none() && retried.data.is_none() && retried.times.is_none());
        assert_eq!(step.as_ref().map(|it| it.value.as_str()), Some("S"));
        assert_eq!(
            (name.as_deref(), message.as_deref(), *times),
            (Some("KeyError"), Some("7"), Some(0))
        );
    }

    #[test]
    fn wrong_forms_are_told() {
        for (then, expected) in [
            (
                "{ dead_lettered: t }",
                "`dead_lettered` must be a mapping, found a text",
            ),
            (
                "{ dead_lettered: { times: 1 } }",
                "`dead_lettered` needs one of `topic`, `step`, `data`",
            ),
            ("{ retried: { topik: t } }", "unknown key `topik` in `retried`"),
            ("{ retried: { topic: 7 } }", "`topic` must be a text"),
            ("{ threw: {} }", "`threw` needs one of `step`, `name`, `message`"),
            (
                "{ threw: { step: S, times: -1 } }",
                "`times` must be a whole number",
            ),
            ("{ thew: { step: S } }", "unknown key `thew`"),
        ] {
            let problems = parse("a.flow.yaml", test(then).as_str().into()).expect_err(then);
            let told: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
            assert!(told.iter().any(|it| it.contains(expected)), "{then}: {told:?}");
        }
    }
}
