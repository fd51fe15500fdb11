use super::Invariant;
use crate::scheduler::kind::ENDLESS_FLOW;

pub(super) const INVARIANT: Invariant = Invariant {
    name: "the flow ends",
    doc: "Messages went on and on, or a handler went on waiting and waking, until the run was stopped.",
    needs_valid_input: false,
    is_excused_by_faults: false,
    check: |observed| observed.found(&[ENDLESS_FLOW]),
};

#[cfg(test)]
mod tests {
    use super::INVARIANT;
    use crate::invariant::testing::Story;
    use crate::scheduler::kind::ENDLESS_FLOW;

    #[test]
    fn a_flow_without_an_end_is_told() {
        let story = Story::new().finds(ENDLESS_FLOW, "the flow does not end", true);
        assert_eq!(story.breaks(&INVARIANT), ["the flow does not end"]);
        assert!(Story::new().breaks(&INVARIANT).is_empty());
    }
}
