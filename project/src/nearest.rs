//! "Did you mean": the name that a slip of the pen was meant to be. Only for people to read; a fix that is applied
//! unasked wants the stricter rules of `rules/similarity.rs`.

/// The name that `written` was most likely meant to be, if one is near enough: a third of its letters may differ, and
/// capitals do not count. Of equals the first in the alphabet.
pub fn nearest<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let lower = written.to_lowercase();
    let allowed = (written.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|name| (strsim::osa_distance(&lower, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_its_name_and_another_word_none() {
        let known = ["when", "then", "given", "order.created"];
        for (written, meant) in [
            ("whne", Some("when")),
            ("WHEN", Some("when")),
            ("order.craeted", Some("order.created")),
            ("hen", Some("then")),
            ("mocks", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, known), meant, "{written}");
        }
    }
}
