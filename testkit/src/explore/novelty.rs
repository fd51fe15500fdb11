//! Whether more orders of a test are likely to show anything new.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::flow::FlowResult;

/// After fewer runs nothing can be said.
const LEAST_RUNS: u32 = 20;

/// The different runs that were seen.
#[derive(Debug, Default)]
pub(super) struct Novelty {
    known: BTreeSet<u64>,
    runs: u32,
    /// The number of the last run that was unlike all before it.
    last_new: u32,
}

impl Novelty {
    /// Takes note of a run.
    pub(super) fn add(&mut self, result: &FlowResult) {
        self.runs += 1;
        let mut hasher = DefaultHasher::new();
        result.trace.canonical().hash(&mut hasher);
        if self.known.insert(hasher.finish()) {
            self.last_new = self.runs;
        }
    }

    /// Says so if the second half of the runs, or more, showed nothing that the first did not.
    pub(super) fn note(&self) -> Option<String> {
        let idle = self.runs - self.last_new;
        (self.runs >= LEAST_RUNS && idle * 2 >= self.runs).then(|| {
            format!(
                "the last {idle} of {} runs came to nothing new, after {} different ones: more schedules are unlikely to",
                self.runs,
                self.known.len()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Event, Trace, What};

    fn note_of(runs: impl IntoIterator<Item = i64>) -> Option<String> {
        let mut novelty = Novelty::default();
        for ms in runs {
            let event = Event {
                at: 0,
                invocation: None,
                what: What::Advance { ms },
            };
            let mut result = FlowResult::failed(String::new());
            result.trace = Trace { events: vec![event] };
            novelty.add(&result);
        }
        novelty.note()
    }

    #[test]
    fn runs_that_show_nothing_new_are_told() {
        let few = (0..20).map(|run| run % 4);
        assert_eq!(
            note_of(few).unwrap(),
            "the last 16 of 20 runs came to nothing new, after 4 different ones: more schedules are unlikely to"
        );
        assert_eq!(note_of(0..40), None);
        assert_eq!(note_of((0..20).map(|run| run / 2)), None);
        assert_eq!(note_of([0; 19]), None, "too few to tell");
    }
}
