//! A layered layout (after Sugiyama, Tagawa and Toda): arrows run from left to right, cycles are broken where they are
//! found, and the order within a column is chosen for few crossings. Whole pixels and fixed orders: the same graph
//! gives the same picture everywhere.

use std::collections::{BTreeMap, BTreeSet};

/// Between two boxes of a column.
const ROW_GAP: i32 = 18;
/// Between two columns.
const COLUMN_GAP: i32 = 70;
/// Around everything.
const MARGIN: i32 = 20;
/// Rounds of ordering and of straightening; more change little.
const ROUNDS: usize = 12;

/// Width and height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) width: i32,
    pub(super) height: i32,
}

/// A point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) x: i32,
    pub(super) y: i32,
}

/// Where everything goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// The upper left corner of each box.
    pub(super) corners: Vec<Point>,
    /// The points of each arrow, from its first box to its last.
    pub(super) routes: Vec<Vec<Point>>,
    /// Of the whole picture.
    pub(super) size: Size,
}

/// Lays out boxes of these sizes with arrows between them, by index.
pub(super) fn layered(sizes: &[Size], edges: &[(usize, usize)]) -> Layout {
    let mut sheet = Sheet::new(sizes, edges);
    sheet.order();
    sheet.place();
    sheet.finish(sizes, edges)
}

/// Boxes in columns, with a thin place in every column that an arrow passes through.
struct Sheet {
    /// Of boxes first, then of the places that arrows pass.
    sizes: Vec<Size>,
    /// Its column, for each.
    column: Vec<usize>,
    /// Members of each column from top to bottom.
    columns: Vec<Vec<usize>>,
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
    /// For each arrow the members that it visits from left to right, and whether it runs against that.
    chains: Vec<(Vec<usize>, bool)>,
    top: Vec<i32>,
}

impl Sheet {
    fn new(sizes: &[Size], edges: &[(usize, usize)]) -> Self {
        let backwards = backwards(sizes.len(), edges);
        let forward: Vec<(usize, usize)> = edges
            .iter()
            .zip(&backwards)
            .map(|(&(from, to), against)| if *against { (to, from) } else { (from, to) })
            .collect();
        let column = columns(sizes.len(), &forward);
        let mut sheet = Self {
            sizes: sizes.to_vec(),
            columns: vec![Vec::new(); column.iter().max().map_or(0, |last| last + 1)],
            before: vec![Vec::new(); sizes.len()],
            after: vec![Vec::new(); sizes.len()],
            chains: Vec::with_capacity(edges.len()),
            top: Vec::new(),
            column,
        };
        for member in 0..sizes.len() {
            sheet.columns[sheet.column[member]].push(member);
        }
        for (&(from, to), against) in forward.iter().zip(backwards) {
            let chain = sheet.chain(from, to);
            sheet.chains.push((chain, against));
        }
        sheet
    }

    fn chain(&mut self, from: usize, to: usize) -> Vec<usize> {
        let mut chain = vec![from];
        for column in self.column[from] + 1..self.column[to] {
            let passing = self.sizes.len();
            self.sizes.push(Size { width: 0, height: 8 });
            self.column.push(column);
            self.columns[column].push(passing);
            self.before.push(Vec::new());
            self.after.push(Vec::new());
            chain.push(passing);
        }
        if from != to {
            chain.push(to);
        }
        for pair in chain.windows(2) {
            self.after[pair[0]].push(pair[1]);
            self.before[pair[1]].push(pair[0]);
        }
        chain
    }

