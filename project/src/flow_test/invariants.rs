//! What must hold after every run: the key `invariants`.

use super::Spanned;
use super::problem::{DUPLICATE_NAME, INVALID_VALUE};
use super::reader::{Keys, Reader};
use super::yaml::Node;
use crate::invariant::{Invariant, problem};

pub(super) const INVARIANT: Keys = &["name", "holds"];

impl Reader {
    /// The invariants of a file or of a test; the place of each is that of its expression.
    pub(super) fn invariants(&mut self, node: &Node) -> Vec<Spanned<Invariant>> {
        let items = self.filled_list(node, "`invariants`").unwrap_or_default();
        let mut all: Vec<Spanned<Invariant>> = Vec::new();
        for item in items {
            let Some(fields) = self.fields(item, "an invariant", INVARIANT) else {
                continue;
            };
            let name = self
                .require(&fields, "name")
                .and_then(|node| self.text(node, "`name`"));
            let holds = self
                .require(&fields, "holds")
                .and_then(|node| self.text(node, "`holds`"));
            let (Some(name), Some(holds)) = (name, holds) else {
                continue;
            };
            if let Some(problem) = problem(&holds) {
                self.report(INVALID_VALUE, holds.span, format!("`{holds}` {problem}"));
                continue;
            }
            if all.iter().any(|other| other.name == name.value) {
                let message = format!("another invariant is called \"{name}\"");
                self.report(DUPLICATE_NAME, name.span, message);
            }
            all.push(Spanned {
                value: Invariant {
                    name: name.value,
                    holds: holds.value,
                },
                span: holds.span,
            });
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use crate::flow_test::parse;

    const REST: &str = "when: [{ cron: X }], then: [{ ran: [X] }] }";

    fn read(text: &str) -> Result<Vec<Vec<String>>, Vec<String>> {
        let names = |test: &crate::flow_test::FlowTest| -> Vec<String> {
            test.invariants.iter().map(|it| it.name.clone()).collect()
        };
        let file = parse("a.flow.yaml", text.into());
        file.map(|file| file.tests.iter().map(names).collect())
            .map_err(|problems| problems.into_iter().map(|problem| problem.message).collect())
    }

    #[test]
    fn those_of_the_file_hold_for_every_test() {
        let text = format!(
            "invariants: [{{ name: paid once, holds: 'emitted.size() < 2' }}]\ntests:\n  - {{ name: a, invariants: [{{ name: quiet, holds: 'logs == []' }}], {REST}\n  - {{ name: b, {REST}\n"
        );
        assert_eq!(
            read(&text),
            Ok(vec![
                vec!["quiet".to_owned(), "paid once".to_owned()],
                vec!["paid once".to_owned()]
            ])
        );
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (written, told) in [
            ("[]", "`invariants` is empty"),
            ("yes", "`invariants` must be a list, found a text"),
            ("[{ name: a }]", "an invariant needs the key `holds`"),
            ("[{ holds: 'true' }]", "an invariant needs the key `name`"),
            (
                "[{ name: a, hold: 'true', holds: 'true' }]",
                "unknown key `hold` in an invariant",
            ),
            (
                "[{ name: a, holds: true }]",
                "`holds` must be a text, found true or false",
            ),
            (
                "[{ name: a, holds: 'emited == []' }]",
                "`emited == []` asks for `emited`, did you mean `emitted`?",
            ),
            (
                "[{ name: a, holds: '1 +' }]",
                "`1 +` is no CEL expression: column 4: mismatched input '<EOF>'",
            ),
            (
                "[{ name: a, holds: 'true' }, { name: a, holds: 'false' }]",
                "another invariant is called \"a\"",
            ),
        ] {
            let text = format!("invariants: {written}\ntests: [{{ name: a, {REST}]");
            assert_eq!(read(&text), Err(vec![told.to_owned()]), "{written}");
        }
    }
}
