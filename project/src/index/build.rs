//! From the files of a workspace to the indexes of its projects.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use banister_grammars::FileFacts;

use super::letters::Letters;
use super::posted::{Open, Part};
use super::whole::Wholes;
use super::{Conclusions, Helper, Index, Inputs, Mention, Posting, Topic, Unseen, update};
use crate::config::{self, Config, RuleNames, TestSettings};
use crate::diagnostic::Severity;
use crate::discovery::{self, FileRole, MANIFESTS};
use crate::framework::{Dialects, Framework};
use crate::project::{Project, Step, Stream};
use crate::reads::{Key, record};
use crate::resolve::Manifests;
use crate::resolve::{self, Resolver};
use crate::shelf::Shelf;
use crate::source::{Source, Sources};

/// The index of every project, by root: those of an earlier state with the difference, or all of them anew if files
/// have come or gone.
pub(crate) fn build_all(inputs: &Inputs) -> Vec<Arc<Index>> {
    update::update_all(inputs).unwrap_or_else(|| build_anew(inputs))
}

/// The project that a file takes part in: its own for a step or stream, the nearest one around it for a module.
pub(crate) fn of_file<'i>(indexes: &'i [Arc<Index>], file: &str) -> Option<&'i Arc<Index>> {
    let own = indexes.iter().find(|index| index.loads(file));
    own.or_else(|| {
        let around = indexes
            .iter()
            .filter(|index| discovery::lies_in(file, &index.project.root));
        around.max_by_key(|index| index.project.root.len())
    })
}

fn build_anew(inputs: &Inputs) -> Vec<Arc<Index>> {
    let (files, manifests) = (&inputs.files, &inputs.manifests);
    let marked = Roots::of(manifests, inputs.rules);
    let roots = assign(files, &marked);
    let modules: Vec<&Arc<Source>> = files
        .iter()
        .filter(|file| discovery::role(&file.path) == Some(FileRole::Module))
        .collect();
    let resolver = Resolver::new(files, manifests);
    let all = files.iter().map(Arc::as_ref);
    let crosses = resolve::crosses_projects(all, manifests, |file| root_of(file, &roots, &marked));
    roots
        .iter()
        .map(|(root, own)| {
            let is_inside = |file: &str| nearest_root(file, roots.keys().copied()) == Some(root);
            let inside = modules.iter().copied().filter(|module| is_inside(&module.path));
            let flow_tests = inputs.flow_tests.iter().filter(|flow| is_inside(&flow.path));
            let mut index = Index {
                project: Project {
                    root: (*root).to_owned(),
                    name: name(root, manifests),
                    steps: Shelf::default(),
                    streams: Shelf::default(),
                    test: TestSettings::default(),
                    takes_every_topic: false,
                },
                config: Arc::new(config(root, manifests, inputs.rules)),
                framework: Framework::default(),
                dialects: Dialects::default(),
                helpers: Shelf::default(),
                flow_tests: flow_tests.cloned().collect(),
                strays: inside
                    .clone()
                    .filter(|module| is_stray(module))
                    .cloned()
                    .collect(),
                has_plugins: has_plugins(root, manifests),
                topics: Shelf::default(),
                posted: Shelf::default(),
                open: Shelf::default(),
                unseen: Arc::default(),
                entities: OnceLock::new(),
                wholes: Wholes::default(),
                files: files.clone(),
                all_flow_tests: inputs.flow_tests.clone(),
                manifests: Arc::clone(manifests),
                importers: Arc::default(),
                crosses,
                conclusions: Conclusions::default(),
            };
            index.project.test = index.config.test.clone();
            let level = index.config.rules.get("unsubscribed-topic");
            index.project.takes_every_topic =
                matches!(level, Some(Some(Severity::Warning | Severity::Error)));
            index.load(own, inside, &resolver);
            index.dialects = Dialects::of(index.project.steps.iter());
            index.framework = Framework::of(root, &index.config, manifests, index.dialects);
            index.post(&modules);
            let mut config = (*index.config).clone();
            for (rule, asked) in inputs.asked.iter() {
                config.ask(rule, *asked);
            }
            index.config = Arc::new(config);
            Arc::new(index)
        })
        .collect()
}

/// The root of the project that loads `file`, as the key of `roots`.
fn root_of<'r>(
    file: &str,
    roots: &BTreeMap<&'r str, Vec<&Arc<Source>>>,
    marked: &Roots<'_>,
) -> Option<&'r str> {
    let root = marked.root_of(file)?;
    roots.get_key_value(root).map(|(root, _)| *root)
}

/// What says which folders are the roots of projects.
pub(super) struct Roots<'m> {
    /// Folders with a manifest.
    marked: BTreeSet<&'m str>,
    /// The roots that settings files name, by the folder of the file.
    named: BTreeMap<&'m str, Vec<String>>,
}