    /// Moves every member to the middle of its neighbours, column by column, and keeps the order with the fewest
    /// crossings.
    fn order(&mut self) {
        let mut best = (self.crossings(), self.columns.clone());
        for round in 0..ROUNDS {
            let to_the_right = round % 2 == 0;
            let count = self.columns.len();
            let walk: Vec<usize> = if to_the_right {
                (1..count).collect()
            } else {
                (0..count.saturating_sub(1)).rev().collect()
            };
            for column in walk {
                let fixed = if to_the_right { column - 1 } else { column + 1 };
                let rank: BTreeMap<usize, usize> = rank(&self.columns[fixed]);
                let neighbours = if to_the_right { &self.before } else { &self.after };
                let mut members: Vec<(u64, usize)> = self.columns[column]
                    .iter()
                    .enumerate()
                    .map(|(at, &member)| {
                        (
                            middle(&neighbours[member], &rank).unwrap_or(at as u64 * SCALE),
                            member,
                        )
                    })
                    .collect();
                members.sort_by_key(|(middle, _)| *middle);
                self.columns[column] = members.into_iter().map(|(_, member)| member).collect();
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.columns.clone());
            }
        }
        self.columns = best.1;
    }

    fn crossings(&self) -> usize {
        let mut count = 0;
        for pair in self.columns.windows(2) {
            let (left, right) = (rank(&pair[0]), rank(&pair[1]));
            let mut lines: Vec<(usize, usize)> = pair[0]
                .iter()
                .flat_map(|member| self.after[*member].iter().map(|to| (left[member], right.get(to))))
                .filter_map(|(from, to)| Some((from, *to?)))
                .collect();
            lines.sort_unstable();
            for (at, (from, to)) in lines.iter().enumerate() {
                count += lines[at + 1..]
                    .iter()
                    .filter(|(other_from, other_to)| other_from > from && other_to < to)
                    .count();
            }
        }
        count
    }

    /// Gives every member a height: as near to its neighbours as its column allows.
    fn place(&mut self) {
        self.top = vec![MARGIN; self.sizes.len()];
        for column in self.columns.clone() {
            let wanted: Vec<i32> = vec![MARGIN; column.len()];
            self.settle(&column, &wanted);
        }
        for round in 0..ROUNDS {
            let to_the_right = round % 2 == 0;
            let mut columns = self.columns.clone();
            if !to_the_right {
                columns.reverse();
            }
            for column in columns {
                let wanted: Vec<i32> = column
                    .iter()
                    .map(|&member| {
                        let near = if to_the_right {
                            &self.before[member]
                        } else {
                            &self.after[member]
                        };
                        self.mean_centre(near)
                            .map_or(self.top[member], |centre| centre - self.sizes[member].height / 2)
                    })
                    .collect();
                self.settle(&column, &wanted);
            }
        }
        let highest = self.top.iter().min().copied().unwrap_or_default();
        self.top.iter_mut().for_each(|top| *top += MARGIN - highest);
    }

    fn mean_centre(&self, members: &[usize]) -> Option<i32> {
        let count = i32::try_from(members.len()).ok().filter(|count| *count > 0)?;
        let sum: i32 = members
            .iter()
            .map(|&member| self.top[member] + self.sizes[member].height / 2)
            .sum();
        Some(sum / count)
    }

    /// The mean of the lowest and the highest arrangement that keep the order and the distances.
    fn settle(&mut self, column: &[usize], wanted: &[i32]) {
        let step = |member: usize| self.sizes[member].height + ROW_GAP;
        let mut down = wanted.to_vec();
        for at in 1..down.len() {
            down[at] = down[at].max(down[at - 1] + step(column[at - 1]));
        }
        let mut up = wanted.to_vec();
        for at in (0..up.len().saturating_sub(1)).rev() {
            up[at] = up[at].min(up[at + 1] - step(column[at]));
        }
        let tops: Vec<i32> = down
            .iter()
            .zip(&up)
            .map(|(down, up)| (down + up).div_euclid(2))
            .collect();
        // Halving may lose a pixel between two; give it back.
        let mut last = None;
        for (&member, mut top) in column.iter().zip(tops) {
            if let Some(least) = last {
                top = top.max(least);
            }
            self.top[member] = top;
            last = Some(top + self.sizes[member].height + ROW_GAP);
        }
    }

    fn finish(&self, sizes: &[Size], edges: &[(usize, usize)]) -> Layout {
        let mut lefts = Vec::with_capacity(self.columns.len());
        let mut widths = Vec::with_capacity(self.columns.len());
        let mut x = MARGIN;
        for column in &self.columns {
            let width = column
                .iter()
                .map(|&member| self.sizes[member].width)
                .max()
                .unwrap_or_default();
            lefts.push(x);
            widths.push(width);
            x += width + COLUMN_GAP;
        }
        // Boxes stand in the middle of their column.
        let corner = |member: usize| {
            let column = self.column[member];
            Point {
                x: lefts[column] + (widths[column] - self.sizes[member].width) / 2,
                y: self.top[member],
            }
        };
        let routes = edges
            .iter()
            .zip(&self.chains)
            .map(|(&(from, to), (chain, against))| {
                if from == to {
                    return own_loop(corner(from), sizes[from]);
                }
                let mut route = self.route(chain, &corner, &lefts, &widths);
                if *against {
                    route.reverse();
                }
                route
            });
        let routes: Vec<Vec<Point>> = routes.collect();
        let bottom = (0..self.sizes.len()).map(|member| self.top[member] + self.sizes[member].height);
        Layout {
            corners: (0..sizes.len()).map(corner).collect(),
            routes,
            size: Size {
                width: (x - COLUMN_GAP).max(0) + MARGIN,
                height: bottom.max().unwrap_or_default() + MARGIN,
            },
        }
    }

    fn route(
        &self,
        chain: &[usize],
        corner: &impl Fn(usize) -> Point,
        lefts: &[i32],
        widths: &[i32],
    ) -> Vec<Point> {
        let mut points = Vec::with_capacity(chain.len() * 2);
        for (at, &member) in chain.iter().enumerate() {
            let (place, size) = (corner(member), self.sizes[member]);
            let y = place.y + size.height / 2;
            match at {
                0 => points.push(Point {
                    x: place.x + size.width,
                    y,
                }),
                at if at + 1 == chain.len() => points.push(Point { x: place.x, y }),
                _ => {
                    let column = self.column[member];
                    points.push(Point { x: lefts[column], y });
                    points.push(Point {
                        x: lefts[column] + widths[column],
                        y,
                    });
                }
            }
        }
        points
    }
}

