//! What the files of a project say only together and no posting holds. Each is worked out when somebody first asks, and
//! kept until the part of it that one file says changes.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use banister_grammars::facts::{Dialect, Text};
use banister_grammars::{FileFacts, Span};

use super::{Changes, Helper, Index, writes};
use crate::flow_test::ProjectNames;
use crate::project::{Step, Stream};
use crate::reads::{Lookup, note};
use crate::source::Source;

/// What the modules of the project send that are no steps.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct HelperSends {
    /// The topics that are known.
    pub(crate) topics: BTreeSet<String>,
    /// True if one of them may send any topic.
    pub(crate) unseen: bool,
}

/// Writes to the state whose group is not exactly known.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct HiddenWrites {
    /// Groups that are known in part.
    pub(crate) patterns: Vec<Text>,
    /// True if any group may be written.
    pub(crate) anywhere: bool,
}

/// The streams of a project.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Streams {
    /// Their names.
    pub(crate) names: BTreeSet<String>,
    /// Names that are not exactly known; any of them may be the one.
    pub(crate) dynamic: Vec<Text>,
    /// True if a definition cannot be read.
    pub(crate) unread: bool,
}

/// A route with parameters or a wildcard, which may take the requests of others.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct WideRoute {
    /// The file of its step.
    pub(crate) file: String,
    /// In capitals.
    pub(crate) method: String,
    /// As written.
    pub(crate) path: String,
    /// The path as written in the config.
    pub(crate) span: Span,
}

/// The routes of framework 0.x that may take the requests of others.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct WideRoutes {
    /// They, by file.
    pub(crate) routes: Vec<WideRoute>,
    /// True if the framework loads the file of some route, wide or not.
    pub(crate) any_loaded: bool,
}

type Kept<T> = Arc<OnceLock<T>>;

/// All of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Wholes {
    helper_sends: Kept<HelperSends>,
    hidden_writes: Kept<HiddenWrites>,
    streams: Kept<Streams>,
    wide_routes: Kept<WideRoutes>,
    names: Kept<ProjectNames>,
}

impl Wholes {
    /// Without those that read otherwise now.
    pub(super) fn after(&self, changes: &Changes) -> Self {
        fn kept<T>(changes: &Changes, lookup: Lookup<'_>, whole: &Kept<T>) -> Kept<T> {
            if changes.has(lookup) {
                Kept::default()
            } else {
                Arc::clone(whole)
            }
        }
        Self {
            helper_sends: kept(changes, Lookup::HelperSends, &self.helper_sends),
            hidden_writes: kept(changes, Lookup::HiddenWrites, &self.hidden_writes),
            streams: kept(changes, Lookup::Streams, &self.streams),
            wide_routes: kept(changes, Lookup::WideRoutes, &self.wide_routes),
            names: kept(changes, Lookup::Names, &self.names),
        }
    }
}

impl Index {
    /// What the modules of the project send that are no steps.
    pub(crate) fn helper_sends(&self) -> &HelperSends {
        note(Lookup::HelperSends);
        self.wholes.helper_sends.get_or_init(|| {
            let mut whole = HelperSends::default();
            self.helpers.iter().for_each(|helper| whole.add(helper));
            whole
        })
    }

    /// Writes to the state whose group is not exactly known.
    pub(crate) fn hidden_writes(&self) -> &HiddenWrites {
        note(Lookup::HiddenWrites);
        self.wholes.hidden_writes.get_or_init(|| {
            let mut whole = HiddenWrites::default();
            let steps = self.project.steps.iter().map(Step::facts);
            let others = self
                .sources()
                .filter(|source| !self.project.steps.contains_key(&source.path));
            let facts = steps.chain(others.map(|source| &source.facts));
            facts.for_each(|facts| whole.add(facts));
            whole
        })
    }

    /// The streams of the project.
    pub(crate) fn streams(&self) -> &Streams {
        note(Lookup::Streams);
        self.wholes.streams.get_or_init(|| {
            let mut whole = Streams::default();
            let loaded = self.project.streams.iter().map(Stream::facts);
            loaded.for_each(|facts| whole.add(facts, true));
            // A definition in a place from which the framework does not load it is still what the author means.
            let elsewhere = self.sources().map(|source| &source.facts);
            elsewhere.for_each(|facts| whole.add(facts, false));
            whole
        })
    }

    /// The routes of framework 0.x that may take the requests of others.
    pub(crate) fn wide_routes(&self) -> &WideRoutes {
        note(Lookup::WideRoutes);
        self.wholes.wide_routes.get_or_init(|| {
            let mut whole = WideRoutes::default();
            let steps = self.project.steps.iter();
            steps.for_each(|step| whole.add(step, self.is_loaded(&step.file)));
            whole
        })
    }

    /// Everything that flow tests may name.
    pub(crate) fn names(&self) -> &ProjectNames {
        note(Lookup::Names);
        self.wholes.names.get_or_init(|| names_of(self))
    }
}

/// The names that a flow test may use, so far as static analysis knows them.
fn names_of(index: &Index) -> ProjectNames {
    let mut names = ProjectNames {
        state_groups: Some(Vec::new()),
        ..ProjectNames::default()
    };
    for step in &index.project.steps {
        names.add_step(step);
    }
    names.topics.sort();
    names.topics.dedup();
    let of_steps = index.project.steps.iter().map(Step::facts);
    // Any module may be imported by a step, so all of them count.
    let is_step = |source: &&Source| index.project.steps.contains_key(&source.path);
    let of_others = index.sources().filter(|source| !is_step(source));
    for facts in of_steps.chain(of_others.map(|source| &source.facts)) {
        names.add_groups(facts);
    }
    if let Some(groups) = &mut names.state_groups {
        groups.sort();
        groups.dedup();
    }
    names
}

