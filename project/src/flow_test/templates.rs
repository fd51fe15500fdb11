//! The placeholders of a mock's reply: `{{request.body.id}}`, `{{store.charges.ch_1}}`, `{{uuid}}`, `{{now}}`.

/// What the name of a placeholder may begin with. Anything else between braces is sent as it stands, since texts of
/// other template languages are full of them.
pub const ROOTS: [&str; 4] = ["request", "store", "uuid", "now"];
/// The parts of a request.
pub const REQUEST_PARTS: [&str; 6] = ["body", "path", "query", "headers", "method", "url"];
/// How `{{now}}` may be written.
pub const NOW_FORMS: [&str; 3] = ["iso", "seconds", "ms"];

/// The names between `{{` and `}}` in a text, in order.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split("{{")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once("}}")?.0.trim()))
}

/// True if a placeholder of this name is filled when a mock answers.
pub fn is_ours(name: &str) -> bool {
    let root = name.split('.').next().unwrap_or("");
    ROOTS.contains(&root)
}

/// What is wrong with the placeholders of a text.
pub(super) fn problem(text: &str) -> Option<String> {
    names(text).filter(|name| is_ours(name)).find_map(|name| {
        let mut parts = name.split('.');
        let (root, part) = (parts.next()?, parts.next());
        match (root, part) {
            ("request", Some(part)) if REQUEST_PARTS.contains(&part) => None,
            ("request", _) => Some(format!(
                "`{{{{{name}}}}}` is not a part of a request: {}",
                REQUEST_PARTS.map(|part| format!("`request.{part}`")).join(", ")
            )),
            ("now", Some(form)) if !NOW_FORMS.contains(&form) => Some(format!(
                "`{{{{{name}}}}}` is not a form of the time: `now`, {}",
                NOW_FORMS.map(|form| format!("`now.{form}`")).join(", ")
            )),
            ("uuid", Some(_)) => Some(format!("`{{{{{name}}}}}` has no parts: write `{{{{uuid}}}}`")),
            ("store", None) => Some("`{{store}}` needs a part: `{{store.charges}}`".to_owned()),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_filled_is_told() {
        for fine in [
            "{{request.body.a}} {{ request.path.id }}",
            "{{uuid}}",
            "{{now}}{{now.iso}}",
            "{{store.a.b}}",
            "{{customer.name}}",
            "{{ open",
        ] {
            assert_eq!(problem(fine), None, "{fine}");
        }
        for wrong in [
            "{{request}}",
            "{{request.bdy.a}}",
            "{{now.utc}}",
            "{{uuid.x}}",
            "a {{store}}",
        ] {
            assert!(problem(wrong).is_some(), "{wrong}");
        }
    }
}
