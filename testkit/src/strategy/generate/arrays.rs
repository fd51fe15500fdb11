//! Lists: how many items, and where those stand that must be among the others.

use serde_json::Value as Json;

use super::super::shape::{Items, NodeId};
use super::super::text::LARGEST;
use super::{Maker, Refusal, WIDE};

/// Items beyond the least.
const USUAL_ITEMS: usize = 4;

/// A largest count beyond this is not tried at random.
const MOST_ITEMS: usize = 40;

impl<'g> Maker<'g, '_, '_> {
    pub(super) fn array(
        &mut self,
        items: &'g Items,
        depth: u32,
        low: bool,
        turn: Option<usize>,
    ) -> Result<Json, Refusal> {
        let mut count = self.count(items, low, turn);
        if depth > WIDE {
            count = count.min(items.low.max(1));
        }
        let contained = self.places_of_contained(items, count);
        let mut out: Vec<Json> = Vec::with_capacity(count);
        let mut tries = 0;
        while out.len() < count && tries < count * 8 + 8 {
            tries += 1;
            let at = out.len();
            let node = match contained.iter().find(|(place, _)| *place == at) {
                Some((_, node)) => *node,
                None => items.first.get(at).copied().unwrap_or(items.rest),
            };
            match self.node(node, depth) {
                Ok(item) if items.unique && out.contains(&item) => {}
                Ok(item) => out.push(item),
                Err(_) if at >= items.low => break,
                Err(refusal) => return Err(refusal),
            }
        }
        if items.repeated && out.len() >= 2 {
            let first = out[0].clone();
            out.pop();
            out.push(first);
        }
        Ok(Json::Array(out))
    }

    fn count(&mut self, items: &Items, low: bool, turn: Option<usize>) -> usize {
        let is_possible = |node: NodeId| !self.nodes[node].branches.is_empty();
        let fixed = items.first.iter().take_while(|it| is_possible(**it)).count();
        let ends = fixed < items.first.len() || !is_possible(items.rest) && items.contains.is_empty();
        let most = if ends { items.high.min(fixed) } else { items.high };
        let least = items.low.min(most);
        let usual = least.max(items.first.len()).saturating_add(USUAL_ITEMS).min(most);
        if low {
            return least;
        }
        if let Some(turn) = turn {
            let edges = [
                least,
                least + 1,
                most,
                most.saturating_sub(1),
                1,
                2,
                fixed,
                fixed + 1,
            ];
            let fitting: Vec<usize> = edges
                .into_iter()
                .filter(|it| (least..=most.min(LARGEST.max(least))).contains(it))
                .collect();
            return fitting.get(turn % fitting.len().max(1)).copied().unwrap_or(least);
        }
        match self.dice.below(6) {
            0 => least,
            1 if most <= MOST_ITEMS => most,
            2 => (least + 1).min(most),
            _ => self.dice.size(least, usual),
        }
    }

    /// Where the items stand that must be among the others.
    fn places_of_contained(&mut self, items: &Items, count: usize) -> Vec<(usize, NodeId)> {
        let mut out: Vec<(usize, NodeId)> = Vec::new();
        for contained in &items.contains {
            let most = contained.high.min(count);
            let wanted = match self.dice.below(3) {
                0 if most <= MOST_ITEMS => most,
                _ => contained.low.max(1).min(most),
            };
            let start = self.dice.size(0, count.saturating_sub(1));
            let mut left = wanted;
            for place in (start..count).chain(0..start) {
                let node = contained.first.get(place).copied().unwrap_or(contained.rest);
                let is_free = !out.iter().any(|(taken, _)| *taken == place);
                if left > 0 && is_free && !self.nodes[node].branches.is_empty() {
                    out.push((place, node));
                    left -= 1;
                }
            }
        }
        out
    }
}