/// Ranks in fractions that compare exactly.
const SCALE: u64 = 1 << 16;

fn rank(column: &[usize]) -> BTreeMap<usize, usize> {
    column
        .iter()
        .enumerate()
        .map(|(at, &member)| (member, at))
        .collect()
}

fn middle(neighbours: &[usize], rank: &BTreeMap<usize, usize>) -> Option<u64> {
    let ranks: Vec<u64> = neighbours
        .iter()
        .filter_map(|neighbour| rank.get(neighbour).map(|rank| *rank as u64))
        .collect();
    let sum: u64 = ranks.iter().sum();
    (!ranks.is_empty()).then(|| sum * SCALE / ranks.len() as u64)
}

/// Which arrows close a cycle on a walk that starts at the first boxes.
fn backwards(count: usize, edges: &[(usize, usize)]) -> Vec<bool> {
    let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut entered = vec![false; count];
    for (at, &(from, to)) in edges.iter().enumerate() {
        leaving[from].push(at);
        entered[to] |= from != to;
    }
    let mut closes = vec![false; edges.len()];
    let (mut done, mut open) = (vec![false; count], BTreeSet::new());
    // Boxes without an arrow that leads to them come first, so that a cycle is entered where the flow enters it.
    let starts = (0..count).filter(|&at| !entered[at]).chain(0..count);
    for start in starts {
        let mut walk = vec![(start, 0)];
        while let Some((at, next)) = walk.pop() {
            if next == 0 && (done[at] || !open.insert(at)) {
                continue;
            }
            match leaving[at].get(next) {
                Some(&edge) => {
                    walk.push((at, next + 1));
                    let to = edges[edge].1;
                    if open.contains(&to) {
                        closes[edge] = true;
                    } else if !done[to] {
                        walk.push((to, 0));
                    }
                }
                None => {
                    open.remove(&at);
                    done[at] = true;
                }
            }
        }
    }
    closes
}

