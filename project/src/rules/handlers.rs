//! What the rules about handlers share.

use banister_grammars::Span;
use banister_grammars::facts::{KeyRead, ReadForm, StepFact, StepKind, Trigger};

use crate::diagnostic::{Edit, Fix};
use crate::project::Step;

/// A step that something for sure starts in one way, so that its handler is called in one way.
pub(super) fn called_in_one_way(step: &Step) -> Option<(&StepFact, &Trigger)> {
    let fact = step.fact()?;
    // A spread out of sight, or a later write, may change the kind and the path.
    let is_readable = step.facts().problems.is_empty() && !fact.keys_open;
    match fact.triggers.as_slice() {
        [only] if is_readable && step.kind() == Some(only.kind) => Some((fact, only)),
        _ => None,
    }
}

/// The route that alone and for sure starts a step.
pub(super) fn called_as_api(step: &Step) -> Option<&Trigger> {
    let (_, trigger) = called_in_one_way(step)?;
    (trigger.kind == StepKind::Api).then_some(trigger)
}

/// True if the step may have middleware, which may add anything to the request and to the context.
pub(super) fn may_have_middleware(step: &Step) -> bool {
    step.fact().is_none_or(|fact| fact.keys_open) || step.source.text.contains("middleware")
}

/// Reads another key instead; a key that is the local name too keeps the name.
pub(super) fn read_instead(step: &Step, read: &KeyRead, key: &str, title: String) -> Fix {
    let text = match read.form {
        ReadForm::Shorthand => format!("{key}: {}", read.key),
        ReadForm::Name | ReadForm::Text => key.to_owned(),
    };
    Fix {
        title,
        edits: vec![edit(step, read.span, text)],
    }
}

/// An edit of the step's own file.
pub(super) fn edit(step: &Step, span: Span, text: String) -> Edit {
    Edit {
        file: step.file.clone(),
        span,
        text,
    }
}

/// The name of a path's parameters; nothing if the path uses patterns whose names are not plain.
pub(super) fn path_params(path: &str) -> Option<Vec<&str>> {
    let is_word = |ch: char| ch.is_ascii_alphanumeric() || ch == '_';
    let names_a_wildcard = path.split('*').skip(1).any(|rest| rest.starts_with(is_word));
    if path.contains(['{', '<', '[']) || names_a_wildcard {
        return None;
    }
    let names = path.split(':').skip(1).map(|rest| {
        let end = rest.find(|ch| !is_word(ch)).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    });
    Some(names.filter(|name| !name.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_parameters() {
        assert_eq!(path_params("/orders"), Some(vec![]));
        assert_eq!(
            path_params("/a/:one/b/:two_2?/:three(\\d+)/*"),
            Some(vec!["one", "two_2", "three"])
        );
        assert_eq!(path_params("/a/:from-:to.json"), Some(vec!["from", "to"]));
        for unclear in ["/a/{id}", "/a/[id]", "/a/(?<id>x)", "/files/*path"] {
            assert_eq!(path_params(unclear), None, "{unclear}");
        }
    }
}
