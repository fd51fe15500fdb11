//! Values from the nodes of a schema.

use serde_json::{Map, Value as Json};

use super::compile::Compiler;
use super::dice::Dice;
use super::document::Document;
use super::flat::Literal;
use super::shape::{Branch, Fields, Items, Node, NodeId, Shape};
use super::text::{self, LARGEST};

/// Values inside values of the same kind, before only what must be there is made.
const DEPTH: u32 = 3;
/// Parts of one value, before only what must be there is made.
const MOST_PARTS: usize = 1_000;
/// A part is made so often to get one that `not` leaves.
const RETRIES: usize = 8;
/// Items beyond the least.
const USUAL_ITEMS: usize = 4;
/// A largest count beyond this is not tried at random.
const MOST_ITEMS: usize = 40;

/// Why a schema gives no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("its parts contradict each other")]
    Never,
    #[error("its references lead in a circle")]
    Circular,
    #[error("it refers to itself without an end")]
    TooDeep,
    #[error("it refers to {0}, which is not in the schema")]
    Reference(String),
}

/// A schema to make values of.
pub(super) struct Generator {
    nodes: Vec<Node>,
    counters: usize,
}

/// How choices are made.
pub(super) enum Mode<'c> {
    /// By chance, edges more often than their share.
    Random,
    /// In turn, so that every edge has its turn; with how often each branch was asked.
    Edges(&'c mut Counters),
    /// As the schema's author gave them, in turn.
    Examples(&'c mut Counters),
}

/// How often nodes and branches have been asked.
pub(super) struct Counters {
    nodes: Vec<usize>,
    branches: Vec<usize>,
}

impl Counters {
    fn node(&mut self, id: NodeId) -> usize {
        self.nodes[id] += 1;
        self.nodes[id] - 1
    }

    fn branch(&mut self, counter: usize) -> usize {
        self.branches[counter] += 1;
        self.branches[counter] - 1
    }
}

impl Generator {
    pub(super) fn new(document: &Document) -> Result<Self, Refusal> {
        let (nodes, counters) = Compiler::compile(document, Literal::of(""))?;
        Ok(Self { nodes, counters })
    }

    /// Makes what the document does not allow.
    pub(super) fn opposite(document: &Document) -> Result<Self, Refusal> {
        let (nodes, counters) = Compiler::compile(document, Literal::not(""))?;
        Ok(Self { nodes, counters })
    }

    pub(super) fn counters(&self) -> Counters {
        Counters {
            nodes: vec![0; self.nodes.len()],
            branches: vec![0; self.counters],
        }
    }

    /// The largest number of examples that one part has.
    pub(super) fn examples(&self) -> usize {
        self.nodes.iter().map(|it| it.examples.len()).max().unwrap_or(0)
    }

    /// How many values in turn show every edge, about.
    pub(super) fn rounds(&self) -> usize {
        let edges = self
            .nodes
            .iter()
            .flat_map(|it| &it.branches)
            .map(|it| match &it.shape {
                Shape::Object(fields) => fields.rounds(),
                Shape::Text(texts) => texts.edges(),
                Shape::Number(numbers) => numbers.edges.len(),
                Shape::Choices(choices) => choices.len(),
                _ => 8,
            });
        edges.max().unwrap_or(1)
    }

    /// A value that is likely to be valid.
    pub(super) fn value(&self, mode: Mode<'_>, dice: &mut Dice) -> Result<Json, Refusal> {
        Maker {
            nodes: &self.nodes,
            mode,
            parts: 0,
            dice,
        }
        .node(0, 0)
    }
}

struct Maker<'g, 'c, 'd> {
    nodes: &'g [Node],
    mode: Mode<'c>,
    parts: usize,
    dice: &'d mut Dice,
}

