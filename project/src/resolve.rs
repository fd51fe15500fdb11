//! Names of other files: from a module as it is written to a file, and from an imported name to its value there.

mod helpers;
mod manifests;
mod modules;
mod packages;
mod schemas;
pub(crate) mod texts;
mod tsconfig;
mod values;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use banister_grammars::facts::{ConstValue, ImportFact, ImportRef, Text};
use banister_grammars::{FileFacts, Language};

use crate::discovery;
use crate::reads::{Lookup, note};
use crate::source::{Source, Sources};

pub(crate) use manifests::Manifests;
pub(crate) use modules::{Modules, package_name};
pub use packages::Package;
pub use tsconfig::{Aliases, Effective};

/// Imports that go on longer than this are a cycle or a labyrinth; both are unknown.
const MAX_HOPS: usize = 8;

/// For every import of the files, the files that it may mean, in order of preference.
pub(crate) fn imported<'w>(
    files: impl Iterator<Item = &'w Arc<Source>> + 'w,
    manifests: &'w Manifests,
) -> impl Iterator<Item = Vec<String>> + 'w {
    let modules = manifests.modules();
    // The files of a folder import much the same, and what a module means depends on the folder alone.
    let mut seen = BTreeSet::new();
    let imports = files.flat_map(|source| source.facts.imports.iter().map(move |import| (source, import)));
    imports
        .filter(move |(source, import)| seen.insert(meaning_depends_on(source, import)))
        .flat_map(|(source, import)| meanings(modules, source, import))
}

/// The files that `start` needs to run, itself among them, as far as imports tell: through every import that leads to
/// a file that is here.
pub(crate) fn used_by(files: &Sources, manifests: &Manifests, start: &str) -> BTreeSet<String> {
    let modules = manifests.modules();
    let mut used = BTreeSet::from([start.to_owned()]);
    let mut next = vec![start.to_owned()];
    while let Some(source) = next.pop().and_then(|file| files.get(&file)) {
        let imports = source.facts.imports.iter();
        for candidates in imports.flat_map(|import| meanings(modules, source, import)) {
            let found = candidates.into_iter().find(|file| files.contains_key(file));
            if let Some(file) = found.filter(|file| used.insert(file.clone())) {
                next.push(file);
            }
        }
    }
    used
}

/// What decides which files an import may mean: imports with the same of it mean the same.
fn meaning_depends_on<'w>(
    source: &'w Source,
    import: &'w ImportFact,
) -> (&'w str, Language, &'w str, &'w [(String, String)]) {
    let language = source.facts.language;
    let names = match language {
        Language::Python => import.names.as_slice(),
        Language::TypeScript | Language::JavaScript | Language::Ruby => &[],
    };
    (discovery::folder(&source.path), language, &import.module, names)
}

/// True if two imports mean the same wherever they stand.
pub(crate) fn imports_the_same(one: &ImportFact, other: &ImportFact) -> bool {
    (&one.module, &one.names) == (&other.module, &other.names)
}

/// True if one of some files imports a step or stream of another project, or a module among them imports any: then an
/// edit in one project may change another.
pub(crate) fn crosses_projects<'w>(
    mut files: impl Iterator<Item = &'w Source>,
    manifests: &'w Manifests,
    root_of: impl Fn(&str) -> Option<&'w str>,
) -> bool {
    let modules = manifests.modules();
    // Most relative imports show at once that they name no step; the others need a look at their meanings, once for
    // all files of a folder.
    let names_a_step = |text: &str| text.contains("step") || text.contains("stream");
    let may_lead_to_a_step = |import: &&ImportFact| {
        !import.module.starts_with('.')
            || names_a_step(&import.module)
            || import.names.iter().any(|(name, _)| names_a_step(name))
    };
    let mut seen = BTreeSet::new();
    files.any(|source| {
        let home = root_of(&source.path);
        let mut imports = source.facts.imports.iter().filter(may_lead_to_a_step);
        imports.any(|import| {
            seen.insert((home, meaning_depends_on(source, import)))
                && meanings(modules, source, import)
                    .into_iter()
                    .flatten()
                    .any(|file| {
                        let root = root_of(&file);
                        root.is_some() && root != home
                    })
        })
    })
}

/// The files that an import may mean, in order of preference; in Python also those that its names may mean.
pub(crate) fn meanings(modules: &Modules, source: &Source, import: &ImportFact) -> Vec<Vec<String>> {
    let language = source.facts.language;
    let candidates = |module: &str| modules.candidates(&source.path, language, module).collect();
    let mut found: Vec<Vec<String>> = vec![candidates(&import.module)];
    if language == Language::Python {
        let names = import
            .names
            .iter()
            .map(|(name, _)| name_as_module(&import.module, name));
        found.extend(names.map(|module| candidates(&module)));
    }
    found
}

/// `from . import topics` may name a file: the module `.topics`.
fn name_as_module(module: &str, name: &str) -> String {
    let dot = if module.ends_with('.') { "" } else { "." };
    format!("{module}{dot}{name}")
}