/// The column of each box: behind all that lead to it.
fn columns(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut waiting = vec![0_usize; count];
    let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); count];
    for &(from, to) in edges.iter().filter(|(from, to)| from != to) {
        waiting[to] += 1;
        leaving[from].push(to);
    }
    let mut column = vec![0; count];
    let mut ready: BTreeSet<usize> = (0..count).filter(|&at| waiting[at] == 0).collect();
    while let Some(at) = ready.pop_first() {
        for &to in &leaving[at] {
            column[to] = column[to].max(column[at] + 1);
            waiting[to] -= 1;
            if waiting[to] == 0 {
                ready.insert(to);
            }
        }
    }
    column
}

/// From the right side of a box over its top.
fn own_loop(corner: Point, size: Size) -> Vec<Point> {
    let right = corner.x + size.width;
    let middle = corner.y + size.height / 2;
    let over = corner.y - ROW_GAP / 2;
    let point = |x, y| Point { x, y };
    vec![
        point(right, middle),
        point(right + ROW_GAP, middle),
        point(right + ROW_GAP, over),
        point(corner.x + size.width / 2, over),
        point(corner.x + size.width / 2, corner.y),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(count: usize, edges: &[(usize, usize)]) -> Layout {
        layered(
            &vec![
                Size {
                    width: 100,
                    height: 40
                };
                count
            ],
            edges,
        )
    }

    fn overlaps(layout: &Layout) -> bool {
        let apart = |a: Point, b: Point| (a.x - b.x).abs() >= 100 || (a.y - b.y).abs() >= 40;
        let corners = &layout.corners;
        (0..corners.len()).any(|one| (0..one).any(|other| !apart(corners[one], corners[other])))
    }

    #[test]
    fn arrows_run_to_the_right() {
        let edges = [(0, 1), (1, 2), (0, 2), (0, 3), (3, 2)];
        let layout = of(4, &edges);
        for ((from, to), route) in edges.iter().zip(&layout.routes) {
            assert!(layout.corners[*from].x < layout.corners[*to].x);
            assert!(route.windows(2).all(|pair| pair[0].x <= pair[1].x), "{route:?}");
        }
        assert!(!overlaps(&layout));
    }

    #[test]
    fn cycles_and_loops_are_drawn() {
        let layout = of(3, &[(0, 1), (1, 2), (2, 0), (1, 1)]);
        assert!(!overlaps(&layout));
        let back = &layout.routes[2];
        assert!(back[0].x > back[back.len() - 1].x, "{back:?}");
        assert_eq!(layout.routes[3].len(), 5);
    }

    #[test]
    fn nothing_is_a_picture_too() {
        let layout = of(0, &[]);
        assert_eq!((layout.corners.len(), layout.routes.len()), (0, 0));
    }

    #[test]
    fn large_graphs_do_not_overlap() {
        let edges: Vec<(usize, usize)> = (0..100)
            .flat_map(|at| [(at, (at * 7 + 3) % 100), (at, (at * 3 + 50) % 100)])
            .collect();
        let layout = of(100, &edges);
        assert!(!overlaps(&layout));
        assert_eq!(layout, of(100, &edges), "the same every time");
    }

    #[test]
    fn crossings_that_need_not_be_are_undone() {
        // Written in an order in which all three cross.
        let layout = of(6, &[(0, 5), (1, 4), (2, 3)]);
        let y = |at: usize| layout.corners[at].y;
        assert_eq!((y(0), y(1), y(2)), (y(5), y(4), y(3)));
    }
}
