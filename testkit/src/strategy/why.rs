//! Why a schema allows nothing: the part of it that stands in the way, which may lie deep in what has to be there.

use std::collections::BTreeMap;

use super::flat::Literal;
use super::generate::Refusal;
use super::shape::{Branch, ENDLESS, Node, NodeId, Shape};

/// More places of one contradiction say no more to a person.
const MOST_PLACES: usize = 4;

/// What stands in the way of a node without values. `known` says it of those that came to nothing by themselves,
/// `made_of` where each node comes from.
pub(super) fn why(
    nodes: &[Node],
    known: &BTreeMap<NodeId, Refusal>,
    made_of: &BTreeMap<Vec<Literal>, NodeId>,
) -> Refusal {
    let mut at = 0;
    let mut seen = Vec::new();
    loop {
        let places = || places(at, made_of);
        if let Some(refusal) = known.get(&at).filter(|_| nodes[at].branches.is_empty()) {
            return match refusal {
                Refusal::Never => Refusal::Contradiction(places()),
                Refusal::Circular => Refusal::Circle(places()),
                other => other.clone(),
            };
        }
        if seen.contains(&at) {
            return Refusal::Endless(places());
        }
        seen.push(at);
        let needed = nodes[at]
            .branches
            .iter()
            .find_map(|branch| dead_end(branch, nodes));
        match needed {
            Some(next) => at = next,
            None => return Refusal::Contradiction(places()),
        }
    }
}

/// The part that a branch needs and that has no values.
fn dead_end(branch: &Branch, nodes: &[Node]) -> Option<NodeId> {
    let is_dead = |node: &NodeId| nodes[*node].height == ENDLESS;
    match &branch.shape {
        Shape::Object(fields) => {
            let mut required = fields.known.iter().filter(|it| it.required).map(|it| it.node);
            required.find(is_dead)
        }
        Shape::Array(items) => {
            let contained = items.contains.iter().filter(|it| it.low > 0).map(|it| it.rest);
            let fixed = items.first.iter().take(items.low).copied();
            contained.chain(fixed).chain([items.rest]).find(is_dead)
        }
        _ => None,
    }
}

/// Where in the schema a node comes from, in words.
fn places(node: NodeId, made_of: &BTreeMap<Vec<Literal>, NodeId>) -> String {
    let literals = made_of.iter().find(|(_, at)| **at == node).map(|(it, _)| it);
    let told: Vec<String> = literals
        .into_iter()
        .flatten()
        .take(MOST_PLACES)
        .map(|it| match it.holds {
            true => format!("'#{}'", it.place),
            false => format!("the opposite of '#{}'", it.place),
        })
        .collect();
    match told.as_slice() {
        [one] => one.clone(),
        several => format!("{} together", several.join(" and ")),
    }
}
