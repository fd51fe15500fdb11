//! What the steps of a project ask requests for: read off their modules, off those that these import, and off middleware
//! that is named by a text.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;

use banister_grammars::{Language, request_reads};
use banister_project::Snapshot;
use banister_project::flow_test::FlowFile;

use crate::plan::{Asked, Plan};

/// What each step asks for that has any to ask: index into [`Plan::steps`]. `project` is the folder of the project in the
/// workspace; `files` are its flow tests, of whose environment variables the modules may speak.
pub(crate) fn asked(
    snapshot: &Snapshot,
    plan: &Plan,
    project: &str,
    files: &[Arc<FlowFile>],
) -> BTreeMap<usize, Asked> {
    let tests = files.iter().flat_map(|file| &file.tests);
    let env: BTreeSet<&String> = tests.flat_map(|test| test.given.env.keys()).collect();
    let mut known: BTreeMap<String, Asked> = BTreeMap::new();
    let of_text = |language: Language, text: &str| Asked {
        reads: request_reads(language, text),
        env: env
            .iter()
            .filter(|name| text.contains(name.as_str()))
            .map(|name| (*name).clone())
            .collect(),
    };
    let named = plan.middleware.values().filter_map(|file| {
        let language = Language::of_path(file)?;
        Some(of_text(language, &fs::read_to_string(file).ok()?))
    });
    let named: Vec<Asked> = named.collect();
    let mut all = BTreeMap::new();
    for (at, step) in plan.steps.iter().enumerate() {
        if step.triggers.iter().all(|trigger| trigger.route.is_none()) {
            continue;
        }
        let file = match project {
            "" => step.file.clone(),
            project => format!("{project}/{}", step.file),
        };
        let mut asked = Asked::default();
        for file in snapshot.used_by(&file) {
            let Some(source) = snapshot.source(&file) else {
                continue;
            };
            let found = known
                .entry(file)
                .or_insert_with(|| of_text(source.facts.language, &source.text));
            asked.add(found);
        }
        if plan.hints.has_middleware.contains(&at) {
            named.iter().for_each(|middleware| asked.add(middleware));
        }
        if asked != Asked::default() {
            all.insert(at, asked);
        }
    }
    all
}
