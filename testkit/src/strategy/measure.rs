//! How deep the values of a node are at least, and which nodes have any.

use super::shape::{ENDLESS, Node, NodeId, Shape};

/// Finds how many levels each node needs at least.
pub(super) fn heights(nodes: &mut [Node]) {
    for node in nodes.iter_mut() {
        node.height = ENDLESS;
    }
    let mut changed = true;
    while changed {
        changed = false;
        for at in 0..nodes.len() {
            let heights: Vec<u32> = nodes[at]
                .branches
                .iter()
                .map(|it| height(&it.shape, nodes))
                .collect();
            let least = heights.iter().copied().min().unwrap_or(ENDLESS);
            changed |= least < nodes[at].height;
            nodes[at].height = least;
            for (branch, height) in nodes[at].branches.iter_mut().zip(heights) {
                branch.height = height;
            }
        }
    }
}

/// Drops the branches that have no end and prepares the draw. The heights are known by now.
pub(super) fn settle(nodes: &mut [Node]) {
    let recursive = heads(nodes);
    for (node, is_recursive) in nodes.iter_mut().zip(recursive) {
        node.is_recursive = is_recursive;
        node.branches.retain(|it| it.height != ENDLESS);
        if node.branches.iter().any(|it| !it.is_last_resort) {
            node.branches.retain(|it| !it.is_last_resort);
        }
        let flattest = node.branches.iter().enumerate().min_by_key(|(_, it)| it.height);
        node.flattest = flattest.map_or(0, |(at, _)| at);
        for (at, branch) in node.branches.iter().enumerate() {
            node.lots.push(at);
            // Absent values are where handlers break, but one in so many is enough.
            if !matches!(branch.shape, Shape::Null) {
                node.lots.push(at);
            }
        }
    }
}

fn height(shape: &Shape, nodes: &[Node]) -> u32 {
    let above = |needed: &mut dyn Iterator<Item = NodeId>| {
        let most = needed.map(|it| nodes[it].height).max().unwrap_or(0);
        if most == ENDLESS { ENDLESS } else { most + 1 }
    };
    match shape {
        Shape::Object(fields) => {
            let required = fields.known.iter().filter(|it| it.required).map(|it| it.node);
            let count = fields.known.iter().filter(|it| it.required).count();
            let possible = fields
                .known
                .iter()
                .filter(|it| nodes[it.node].height != ENDLESS)
                .count();
            let missing = fields.low.saturating_sub(count);
            let optional = fields.known.iter().filter(|it| !it.required).map(|it| it.node);
            let of_patterns = fields.patterns.iter().map(|(.., node)| *node);
            let others_needed = fields.unknown > 0 || missing > 0 && possible < fields.low;
            let others = std::iter::once(fields.other).chain(of_patterns.clone());
            let with_others = if fields.unknown > 0 {
                nodes[fields.other].height
            } else if others_needed {
                others.map(|it| nodes[it].height).min().unwrap_or(ENDLESS)
            } else {
                0
            };
            let mut optional: Vec<u32> = optional
                .map(|it| nodes[it].height)
                .filter(|it| *it != ENDLESS)
                .collect();
            optional.sort_unstable();
            let with_optional = optional.into_iter().take(missing).max().unwrap_or(0);
            match above(&mut required.into_iter()) {
                _ if with_others == ENDLESS => ENDLESS,
                ENDLESS => ENDLESS,
                height => height.max(with_others + 1).max(with_optional + 1),
            }
        }
        Shape::Array(items) => {
            let fixed = items.first.iter().take(items.low).copied();
            let rest = (items.low > items.first.len()).then_some(items.rest);
            let contained = items.contains.iter().filter(|it| it.low > 0).map(|it| {
                let places = it.first.iter().take(items.high).chain(std::iter::once(&it.rest));
                places
                    .copied()
                    .min_by_key(|it| nodes[*it].height)
                    .unwrap_or(it.rest)
            });
            // An item that must be there may stand where another would have to.
            if items.contains.iter().any(|it| it.low > 0) {
                above(&mut contained.into_iter())
            } else {
                above(&mut fixed.chain(rest))
            }
        }
        _ => 0,
    }
}

/// Nodes that a way through the schema comes back to, one at least on every circle. The others on the circle count for
/// nothing, so that a level is a level however many lists and objects it is made of.
fn heads(nodes: &[Node]) -> Vec<bool> {
    let children_of = |at: usize| {
        let of_branches = nodes[at].branches.iter().flat_map(|it| children(&it.shape));
        of_branches.collect::<Vec<NodeId>>().into_iter()
    };
    let mut heads = vec![false; nodes.len()];
    let mut seen = vec![false; nodes.len()];
    let mut is_above = vec![false; nodes.len()];
    for start in 0..nodes.len() {
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        is_above[start] = true;
        let mut way = vec![(start, children_of(start))];
        while let Some((at, rest)) = way.last_mut() {
            match rest.next() {
                Some(child) if is_above[child] => heads[child] = true,
                Some(child) if !std::mem::replace(&mut seen[child], true) => {
                    is_above[child] = true;
                    way.push((child, children_of(child)));
                }
                Some(_) => {}
                None => {
                    is_above[*at] = false;
                    way.pop();
                }
            }
        }
    }
    heads
}

fn children(shape: &Shape) -> Vec<NodeId> {
    match shape {
        Shape::Object(fields) => {
            let known = fields.known.iter().map(|it| it.node);
            let of_patterns = fields.patterns.iter().map(|(.., node)| *node);
            known
                .chain(of_patterns)
                .chain([fields.other])
                .chain(fields.names)
                .collect()
        }
        Shape::Array(items) => {
            let contained = items
                .contains
                .iter()
                .flat_map(|it| it.first.iter().chain([&it.rest]));
            items
                .first
                .iter()
                .chain([&items.rest])
                .chain(contained)
                .copied()
                .collect()
        }
        _ => Vec::new(),
    }
}
