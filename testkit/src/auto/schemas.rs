//! What the running modules say of the steps that a generated test may reach: schemas and statuses.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use banister_grammars::Language;
use serde_json::Value as Json;

use super::{Entry, Way};
use crate::plan::Plan;
use crate::schema::schema_of;

/// Asks a module for its config; `None` if it cannot be loaded.
pub(super) type Describe<'d> = &'d mut dyn FnMut(Language, &Path) -> Option<Json>;

/// The schema of what goes in at `way`; `None` if there is none, or none that can be read.
pub(super) fn input(plan: &Plan, way: &Way, describe: Describe<'_>) -> Option<Json> {
    let step = plan.steps.get(way.to.step).filter(|step| step.has_schemas)?;
    let part = match way.entry {
        Entry::Request { .. } => "body",
        Entry::Message { .. } => "input",
        Entry::Cron { .. } => return None,
    };
    let config = describe(step.language, &plan.root.join(&step.file))?;
    let triggers = config.get("triggers").and_then(|all| all.get(way.to.trigger));
    schema_of(triggers.unwrap_or(&config), part)
}

/// The statuses that each step declares to answer with, where all of them are plain numbers.
pub(super) fn statuses(plan: &Plan, ways: &[&Way], describe: Describe<'_>) -> BTreeMap<usize, BTreeSet<u16>> {
    let mut all = BTreeMap::new();
    for way in ways {
        let step = &plan.steps[way.to.step];
        if !step.has_schemas || !matches!(way.entry, Entry::Request { .. }) {
            continue;
        }
        let config = describe(step.language, &plan.root.join(&step.file));
        let triggers = config
            .as_ref()
            .and_then(|it| it.get("triggers"))
            .and_then(Json::as_array);
        // With several triggers nobody knows which of them a status is declared for.
        if triggers.is_some_and(|triggers| triggers.len() > 1) {
            continue;
        }
        let of = triggers.and_then(|triggers| triggers.first()).or(config.as_ref());
        let declared = of.and_then(|it| it.get("responseSchema").or_else(|| it.get("response_schema")));
        let Some(declared) = declared.and_then(Json::as_object).filter(|it| !it.is_empty()) else {
            continue;
        };
        let statuses: Result<BTreeSet<u16>, _> = declared.keys().map(|key| key.parse()).collect();
        if let Ok(statuses) = statuses {
            all.insert(way.to.step, statuses);
        }
    }
    all
}