impl<'m> Roots<'m> {
    pub(super) fn of(manifests: &'m Manifests, rules: RuleNames) -> Self {
        let name = |path: &str| path.rsplit('/').next().unwrap_or("").to_owned();
        let is_marker = |path: &&String| MANIFESTS.contains(&name(path).as_str());
        let named = manifests
            .iter()
            .filter(|(path, _)| name(path) == config::FILE_NAME);
        Self {
            marked: manifests
                .keys()
                .filter(is_marker)
                .map(|path| discovery::folder(path))
                .collect(),
            named: named
                .filter_map(|(path, text)| {
                    let folder = discovery::folder(path);
                    let roots = Config::parse(path, text, rules).ok()?.roots;
                    let below = |root: &String| match (folder, root.as_str()) {
                        (folder, "") => folder.to_owned(),
                        ("", root) => root.to_owned(),
                        (folder, root) => format!("{folder}/{root}"),
                    };
                    let roots: Vec<String> = roots.iter().map(below).collect();
                    (!roots.is_empty()).then_some((folder, roots))
                })
                .collect(),
        }
    }

    /// The root of the project that the step or stream at `path` belongs to. Below a settings file that names roots a
    /// file outside of all of them belongs to none.
    pub(super) fn root_of<'p>(&self, path: &'p str) -> Option<&'p str> {
        let around = |folder: &&&str| discovery::lies_in(path, folder);
        let Some(folder) = self.named.keys().filter(around).max_by_key(|folder| folder.len()) else {
            return discovery::project_root(path, &self.marked);
        };
        if !matches!(discovery::role(path), Some(FileRole::Step | FileRole::Stream)) {
            return None;
        }
        let roots = self.named.get(folder)?.iter();
        let root = roots
            .filter(|root| discovery::lies_in(path, root))
            .max_by_key(|root| root.len())?;
        path.get(..root.len())
    }
}

/// Steps and streams by the root of their project.
fn assign<'w>(files: &'w Sources, marked: &Roots<'_>) -> BTreeMap<&'w str, Vec<&'w Arc<Source>>> {
    let mut roots: BTreeMap<&str, Vec<&Arc<Source>>> = BTreeMap::new();
    for file in files {
        if let Some(root) = marked.root_of(&file.path) {
            roots.entry(root).or_default().push(file);
        }
    }
    // A folder of streams alone belongs to no flow.
    roots.retain(|_, own| {
        own.iter()
            .any(|file| discovery::role(&file.path) == Some(FileRole::Step))
    });
    roots
}

/// The innermost of some projects around a file that no project loads.
pub(super) fn nearest_root<'r>(path: &str, roots: impl Iterator<Item = &'r str>) -> Option<&'r str> {
    let around = roots.filter(|root| discovery::lies_in(path, root));
    around.max_by_key(|root| root.len())
}

/// The helper that a module is, if it is one.
pub(super) fn helper(module: &Arc<Source>, resolver: &Resolver<'_>) -> Option<Helper> {
    (!module.facts.emits.is_empty()).then(|| Helper {
        file: module.path.clone(),
        resolved: resolver.resolve(module),
        source: Arc::clone(module),
    })
}

/// True for a module that defines a step and lies where the framework does not look.
pub(super) fn is_stray(module: &Source) -> bool {
    module.facts.step.is_some() && discovery::is_step_name(&module.path)
}

fn has_plugins(root: &str, manifests: &Manifests) -> bool {
    let files = ["motia.config.ts", "motia.config.js"];
    files.iter().any(|file| {
        let path = if root.is_empty() {
            (*file).to_owned()
        } else {
            format!("{root}/{file}")
        };
        manifests.get(&path).is_some_and(|text| text.contains("plugins"))
    })
}

/// The settings of a project. Broken ones are reported where they are loaded; until they are mended the defaults hold.
fn config(root: &str, manifests: &Manifests, rules: RuleNames) -> Config {
    let settings = if root.is_empty() {
        config::FILE_NAME.to_owned()
    } else {
        format!("{root}/{}", config::FILE_NAME)
    };
    let written = manifests.get(&settings);
    written
        .and_then(|text| Config::parse(&settings, text, rules).ok())
        .unwrap_or_default()
}

fn name(root: &str, manifests: &Manifests) -> String {
    let manifest = if root.is_empty() {
        "package.json".to_owned()
    } else {
        format!("{root}/package.json")
    };
    let written = manifests
        .get(&manifest)
        .and_then(|text| resolve::package_name(text));
    written.unwrap_or_else(|| match root.rsplit('/').next() {
        Some(folder) if !folder.is_empty() => folder.to_owned(),
        _ => "project".to_owned(),
    })
}

