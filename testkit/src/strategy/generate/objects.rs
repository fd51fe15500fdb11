//! Objects: which properties are there, and their names.

use serde_json::{Map, Value as Json};

use super::super::pattern::Stretch;
use super::super::shape::Fields;
use super::super::text::{self, LARGEST};
use super::{Maker, RETRIES, Refusal};

impl<'g> Maker<'g, '_, '_> {
    pub(super) fn object(
        &mut self,
        fields: &'g Fields,
        depth: u32,
        low: bool,
        turn: Option<usize>,
    ) -> Result<Json, Refusal> {
        let present = self.present(fields, low, turn);
        let mut out = Map::with_capacity(present.len());
        for (field, _) in fields.known.iter().zip(&present).filter(|(_, present)| **present) {
            match self.node(field.node, depth) {
                Ok(value) => {
                    out.insert(field.name.clone(), value);
                }
                Err(refusal) if field.required => return Err(refusal),
                Err(_) => {}
            }
        }
        let closed = fields.patterns.is_empty() && !fields.open && out.len() >= fields.low;
        if !closed {
            self.more_properties(fields, &mut out, depth, low, turn)?;
        }
        Ok(Json::Object(out))
    }

    /// Which of the known properties are there.
    fn present(&mut self, fields: &Fields, low: bool, turn: Option<usize>) -> Vec<bool> {
        let known = &fields.known;
        let style = if low { 0 } else { self.dice.below(4) };
        let optional = |number: usize| {
            known
                .iter()
                .filter(|it| !it.required)
                .nth(number)
                .map(|it| &it.name)
        };
        let mut coins = 0;
        let mut wanted: Vec<bool> = known
            .iter()
            .enumerate()
            .map(|(at, field)| {
                if at % 64 == 0 && style > 1 {
                    coins = self.dice.below(u64::MAX);
                }
                let coin = coins >> (at % 64) & 1 == 1;
                field.required
                    || self.nodes[field.node].height < u32::MAX
                        && match turn.filter(|_| !low).map(|turn| turn % fields.rounds()) {
                            Some(0) => true,
                            Some(1) => false,
                            Some(turn) => (optional((turn - 2) / 2) == Some(&field.name)) == (turn % 2 == 0),
                            None => style == 1 || style > 1 && coin,
                        }
            })
            .collect();
        if !fields.dependent.is_empty() {
            fields.settle(&mut wanted);
        }
        let mut count = wanted.iter().filter(|it| **it).count();
        for least_first in [true, false] {
            let start = self.dice.size(0, known.len());
            for at in (start..known.len()).chain(0..start) {
                let possible = self.nodes[known[at].node].height < u32::MAX;
                if least_first && count < fields.low && !wanted[at] && possible {
                    wanted[at] = true;
                    count += 1;
                } else if !least_first && count > fields.high && wanted[at] && !known[at].required {
                    wanted[at] = false;
                    count -= 1;
                }
            }
        }
        wanted
    }

    /// Properties that no name was written for: by pattern, by `additionalProperties`, or up to the least count.
    fn more_properties(
        &mut self,
        fields: &'g Fields,
        out: &mut Map<String, Json>,
        depth: u32,
        low: bool,
        turn: Option<usize>,
    ) -> Result<(), Refusal> {
        for (pattern, _, node) in &fields.patterns {
            let skipped = low || turn.map_or_else(|| self.dice.chance(1, 2), |turn| turn % 2 == 1);
            if skipped && out.len() >= fields.low || out.len() >= fields.high {
                continue;
            }
            for _ in 0..self.dice.size(1, 2.max(fields.low.saturating_sub(out.len()))) {
                let stretch = Stretch::Any;
                let Some(name) = pattern.text(0, usize::MAX, stretch, self.dice) else {
                    continue;
                };
                let matched = fields
                    .patterns
                    .iter()
                    .filter(|(_, matcher, _)| matcher.is_match(&name))
                    .count();
                if matched == 1 && !fields.is_known(&name) && out.len() < fields.high {
                    let value = self.node(*node, depth)?;
                    out.insert(name, value);
                }
            }
        }
        let possible = !self.nodes[fields.other].branches.is_empty();
        let wanted = match turn {
            _ if !fields.open || low || !possible => 0,
            Some(turn) => {
                // As many as bring the whole to its least or largest count, or next to it; else some.
                let counts = [
                    fields.low,
                    fields.low + 1,
                    fields.high.saturating_sub(1),
                    fields.high,
                ];
                let to_reach = counts[turn % 4];
                if to_reach <= LARGEST && fields.high < usize::MAX || turn % 4 < 2 && fields.low > 0 {
                    to_reach.saturating_sub(out.len())
                } else {
                    turn % 3
                }
            }
            None => self.dice.size(0, 2),
        };
        let wanted = wanted
            .max(fields.unknown)
            .max(fields.low.saturating_sub(out.len()))
            .min(fields.high.saturating_sub(out.len()));
        for _ in 0..wanted {
            let name = (0..RETRIES).find_map(|_| self.free_name(fields, out, depth));
            let Some(name) = name else { break };
            let value = self.node(fields.other, depth)?;
            out.insert(name, value);
        }
        Ok(())
    }

    /// A name that is not spoken of yet.
    fn free_name(&mut self, fields: &'g Fields, out: &Map<String, Json>, depth: u32) -> Option<String> {
        let name = match fields.names {
            Some(node) => match self.node(node, depth).ok()? {
                Json::String(name) => name,
                _ => text::key(self.dice),
            },
            None => text::key(self.dice),
        };
        let is_free = !out.contains_key(&name)
            && !fields.is_known(&name)
            && !fields
                .patterns
                .iter()
                .any(|(_, matcher, _)| matcher.is_match(&name));
        is_free.then_some(name)
    }
}

impl Fields {
    /// Turns after which every optional property was the only one that is there, and the only one that is not.
    pub(super) fn rounds(&self) -> usize {
        2 + 2 * self.known.iter().filter(|it| !it.required).count()
    }

    fn is_known(&self, name: &str) -> bool {
        self.known.iter().any(|it| it.name == name)
    }

    /// Adds what must be there since something else is; takes that away if it cannot be had.
    fn settle(&self, present: &mut [bool]) {
        for _ in 0..=self.dependent.len() {
            for (at, needs) in &self.dependent {
                if !present[*at] {
                    continue;
                }
                if needs.iter().all(|it| *it < present.len()) {
                    needs.iter().for_each(|it| present[*it] = true);
                } else {
                    present[*at] = self.known[*at].required;
                }
            }
        }
    }
}
