//! From the files of a workspace to the indexes of its projects.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use banister_grammars::FileFacts;
use banister_grammars::facts::{Declaration, Dialect, StepFact, Text};

use super::{Helper, Index, Mention, slots};
use crate::config::{self, Config, TestSettings};
use crate::discovery::{self, FileRole, MANIFESTS};
use crate::framework::Framework;
use crate::project::{Project, Step, Stream};
use crate::resolve::{self, Resolver};
use crate::workspace::{FlowSource, FlowSources, Manifests, Source, Sources, State};

/// The index of every project, by root. A project whose inputs have not changed since `previous` keeps its index.
pub(crate) fn build_all(state: &State) -> Vec<Arc<Index>> {
    let (files, manifests) = (&state.files, &state.manifests);
    let marked = Roots::of(manifests);
    let roots = assign(files, &marked);
    let modules: Vec<Arc<Source>> = files
        .values()
        .filter(|file| discovery::role(&file.path) == Some(FileRole::Module))
        .map(Arc::clone)
        .collect();
    let resolver = Resolver::new(files, manifests);
    let previous: &[Arc<Index>] =
        if resolve::crosses_projects(files, manifests, |file| root_of(file, &roots, &marked)) {
            &[]
        } else {
            &state.previous
        };
    roots
        .iter()
        .map(|(root, own)| {
            // Any module may be imported, so all of them are inputs of every project.
            let inputs: Vec<Arc<Source>> = own.iter().copied().chain(&modules).map(Arc::clone).collect();
            let flow_tests = flow_tests_of(root, &roots, &state.flow_tests);
            let is_same = |index: &&Arc<Index>| {
                index.project.root == *root
                    && index.is_built_from(&inputs, manifests)
                    && are_same(&index.flow_tests, &flow_tests)
            };
            if let Some(kept) = previous.iter().find(is_same) {
                return Arc::clone(kept);
            }
            let helpers = helpers(&resolver, &modules, root, &roots);
            let strays = strays(&modules, root, &roots);
            let mut index = build(
                root,
                own,
                (helpers, strays),
                &resolver,
                (files, manifests),
                inputs,
            );
            index.flow_tests = flow_tests;
            state.selection.apply(&mut index.config);
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
struct Roots<'m> {
    /// Folders with a manifest.
    marked: BTreeSet<&'m str>,
    /// The roots that settings files name, by the folder of the file.
    named: BTreeMap<&'m str, Vec<String>>,
}

impl<'m> Roots<'m> {
    fn of(manifests: &'m Manifests) -> Self {
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
                    let roots = Config::parse(path, text).ok()?.roots;
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
    fn root_of<'p>(&self, path: &'p str) -> Option<&'p str> {
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
    for file in files.values() {
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

fn helpers(
    resolver: &Resolver<'_>,
    modules: &[Arc<Source>],
    root: &str,
    roots: &BTreeMap<&str, Vec<&Arc<Source>>>,
) -> Vec<Helper> {
    modules
        .iter()
        .filter(|module| !module.facts.emits.is_empty() && discovery::lies_in(&module.path, root))
        .filter(|module| nearest_root(&module.path, roots) == Some(root))
        .map(|module| Helper {
            file: module.path.clone(),
            resolved: resolver.resolve(module),
            source: Arc::clone(module),
        })
        .collect()
}

/// The innermost project around a file that no project loads.
fn nearest_root<'r>(path: &str, roots: &BTreeMap<&'r str, Vec<&Arc<Source>>>) -> Option<&'r str> {
    let around = roots.keys().filter(|root| discovery::lies_in(path, root));
    around.max_by_key(|root| root.len()).copied()
}

fn flow_tests_of(
    root: &str,
    roots: &BTreeMap<&str, Vec<&Arc<Source>>>,
    all: &FlowSources,
) -> Vec<Arc<FlowSource>> {
    all.values()
        .filter(|flow| nearest_root(&flow.path, roots) == Some(root))
        .map(Arc::clone)
        .collect()
}

fn strays(
    modules: &[Arc<Source>],
    root: &str,
    roots: &BTreeMap<&str, Vec<&Arc<Source>>>,
) -> Vec<Arc<Source>> {
    let is_step =
        |module: &&Arc<Source>| module.facts.step.is_some() && discovery::is_step_name(&module.path);
    modules
        .iter()
        .filter(is_step)
        .filter(|module| nearest_root(&module.path, roots) == Some(root))
        .map(Arc::clone)
        .collect()
}

fn are_same<T>(ours: &[Arc<T>], theirs: &[Arc<T>]) -> bool {
    ours.len() == theirs.len()
        && ours
            .iter()
            .zip(theirs)
            .all(|(ours, theirs)| Arc::ptr_eq(ours, theirs))
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

fn build(
    root: &str,
    own: &[&Arc<Source>],
    (helpers, strays): (Vec<Helper>, Vec<Arc<Source>>),
    resolver: &Resolver<'_>,
    (files, manifests): (&Arc<Sources>, &Arc<Manifests>),
    inputs: Vec<Arc<Source>>,
) -> Index {
    let in_root = |name: &str| {
        if root.is_empty() {
            name.to_owned()
        } else {
            format!("{root}/{name}")
        }
    };
    let mut project = Project {
        root: root.to_owned(),
        name: name(root, manifests),
        steps: Vec::new(),
        streams: Vec::new(),
        test: TestSettings::default(),
    };
    for source in own {
        let (file, language, source) = (source.path.clone(), source.facts.language, Arc::clone(source));
        let resolved = resolver.resolve(&source);
        if discovery::role(&file) == Some(FileRole::Stream) {
            project.streams.push(Stream {
                file,
                language,
                source,
                resolved,
            });
        } else {
            project.steps.push(Step {
                file,
                language,
                source,
                resolved,
            });
        }
    }
    // A broken settings file is reported where it is loaded; until it is mended the defaults hold.
    let settings = in_root(config::FILE_NAME);
    let config = manifests
        .get(&settings)
        .and_then(|text| Config::parse(&settings, text).ok())
        .unwrap_or_default();
    project.test = config.test.clone();
    let mut index = Index {
        framework: Framework::of(root, &config, manifests, &project.steps),
        config,
        sends_unseen: project.steps.iter().any(sends_unseen),
        takes_unseen: project.steps.iter().any(takes_unseen),
        dynamic_taken: project.steps.iter().flat_map(dynamic_taken).collect(),
        project,
        helpers,
        flow_tests: Vec::new(),
        strays,
        has_plugins: has_plugins(root, manifests),
        topics: BTreeMap::new(),
        dynamic: Vec::new(),
        findings: OnceLock::new(),
        entities: OnceLock::new(),
        files: Arc::clone(files),
        manifests: Arc::clone(manifests),
        inputs,
    };
    index.post();
    index
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

/// True if the step may send topics that neither its config nor its calls show. With a complete, non-empty list the
/// 0.x runtime drops everything else.
fn sends_unseen(step: &Step) -> bool {
    let Some(fact) = step.fact() else {
        return is_illegible(step);
    };
    let declared_only = fact.dialect == Dialect::V0
        && fact.emits.is_complete()
        && matches!(&fact.emits, Declaration::List { topics, .. } if !topics.is_empty());
    let undeclared = step.facts().emit_escapes && !declared_only;
    let hidden = matches!(
        &fact.emits,
        Declaration::Unknown { .. } | Declaration::List { open: true, .. }
    );
    undeclared || hidden
}

/// True if the step has a config that could not be read: half-typed code, a form that is not understood, or no text. It may take
/// part in any flow, so an edit in one file does not cover the others with consequences.
fn is_illegible(step: &Step) -> bool {
    let source = &step.source;
    step.fact().is_none()
        && (source.unread || !source.facts.problems.is_empty() || source.text.contains("config"))
}

/// True if the step may take topics that its config does not show.
fn takes_unseen(step: &Step) -> bool {
    let has_open_list = |fact: &StepFact| fact.triggers.iter().any(|trigger| trigger.topics_open);
    is_illegible(step) || step.fact().is_some_and(has_open_list)
}

/// The texts of a step's subscriptions that could be one of several topics.
fn dynamic_taken(step: &Step) -> impl Iterator<Item = Text> + '_ {
    step.fact()
        .into_iter()
        .flat_map(|fact| {
            let triggers = fact.triggers.iter().flat_map(|trigger| &trigger.topics);
            triggers.chain(&fact.virtual_subscribes)
        })
        .map(|taken| &taken.topic.text)
        .filter(|text| text.candidates().is_empty())
        .cloned()
}

impl Index {
    fn is_built_from(&self, inputs: &[Arc<Source>], manifests: &Arc<Manifests>) -> bool {
        let same_manifests = Arc::ptr_eq(&self.manifests, manifests) || self.manifests == *manifests;
        same_manifests && are_same(&self.inputs, inputs)
    }

    /// Files every topic of the project under its name.
    fn post(&mut self) {
        let mut topics: BTreeMap<String, Vec<Mention>> = BTreeMap::new();
        let mut dynamic = Vec::new();
        let steps = self.project.steps.iter().map(|step| (&step.file, step.facts()));
        let helpers = self.helpers.iter().map(|helper| (&helper.file, helper.facts()));
        for (file, facts) in steps.chain(helpers) {
            post_file(file, facts, &mut topics, &mut dynamic);
        }
        topics.values_mut().for_each(|mentions| mentions.sort());
        self.topics = topics;
        self.dynamic = dynamic;
    }
}

fn post_file(
    file: &str,
    facts: &FileFacts,
    topics: &mut BTreeMap<String, Vec<Mention>>,
    dynamic: &mut Vec<Text>,
) {
    for slot in slots(facts) {
        let (text, span, literal) = (&slot.fact.text, slot.fact.span, slot.fact.literal);
        for topic in text.candidates() {
            // An empty string is a topic that is about to be written.
            if !topic.is_empty() {
                let mention = Mention {
                    file: file.to_owned(),
                    span,
                    role: slot.role,
                    literal,
                };
                topics.entry(topic.clone()).or_default().push(mention);
            }
        }
        if text.candidates().is_empty() && slot.role.sends() {
            dynamic.push(text.clone());
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
