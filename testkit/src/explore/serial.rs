//! All serial orders, one run after the other: no handler starts or goes on while another one is under way. Orders that
//! differ only in handlers that do not clash are run once (sleep sets, as in `exhaustive.rs`, of which a step is here all
//! that a handler does from its start to its end).

use crate::decision::{Choice, Decide, OptionKind, Touch, clash};

/// A search through all serial orders, depth first.
#[derive(Debug, Default)]
pub(crate) struct Serial {
    /// Time may pass although something is due: some handlers begin at other times than others.
    waits: bool,
    points: Vec<Point>,
    /// The point of the running run that comes next.
    depth: usize,
    /// What need not be done next.
    asleep: Vec<Block>,
    /// What is under way, and the point at which it was chosen; there is none if there was no choice.
    block: Option<(Block, Option<usize>)>,
    /// The point at which the next one was chosen.
    chosen: Option<usize>,
    is_known: bool,
    overlapped: bool,
}

/// A point with more than one option.
#[derive(Debug)]
struct Point {
    options: Vec<Choice>,
    taken: usize,
    /// Between handlers: what need not be tried; inside one: only what was tried here.
    asleep: Vec<Block>,
    /// What the one taken has touched, with all that came of it until the next one began.
    touched: Vec<Touch>,
}

/// What is done from one point between handlers to the next.
#[derive(Debug, Clone)]
struct Block {
    label: String,
    kind: OptionKind,
    touches: Vec<Touch>,
}

impl Block {
    fn of(choice: &Choice, touched: &[Touch]) -> Self {
        let mut block = Self {
            label: choice.label.clone(),
            kind: choice.kind,
            touches: Vec::new(),
        };
        block.add(&choice.touches);
        block.add(touched);
        block
    }

    fn add(&mut self, touches: &[Touch]) {
        // Which run of its step a handler is decides about its seeds only, and no comparison looks at what comes of those.
        let matter = touches
            .iter()
            .filter(|it| it.path.first().is_none_or(|it| it != "run"));
        self.touches.extend(matter.cloned());
    }

    /// True if it comes to the same whether it is done before or after the other.
    fn commutes(&self, other: &Self) -> bool {
        let moves_clock = |kind| matches!(kind, OptionKind::Wait | OptionKind::Pass);
        !moves_clock(self.kind) && !moves_clock(other.kind) && !clash(&self.touches, &other.touches)
    }
}

impl Serial {
    /// A search in which time `waits` for nobody, if so.
    pub(crate) fn new(waits: bool) -> Self {
        Self {
            waits,
            ..Self::default()
        }
    }

    /// True if a run was not serial: handlers had to overlap.
    pub(crate) fn has_overlapped(&self) -> bool {
        self.overlapped
    }

    /// True if the run that is over comes to the same as one before it.
    pub(crate) fn is_known(&self) -> bool {
        self.is_known
    }

    /// Goes on to the next order; false if all were run.
    pub(crate) fn next_run(&mut self) -> bool {
        self.close();
        self.points.truncate(self.depth);
        self.depth = 0;
        self.asleep.clear();
        (self.is_known, self.chosen) = (false, None);
        while let Some(point) = self.points.last_mut() {
            let touched = std::mem::take(&mut point.touched);
            point
                .asleep
                .push(Block::of(&point.options[point.taken], &touched));
            if let Some(next) = self.awake(self.points.len() - 1) {
                if let Some(point) = self.points.last_mut() {
                    point.taken = next;
                }
                return true;
            }
            self.points.pop();
        }
        false
    }

    fn awake(&self, at: usize) -> Option<usize> {
        let point = self.points.get(at)?;
        first_awake(&point.options, &point.asleep, self.waits)
    }

    /// What was under way is done.
    fn close(&mut self) {
        let Some((block, point)) = self.block.take() else {
            return;
        };
        self.asleep.retain(|it| it.commutes(&block));
        if let Some(point) = point.and_then(|at| self.points.get_mut(at)) {
            point.touched.extend(block.touches);
        }
    }

