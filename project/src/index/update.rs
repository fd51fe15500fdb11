//! From the index of one state to that of the next: files that kept their place and have another text.
//!
//! What the old facts of a changed file added to the postings is taken out, what the new ones add is put in, and every
//! name that reads otherwise now is noted, so that only what had looked it up is checked again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use super::build::{Roots, helper, is_stray, nearest_root, posting, step, stream, topic};
use super::posted::Part;
use super::whole::{Share, Wholes};
use super::{Changes, Conclusions, Index, Inputs, Mention, Topic, Unseen};
use crate::discovery::{self, FileRole};
use crate::flow_source::FlowSource;
use crate::framework::Framework;
use crate::reads::{Key, Lookup, record};
use crate::resolve::{self, Resolver};
use crate::source::Source;

/// More files at once are a new branch and not an edit: building anew is no dearer then.
const MAX_FILES: usize = 64;

/// The indexes of the earlier state with the difference; nothing if that is more than other texts in a few files.
pub(super) fn update_all(inputs: &Inputs) -> Option<Vec<Arc<Index>>> {
    let first = inputs.previous.first()?;
    let same_manifests =
        Arc::ptr_eq(&first.manifests, &inputs.manifests) || first.manifests == inputs.manifests;
    if !same_manifests || inputs.previous.iter().any(|index| index.crosses) {
        return None;
    }
    let roots: Vec<&str> = inputs
        .previous
        .iter()
        .map(|index| index.project.root.as_str())
        .collect();
    let update = |index: &Arc<Index>| {
        let edits = Edits::between(index, inputs)?;
        if edits.may_cross(inputs, &roots) {
            return None;
        }
        let edits = edits.of(index, &roots);
        Some(if edits.is_empty() {
            Arc::clone(index)
        } else {
            Arc::new(Update::new(index, inputs, &roots).run(&edits))
        })
    };
    inputs.previous.iter().map(update).collect()
}

/// Files with another text: before, and now.
#[derive(Default)]
struct Edits<'s> {
    sources: Vec<(&'s Arc<Source>, &'s Arc<Source>)>,
    flow_tests: Vec<&'s Arc<FlowSource>>,
}

impl<'s> Edits<'s> {
    /// Nothing if files have come or gone, or if many have changed.
    fn between(index: &'s Index, inputs: &'s Inputs) -> Option<Self> {
        let mut edits = Self::default();
        let mut is_simple = true;
        index
            .files
            .difference(&inputs.files, |old, new| match (old, new) {
                (Some(old), Some(new)) if Arc::ptr_eq(old, new) => {}
                (Some(old), Some(new)) => edits.sources.push((old, new)),
                _ => is_simple = false,
            });
        index
            .all_flow_tests
            .difference(&inputs.flow_tests, |old, new| match (old, new) {
                (Some(old), Some(new)) if Arc::ptr_eq(old, new) => {}
                (Some(_), Some(new)) => edits.flow_tests.push(new),
                _ => is_simple = false,
            });
        (is_simple && edits.sources.len() + edits.flow_tests.len() <= MAX_FILES).then_some(edits)
    }

    /// True if a file imports something else now that may lie in another project.
    fn may_cross(&self, inputs: &Inputs, roots: &[&str]) -> bool {
        let imports_otherwise = |(old, new): &&(&Arc<Source>, &Arc<Source>)| {
            let (old, new) = (&old.facts.imports, &new.facts.imports);
            let is_same = |(old, new): (&_, &_)| resolve::imports_the_same(old, new);
            old.len() != new.len() || !old.iter().zip(new).all(is_same)
        };
        let mut changed = self.sources.iter().filter(imports_otherwise).peekable();
        if changed.peek().is_none() {
            return false;
        }
        let marked = Roots::of(&inputs.manifests, inputs.rules);
        let changed = changed.map(|(_, new)| new.as_ref());
        resolve::crosses_projects(changed, &inputs.manifests, |file| {
            let root = marked.root_of(file)?;
            roots.iter().copied().find(|known| *known == root)
        })
    }

    /// Those that one project takes notice of.
    fn of(mut self, index: &Index, roots: &[&str]) -> Self {
        self.sources.retain(|(_, new)| {
            // Any module may be imported, so all of them are part of every project.
            index.loads(&new.path) || discovery::role(&new.path) == Some(FileRole::Module)
        });
        self.flow_tests.retain(|flow| {
            nearest_root(&flow.path, roots.iter().copied()) == Some(index.project.root.as_str())
        });
        self
    }

