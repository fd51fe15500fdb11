use banister_project::flow_test::parse;
use serde_json::json;

use super::*;
use crate::trace::{Event, What};
use crate::volatile::Volatile;

/// 2026-01-05T09:00:00Z.
const START: i64 = 1_767_603_600_000;

/// A run: what handlers did, one word each: `A1` starts a run of `A` by the test, `A1>B1` one that the first sent, `A1 r x`
/// reads, `A1 w x` writes, `A1 u x` does both at once, `A1 g` reads all of the group, `+10` lets time pass.
fn run(deeds: &str) -> Trace {
    let mut known: Vec<String> = Vec::new();
    let mut events = Vec::new();
    let mut at = START;
    for deed in deeds.split(',').map(str::trim) {
        if let Some(ms) = deed.strip_prefix('+') {
            at += ms.parse::<i64>().expect("ms");
            continue;
        }
        let mut words = deed.split(' ');
        let who = words.next().expect("a handler");
        let (sender, who) = who
            .split_once('>')
            .map_or((None, who), |(sender, who)| (Some(sender), who));
        let number = |name: &str| -> u32 {
            let place = known
                .iter()
                .position(|it| it == name)
                .expect("a handler that has started");
            u32::try_from(place + 1).expect("few")
        };
        let Some(op) = words.next() else {
            let sent_by = sender.map(number);
            known.push(who.to_owned());
            events.push(Event {
                at,
                invocation: Some(u32::try_from(known.len()).expect("few")),
                what: What::Started {
                    step: who[..1].to_owned(),
                    cause: "t".to_owned(),
                    trace_id: String::new(),
                    sent_by,
                    attempt: None,
                },
            });
            continue;
        };
        let op = match op {
            "r" => "get",
            "w" => "set",
            "u" => "update",
            "g" => "get_group",
            other => panic!("{other}"),
        };
        events.push(Event {
            at,
            invocation: Some(number(who)),
            what: What::State {
                op: op.to_owned(),
                group: "g".to_owned(),
                key: words.next().map(str::to_owned),
                value: Json::Null,
            },
        });
    }
    Trace { events }
}

fn names(deeds: &str) -> Vec<Vec<String>> {
    cycles(&run(deeds)).into_iter().map(|it| it.names).collect()
}

#[test]
fn a_lost_update_is_a_cycle() {
    let found = cycles(&run("A1, B1, A1 r x, B1 r x, B1 w x, A1 w x"));
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].names.join(" "), found[0].step.as_str()),
        ("A#1 B#1".to_owned(), "A")
    );
    assert_eq!(found[0].items, [["state", "g", "x"]]);
    assert!(!found[0].at_times);
    assert!(cycles(&run("A1, +5, B1, A1 r x, B1 r x, B1 w x, A1 w x"))[0].at_times);
}

#[test]
fn what_comes_to_the_same_as_one_after_the_other_is_none() {
    let none = Vec::<Vec<String>>::new();
    // One after the other.
    assert_eq!(names("A1, A1 r x, A1 w x, B1, B1 r x, B1 w x"), none);
    // Beside each other, at different items.
    assert_eq!(names("A1, B1, A1 r x, B1 r y, A1 w x, B1 w y"), none);
    // In one go.
    assert_eq!(names("A1, B1, A1 u x, B1 u x"), none);
    // Both only read.
    assert_eq!(names("A1, B1, A1 r x, B1 r x, A1 r x"), none);
    // Blind writes, each before the other's at one item only.
    assert_eq!(names("A1, B1, A1 w x, B1 w x, B1 w y"), none);
}

#[test]
fn a_check_of_the_group_is_overtaken_by_what_another_puts_there() {
    let found = cycles(&run("A1, B1, A1 g, B1 g, A1 w a, B1 w b"));
    assert_eq!(found[0].items, [["state", "g", "a"], ["state", "g", "b"]]);
}

#[test]
fn a_cycle_can_have_three_and_a_run_two_cycles() {
    assert_eq!(
        names("A1, B1, C1, A1 r x, B1 w x, B1 r y, C1 w y, C1 r z, A1 r z"),
        Vec::<Vec<String>>::new()
    );
    assert_eq!(
        names("A1, B1, C1, A1 r x, B1 r y, C1 r z, B1 w x, C1 w y, A1 w z"),
        [["A#1", "B#1", "C#1"]]
    );
    let two = "A1, B1, C1, D1, A1 r x, B1 r x, A1 w x, B1 w x, C1 r y, D1 r y, C1 w y, D1 w y";
    assert_eq!(names(two), [["A#1", "B#1"], ["C#1", "D#1"]]);
}