    fn between(&mut self, options: &[Choice]) -> usize {
        self.close();
        if self.is_known {
            return 0;
        }
        if self.depth == self.points.len() {
            let Some(taken) = first_awake(options, &self.asleep, self.waits) else {
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
        self.asleep.clone_from(&self.points[self.depth].asleep);
        self.chosen = Some(self.depth);
        self.take(options)
    }

    /// Calls that a handler made at once, and answers that come at once.
    fn inside(&mut self, options: &[Choice]) -> usize {
        if self.is_known || !order_matters(options) {
            return 0;
        }
        if self.depth == self.points.len() {
            self.points.push(Point {
                options: options.to_vec(),
                taken: 0,
                asleep: Vec::new(),
                touched: Vec::new(),
            });
        }
        self.take(options)
    }

    fn take(&mut self, options: &[Choice]) -> usize {
        let point = &self.points[self.depth];
        self.depth += 1;
        let wanted = &point.options[point.taken].label;
        options.iter().position(|it| it.label == *wanted).unwrap_or(0)
    }
}

/// The first option that is worth trying.
fn first_awake(options: &[Choice], asleep: &[Block], waits: bool) -> Option<usize> {
    options.iter().position(|it| {
        (waits || it.kind != OptionKind::Wait) && asleep.iter().all(|tried| tried.label != it.label)
    })
}

/// True for things of one handler that clash. The answers of calls are handed over together, those of services and timers
/// one by one, and nobody knows what comes of them.
fn order_matters(options: &[Choice]) -> bool {
    let is_call = |it: &Choice| !(it.label.ends_with(": its timer") || it.label.contains(": the answer of "));
    let clashes = |(at, one): (usize, &Choice)| {
        let mut later = options[at + 1..].iter();
        later.any(|other| clash(&one.touches, &other.touches))
    };
    !options.iter().all(is_call) || options.iter().enumerate().any(clashes)
}

impl Decide for Serial {
    fn decide(&mut self, options: &[Choice]) -> usize {
        match options.iter().any(|it| it.kind == OptionKind::GoOn) {
            true => self.inside(options),
            false => self.between(options),
        }
    }

    fn done(&mut self, choice: &Choice, touched: &[Touch]) {
        if choice.kind == OptionKind::GoOn {
            if let Some((block, _)) = &mut self.block {
                block.add(&choice.touches);
                block.add(touched);
            }
            return;
        }
        // Without a choice nobody has asked.
        self.close();
        if self.asleep.iter().any(|it| it.label == choice.label) {
            self.is_known = true;
        }
        self.block = Some((Block::of(choice, touched), self.chosen.take()));
    }

    fn is_serial(&self) -> bool {
        true
    }

    fn overlapped(&mut self) {
        self.overlapped = true;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// A handler: what starts it, and what it does, in order. What starts it is there from the beginning, or once another
    /// one has ended.
    struct Handler {
        name: &'static str,
        after: Option<&'static str>,
        touches: Vec<Touch>,
    }

    fn handler(name: &'static str, touches: &[Touch]) -> Handler {
        Handler {
            name,
            after: None,
            touches: touches.to_vec(),
        }
    }

    fn choice(label: &str, kind: OptionKind, touches: &[Touch]) -> Choice {
        Choice {
            label: label.to_owned(),
            actor: label.to_owned(),
            kind,
            touches: touches.to_vec(),
        }
    }

    /// As the scheduler does it: the last thing is told as the next one is asked for.
    fn run(handlers: &[Handler], search: &mut Serial) -> Vec<&'static str> {
        let mut order: Vec<&str> = Vec::new();
        let mut last: Option<Choice> = None;
        loop {
            let able: Vec<&Handler> = (handlers.iter())
                .filter(|it| !order.contains(&it.name))
                .filter(|it| it.after.is_none_or(|after| order.contains(&after)))
                .collect();
            if let Some(last) = last.take() {
                search.done(&last, &[]);
            }
            if able.is_empty() {
                return order;
            }
            let run = [Touch::write(["run", "Step"])];
            let options: Vec<Choice> = (able.iter())
                .map(|it| choice(it.name, OptionKind::Start, &run))
                .collect();
            let taken = match options.len() {
                1 => 0,
                _ => search.decide(&options),
            };
            search.done(&options[taken], &[]);
            for touch in &able[taken].touches {
                search.done(
                    &choice("call", OptionKind::GoOn, std::slice::from_ref(touch)),
                    &[],
                );
            }
            order.push(able[taken].name);
            last = None;
        }
    }

    fn orders(handlers: &[Handler]) -> Vec<String> {
        let mut search = Serial::new(false);
        let mut all = Vec::new();
        loop {
            let order = run(handlers, &mut search).concat();
            if !search.is_known() {
                all.push(order);
            }
            assert!(all.len() < 1_000, "the search has no end");
            if !search.next_run() {
                let different: BTreeSet<&String> = all.iter().collect();
                assert_eq!(different.len(), all.len(), "{all:?}");
                return all;
            }
        }
    }

    fn read(what: &str) -> Touch {
        Touch::read([what])
    }

    fn write(what: &str) -> Touch {
        Touch::write([what])
    }

    #[test]
    fn handlers_that_clash_come_in_every_order() {
        let three = ["a", "b", "c"].map(|name| handler(name, &[read("x"), write("x")]));
        assert_eq!(orders(&three).len(), 6);
    }

    #[test]
    fn handlers_that_do_not_clash_come_in_one_order() {
        let three = [
            handler("a", &[read("x"), write("y")]),
            handler("b", &[read("x"), write("z")]),
            handler("c", &[write("w")]),
        ];
        assert_eq!(orders(&three), ["abc"]);
    }

    #[test]
    fn what_a_handler_does_last_is_a_part_of_it() {
        let two = [
            handler("a", &[write("y"), read("x")]),
            handler("b", &[write("z"), write("x")]),
        ];
        assert_eq!(orders(&two), ["ab", "ba"]);
    }

    /// Every order in which the clashing ones come is among those that were run.
    #[test]
    fn no_order_that_matters_is_left_out() {
        let deeds = [read("x"), write("x"), write("y"), read("y")];
        for which in 0..4_usize.pow(4) {
            let of = |at: u32| &deeds[which / 4_usize.pow(at) % 4];
            let mut all = [
                handler("a", &[of(0).clone(), of(1).clone()]),
                handler("b", &[of(1).clone(), of(2).clone()]),
                handler("c", &[of(3).clone()]),
                handler("d", &[of(2).clone()]),
            ];
            all[3].after = Some("b");
            let essence = |order: &str| -> BTreeSet<(char, char)> {
                let chars: Vec<char> = order.chars().collect();
                let touches = |name: char| {
                    let it = all.iter().find(|it| it.name == name.to_string());
                    it.map(|it| it.touches.clone()).unwrap_or_default()
                };
                let pairs = (0..chars.len()).flat_map(|i| (i + 1..chars.len()).map(move |j| (i, j)));
                pairs
                    .map(|(i, j)| (chars[i], chars[j]))
                    .filter(|(one, other)| clash(&touches(*one), &touches(*other)))
                    .collect()
            };
            let every = [
                "abcd", "abdc", "acbd", "bacd", "badc", "bcad", "bcda", "bdac", "bdca", "cabd", "cbad",
                "cbda",
            ];
            let found: BTreeSet<_> = orders(&all).iter().map(|it| essence(it)).collect();
            let wanted: BTreeSet<_> = every.iter().map(|it| essence(it)).collect();
            assert_eq!(found, wanted, "{which}");
        }
    }

    #[test]
    fn calls_that_a_handler_makes_at_once_come_in_every_order_only_if_they_clash() {
        let calls = |touches: [Touch; 2]| {
            let one = choice("A#1: state.set x", OptionKind::GoOn, &touches[..1]);
            [one, choice("A#1: state.set y", OptionKind::GoOn, &touches[1..])]
        };
        let tried = |options: &[Choice]| {
            let mut search = Serial::new(false);
            let mut tried = vec![search.decide(options)];
            while search.next_run() {
                tried.push(search.decide(options));
            }
            tried
        };
        assert_eq!(tried(&calls([write("x"), write("y")])), [0]);
        assert_eq!(tried(&calls([write("x"), write("x")])), [0, 1]);
        let answers = ["A#1: the answer of GET a", "A#1: the answer of GET b"];
        assert_eq!(
            tried(&answers.map(|it| choice(it, OptionKind::GoOn, &[]))),
            [0, 1]
        );
    }

    #[test]
    fn time_passes_early_only_where_it_may() {
        let options = [
            choice("deliver t to A, message 1", OptionKind::Start, &[]),
            choice("time passes: 10 ms", OptionKind::Wait, &[]),
        ];
        for (waits, runs) in [(false, 1), (true, 2)] {
            let mut search = Serial::new(waits);
            let mut count = 1;
            search.decide(&options);
            while search.next_run() {
                search.decide(&options);
                count += 1;
            }
            assert_eq!(count, runs);
        }
    }
}