/// True if the name is a function that steps may hand `emit` to, or has such members.
fn holds_helper(facts: &FileFacts, name: &str) -> bool {
    let is_member = |helper: &str| {
        helper
            .strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    facts.helpers.keys().any(|helper| is_member(helper))
}

/// The modules whose names a file hands on: `export * from`, `from x import *`.
fn everything_of(facts: &FileFacts) -> impl Iterator<Item = &str> {
    let imported = facts.imports.iter().filter(|import| {
        import
            .names
            .iter()
            .any(|(theirs, ours)| theirs == "*" && ours == "*")
    });
    let exported = match facts.exports.get("*") {
        Some(ConstValue::List(modules)) => modules.as_slice(),
        _ => &[],
    };
    let exported = exported.iter().filter_map(|module| match module {
        ConstValue::Import(import) => Some(import.module.as_str()),
        _ => None,
    });
    imported.map(|import| import.module.as_str()).chain(exported)
}

/// Folder, language and module as written, to the file that is meant.
type KnownModules<'w> = BTreeMap<(String, Language, String), Option<&'w Source>>;

/// Follows imports through the files of a workspace.
pub(crate) struct Resolver<'w> {
    files: &'w Sources,
    modules: &'w Modules,
    known: RefCell<KnownModules<'w>>,
}

impl<'w> Resolver<'w> {
    pub(crate) fn new(files: &'w Sources, manifests: &'w Manifests) -> Self {
        Self {
            files,
            modules: manifests.modules(),
            known: RefCell::default(),
        }
    }

    /// The file's facts with imported texts replaced by their values, or nothing if it names none.
    pub(crate) fn resolve(&self, source: &Source) -> Option<Arc<FileFacts>> {
        // A copy of all facts is dear, and most files name none.
        let hands_over = source.facts.step.is_some() && !source.facts.hand_overs.is_empty();
        if !hands_over && !texts::all(&source.facts).any(Text::is_open) {
            return None;
        }
        let mut facts = source.facts.clone();
        texts::for_each_list(&mut facts, &mut |topics| self.topics(source, topics));
        texts::for_each_mut(&mut facts, &mut |text| {
            if text.is_open() {
                *text = self.text(source, text);
            }
        });
        if hands_over {
            self.add_helpers(source, &mut facts);
        }
        Some(Arc::new(facts))
    }

    /// The file and the path of names in it that an import means.
    fn target(&self, from: &Source, import: &ImportRef) -> Option<(&'w Source, Vec<String>)> {
        if let Some(module) = self.module(from, &import.module) {
            return self.exported(module, import.path.clone(), MAX_HOPS);
        }
        let (name, rest) = import.path.split_first()?;
        self.exported(
            self.file_of_name(from, &import.module, name)?,
            rest.to_vec(),
            MAX_HOPS,
        )
    }

    /// `from . import topics` names a file where the folder is no declared package.
    fn file_of_name(&self, from: &Source, module: &str, name: &str) -> Option<&'w Source> {
        (from.facts.language == Language::Python)
            .then(|| self.module(from, &name_as_module(module, name)))
            .flatten()
    }

    /// Where a path of names really starts: `*` is the module itself, a Python package may hold the name as a file of
    /// its own, and `export * from` hands names through.
    fn exported(
        &self,
        file: &'w Source,
        mut path: Vec<String>,
        hops: usize,
    ) -> Option<(&'w Source, Vec<String>)> {
        let hops = hops.checked_sub(1)?;
        if path.first().is_some_and(|name| name == "*") {
            path.remove(0);
        }
        let name = path.first()?.clone();
        let facts = &file.facts;
        let is_own = facts.exports.contains_key(&name)
            || facts.schemas.contains_key(&name)
            || holds_helper(facts, &name);
        if name != "*" && is_own {
            return Some((file, path));
        }
        if let Some(inner) = self
            .modules
            .submodule(&file.path, &name)
            .find_map(|path| self.files.get(&path))
        {
            note(Lookup::File(&inner.path));
            path.remove(0);
            return self.exported(inner, path, hops);
        }
        let named = facts.imports.iter().find_map(|import| {
            let (theirs, _) = import.names.iter().find(|(_, ours)| *ours == name)?;
            let next = self.module(file, &import.module)?;
            Some((next, theirs.clone()))
        });
        if let Some((next, theirs)) = named.filter(|_| name != "*") {
            path[0] = theirs;
            return self.exported(next, path, hops);
        }
        let through = everything_of(facts)
            .filter_map(|module| self.module(file, module))
            .find_map(|next| self.exported(next, path.clone(), hops));
        through.or_else(|| {
            // `module.exports = …` is what a `require` of the whole module yields.
            let is_whole = facts.language.is_script() && facts.exports.contains_key("default");
            is_whole.then(|| {
                path.insert(0, "default".to_owned());
                (file, path)
            })
        })
    }

    fn module(&self, from: &Source, module: &str) -> Option<&'w Source> {
        let language = from.facts.language;
        // What a module means depends on the folder alone, and the steps of a folder import much the same.
        let key = (
            discovery::folder(&from.path).to_owned(),
            language,
            module.to_owned(),
        );
        let known = self.known.borrow().get(&key).copied();
        let found = known.unwrap_or_else(|| {
            let mut candidates = self.modules.candidates(&from.path, language, module);
            let found = candidates.find_map(|path| self.files.get(&path)).map(Arc::as_ref);
            self.known.borrow_mut().insert(key, found);
            found
        });
        if let Some(file) = found {
            note(Lookup::File(&file.path));
        }
        found
    }
}
