//! Versions of the interpreters that were started, shared by the stages of one harness.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use banister_grammars::Language;

use super::workers::Interpreter;

/// What was started so far. Copies share it.
#[derive(Debug, Clone, Default)]
pub struct Versions(Arc<Mutex<BTreeMap<Interpreter, String>>>);

impl Versions {
    pub(super) fn insert(&self, interpreter: Interpreter, version: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(interpreter, version.to_owned());
    }

    /// The versions of those that run steps in these languages, by name: `node`, `python`, `ruby`. One that was never
    /// started is absent.
    pub fn of(&self, languages: impl IntoIterator<Item = Language>) -> BTreeMap<String, String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = languages.into_iter().map(Interpreter::from);
        asked
            .filter_map(|it| Some((it.name().to_owned(), known.get(&it)?.clone())))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_of_one_interpreter_have_one_version() {
        let versions = Versions::default();
        versions.insert(Interpreter::Node, "22.1.0");
        versions.insert(Interpreter::Ruby, "3.3.0");
        let of = |languages: &[Language]| {
            let all = versions.of(languages.iter().copied());
            all.into_iter()
                .map(|(name, version)| format!("{name} {version}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(of(&[Language::TypeScript, Language::JavaScript]), ["node 22.1.0"]);
        assert_eq!(of(&[Language::Ruby, Language::Python]), ["ruby 3.3.0"]);
    }
}