impl Index {
    /// Resolves the names of the project's own files and of the modules inside of it.
    fn load<'w>(
        &mut self,
        own: &[&Arc<Source>],
        modules: impl Iterator<Item = &'w Arc<Source>>,
        resolver: &Resolver<'_>,
    ) {
        let mut importers = BTreeMap::new();
        let mut note = |file: &str, reads: &[Key]| {
            for read in reads {
                let files: &mut BTreeSet<String> = importers.entry(*read).or_default();
                files.insert(file.to_owned());
            }
        };
        let (mut steps, mut streams, mut helpers) = (Vec::new(), Vec::new(), Vec::new());
        for source in own {
            let (resolved, reads) = record(|| resolver.resolve(source));
            note(&source.path, &reads);
            if discovery::role(&source.path) == Some(FileRole::Stream) {
                streams.push(stream(source, resolved));
            } else {
                steps.push(step(source, resolved));
            }
        }
        for module in modules {
            let (found, reads) = record(|| helper(module, resolver));
            note(&module.path, &reads);
            helpers.extend(found);
        }
        self.project.steps = steps.into_iter().collect();
        self.project.streams = streams.into_iter().collect();
        self.helpers = helpers.into_iter().collect();
        self.importers = Arc::new(importers);
    }

    /// Files the names of all files.
    fn post(&mut self, modules: &[&Arc<Source>]) {
        let mut topics: BTreeMap<String, Vec<Mention>> = BTreeMap::new();
        let mut posted: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut open = Vec::new();
        let mut add = |file: &str, part: Part| {
            for (topic, mention) in part.topics {
                topics.entry(topic).or_default().push(mention);
            }
            for name in part.posted {
                posted.entry(name).or_default().push(file.to_owned());
            }
            open.extend((!part.open.is_empty()).then_some(part.open));
        };
        for step in &self.project.steps {
            add(&step.file, Part::of_step(step));
        }
        let streams = self.project.streams.iter().map(|stream| &stream.source);
        for source in streams.chain(modules.iter().copied()) {
            add(
                &source.path,
                Part::of_other(source, self.helpers.get(&source.path)),
            );
        }
        let topics = topics.into_iter().map(|(name, mentions)| topic(name, mentions));
        self.topics = topics.collect();
        let posted = posted.into_iter().map(|(name, files)| posting(name, files));
        self.posted = posted.collect();
        self.open = open.into_iter().collect();
        self.unseen = Arc::new(Unseen::of(&self.open));
    }
}

pub(super) fn step(source: &Arc<Source>, resolved: Option<Arc<FileFacts>>) -> Step {
    Step {
        file: source.path.clone(),
        language: source.facts.language,
        source: Arc::clone(source),
        resolved,
    }
}

pub(super) fn stream(source: &Arc<Source>, resolved: Option<Arc<FileFacts>>) -> Stream {
    Stream {
        file: source.path.clone(),
        language: source.facts.language,
        source: Arc::clone(source),
        resolved,
    }
}

pub(super) fn topic(name: String, mut mentions: Vec<Mention>) -> Topic {
    mentions.sort();
    mentions.shrink_to_fit();
    let mentions = Arc::new(mentions);
    let letters = Letters::of(&name);
    Topic {
        name,
        mentions,
        letters,
    }
}

pub(super) fn posting(name: String, mut files: Vec<String>) -> Posting {
    files.sort();
    files.shrink_to_fit();
    let files = Arc::new(files);
    Posting { name, files }
}

impl Unseen {
    pub(super) fn of(open: &Shelf<Open>) -> Self {
        Self {
            sent: open.iter().flat_map(|open| open.sent.iter().cloned()).collect(),
            taken: open.iter().flat_map(|open| open.taken.iter().cloned()).collect(),
            sends: open.iter().any(|open| open.sends_unseen),
            takes: open.iter().any(|open| open.takes_unseen),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{check, parse};

    const ROOTS: &str = "\
//- banister.toml
roots = ['apps', 'apps/b']
//- apps/a/steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['a.done'] }
exports.handler = async ({ emit }) => { await emit({ topic: 'a.done', data: {} }) }
//- apps/a2/steps/a.step.js
exports.config = { type: 'event', name: 'A2', subscribes: ['a.done'], emits: [] }
exports.handler = async () => {}
//- apps/b/steps/b.step.js
exports.config = { type: 'event', name: 'B', subscribes: ['a.done'], emits: [] }
//                                                         ^^^^^^ never-emitted-topic warning
exports.handler = async () => {}
//- old/steps/c.step.js
exports.config = { type: 'cron', name: 'C', cron: 'never', emits: [] }
exports.handler = async () => {}
";

    #[test]
    fn named_roots_are_the_roots() {
        check(ROOTS);
        let projects = parse(ROOTS).0.projects();
        let roots: Vec<&str> = projects.iter().map(|project| project.root.as_str()).collect();
        assert_eq!(roots, ["apps", "apps/b"]);
    }
}
