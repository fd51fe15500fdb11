//! From the files of a workspace to the indexes of its projects.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use banister_grammars::FileFacts;
use banister_grammars::facts::{Declaration, Dialect, StepFact, Text};

use super::{Helper, Index, Mention, slots};
use crate::config::{self, Config};
use crate::discovery::{self, FileRole, MANIFESTS};
use crate::project::{Project, Step, Stream};
use crate::resolve::{self, Resolver};
use crate::workspace::{Manifests, Source, Sources};

/// The index of every project, by root. A project whose inputs have not changed since `previous` keeps its index.
pub(crate) fn build_all(
    files: &Arc<Sources>,
    manifests: &Arc<Manifests>,
    previous: &[Arc<Index>],
) -> Vec<Arc<Index>> {
    let marked = marked_folders(manifests);
    let roots = assign(files, &marked);
    let modules: Vec<Arc<Source>> = files
        .values()
        .filter(|file| discovery::role(&file.path) == Some(FileRole::Module))
        .map(Arc::clone)
        .collect();
    let resolver = Resolver::new(files, manifests);
    let previous = if resolve::crosses_projects(files, manifests, |file| root_of(file, &roots, &marked)) {
        &[]
    } else {
        previous
    };
    roots
        .iter()
        .map(|(root, own)| {
            // Any module may be imported, so all of them are inputs of every project.
            let inputs: Vec<Arc<Source>> = own.iter().copied().chain(&modules).map(Arc::clone).collect();
            let is_same =
                |index: &&Arc<Index>| index.project.root == *root && index.is_built_from(&inputs, manifests);
            if let Some(kept) = previous.iter().find(is_same) {
                return Arc::clone(kept);
            }
            let helpers = helpers(&resolver, &modules, root, &roots);
            Arc::new(build(root, own, helpers, &resolver, (files, manifests), inputs))
        })
        .collect()
}

/// The root of the project that loads `file`, as the key of `roots`.
fn root_of<'r>(
    file: &str,
    roots: &BTreeMap<&'r str, Vec<&Arc<Source>>>,
    marked: &BTreeSet<&str>,
) -> Option<&'r str> {
    let root = discovery::project_root(file, marked)?;
    roots.get_key_value(root).map(|(root, _)| *root)
}

fn marked_folders(manifests: &Manifests) -> BTreeSet<&str> {
    let is_marker = |path: &&String| MANIFESTS.contains(&path.rsplit('/').next().unwrap_or(""));
    manifests
        .keys()
        .filter(is_marker)
        .map(|path| discovery::folder(path))
        .collect()
}

/// Steps and streams by the root of their project.
fn assign<'w>(files: &'w Sources, marked: &BTreeSet<&str>) -> BTreeMap<&'w str, Vec<&'w Arc<Source>>> {
    let mut roots: BTreeMap<&str, Vec<&Arc<Source>>> = BTreeMap::new();
    for file in files.values() {
        if let Some(root) = discovery::project_root(&file.path, marked) {
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
        .filter(|module| {
            let nearest = roots
                .keys()
                .filter(|other| discovery::lies_in(&module.path, other))
                .max_by_key(|r| r.len());
            nearest == Some(&root)
        })
        .map(|module| Helper {
            file: module.path.clone(),
            resolved: resolver.resolve(module),
            source: Arc::clone(module),
        })
        .collect()
}

fn build(
    root: &str,
    own: &[&Arc<Source>],
    helpers: Vec<Helper>,
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
    let mut index = Index {
        config,
        sends_unseen: project.steps.iter().any(sends_unseen),
        takes_unseen: project.steps.iter().any(takes_unseen),
        dynamic_taken: project.steps.iter().flat_map(dynamic_taken).collect(),
        project,
        helpers,
        topics: BTreeMap::new(),
        dynamic: Vec::new(),
        findings: OnceLock::new(),
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

/// True if the step has a config that could not be read: half-typed code, or a form that is not understood. It may take
/// part in any flow, so an edit in one file does not cover the others with consequences.
fn is_illegible(step: &Step) -> bool {
    step.fact().is_none() && (!step.source.facts.problems.is_empty() || step.source.text.contains("config"))
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
        same_manifests
            && self.inputs.len() == inputs.len()
            && self
                .inputs
                .iter()
                .zip(inputs)
                .all(|(ours, theirs)| Arc::ptr_eq(ours, theirs))
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