    fn is_empty(&self) -> bool {
        self.sources.is_empty() && self.flow_tests.is_empty()
    }
}

/// An index on its way from one state to the next.
struct Update<'s> {
    old: &'s Index,
    next: Index,
    changes: Changes,
    resolver: Resolver<'s>,
    roots: &'s [&'s str],
}

impl<'s> Update<'s> {
    fn new(old: &'s Index, inputs: &'s Inputs, roots: &'s [&'s str]) -> Self {
        let next = Index {
            project: old.project.clone(),
            config: Arc::clone(&old.config),
            framework: old.framework.clone(),
            dialects: old.dialects,
            helpers: old.helpers.clone(),
            flow_tests: old.flow_tests.clone(),
            strays: old.strays.clone(),
            has_plugins: old.has_plugins,
            topics: old.topics.clone(),
            posted: old.posted.clone(),
            open: old.open.clone(),
            unseen: Arc::clone(&old.unseen),
            entities: OnceLock::new(),
            wholes: old.wholes.clone(),
            files: inputs.files.clone(),
            all_flow_tests: inputs.flow_tests.clone(),
            manifests: Arc::clone(&inputs.manifests),
            importers: Arc::clone(&old.importers),
            crosses: false,
            conclusions: Conclusions::default(),
        };
        Self {
            old,
            next,
            changes: Changes::default(),
            resolver: Resolver::new(&inputs.files, &inputs.manifests),
            roots,
        }
    }

    fn run(mut self, edits: &Edits<'_>) -> Index {
        let mut files: BTreeSet<&str> = edits.sources.iter().map(|(_, new)| new.path.as_str()).collect();
        for (_, new) in &edits.sources {
            let read = Lookup::File(&new.path).key();
            files.extend(
                self.old
                    .importers
                    .get(&read)
                    .into_iter()
                    .flatten()
                    .map(String::as_str),
            );
        }
        for file in &files {
            self.file(file);
        }
        for flow in &edits.flow_tests {
            files.insert(&flow.path);
            self.next.flow_tests.insert(Arc::clone(flow));
            self.changes.file(&flow.path);
        }
        if self.old.open != self.next.open {
            self.next.unseen = Arc::new(Unseen::of(&self.next.open));
            if self.old.unseen != self.next.unseen {
                self.changes.touch(Lookup::Unseen);
            }
        }
        self.next.wholes = self.old.wholes.after(&self.changes);
        self.next.entities = self.old.updated_entities(&self.next, &files);
        self.base();
        self.next
    }

    /// Remembers the last outcome of a check and what has changed since.
    fn base(&mut self) {
        if self.next.dialects.releases() != self.old.dialects.releases() {
            let (root, config) = (&self.next.project.root, &self.next.config);
            self.next.framework = Framework::of(root, config, &self.next.manifests, self.next.dialects);
        }
        // Nearly every rule asks for the release of the framework.
        if self.next.framework != self.old.framework {
            self.next.wholes = Wholes::default();
            return;
        }
        let changes = std::mem::take(&mut self.changes);
        self.next.conclusions = self.old.conclusions.after(changes);
    }

    /// Brings one file up to date: one that has changed, or one that reads names of such a file.
    fn file(&mut self, file: &str) {
        let Some(source) = self.next.files.get(file).map(Arc::clone) else {
            return;
        };
        let (part, share) = describe(self.old, file, self.old.files.get(file));
        let resolver = &self.resolver;
        let reads = if let Some(old) = self.old.project.steps.get(file) {
            let (resolved, reads) = record(|| resolver.resolve(&source));
            let step = step(&source, resolved);
            self.next.dialects = self.next.dialects.replaced(old, &step);
            self.next.project.steps.insert(step);
            reads
        } else if self.old.project.streams.contains_key(file) {
            let (resolved, reads) = record(|| resolver.resolve(&source));
            self.next.project.streams.insert(stream(&source, resolved));
            reads
        } else {
            self.module(&source)
        };
        self.import(file, &reads);
        let (new_part, new_share) = describe(&self.next, file, Some(&source));
        self.post(file, part, new_part);
        share.compare(&new_share, &mut self.changes);
        self.changes.file(file);
        self.changes.touch(Lookup::Texts);
    }

    fn module(&mut self, source: &Arc<Source>) -> Box<[Key]> {
        let file = source.path.as_str();
        if nearest_root(file, self.roots.iter().copied()) != Some(self.next.project.root.as_str()) {
            return Box::default();
        }
        let (found, reads) = record(|| helper(source, &self.resolver));
        match found {
            Some(helper) => self.next.helpers.insert(helper),
            None => drop(self.next.helpers.remove(file)),
        }
        if is_stray(source) {
            self.next.strays.insert(Arc::clone(source));
        } else {
            self.next.strays.remove(file);
        }
        reads
    }

    /// Remembers what a file reads of others.
    fn import(&mut self, file: &str, reads: &[Key]) {
        let known = |importers: &BTreeMap<Key, BTreeSet<String>>, read: &Key| {
            importers.get(read).is_some_and(|files| files.contains(file))
        };
        let read_before = self
            .old
            .importers
            .iter()
            .filter(|(_, files)| files.contains(file));
        let gone: Vec<Key> = read_before
            .map(|(read, _)| *read)
            .filter(|read| !reads.contains(read))
            .collect();
        if gone.is_empty() && reads.iter().all(|read| known(&self.next.importers, read)) {
            return;
        }
        let importers = Arc::make_mut(&mut self.next.importers);
        for read in gone {
            if let Some(files) = importers.get_mut(&read) {
                files.remove(file);
            }
        }
        for read in reads {
            importers.entry(*read).or_default().insert(file.to_owned());
        }
    }

    /// Takes out of the postings what a file added, and puts in what it adds now.
    fn post(&mut self, file: &str, old: Part, new: Part) {
        let by_topic = |part: Vec<(String, Mention)>| {
            let mut mentions: BTreeMap<String, Vec<Mention>> = BTreeMap::new();
            for (topic, mention) in part {
                mentions.entry(topic).or_default().push(mention);
            }
            mentions
        };
        let (old_topics, mut new_topics) = (by_topic(old.topics), by_topic(new.topics));
        let names: BTreeSet<String> = old_topics.keys().chain(new_topics.keys()).cloned().collect();
        for name in names {
            if old_topics.get(&name) == new_topics.get(&name) {
                continue;
            }
            self.changes.topic(&name);
            let was_taken = self.next.topics.get(&name).is_some_and(Topic::is_taken);
            let before = self
                .next
                .topics
                .get(&name)
                .map_or(&[][..], |topic| &topic.mentions);
            let others = before.iter().filter(|mention| mention.file != file).cloned();
            let mentions: Vec<Mention> = others
                .chain(new_topics.remove(&name).unwrap_or_default())
                .collect();
            if mentions.is_empty() {
                self.next.topics.remove(&name);
            } else {
                self.next.topics.insert(topic(name.clone(), mentions));
            }
            if was_taken != self.next.topics.get(&name).is_some_and(Topic::is_taken) {
                self.changes.touch(Lookup::Taken);
            }
        }
        for name in old.posted.symmetric_difference(&new.posted) {
            self.changes.touch(Lookup::Posted(name));
            let before = self
                .next
                .posted
                .get(name)
                .map_or(&[][..], |posting| &posting.files);
            let mut files: Vec<String> = before.iter().filter(|other| *other != file).cloned().collect();
            files.extend(new.posted.contains(name).then(|| file.to_owned()));
            if files.is_empty() {
                self.next.posted.remove(name);
            } else {
                self.next.posted.insert(posting(name.clone(), files));
            }
        }
        if old.open != new.open {
            if new.open.is_empty() {
                self.next.open.remove(file);
            } else {
                self.next.open.insert(new.open);
            }
        }
    }
}

/// What a file adds to an index.
fn describe(index: &Index, file: &str, source: Option<&Arc<Source>>) -> (Part, Share) {
    if let Some(step) = index.project.steps.get(file) {
        let is_loaded = index.is_loaded(file);
        return (Part::of_step(step), Share::of_step(step, is_loaded));
    }
    if let Some(stream) = index.project.streams.get(file) {
        return (Part::of_other(&stream.source, None), Share::of_stream(stream));
    }
    let Some(source) = source else {
        return Default::default();
    };
    let helper = index.helpers.get(file);
    (Part::of_other(source, helper), Share::of_other(source, helper))
}
