//! All orders, one run after the other, without those that differ only in the order of things that do not clash (sleep
//! sets: what was tried at a point and does not clash with what was done since need not be tried again).

use banister_project::flow_test::Faults;

use super::budget;
use crate::decision::{Choice, Decide, FaultKind, OptionKind, Touch, clash};

/// A search through all orders, depth first. One run after the other is decided by it; `next_run` goes on to the next.
#[derive(Debug)]
pub(super) struct Exhaustive {
    faults: Faults,
    points: Vec<Point>,
    /// The point of the running run that comes next.
    depth: usize,
    /// What need not be tried at this point.
    asleep: Vec<Tried>,
}

/// A point with more than one option.
#[derive(Debug)]
struct Point {
    options: Vec<Choice>,
    taken: usize,
    /// What need not be tried, because an order that comes to the same was run; with it, what was tried here.
    asleep: Vec<Tried>,
    /// What the one taken has touched, as its run tells.
    touched: Vec<Touch>,
}

#[derive(Debug, Clone)]
struct Tried {
    label: String,
    actor: String,
    touches: Vec<Touch>,
}

impl Exhaustive {
    pub(super) fn new(faults: Faults) -> Self {
        Self {
            faults,
            points: Vec::new(),
            depth: 0,
            asleep: Vec::new(),
        }
    }

    /// Goes on to the next order; false if all were run.
    pub(super) fn next_run(&mut self) -> bool {
        self.points.truncate(self.depth);
        self.depth = 0;
        self.asleep.clear();
        while let Some(point) = self.points.last_mut() {
            let taken = &point.options[point.taken];
            point.asleep.push(Tried {
                label: taken.label.clone(),
                actor: taken.actor.clone(),
                touches: taken.touches.iter().chain(&point.touched).cloned().collect(),
            });
            point.touched.clear();
            if let Some(next) = awake(&point.options, &point.asleep) {
                point.taken = next;
                return true;
            }
            self.points.pop();
        }
        false
    }
}

/// The first option that is worth trying.
fn awake(options: &[Choice], asleep: &[Tried]) -> Option<usize> {
    options
        .iter()
        .position(|it| asleep.iter().all(|tried| tried.label != it.label))
}

impl Decide for Exhaustive {
    fn decide(&mut self, options: &[Choice]) -> usize {
        if options[0].kind == OptionKind::NoFault {
            return 0;
        }
        if self.depth == self.points.len() {
            let taken = awake(options, &self.asleep);
            self.points.push(Point {
                // Where all is asleep, this order was run already: there is nothing below it.
                options: match taken {
                    Some(_) => options.to_vec(),
                    None => options[..1].to_vec(),
                },
                taken: taken.unwrap_or(0),
                asleep: std::mem::take(&mut self.asleep),
                touched: Vec::new(),
            });
        }
        let point = &self.points[self.depth];
        self.asleep.clone_from(&point.asleep);
        self.depth += 1;
        let wanted = &point.options[point.taken].label;
        options.iter().position(|it| it.label == *wanted).unwrap_or(0)
    }

    fn may_fault(&self, kind: FaultKind) -> bool {
        budget(self.faults, kind) > 0
    }

    fn done(&mut self, choice: &Choice, touched: &[Touch]) {
        let touches: Vec<Touch> = choice.touches.iter().chain(touched).cloned().collect();
        if let Some(point) = self.depth.checked_sub(1).and_then(|at| self.points.get_mut(at))
            && point.options[point.taken].label == choice.label
        {
            point.touched = touched.to_vec();
        }
        self.asleep.retain(|it| {
            it.label != choice.label && it.actor != choice.actor && !clash(&it.touches, &touches)
        });
    }
}
