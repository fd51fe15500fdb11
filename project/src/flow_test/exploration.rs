//! What a test explores beside its plain run: the keys `schedules` and `faults`.

use super::problem::INVALID_VALUE;
use super::reader::{Fields, Keys, Reader};

/// More orders than anybody waits for.
const MOST_SCHEDULES: u32 = 1_000_000;
/// More faults than a story bears.
const MOST_FAULTS: u32 = 10;

pub(super) const FAULTS: Keys = &["duplicate", "crash", "external", "timeout"];

/// How many faults of each kind may strike in one run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// Messages that are delivered twice.
    pub duplicate: u32,
    /// Handlers that die before or after one of their calls is applied; their message comes again.
    pub crash: u32,
    /// Calls that an external service fails to answer.
    pub external: u32,
    /// Handlers of messages that their time limit ends.
    pub timeout: u32,
}

impl Faults {
    /// True if nothing may fail.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

impl Reader {
    pub(super) fn schedules(&mut self, fields: &Fields<'_>) -> Option<u32> {
        let node = fields.get("schedules")?;
        self.whole(node, "`schedules`", 1, MOST_SCHEDULES)
    }

    pub(super) fn faults(&mut self, fields: &Fields<'_>) -> Option<Faults> {
        let node = fields.get("faults")?;
        let kinds = self.fields(node, "`faults`", FAULTS)?;
        let mut count = |key: &'static str| {
            let node = kinds.get(key)?;
            self.whole(node, &format!("`{key}`"), 0, MOST_FAULTS)
        };
        let faults = Faults {
            duplicate: count("duplicate").unwrap_or(0),
            crash: count("crash").unwrap_or(0),
            external: count("external").unwrap_or(0),
            timeout: count("timeout").unwrap_or(0),
        };
        if FAULTS.iter().all(|key| kinds.get(key).is_none()) {
            let message = "`faults` says how many may strike in a run: `{ duplicate: 1, crash: 1 }`";
            self.report(INVALID_VALUE, node.span, message);
        }
        Some(faults)
    }
}

#[cfg(test)]
mod tests {
    use crate::flow_test::{Action, FlowTest, parse};

    fn read(keys: &str) -> Result<FlowTest, Vec<String>> {
        let text =
            format!("tests:\n- name: a\n  when: [{{ cron: A }}]\n  then: [{{ ran: [A] }}]\n  {keys}\n");
        match parse("a.flow.yaml", text.into()) {
            Ok(mut file) => Ok(file.tests.remove(0)),
            Err(problems) => Err(problems.into_iter().map(|it| it.message).collect()),
        }
    }

    #[test]
    fn orders_and_faults_are_counted() {
        let test = read("schedules: 50\n  faults: { crash: 1, duplicate: 2 }").unwrap();
        let faults = test.faults.unwrap();
        assert_eq!(
            (test.schedules, faults.crash, faults.duplicate, faults.external),
            (Some(50), 1, 2, 0)
        );
        assert!(read("").unwrap().faults.is_none());
        for (keys, message) in [
            ("schedules: 0", "`schedules` must be a whole number, 1 to 1000000"),
            (
                "schedules: many",
                "`schedules` must be a whole number, 1 to 1000000",
            ),
            ("faults: { crash: -1 }", "`crash` must be a whole number, 0 to 10"),
            ("faults: 2", "`faults` must be a mapping, found a number"),
            ("faults: { crashes: 1 }", "unknown key `crashes` in `faults`"),
        ] {
            let told = read(keys).unwrap_err();
            assert!(told.iter().any(|it| it == message), "{keys}: {told:?}");
        }
        assert!(read("faults: {}").unwrap_err()[0].starts_with("`faults` says how many"));
    }

    #[test]
    fn actions_that_begin_together_are_requests_messages_and_schedules() {
        let with = |actions: &str| {
            let text =
                format!("tests:\n- name: a\n  when:\n  - together: {actions}\n  then: [{{ ran: [A] }}]\n");
            parse("a.flow.yaml", text.into())
        };
        let file = with("[{ request: POST /a }, { emit: { topic: t } }, { cron: A }]").unwrap();
        let Action::Together(actions) = &file.tests[0].when[0].value else {
            panic!("{:?}", file.tests[0].when)
        };
        assert_eq!(actions.len(), 3);
        assert_eq!(file.tests[0].actions().count(), 3);
        for (actions, message) in [
            ("[{ cron: A }]", "`together` begins two or more actions"),
            (
                "[{ advance: 1s }, { cron: A }]",
                "unknown key `advance` in an action of `together`",
            ),
        ] {
            let problems = with(actions).unwrap_err();
            assert!(
                problems.iter().any(|it| it.message.contains(message)),
                "{problems:?}"
            );
        }
    }
}
