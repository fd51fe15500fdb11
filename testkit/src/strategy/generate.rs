//! Values from the nodes of a schema.

mod arrays;
mod objects;

use serde_json::Value as Json;

use super::compile::Compiler;
use super::dice::Dice;
use super::document::Document;
use super::flat::Literal;
use super::shape::{Branch, Node, NodeId, Shape};
use super::text;

/// Values inside values of the same kind, before only what must be there is made.
const DEPTH: u32 = 6;
/// … and before their lists have one item at most: what is deep is thin.
const WIDE: u32 = 3;
/// Parts of one value, before only what must be there is made.
const MOST_PARTS: usize = 1_000;
/// A part is made so often to get one that `not` leaves.
const RETRIES: usize = 8;

/// Why a schema gives no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("its parts contradict each other")]
    Never,
    #[error("its references lead in a circle")]
    Circular,
    #[error("nothing is allowed by {0}")]
    Contradiction(String),
    #[error("the references of {0} lead in a circle")]
    Circle(String),
    #[error("{0} needs itself again and again, without an end")]
    Endless(String),
    #[error(
        "no text was found for {0}: its format, pattern and lengths exclude each other, or are more than can be made up"
    )]
    NoText(String),
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
                let made = edge.or_else(|| texts.draw(self.dice));
                Json::String(made.ok_or_else(|| Refusal::NoText(texts.place.clone()))?)
            }
            Shape::Array(items) => self.array(items, depth, low, turn)?,
            Shape::Object(fields) => self.object(fields, depth, low, turn)?,
            Shape::Anything => anything(if low { 3 } else { 0 }, self.dice),
        })
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
