//! `called` with a function: which mocked functions were called, how often and with what.

use serde_json::Value as Json;

use super::{Evidence, Judgement, Reason, SHOWN, counted, enough, wanted};
use crate::matching::partial_match;
use crate::template::fill;
use crate::trace::What;

impl Evidence<'_, '_> {
    pub(super) fn judge_called_function(
        &self,
        function: &str,
        args: Option<&Json>,
        times: Option<u32>,
    ) -> Judgement {
        let calls: Vec<Json> = (self.run.trace.events.iter())
            .filter_map(|event| match &event.what {
                What::Mocked {
                    function: called,
                    args,
                    ..
                } if called == function => Some(Json::Array(args.clone())),
                _ => None,
            })
            .collect();
        let expected = args.map(|args| fill(args, self.variables)).transpose()?;
        let misses = |call: &Json| {
            let expected = expected.as_ref()?;
            partial_match(expected, call).err()
        };
        let count = calls.iter().filter(|call| misses(call).is_none()).count();
        if enough(count, times) {
            return Ok(());
        }
        let mut details = Vec::new();
        for (n, call) in calls.iter().enumerate().take(SHOWN) {
            let mismatches = misses(call).unwrap_or_default();
            details.extend(
                mismatches
                    .iter()
                    .map(|mismatch| format!("call {}: args{mismatch}", n + 1)),
            );
        }
        if calls.is_empty() {
            details.push("it was not called at all".to_owned());
        }
        let with = if expected.is_some() {
            " with these arguments"
        } else {
            ""
        };
        Err(Reason::new(
            format!(
                "`{function}` was called{with} {}, expected {}",
                counted(count),
                wanted(times)
            ),
            details,
        ))
    }
}
