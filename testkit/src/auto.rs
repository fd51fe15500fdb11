//! Generated tests: for each way into a project — a route, a subscription, a schedule — a property that says nothing but
//! what must hold of every run ([`crate::invariant`]). Nobody has to write a test for them.
//!
//! [`ways`] finds the ways in, [`asked`] and [`headers`] what they want besides a body, [`defaults`] takes the mocks from the project's own flow tests, [`inputs`] makes requests
//! and messages from schemas, [`drive`] runs them one after the other, [`remembered`] carries ids from one to the next. The runner tries
//! many and shrinks what fails (`runner/generated.rs`).

mod asked;
mod defaults;
mod drive;
mod headers;
mod inputs;
mod negative;
mod remembered;
mod schemas;
mod ways;

use std::collections::BTreeMap;
use std::sync::Arc;

use banister_project::flow_test::FlowFile;

use crate::plan::Plan;

pub(crate) use asked::asked;
pub(crate) use defaults::{base, expected_topics};
pub(crate) use drive::{INPUT, KNOWN, drive, not_loaded, shown};
pub use headers::{Field, Header};
pub(crate) use inputs::Inputs;
pub use ways::{Entry, Way};

/// What a generated test is about.
#[derive(Debug, Clone)]
pub struct Auto {
    /// Every way into the project.
    ways: Arc<[Way]>,
    /// The one that is tried: index into them.
    at: usize,
}

impl Auto {
    /// The way that is tried.
    pub fn way(&self) -> &Way {
        &self.ways[self.at]
    }
}

/// A generated test.
pub(crate) struct Generated {
    /// `auto::` and the way.
    pub(crate) name: String,
    /// A file of this one test, which holds the mocks.
    pub(crate) file: Arc<FlowFile>,
    /// What it tries.
    pub(crate) auto: Arc<Auto>,
}

/// The generated tests of a project, in the order of its files. `files` are its flow tests: what they mock at the top of
/// the file is mocked here too.
pub(crate) fn tests(plan: &Plan, files: &[Arc<FlowFile>]) -> Vec<Generated> {
    let Some(base) = defaults::base(files) else {
        return Vec::new();
    };
    let mut ways = ways::of(plan);
    let env = base.tests.first().map(|test| &test.given.env);
    headers::find(&mut ways, plan, files, env.unwrap_or(&BTreeMap::new()));
    let ways: Arc<[Way]> = ways.into();
    (0..ways.len())
        .map(|at| {
            let name = format!("auto::{}", ways[at].name);
            let mut file = base.clone();
            for test in &mut file.tests {
                test.name.value.clone_from(&ways[at].name);
            }
            Generated {
                name,
                file: Arc::new(file),
                auto: Arc::new(Auto {
                    ways: Arc::clone(&ways),
                    at,
                }),
            }
        })
        .collect()
}
