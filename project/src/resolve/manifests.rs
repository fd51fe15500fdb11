//! The manifests of a workspace: their texts, and what they say about modules, read once.

use std::collections::{BTreeMap, btree_map};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::Modules;

/// Texts of manifests by path.
#[derive(Debug, Clone, Default)]
pub(crate) struct Manifests {
    texts: BTreeMap<String, Arc<str>>,
    /// Read when somebody first asks, because nothing but imports needs it.
    modules: OnceLock<Modules>,
}

impl Manifests {
    #[cfg(test)]
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces one.
    pub(crate) fn set(&mut self, path: &str, text: Arc<str>) {
        self.modules.take();
        self.texts.insert(path.to_owned(), text);
    }

    /// Forgets one.
    pub(crate) fn remove(&mut self, path: &str) {
        self.modules.take();
        self.texts.remove(path);
    }

    /// What they say about modules.
    pub(crate) fn modules(&self) -> &Modules {
        self.modules.get_or_init(|| Modules::new(&self.texts))
    }
}

impl PartialEq for Manifests {
    fn eq(&self, other: &Self) -> bool {
        self.texts == other.texts
    }
}

impl Deref for Manifests {
    type Target = BTreeMap<String, Arc<str>>;

    fn deref(&self) -> &Self::Target {
        &self.texts
    }
}

impl<'m> IntoIterator for &'m Manifests {
    type Item = (&'m String, &'m Arc<str>);
    type IntoIter = btree_map::Iter<'m, String, Arc<str>>;

    fn into_iter(self) -> Self::IntoIter {
        self.texts.iter()
    }
}

impl<const N: usize> From<[(String, Arc<str>); N]> for Manifests {
    fn from(texts: [(String, Arc<str>); N]) -> Self {
        Self {
            texts: BTreeMap::from(texts),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use banister_grammars::Language;

    #[test]
    fn an_edit_changes_what_they_say() {
        let mut manifests = Manifests::from([("p/package.json".to_owned(), r#"{ "name": "one" }"#.into())]);
        let finds = |manifests: &Manifests, module: &str| {
            let mut files = manifests
                .modules()
                .candidates("a.ts", Language::TypeScript, module);
            files.any(|file| file == "p/src/x.ts")
        };
        assert!(finds(&manifests, "one/x"));
        manifests.set("p/package.json", r#"{ "name": "two" }"#.into());
        assert!(finds(&manifests, "two/x") && !finds(&manifests, "one/x"));
        manifests.remove("p/package.json");
        assert!(!finds(&manifests, "two/x"));
    }
}