#[test]
fn who_sends_comes_before_who_is_started() {
    // The sender reads what the other one has written, and could not have if it had come to its end first.
    assert_eq!(names("A1, A1>B1, B1 w x, A1 r x, A1 w y"), [["A#1", "B#1"]]);
    assert_eq!(
        names("A1, A1 w x, A1>B1, B1 r x, B1 w x"),
        Vec::<Vec<String>>::new()
    );
}

fn left(state: Json) -> Left {
    Left {
        state,
        streams: Json::Null,
        times: Times::of(&run("A1, +40, B1")),
    }
}

fn looked_at(text: &str) -> LookedAt {
    let text = format!("tests: [{{ name: a, when: [{{ emit: {{ topic: t, data: {{}} }} }}], {text} }}]");
    let file = parse("a.flow.yaml", text.as_str().into()).expect("a test");
    LookedAt::by(&file.tests[0], [])
}

/// What is said of a lost update at `g/x` where the values are these.
fn told(found: Json, serial: &[Json], looked_at: &LookedAt) -> Option<String> {
    let cycle = &cycles(&run("A1, A2, A1 r x, A2 r x, A2 w x, A1 w x"))[0];
    let of = |value: &Json| left(json!({ "g": { "x": value } }));
    let serial: Vec<Left> = serial.iter().map(of).collect();
    let masks = Masks::of(Volatile::default(), &of(&found));
    let failure = judge(cycle, looked_at, &of(&found), &serial, &masks)?;
    Some(format!("{}\n{}", failure.headline, failure.details.join("\n")))
}

#[track_caller]
fn assert_same(found: Json, serial: &[Json]) {
    assert_eq!(told(found, serial, &LookedAt::default()), None);
}

#[track_caller]
fn assert_other(found: Json, serial: &[Json]) {
    assert!(
        told(found.clone(), serial, &LookedAt::default()).is_some(),
        "{found}"
    );
}

#[test]
fn what_no_order_leaves_is_told_with_what_they_leave() {
    let said = told(json!(10), &[json!(30), json!(30)], &LookedAt::default()).expect("a failure");
    assert_eq!(
        said,
        "not serializable: what A#1 and A#2 left in `g/x` is what no order of them, one after the other, leaves\n\
         they left g/x 10\n\
         one after the other, they leave g/x 30\n\
         `allow: [not-serializable]` in the test, its file or the settings lets it pass"
    );
}

#[test]
fn what_one_order_leaves_is_fine() {
    assert_same(json!("b"), &[json!("a"), json!("b")]);
    assert_same(json!(["b", "a"]), &[json!(["a", "b"]), json!(["b", "a"])]);
    assert_other(json!(["a"]), &[json!(["a", "b"]), json!(["b", "a"])]);
    assert_other(json!({ "n": 1 }), &[json!({ "n": 2 })]);
}

#[test]
fn without_orders_nothing_is_said() {
    assert_same(json!(1), &[]);
}

#[test]
fn times_and_ids_make_no_difference() {
    let uuid = |digit: char| "550e8400-e29b-41d4-a716-44665544000".to_owned() + &digit.to_string();
    assert_same(
        json!({ "at": "2026-01-05T09:00:00.000Z", "ms": START, "s": 1_767_603_600, "id": uuid('1') }),
        &[
            json!({ "at": "2026-01-05T09:00:00.040Z", "ms": START + 40, "s": 1_767_603_600.04, "id": uuid('2') }),
        ],
    );
    assert_same(
        json!({ "text": "done on Mon Jan 05 2026 09:00:00 GMT+0000", "ref": format!("r-{START}") }),
        &[json!({ "text": "done on Mon Jan 05 2026 09:00:01 GMT+0000", "ref": format!("r-{}", START + 7) })],
    );
    // Beside them something differs that is neither.
    assert_other(
        json!({ "ms": START, "n": 1 }),
        &[json!({ "ms": START + 40, "n": 2 })],
    );
    // A time is not nothing.
    assert_other(json!({ "paidAt": null }), &[json!({ "paidAt": START })]);
}

