//! Which release of the framework a project is written for: as far as `banister.toml`, its manifests and its steps say
//! for sure. What cannot be read is unknown, never an error.

use std::collections::BTreeMap;
use std::sync::Arc;

use banister_grammars::facts::Dialect;
use serde_json::Value as Json;
use toml::de::{DeTable, DeValue};

use crate::config::Config;
use crate::discovery;
use crate::project::Step;
use crate::releases::Releases;

/// The names under which the framework is installed.
const PACKAGES: [&str; 3] = ["motia", "@motiadev/core", "@iii-dev/motia"];

/// The tables of a `package.json` that name what it needs, in order of trust.
const TABLES: [&str; 3] = ["dependencies", "devDependencies", "peerDependencies"];

/// What is known of the framework, and of the libraries that it works with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Framework {
    /// The framework's own releases.
    pub releases: Releases,
    /// The releases of Zod in the same manifest.
    pub zod: Releases,
}

impl Framework {
    /// Reads what the project at `root` says: its settings, else the nearest manifest upwards that names the framework,
    /// else the dialect of its steps.
    pub(crate) fn of(
        root: &str,
        config: &Config,
        manifests: &BTreeMap<String, Arc<str>>,
        dialects: Dialects,
    ) -> Self {
        let written = config.framework.as_deref().and_then(Releases::parse);
        let releases = written
            .or_else(|| of_manifests(root, manifests))
            .filter(|releases| *releases != Releases::default())
            .unwrap_or_else(|| dialects.releases());
        Self {
            releases,
            zod: nearest(root, |folder| package_range(folder, manifests, &["zod"])).unwrap_or_default(),
        }
    }

    /// True if the project surely runs on a release before `major.minor`.
    pub fn is_before(&self, major: u32, minor: u32) -> bool {
        self.releases.are_before((major, minor))
    }

    /// True if the project surely runs on `major.minor` or later.
    pub fn is_at_least(&self, major: u32, minor: u32) -> bool {
        self.releases.are_at_least((major, minor))
    }
}

/// How many steps are written for which generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Dialects {
    older: usize,
    newer: usize,
}

impl Dialects {
    /// Those of some steps.
    pub(crate) fn of<'s>(steps: impl Iterator<Item = &'s Step>) -> Self {
        let mut dialects = Self::default();
        for fact in steps.filter_map(Step::fact) {
            match fact.dialect {
                Dialect::V0 => dialects.older += 1,
                Dialect::V1 => dialects.newer += 1,
            }
        }
        dialects
    }

    /// The same with one step in the place of another.
    pub(crate) fn replaced(self, old: &Step, new: &Step) -> Self {
        let (old, new) = (Self::of(std::iter::once(old)), Self::of(std::iter::once(new)));
        Self {
            older: self.older + new.older - old.older,
            newer: self.newer + new.newer - old.newer,
        }
    }

    /// Steps of one generation speak for it; a mixture says nothing.
    pub(crate) fn releases(self) -> Releases {
        match (self.older, self.newer) {
            (1.., 0) => Releases::before((1, 0)),
            (0, 1..) => Releases::from((1, 0)),
            _ => Releases::default(),
        }
    }
}

fn of_manifests(root: &str, manifests: &BTreeMap<String, Arc<str>>) -> Option<Releases> {
    nearest(root, |folder| {
        package_range(folder, manifests, &PACKAGES)
            .or_else(|| requirement(folder, manifests))
            .or_else(|| project_dependency(folder, manifests))
    })
}

/// What `find` finds in the folder itself or in the nearest one around it.
fn nearest<T>(root: &str, find: impl Fn(&str) -> Option<T>) -> Option<T> {
    let mut folder = root;
    loop {
        if let Some(found) = find(folder) {
            return Some(found);
        }
        if folder.is_empty() {
            return None;
        }
        folder = discovery::folder(folder);
    }
}

fn manifest<'m>(folder: &str, name: &str, manifests: &'m BTreeMap<String, Arc<str>>) -> Option<&'m str> {
    let path = if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    };
    manifests.get(&path).map(AsRef::as_ref)
}

/// What `package.json` says of one of these packages; unknown releases if it names one in a way that says nothing.
fn package_range(folder: &str, manifests: &BTreeMap<String, Arc<str>>, names: &[&str]) -> Option<Releases> {
    let package: Json = serde_json::from_str(manifest(folder, "package.json", manifests)?).ok()?;
    let ranges = names
        .iter()
        .flat_map(|name| TABLES.iter().map(move |table| (*table, *name)));
    ranges
        .filter_map(|(table, name)| package.get(table)?.get(name)?.as_str())
        .map(|range| Releases::parse(range).unwrap_or_default())
        .next()
}

/// What `requirements.txt` says of `motia`.
fn requirement(folder: &str, manifests: &BTreeMap<String, Arc<str>>) -> Option<Releases> {
    manifest(folder, "requirements.txt", manifests)?
        .lines()
        .find_map(python_requirement)
}

