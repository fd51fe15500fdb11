//! What handlers of a test find of each other: the key `isolation`.

use super::problem::INVALID_VALUE;
use super::reader::Reader;
use super::yaml::Node;

/// How much one handler run leaves to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// New modules for each, in a process that is kept.
    Fresh,
    /// One process for each interpreter, with the modules as the last handler left them.
    Shared,
    /// A process for each.
    Process,
}

impl Isolation {
    /// All of them, as they are written.
    pub const NAMES: [&'static str; 3] = ["fresh", "shared", "process"];

    /// What is written so.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "fresh" => Some(Self::Fresh),
            "shared" => Some(Self::Shared),
            "process" => Some(Self::Process),
            _ => None,
        }
    }

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Shared => "shared",
            Self::Process => "process",
        }
    }
}

impl Reader {
    pub(super) fn isolation(&mut self, node: &Node) -> Option<Isolation> {
        let name = self.text(node, "`isolation`")?;
        let found = Isolation::parse(&name);
        if found.is_none() {
            let message = format!("`{name}` is not an isolation: {}", Isolation::NAMES.join(", "));
            self.report(INVALID_VALUE, name.span, message);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow_test::parse;

    fn read(text: &str) -> Result<Vec<Option<Isolation>>, Vec<String>> {
        let file = parse("a.flow.yaml", text.into());
        file.map(|file| file.tests.iter().map(|test| test.isolation).collect())
            .map_err(|problems| problems.into_iter().map(|problem| problem.message).collect())
    }

    #[test]
    fn that_of_a_test_comes_before_that_of_its_file() {
        let rest = "when: [{ cron: X }], then: [{ ran: [X] }] }";
        let tests = format!("tests: [{{ name: a, isolation: process, {rest}, {{ name: b, {rest}]");
        assert_eq!(
            read(&format!("isolation: shared\n{tests}")),
            Ok(vec![Some(Isolation::Process), Some(Isolation::Shared)])
        );
        assert_eq!(read(&tests), Ok(vec![Some(Isolation::Process), None]));
    }

    #[test]
    fn what_is_none_is_told() {
        let rest = "tests: [{ name: a, when: [{ cron: X }], then: [{ ran: [X] }] }]";
        for (written, told) in [
            ("both", "`both` is not an isolation: fresh, shared, process"),
            ("[fresh]", "`isolation` must be a text, found a list"),
        ] {
            assert_eq!(
                read(&format!("isolation: {written}\n{rest}")),
                Err(vec![told.to_owned()])
            );
        }
    }
}
