//! The exploration as a whole, over made-up actors.

use std::collections::BTreeSet;

use super::testing::{Model, all_orders, judged, reads, run, writes};
use super::*;

const TWICE: &str = "m is delivered twice";
const CRASH: &str = "a2 crashes after x";

fn exploration(schedules: u32, faults: Faults) -> Exploration {
    Exploration {
        schedules,
        faults,
        seed: Seed::root(1),
    }
}

fn explored(
    model: &Model,
    exploration: Exploration,
    first: Option<&[Departure]>,
    is_bad: impl Fn(&[String]) -> bool,
) -> (Explored, Vec<Vec<String>>) {
    let mut orders = Vec::new();
    let result = exploration.explore(
        first,
        &mut |decide| {
            let told = run(model, decide);
            orders.push(told.done.clone());
            judged(&told, &is_bad)
        },
        &mut |_| {},
    );
    (result, orders)
}

fn at(order: &[String], name: &str) -> usize {
    order.iter().position(|it| it == name).expect(name)
}

/// Reads and writes back, twice at the same time.
fn lost_update() -> Model {
    vec![
        vec![reads("a reads", "x"), writes("a writes", "x")],
        vec![reads("b reads", "x"), writes("b writes", "x")],
    ]
}

fn is_lost(order: &[String]) -> bool {
    at(order, "b reads") < at(order, "a writes") && at(order, "a reads") < at(order, "b writes")
}

#[test]
fn a_lost_update_is_found_and_shrunk_to_what_it_takes() {
    let (found, _) = explored(&lost_update(), exploration(20, Faults::default()), None, is_lost);
    assert!(!found.result.failures.is_empty());
    assert_eq!(found.departures.len(), 1, "{:?}", found.departures);
    // The same departures fail again.
    let mut scripted = Scripted::new(found.departures, Faults::default());
    assert!(is_lost(&run(&lost_update(), &mut scripted).done));
    assert!(scripted.missed().is_empty());
}

#[test]
fn the_first_run_is_the_plain_one_and_all_orders_are_told() {
    let model = lost_update();
    let (none, orders) = explored(&model, exploration(100, Faults::default()), None, |_| false);
    assert_eq!(orders[0], ["a reads", "a writes", "b reads", "b writes"]);
    assert!(none.exhaustive);
    assert_eq!(none.runs as usize, orders.len());
    assert!(none.departures.is_empty() && none.result.failures.is_empty());
    let (few, orders) = explored(&model, exploration(3, Faults::default()), None, |_| false);
    assert!(!few.exhaustive);
    assert_eq!((few.runs, orders.len()), (3, 3));
}

#[test]
fn with_faults_nobody_says_that_all_was_run() {
    let faults = Faults {
        duplicate: 1,
        ..Faults::default()
    };
    let model = vec![vec![writes("a", "x").may(&[TWICE])]];
    let (none, orders) = explored(&model, exploration(10, faults), None, |_| false);
    assert!(!none.exhaustive);
    assert!(orders.contains(&vec!["a".to_owned(), TWICE.to_owned()]));
}

#[test]
fn each_fault_strikes_by_itself_before_anything_else_is_tried() {
    let faults = Faults {
        duplicate: 1,
        crash: 1,
        ..Faults::default()
    };
    let model: Model = vec![
        vec![writes("a1", "x").may(&[TWICE]), writes("a2", "x").may(&[CRASH])],
        vec![writes("b", "x")],
    ];
    let (found, orders) = explored(&model, exploration(30, faults), None, |order| {
        order.contains(&CRASH.to_owned())
    });
    assert_eq!(orders[1], ["a1", TWICE, "a2", "b"]);
    assert_eq!(found.runs, 3);
    let labels: Vec<&str> = found.departures.iter().map(|it| it.pick.as_str()).collect();
    assert_eq!(labels, [CRASH]);
    assert!(found.departures[0].is_fault());
}

#[test]
fn what_has_failed_before_is_tried_first() {
    let model = lost_update();
    let (found, _) = explored(&model, exploration(20, Faults::default()), None, is_lost);
    let (again, _) = explored(
        &model,
        exploration(20, Faults::default()),
        Some(&found.departures),
        is_lost,
    );
    assert_eq!((again.runs, again.departures), (1, found.departures));
}

