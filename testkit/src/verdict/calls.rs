//! `called` and `not_called`: which external calls were made, how often and in which order.

use std::collections::BTreeMap;

use banister_project::flow_test::{CalledHttp, RequestPattern, Spanned, TextMatch};

use super::{Evidence, Judgement, Reason, SHOWN, counted, enough, wanted};
use crate::mock::HttpCall;
use crate::template::{UnknownVariable, Variables, fill, fill_string};

impl Evidence<'_, '_> {
    pub(super) fn judge_called(&self, expected: &[CalledHttp]) -> Judgement {
        let mut patterns = Vec::new();
        for call in expected {
            let pattern = filled(&call.request, self.variables)?;
            self.judge_count(&pattern, call.times)?;
            patterns.push((pattern, call.times));
        }
        let mut rest = self.run.calls.iter();
        for (at, (pattern, times)) in patterns.iter().enumerate() {
            for _ in 0..times.unwrap_or(1) {
                if rest.any(|call| call.misses(pattern).is_empty()) {
                    continue;
                }
                let before = at.checked_sub(1).map(|before| &patterns[before].0.on);
                let order = before.map_or_else(String::new, |before| format!(" after {before}"));
                return Err(Reason::new(
                    format!("{} was not called{order}: the order differs", pattern.on),
                    vec![self.calls_made()],
                ));
            }
        }
        Ok(())
    }

    fn judge_count(&self, pattern: &RequestPattern, times: Option<u32>) -> Judgement {
        let fits = |call: &&HttpCall| call.misses(pattern).is_empty();
        let count = self.run.calls.iter().filter(fits).count();
        if enough(count, times) {
            return Ok(());
        }
        let so = if is_bare(pattern) {
            ""
        } else {
            " with this request"
        };
        let mut details = self.near_misses(pattern);
        details.push(self.calls_made());
        Err(Reason::new(
            format!(
                "{}{so} was called {}, expected {}",
                pattern.on,
                counted(count),
                wanted(times)
            ),
            details,
        ))
    }

    pub(super) fn judge_not_called(&self, request: &RequestPattern) -> Judgement {
        let pattern = filled(request, self.variables)?;
        let found = self
            .run
            .calls
            .iter()
            .find(|call| call.misses(&pattern).is_empty());
        match found {
            None => Ok(()),
            Some(call) => {
                let body = if call.body.is_null() {
                    Vec::new()
                } else {
                    vec![format!("with body {}", call.body)]
                };
                Err(Reason::new(
                    format!("{} {} was called", call.method, call.url),
                    body,
                ))
            }
        }
    }

    /// In what the closest calls of the same address differ.
    fn near_misses(&self, pattern: &RequestPattern) -> Vec<String> {
        let mut close: Vec<_> = (self.run.calls.iter().enumerate())
            .filter(|(_, call)| pattern.on.matches(&format!("{} {}", call.method, call.url)))
            .map(|(at, call)| (call.misses(pattern), at + 1))
            .filter(|(misses, _)| !misses.is_empty())
            .collect();
        close.sort_by_key(|(misses, at)| (misses.len(), *at));
        let shown = close.into_iter().take(SHOWN);
        shown
            .map(|(misses, at)| format!("call {at}: {}", misses.join("; ")))
            .collect()
    }

    fn calls_made(&self) -> String {
        let calls: Vec<String> = (self.run.calls.iter())
            .map(|call| format!("{} {}", call.method, call.url))
            .collect();
        if calls.is_empty() {
            "no external call was made".to_owned()
        } else {
            format!("calls were: {}", calls.join(", "))
        }
    }
}

fn is_bare(pattern: &RequestPattern) -> bool {
    pattern.query.is_empty() && pattern.headers.is_empty() && pattern.body.is_none()
}

/// The pattern with captured and generated values in it.
fn filled(pattern: &RequestPattern, variables: &Variables) -> Result<RequestPattern, UnknownVariable> {
    let texts = |all: &BTreeMap<String, TextMatch>| {
        all.iter()
            .map(|(name, wanted)| {
                let wanted = match wanted {
                    TextMatch::Is(text) => TextMatch::Is(fill_string(text, variables)?),
                    other => other.clone(),
                };
                Ok((name.clone(), wanted))
            })
            .collect::<Result<_, UnknownVariable>>()
    };
    Ok(RequestPattern {
        on: Spanned {
            value: pattern.on.filled(|segment| fill_string(segment, variables))?,
            span: pattern.on.span,
        },
        query: texts(&pattern.query)?,
        headers: texts(&pattern.headers)?,
        body: pattern
            .body
            .as_ref()
            .map(|body| fill(body, variables))
            .transpose()?,
    })
}
