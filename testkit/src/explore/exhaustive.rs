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
    /// The running run comes to the same as one before it: there is nothing new below.
    is_known: bool,
    /// What was decided last is not done yet.
    is_open: bool,
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
    kind: OptionKind,
    touches: Vec<Touch>,
}

impl Tried {
    /// True if it comes to the same whether it is done before or after this.
    fn commutes(&self, choice: &Choice, touches: &[Touch]) -> bool {
        // At another time everything is another thing.
        let moves_clock = |kind| matches!(kind, OptionKind::Wait | OptionKind::Pass);
        !moves_clock(self.kind)
            && !moves_clock(choice.kind)
            && self.actor != choice.actor
            && !clash(&self.touches, touches)
    }
}

impl Exhaustive {
    pub(super) fn new(faults: Faults) -> Self {
        Self {
            faults,
            points: Vec::new(),
            depth: 0,
            asleep: Vec::new(),
            is_known: false,
            is_open: false,
        }
    }

    /// Goes on to the next order; false if all were run.
    pub(super) fn next_run(&mut self) -> bool {
        self.points.truncate(self.depth);
        self.depth = 0;
        self.asleep.clear();
        (self.is_known, self.is_open) = (false, false);
        while let Some(point) = self.points.last_mut() {
            let taken = &point.options[point.taken];
            point.asleep.push(Tried {
                label: taken.label.clone(),
                actor: taken.actor.clone(),
                kind: taken.kind,
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
        if options[0].kind == OptionKind::NoFault || self.is_known {
            return 0;
        }
        if self.depth == self.points.len() {
            let Some(taken) = awake(options, &self.asleep) else {
                self.is_known = true;
                return 0;
            };
            self.points.push(Point {
                options: options.to_vec(),
                taken,
                asleep: std::mem::take(&mut self.asleep),
                touched: Vec::new(),
            });
        }
        self.is_open = true;
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
        if std::mem::take(&mut self.is_open)
            && let Some(point) = self.depth.checked_sub(1).and_then(|at| self.points.get_mut(at))
        {
            point.touched = touched.to_vec();
        }
        if self.asleep.iter().any(|it| it.label == choice.label) {
            // It was the only thing to do, and what comes of it was run already.
            self.is_known = true;
        }
        let touches: Vec<Touch> = choice.touches.iter().chain(touched).cloned().collect();
        self.asleep.retain(|it| it.commutes(choice, &touches));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::explore::testing::{Model, all_orders, essence, reads, run, writes};

    /// The orders that the search comes by, one for each run.
    fn visited(model: &Model, faults: Faults) -> Vec<Vec<String>> {
        let mut search = Exhaustive::new(faults);
        let mut orders = Vec::new();
        loop {
            orders.push(run(model, &mut search).done);
            assert!(orders.len() <= 10_000, "the search has no end");
            if !search.next_run() {
                return orders;
            }
        }
    }

    /// Every order, up to the order of what does not clash, was run; no order was run in vain more often than trying
    /// each would.
    #[track_caller]
    fn assert_complete(model: &Model) -> usize {
        let all = all_orders(model);
        let orders = visited(model, Faults::default());
        let essences = |orders: &mut dyn Iterator<Item = &Vec<String>>| -> BTreeSet<_> {
            orders.map(|order| essence(model, order)).collect()
        };
        assert_eq!(
            essences(&mut orders.iter()),
            essences(&mut all.iter()),
            "{model:?}"
        );
        assert!(
            orders.len() <= all.len(),
            "{} runs of {} orders: {model:?}",
            orders.len(),
            all.len()
        );
        orders.len()
    }

    #[test]
    fn where_everything_clashes_each_order_is_run_once() {
        let two: Model = vec![
            vec![writes("a1", "x"), writes("a2", "x")],
            vec![writes("b1", "x"), writes("b2", "x")],
        ];
        let three: Model = vec![
            vec![writes("a1", "x"), writes("a2", "x")],
            vec![writes("b1", "x")],
            vec![writes("c1", "x"), writes("c2", "x")],
        ];
        for (model, count) in [(two, 6), (three, 30)] {
            let orders = visited(&model, Faults::default());
            assert_eq!(orders.len(), count);
            assert_eq!(orders.into_iter().collect::<BTreeSet<_>>(), all_orders(&model));
        }
    }

    #[test]
    fn where_nothing_clashes_few_orders_are_run() {
        let model: Model = vec![
            vec![writes("a1", "x"), writes("a2", "x")],
            vec![reads("b1", "y"), reads("b2", "y")],
            vec![reads("c1", "y"), reads("c2", "z")],
        ];
        assert_eq!(all_orders(&model).len(), 90);
        assert!(assert_complete(&model) <= 12);
    }

    #[test]
    fn what_a_deed_touches_may_be_known_only_when_it_is_done() {
        assert_complete(&vec![
            vec![reads("a1", "x").unforeseen(), writes("a2", "x").unforeseen()],
            vec![reads("b1", "x"), writes("b2", "x").unforeseen()],
            vec![writes("c1", "y").unforeseen()],
        ]);
    }

    /// Every model of two and three actors with up to three deeds on two things.
    #[test]
    fn no_order_that_matters_is_left_out() {
        let names = [["a1", "a2", "a3"], ["b1", "b2", "b3"], ["c1", "c2", "c3"]];
        let deed = |name, which: usize| match which {
            0 => reads(name, "x"),
            1 => writes(name, "x"),
            2 => writes(name, "y"),
            _ => writes(name, "x").unforeseen(),
        };
        for shape in [&[2, 2][..], &[3, 1], &[1, 1, 1], &[2, 1, 1]] {
            let count: usize = shape.iter().sum();
            for mut which in 0..4_usize.pow(u32::try_from(count).unwrap()) {
                let mut model = Model::new();
                for (actor, deeds) in shape.iter().enumerate() {
                    let mut all = Vec::new();
                    for name in &names[actor][..*deeds] {
                        all.push(deed(*name, which % 4));
                        which /= 4;
                    }
                    model.push(all);
                }
                assert_complete(&model);
            }
        }
    }

    #[test]
    fn a_question_about_faults_hides_nothing_of_what_is_touched() {
        let crash = "a1 crashes before x";
        let model: Model = vec![
            vec![writes("a1", "x").unforeseen().may(&[crash]), writes("a2", "x")],
            vec![writes("b1", "x").unforeseen()],
        ];
        let faults = Faults {
            crash: 1,
            ..Faults::default()
        };
        let orders: BTreeSet<_> = visited(&model, faults).into_iter().collect();
        assert_eq!(orders, all_orders(&model));
    }

    #[test]
    fn time_changes_places_with_nothing() {
        let choice = |label: &str, kind| Choice {
            label: label.to_owned(),
            actor: label.to_owned(),
            kind,
            touches: Vec::new(),
        };
        let (go_on, wait) = (choice("a", OptionKind::GoOn), choice("time", OptionKind::Wait));
        for (one, other) in [(&go_on, &wait), (&wait, &go_on)] {
            let tried = Tried {
                label: one.label.clone(),
                actor: one.actor.clone(),
                kind: one.kind,
                touches: Vec::new(),
            };
            assert!(!tried.commutes(other, &[]));
        }
    }
}