impl<'g> Maker<'g, '_, '_> {
    fn node(&mut self, id: NodeId, depth: u32) -> Result<Json, Refusal> {
        let nodes = self.nodes;
        let node = &nodes[id];
        self.parts += 1;
        if node.branches.is_empty() {
            return Err(Refusal::Never);
        }
        if let Mode::Examples(counters) = &mut self.mode
            && !node.examples.is_empty()
        {
            let turn = counters.node(id) % node.examples.len();
            return Ok(node.examples[turn].clone());
        }
        let depth = depth + u32::from(node.is_recursive);
        for _ in 0..RETRIES {
            let branch = self.branch(id, node, depth);
            let value = self.shape(branch, depth)?;
            if branch.excluded.is_empty() || !branch.excluded.contains(&value) {
                return Ok(value);
            }
        }
        Err(Refusal::Never)
    }

    fn branch(&mut self, id: NodeId, node: &'g Node, depth: u32) -> &'g Branch {
        let at = match &mut self.mode {
            _ if self.parts > MOST_PARTS || depth > DEPTH => node.flattest,
            Mode::Edges(counters) => counters.node(id) % node.branches.len(),
            _ if node.branches.len() == 1 => 0,
            _ => self.dice.pick(&node.lots).copied().unwrap_or(0),
        };
        &node.branches[at]
    }

    fn shape(&mut self, branch: &'g Branch, depth: u32) -> Result<Json, Refusal> {
        let low = self.parts > MOST_PARTS || depth > DEPTH;
        let turn = match &mut self.mode {
            Mode::Edges(counters) if !low => Some(counters.branch(branch.counter)),
            _ => None,
        };
        Ok(match &branch.shape {
            Shape::Null => Json::Null,
            Shape::Bool => Json::Bool(turn.map_or_else(|| self.dice.chance(1, 2), |turn| turn % 2 == 0)),
            Shape::Choices(choices) => {
                let choice = match turn {
                    Some(turn) => choices.get(turn % choices.len()),
                    None => self.dice.pick(choices),
                };
                choice.cloned().ok_or(Refusal::Never)?
            }
            Shape::Number(numbers) => match turn {
                Some(turn) if !numbers.edges.is_empty() => numbers.edges[turn % numbers.edges.len()].clone(),
                _ => numbers.draw(self.dice),
            },
            Shape::Text(texts) => {
                let edge = turn.and_then(|turn| {
                    // The next edge that is possible, so that no turn is lost.
                    let count = texts.edges();
                    (turn..turn + count).find_map(|it| texts.edge(it % count, self.dice))
                });
                Json::String(edge.or_else(|| texts.draw(self.dice)).ok_or(Refusal::Never)?)
            }
            Shape::Array(items) => self.array(items, depth, low, turn)?,
            Shape::Object(fields) => self.object(fields, depth, low, turn)?,
            Shape::Anything => anything(if low { 3 } else { 0 }, self.dice),
        })
    }

    fn object(
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
                let stretch = super::pattern::Stretch::Any;
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

    fn array(
        &mut self,
        items: &'g Items,
        depth: u32,
        low: bool,
        turn: Option<usize>,
    ) -> Result<Json, Refusal> {
        let count = self.count(items, low, turn);
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

impl Fields {
    /// Turns after which every optional property was the only one that is there, and the only one that is not.
    fn rounds(&self) -> usize {
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

/// Any JSON, small.
fn anything(level: usize, dice: &mut Dice) -> Json {
    match dice.below(if level < 3 { 8 } else { 5 }) {
        0 => Json::Null,
        1 => Json::Bool(dice.chance(1, 2)),
        2 => Json::from(dice.between(-100, 100)),
        3 => Json::from(dice.between(-1_000, 1_000) as f64 / 8.0),
        4 | 5 => Json::String(text::free(0, usize::MAX, dice)),
        6 => Json::Array((0..dice.below(3)).map(|_| anything(level + 2, dice)).collect()),
        _ => Json::Object(
            (0..dice.below(3))
                .map(|_| (text::key(dice), anything(level + 2, dice)))
                .collect(),
        ),
    }
}