#[test]
fn no_run_has_more_faults_than_its_test_allows() {
    let faults = Faults {
        duplicate: 2,
        crash: 1,
        ..Faults::default()
    };
    let deeds = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let all = [
        "x crashes before y",
        TWICE,
        "h runs out of time before z",
        "GET / breaks off",
    ];
    let model: Model = vec![deeds.map(|name| writes(name, "x").may(&all)).to_vec()];
    let (_, orders) = explored(&model, exploration(200, faults), None, |_| false);
    let mut most = [0; 2];
    for order in orders {
        let count = |name: &str| order.iter().filter(|it| *it == name).count();
        let (crashes, twice) = (count(all[0]), count(TWICE));
        assert!(crashes <= 1 && twice <= 2, "{order:?}");
        assert_eq!(count(all[2]) + count(all[3]), 0, "{order:?}");
        most = [most[0].max(crashes), most[1].max(twice)];
    }
    assert_eq!(most, [1, 2], "chance uses up the budget");
}

#[test]
fn a_pair_is_turned_round() {
    let model: Model = vec![
        vec![writes("a1", "y"), writes("a2", "x")],
        vec![writes("b1", "z"), writes("b2", "x")],
    ];
    let plain = run(&model, &mut Scripted::new(Vec::new(), Faults::default()));
    let pairs = pairs::clashing(&plain.decisions);
    assert_eq!(pairs.len(), 1, "{pairs:?}");
    let turned = run(&model, &mut Held::new(pairs[0].clone(), Faults::default())).done;
    assert_eq!(turned, ["a1", "b1", "b2", "a2"]);
}

#[test]
fn a_pair_that_cannot_be_turned_round_does_no_harm() {
    let model: Model = vec![vec![writes("a1", "x"), writes("a2", "x")]];
    let pair = pairs::Pair {
        held: "a1".to_owned(),
        until: "a2".to_owned(),
    };
    let order = run(&model, &mut Held::new(pair, Faults::default())).done;
    assert_eq!(order, ["a1", "a2"]);
}

#[test]
fn departures_are_followed_and_missed_ones_are_named() {
    let model = lost_update();
    let departure = |pick: &str, instead_of: &str, time| Departure {
        pick: pick.to_owned(),
        instead_of: instead_of.to_owned(),
        time,
    };
    let wanted = vec![
        departure("b reads", "a writes", 1),
        departure("c", "a reads", 1),
        departure("b writes", "a writes", 2),
    ];
    let mut scripted = Scripted::new(wanted.clone(), Faults::default());
    let told = run(&model, &mut scripted);
    assert_eq!(told.done, ["a reads", "b reads", "a writes", "b writes"]);
    assert_eq!(scripted.missed(), [&wanted[1], &wanted[2]]);
    assert_eq!(departures_of(&told.decisions), [wanted[0].clone()]);
}

#[test]
fn departures_of_any_order_give_that_order_again() {
    let model: Model = vec![
        vec![writes("a1", "x"), writes("a2", "x")],
        vec![writes("b1", "x"), writes("b2", "x")],
        vec![writes("c1", "x")],
    ];
    let mut seen = BTreeSet::new();
    for number in 0..60 {
        let seed = Seed::root(7).part("order", number);
        let mut random = Random::new(seed, Style::Walk, Faults::default());
        let told = run(&model, &mut random);
        let mut scripted = Scripted::new(departures_of(&told.decisions), Faults::default());
        assert_eq!(run(&model, &mut scripted).done, told.done);
        seen.insert(told.done);
    }
    assert!(seen.len() > 15, "{} of {}", seen.len(), all_orders(&model).len());
}

#[test]
fn a_random_order_depends_on_its_seed_alone() {
    let model = lost_update();
    for style in [Style::PartialOrder, Style::Priorities, Style::Walk] {
        let order = |number| {
            let seed = Seed::root(number);
            run(&model, &mut Random::new(seed, style, Faults::default())).done
        };
        let orders: BTreeSet<Vec<String>> = (0..50).map(order).collect();
        assert!(orders.len() > 2, "{style:?}: {orders:?}");
        for number in 0..50 {
            assert_eq!(order(number), order(number), "{style:?}");
        }
    }
}

#[test]
fn what_does_not_matter_is_left_out_of_a_failure() {
    let model: Model = vec![
        vec![writes("a1", "x"), writes("a2", "x")],
        vec![writes("b1", "x"), writes("b2", "x")],
        vec![writes("c1", "x"), writes("c2", "x")],
    ];
    let (found, _) = explored(&model, exploration(200, Faults::default()), None, |order| {
        at(order, "c1") < at(order, "a2")
    });
    assert_eq!(found.departures.len(), 1, "{:?}", found.departures);
}
