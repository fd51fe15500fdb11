use super::Invariant;

pub(super) const INVARIANT: Invariant = Invariant {
    name: "payloads fit their subscribers",
    doc: "A step sent a message that the schema of a subscriber does not allow.",
    needs_valid_input: true,
    is_excused_by_faults: false,
    check: |observed| observed.found(&["invalid-payload"]),
};

#[cfg(test)]
mod tests {
    use super::INVARIANT;
    use crate::invariant::testing::Story;

    #[test]
    fn what_is_allowed_does_not_count() {
        let story = |fails| Story::new().finds("invalid-payload", "no id", fails);
        assert_eq!(story(true).breaks(&INVARIANT), ["no id"]);
        assert!(story(false).breaks(&INVARIANT).is_empty());
    }
}