impl HelperSends {
    fn add(&mut self, helper: &Helper) {
        let facts = helper.facts();
        self.unseen |= facts.emit_escapes;
        for topic in facts.emits.iter().filter_map(|site| site.topic.as_ref()) {
            self.unseen |= topic.text.candidates().is_empty();
            self.topics.extend(topic.text.candidates().iter().cloned());
        }
    }
}

impl HiddenWrites {
    fn add(&mut self, facts: &FileFacts) {
        self.anywhere |= facts.state_escapes;
        let groups = facts.state_uses.iter().filter(|call| writes(call));
        for group in groups.filter_map(|call| call.group.as_ref()) {
            match &group.text {
                Text::Known(_) | Text::OneOf(_) => {}
                Text::Pattern(_) => self.patterns.push(group.text.clone()),
                _ => self.anywhere = true,
            }
        }
    }
}

impl Streams {
    /// Adds the stream that a file defines, which a file that is loaded as one does.
    fn add(&mut self, facts: &FileFacts, is_loaded: bool) {
        let name = facts.stream.as_ref().map(|stream| stream.name.as_ref());
        match name {
            None => self.unread |= is_loaded,
            Some(None) => self.unread = true,
            Some(Some(name)) => match &name.text {
                Text::Known(_) | Text::OneOf(_) => self.names.extend(name.text.candidates().iter().cloned()),
                Text::Pattern(_) => self.dynamic.push(name.text.clone()),
                Text::Import(_) | Text::Either(_) | Text::Joined(_) | Text::Unknown(_) => self.unread = true,
            },
        }
    }
}

impl WideRoutes {
    fn add(&mut self, step: &Step, is_loaded: bool) {
        if step.dialect() != Dialect::V0 {
            return;
        }
        for trigger in step.fact().map_or(&[][..], |fact| &fact.triggers) {
            let (Some(method), Some(path)) = (&trigger.method, &trigger.path) else {
                continue;
            };
            if let (Some(method), Some(known)) = (method.text.known(), path.text.known()) {
                self.any_loaded |= is_loaded;
                // A path of plain words alone takes the requests of no other one.
                if known.split('/').any(|segment| !plain_segment(segment)) {
                    self.routes.push(WideRoute {
                        file: step.file.clone(),
                        method: method.to_ascii_uppercase(),
                        path: known.to_owned(),
                        span: path.span,
                    });
                }
            }
        }
    }
}

/// True for a segment of a path that stands for itself.
pub(crate) fn plain_segment(segment: &str) -> bool {
    let is_plain = |ch: char| ch.is_alphanumeric() || matches!(ch, '-' | '_' | '.' | '~' | '@');
    segment.chars().all(is_plain)
}

/// What one file says of what the files say together.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Share {
    helper_sends: HelperSends,
    hidden_writes: HiddenWrites,
    streams: Streams,
    wide_routes: WideRoutes,
    names: ProjectNames,
    links: Vec<(String, bool)>,
}

impl Share {
    fn new() -> Self {
        let names = ProjectNames {
            state_groups: Some(Vec::new()),
            ..ProjectNames::default()
        };
        Self {
            names,
            ..Self::default()
        }
    }

    pub(super) fn of_step(step: &Step, is_loaded: bool) -> Self {
        let mut share = Self::new();
        share.hidden_writes.add(step.facts());
        share.streams.add(&step.source.facts, false);
        share.wide_routes.add(step, is_loaded);
        share.names.add_step(step);
        share.names.add_groups(step.facts());
        share.links = links(step);
        share
    }

    pub(super) fn of_stream(stream: &Stream) -> Self {
        let mut share = Self::of_other(&stream.source, None);
        share.streams.add(stream.facts(), true);
        share
    }

    pub(super) fn of_other(source: &Source, helper: Option<&Helper>) -> Self {
        let mut share = Self::new();
        if let Some(helper) = helper {
            share.helper_sends.add(helper);
        }
        share.hidden_writes.add(&source.facts);
        share.streams.add(&source.facts, false);
        share.names.add_groups(&source.facts);
        share
    }

    /// Notes what reads otherwise because this share is another one now.
    pub(super) fn compare(&self, now: &Self, changes: &mut Changes) {
        for (is_same, lookup) in [
            (self.helper_sends == now.helper_sends, Lookup::HelperSends),
            (self.hidden_writes == now.hidden_writes, Lookup::HiddenWrites),
            (self.streams == now.streams, Lookup::Streams),
            (self.wide_routes == now.wide_routes, Lookup::WideRoutes),
            (self.names == now.names, Lookup::Names),
            (self.links == now.links, Lookup::Links),
        ] {
            if !is_same {
                changes.touch(lookup);
            }
        }
    }
}

/// The topics that a step surely sends and is let send, and those that surely start it.
fn links(step: &Step) -> Vec<(String, bool)> {
    let sent = step
        .emit_sites()
        .iter()
        .filter(|site| !site.conditional && !site.in_helper);
    let sent = sent.filter_map(|site| site.topic.as_ref()?.text.known());
    let sent = sent
        .filter(|topic| !step.drops(topic))
        .map(|topic| (topic.to_owned(), true));
    let taken = if step.always_takes() {
        step.subscribes()
    } else {
        Vec::new()
    };
    sent.chain(taken.into_iter().map(|topic| (topic.to_owned(), false)))
        .collect()
}
