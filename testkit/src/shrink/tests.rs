//! Shrinking as a whole, over made-up failures.

use std::cell::Cell;

use serde_json::json;

use super::*;
use crate::strategy::{Phases, by_name};

/// Fails as a function says, in which departures take part by their names.
struct Model<F> {
    fails: F,
    /// Departures that a case may get if its own do not fail.
    others: Vec<Departure>,
    runs: u32,
    most: u32,
}

impl<F: Fn(&Case) -> bool> Judge for Model<F> {
    fn fails(&mut self, case: &Case) -> Option<Vec<Departure>> {
        self.runs += 1;
        (self.fails)(case).then(|| case.departures.clone())
    }

    fn fails_in_some_order(&mut self, case: &Case) -> Option<Vec<Departure>> {
        self.fails(case).or_else(|| {
            let case = Case {
                departures: self.others.clone(),
                ..case.clone()
            };
            self.fails(&case)
        })
    }

    fn is_done(&self) -> bool {
        self.runs >= self.most
    }
}

fn model<F: Fn(&Case) -> bool>(fails: F) -> Model<F> {
    Model {
        fails,
        others: Vec::new(),
        runs: 0,
        most: 1_000,
    }
}

fn departures(names: &[&str]) -> Vec<Departure> {
    let departure = |name: &&str| Departure {
        pick: (*name).to_owned(),
        instead_of: "x".to_owned(),
        time: 1,
    };
    names.iter().map(departure).collect()
}

fn case(input: Json, actions: &[&str], picks: &[&str]) -> Case {
    let action = |(at, what): (usize, &&str)| KeptAction {
        action: at,
        together: None,
        what: (*what).to_owned(),
        ms: None,
    };
    Case {
        input,
        actions: (1..).zip(actions).map(action).collect(),
        departures: departures(picks),
    }
}

fn has(case: &Case, name: &str) -> bool {
    case.actions.iter().any(|it| it.what == name) || case.departures.iter().any(|it| it.pick == name)
}

fn names(case: &Case) -> Vec<&str> {
    let actions = case.actions.iter().map(|it| it.what.as_str());
    actions
        .chain(case.departures.iter().map(|it| it.pick.as_str()))
        .collect()
}

fn no_tree(_: &Json) -> Option<Tree> {
    None
}

fn number(input: &Json) -> Option<Tree> {
    let schema = Phases::of(&json!({ "type": "integer", "minimum": 0 })).ok()?;
    Some(by_name(input.clone(), &[("n".to_owned(), schema)]))
}

#[test]
fn what_one_way_loses_lets_another_lose_more() {
    // The second departure is needed for large numbers only, and the first action as long as it is there.
    let fails = |case: &Case| {
        let n = case.input["n"].as_i64().unwrap_or_default();
        n >= 3
            && has(case, "race")
            && (n < 100 || has(case, "wait"))
            && (!has(case, "wait") || has(case, "open"))
    };
    let found = case(json!({ "n": 700 }), &["open", "hit", "close"], &["wait", "race"]);
    let mut judge = model(fails);
    let least = smallest(found, &mut judge, &number);
    assert_eq!(least.input, json!({ "n": 3 }));
    assert_eq!(names(&least), ["open", "race"]);
}

#[test]
fn with_an_action_gone_other_departures_may_do() {
    let fails = |case: &Case| match case.actions.len() {
        1 => has(case, "second message, 1"),
        _ => has(case, "second message, 2"),
    };
    let found = case(json!({}), &["a", "b"], &["second message, 2"]);
    let mut judge = Model {
        others: departures(&["second message, 1"]),
        ..model(fails)
    };
    let least = smallest(found, &mut judge, &no_tree);
    assert_eq!(names(&least), ["b", "second message, 1"]);
}

#[test]
fn time_between_actions_gets_short() {
    let fails = |case: &Case| {
        let long = |it: &KeptAction| it.what.starts_with("advance") && it.ms.is_none_or(|ms| ms >= 60_000);
        case.actions.iter().any(long)
    };
    let found = case(json!({}), &["advance 86400000 ms", "a"], &["race"]);
    let least = smallest(found, &mut model(fails), &no_tree);
    assert_eq!(least.actions.len(), 1);
    assert_eq!(least.actions[0].ms, Some(60_000));
}

#[test]
fn nothing_is_run_twice_and_the_runs_come_to_an_end() {
    let fails = |case: &Case| case.input["n"].as_i64() > Some(70) && has(case, "race");
    let found = case(json!({ "n": 5_000 }), &["a", "b"], &["race", "wait"]);
    let seen = Cell::new(BTreeSet::new());
    let once = |case: &Case| {
        let mut all = seen.take();
        let is_new = all.insert(format!("{case:?}"));
        seen.set(all);
        let fails = fails(case);
        assert!(is_new || fails, "{case:?} passes, and is run again");
        fails
    };
    let least = smallest(found.clone(), &mut model(once), &number);
    assert_eq!(least.input, json!({ "n": 71 }));
    let mut few = Model {
        most: 5,
        ..model(fails)
    };
    let some = smallest(found, &mut few, &number);
    assert!(few.runs <= 5 && fails(&some), "{some:?}");
}