/// What `pyproject.toml` says of `motia`, in the standard's list or in Poetry's table.
fn project_dependency(folder: &str, manifests: &BTreeMap<String, Arc<str>>) -> Option<Releases> {
    let table = DeTable::parse(manifest(folder, "pyproject.toml", manifests)?).ok()?;
    let table = table.get_ref();
    let at = |path: &[&str]| {
        let (last, tables) = path.split_last()?;
        let inner = tables
            .iter()
            .try_fold(table, |table, key| match table.get(*key)?.get_ref() {
                DeValue::Table(inner) => Some(inner),
                _ => None,
            })?;
        inner.get(*last).map(toml::Spanned::get_ref)
    };
    let listed = match at(&["project", "dependencies"]) {
        Some(DeValue::Array(items)) => items.iter().find_map(|item| match item.get_ref() {
            DeValue::String(text) => python_requirement(text),
            _ => None,
        }),
        _ => None,
    };
    listed.or_else(|| match at(&["tool", "poetry", "dependencies", "motia"])? {
        DeValue::String(range) => Some(Releases::parse(range).unwrap_or_default()),
        _ => Some(Releases::default()),
    })
}

/// `motia>=1.0,<2  # why`: the releases if the line is about the framework.
fn python_requirement(line: &str) -> Option<Releases> {
    let line = line.split(['#', ';']).next().unwrap_or_default().trim();
    let rest = line.strip_prefix("motia")?;
    let rest = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']')?.1,
        None => rest,
    };
    let range = rest.trim_start();
    // `motia-extras` is another package; `motia @ git+…` says no release.
    if range.starts_with(|ch: char| ch.is_alphanumeric() || matches!(ch, '-' | '_' | '.')) {
        return None;
    }
    Some(Releases::parse(range).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Host;

    const V0: &str = "exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }\n";
    const V1: &str = "export const config = { name: 'A', triggers: [{ type: 'queue', topic: 't' }] }\n";

    fn framework(files: &[(&str, &str)]) -> Framework {
        let mut host = Host::new();
        for (path, text) in files {
            host.set_file(path, (*text).into());
        }
        host.snapshot().indexes()[0].framework.clone()
    }

    #[test]
    fn the_settings_speak_first() {
        let found = framework(&[
            ("steps/a.step.js", V0),
            ("banister.toml", "framework = \"0.5\"\n"),
            ("package.json", r#"{"dependencies": {"motia": "^0.17.0"}}"#),
        ]);
        assert!(found.is_before(0, 7));
    }

    #[test]
    fn a_manifest_speaks_for_what_lies_below_it() {
        let found = framework(&[
            ("apps/api/steps/a.step.js", V0),
            ("apps/api/package.json", r#"{"dependencies": {"zod": "^3.24.0"}}"#),
            (
                "package.json",
                r#"{"devDependencies": {"@motiadev/core": "0.17.6-beta.187"}}"#,
            ),
        ]);
        assert!(found.is_at_least(0, 17) && found.is_before(0, 18));
        assert!(found.zod.are_before((4, 0)));
    }

    #[test]
    fn python_manifests_are_read() {
        for (file, text) in [
            (
                "requirements.txt",
                "httpx\nmotia[otel]>=1.0,<2  # the framework\n",
            ),
            ("requirements.txt", "motia~=1.0.1 ; python_version > '3.10'\n"),
            (
                "pyproject.toml",
                "[project]\ndependencies = [\"httpx\", \"motia==1.0.4\"]\n",
            ),
            ("pyproject.toml", "[tool.poetry.dependencies]\nmotia = \"^1.0\"\n"),
        ] {
            let found = framework(&[("steps/a.step.js", "exports.config = {\n"), (file, text)]);
            assert!(found.is_at_least(1, 0), "{text}");
        }
        let found = framework(&[
            ("steps/a.step.js", "exports.config = {\n"),
            ("requirements.txt", "motia-extras==1.0\n"),
        ]);
        assert_eq!(found.releases, Releases::default());
    }

    #[test]
    fn the_dialect_speaks_where_nothing_else_says() {
        assert!(framework(&[("steps/a.step.js", V0)]).is_before(1, 0));
        assert!(framework(&[("steps/a.step.ts", V1)]).is_at_least(1, 0));
        let mixed = framework(&[("steps/a.step.js", V0), ("steps/b.step.ts", V1)]);
        assert_eq!(mixed.releases, Releases::default());
        let latest = framework(&[
            ("steps/a.step.js", V0),
            ("package.json", r#"{"dependencies": {"motia": "latest"}}"#),
        ]);
        assert!(latest.is_before(1, 0) && !latest.is_at_least(0, 7) && !latest.is_before(0, 7));
    }

    #[test]
    fn a_broken_manifest_is_nobodys_word() {
        let found = framework(&[
            ("steps/a.step.js", "exports.config = {\n"),
            ("package.json", "{ \"dependencies\": {"),
            ("pyproject.toml", "[project\n"),
        ]);
        assert_eq!(found, Framework::default());
    }
}