#[test]
fn keys_of_chance_are_counted() {
    let uuid = |digit: char| "550e8400-e29b-41d4-a716-44665544000".to_owned() + &digit.to_string();
    let (a, b, c) = (uuid('1'), uuid('2'), uuid('3'));
    assert_same(json!({ &a: "x", &b: "y" }), &[json!({ &b: "x", &c: "y" })]);
    assert_same(json!({ &a: "x", &b: "y" }), &[json!({ &a: "y", &b: "x" })]);
    assert_other(json!({ &a: "x", &b: "y" }), &[json!({ &a: "x" })]);
    assert_other(json!({ &a: "x" }), &[json!({ &a: "y" })]);
}

#[test]
fn lengths_of_time_make_no_difference() {
    // By the name of the field.
    assert_same(json!({ "elapsedMs": 0 }), &[json!({ "elapsedMs": 40 })]);
    // Because orders differ in it themselves.
    assert_same(
        json!({ "x": 0, "n": 1 }),
        &[json!({ "x": 40, "n": 1 }), json!({ "x": -40, "n": 1 })],
    );
    // All orders agree: a number as any other.
    assert_other(json!({ "x": 0 }), &[json!({ "x": 40 }), json!({ "x": 40 })]);
    assert_other(json!({ "elapsedMs": 0 }), &[json!({ "elapsedMs": 41 })]);
}

#[test]
fn what_the_test_looks_at_is_its_authors_business() {
    let serial = [json!(30)];
    let said = |text: &str| told(json!(10), &serial, &looked_at(text)).is_some();
    assert!(said("then: [{ ran: [A] }]"));
    assert!(said("then: [{ state: { other: { x: 1 } } }]"));
    assert!(said("then: [{ stream: { g: { x: {} } } }]"));
    assert!(!said("then: [{ state: { g: { x: 10 } } }]"));
    assert!(!said("then: [{ state: { g: { y: 10 } } }]"));
    assert!(!said("then: [{ state: { '{{group}}': { x: 10 } } }]"));
    assert!(!said(
        "invariants: [{ name: i, holds: 'state.g.x > 1' }], then: [{ ran: [A] }]"
    ));
    let of_settings = LookedAt {
        expressions: vec!["state['g']['x'] > 1".to_owned()],
        ..LookedAt::default()
    };
    assert_eq!(told(json!(10), &serial, &of_settings), None);
}

#[test]
fn several_items_are_looked_at_together() {
    let cycle = &cycles(&run("A1, B1, A1 r x, B1 r y, A1 w y, B1 w x"))[0];
    let of = |x: u32, y: u32| left(json!({ "g": { "x": x, "y": y } }));
    let masks = Masks::of(Volatile::default(), &of(0, 0));
    let serial = [of(1, 0), of(0, 1)];
    let judged = |found: &Left| judge(cycle, &LookedAt::default(), found, &serial, &masks);
    assert!(judged(&of(1, 0)).is_none());
    let said = judged(&of(1, 1)).expect("a failure");
    assert!(
        said.headline.contains("left in `g/x` and `g/y`"),
        "{}",
        said.headline
    );
}

#[test]
fn items_of_a_stream_are_judged_as_well() {
    let path: Vec<String> = ["stream", "chat", "room", "m1"].map(str::to_owned).to_vec();
    let cycle = Cycle {
        names: vec!["A#1".to_owned(), "A#2".to_owned()],
        step: "A".to_owned(),
        items: vec![path],
        at_times: false,
    };
    let of = |n: u32| Left {
        streams: json!({ "chat": { "room": { "m1": { "n": n } } } }),
        ..left(Json::Null)
    };
    let masks = Masks::of(Volatile::default(), &of(0));
    let judged = |found: u32| judge(&cycle, &LookedAt::default(), &of(found), &[of(2)], &masks);
    assert!(judged(2).is_none());
    assert!(judged(1).expect("a failure").headline.contains("`chat/room/m1`"));
}

#[test]
fn handlers_meet_where_neither_is_the_cause_of_the_other() {
    let met = |deeds: &str| meetings(&run(deeds).events).into_iter().collect::<Vec<_>>();
    assert_eq!(met("A1, A1 r x, A1 w x, B1, B1 r x"), ["A and B at state g"]);
    assert_eq!(met("A1, A1 r x, B1, B1 r x"), [""; 0]);
    assert_eq!(met("A1, A1 w x, A1>B1, B1 w x"), [""; 0]);
    assert_eq!(met("A1, A1>B1, A1>C1, B1 w x, C1 r x"), ["B and C at state g"]);
}
