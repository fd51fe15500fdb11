use serde_json::json;

use super::*;

fn seed() -> World {
    World::new(Profile::Seed, BTreeMap::new())
}

fn released() -> World {
    World::new(Profile::Motia017, BTreeMap::new())
}

fn apply(world: &mut World, op: &str, args: &Json, now: i64) -> Json {
    world.apply(op, args.as_array().unwrap(), now).unwrap().value
}

#[test]
fn items_come_back_as_they_were_put() {
    let mut world = seed();
    for value in [
        json!(0),
        json!(""),
        json!(false),
        json!(null),
        json!({"b": 1, "a": 2}),
    ] {
        apply(&mut world, "state.set", &json!(["g", "k", value]), 0);
        let found = apply(&mut world, "state.get", &json!(["g", "k"]), 0);
        assert_eq!(found.to_string(), value.to_string());
    }
}

#[test]
fn releases_take_a_falsy_item_for_none() {
    let mut world = released();
    for value in [json!(0), json!(""), json!(false), json!(0.0)] {
        apply(&mut world, "state.set", &json!(["g", "k", value]), 0);
        assert_eq!(apply(&mut world, "state.get", &json!(["g", "k"]), 0), json!(null));
        assert_eq!(
            apply(&mut world, "state.delete", &json!(["g", "k"]), 0),
            json!(null)
        );
        assert_eq!(world.state_item("g", "k", 0), Some(&value), "it is still there");
    }
    apply(&mut world, "state.set", &json!(["g", "k", []]), 0);
    assert_eq!(apply(&mut world, "state.get", &json!(["g", "k"]), 0), json!([]));
}

#[test]
fn a_group_does_not_catch_another_with_its_prefix() {
    for (mut world, expected) in [
        (seed(), json!([["k", 1]])),
        (released(), json!([["k", 1], ["k", 2]])),
    ] {
        apply(&mut world, "state.set", &json!(["user:1", "k", 1]), 0);
        apply(&mut world, "state.set", &json!(["user:10", "k", 2]), 0);
        assert_eq!(
            apply(&mut world, "state.get_group", &json!(["user:1"]), 0),
            expected
        );
        apply(&mut world, "state.clear", &json!(["user:1"]), 0);
        assert_eq!(
            apply(&mut world, "state.get", &json!(["user:10", "k"]), 0),
            json!(2)
        );
    }
}

#[test]
fn an_item_expires_on_the_virtual_clock() {
    let mut world = seed();
    apply(&mut world, "state.set", &json!(["g", "k", 1, 300]), 1_000);
    assert_eq!(
        apply(&mut world, "state.get", &json!(["g", "k"]), 300_999),
        json!(1)
    );
    assert_eq!(
        apply(&mut world, "state.get", &json!(["g", "k"]), 301_000),
        json!(null)
    );
    assert_eq!(
        apply(&mut world, "state.delete", &json!(["g", "k"]), 301_000),
        json!(null)
    );
    apply(&mut world, "state.set", &json!(["g", "k", 2, 1]), 0);
    apply(&mut world, "state.set", &json!(["g", "k", 3]), 0);
    assert_eq!(
        apply(&mut world, "state.get", &json!(["g", "k"]), 9_000_000),
        json!(3)
    );
    let mut world = released();
    apply(&mut world, "state.set", &json!(["g", "k", 1, 300]), 0);
    assert_eq!(
        apply(&mut world, "state.get", &json!(["g", "k"]), 9_000_000),
        json!(1)
    );
}

#[test]
fn wrong_arguments_are_refused_by_name() {
    let error = seed().apply("state.get", &[json!({"a": 1})], 0).unwrap_err();
    assert_eq!(
        error.to_string(),
        "state.get: argument 1 must be a string, got {\"a\":1}"
    );
    assert!(seed().apply("state.nope", &[json!("g")], 0).is_err());
}

#[test]
fn streams_keep_items_by_group() {
    let mut world = seed();
    let item = apply(
        &mut world,
        "stream.set",
        &json!(["chat", "u1", "m1", {"text": "hi"}]),
        0,
    );
    assert_eq!(item, json!({"text": "hi", "id": "m1"}));
    assert_eq!(
        apply(&mut world, "stream.get_group", &json!(["chat", "u1"]), 0),
        json!([item])
    );
    assert_eq!(
        apply(&mut world, "stream.get", &json!(["chat", "u2", "m1"]), 0),
        json!(null)
    );
    assert_eq!(
        apply(&mut world, "stream.set", &json!(["chat", "u1", "m2", null]), 0),
        json!(null)
    );
}

#[test]
fn a_stream_keeps_what_its_limits_say() {
    let limits = StreamLimits {
        ttl_ms: Some(1_000),
        max_items: Some(2),
    };
    let mut world = World::new(Profile::Seed, BTreeMap::from([("chat".to_owned(), limits)]));
    for (at, id) in [(0, "a"), (100, "b"), (200, "c")] {
        apply(&mut world, "stream.set", &json!(["chat", "g", id, {"n": at}]), at);
    }
    assert_eq!(world.stream("chat", 200)["g"].as_object().unwrap().len(), 2);
    assert_eq!(
        apply(&mut world, "stream.get", &json!(["chat", "g", "a"]), 200),
        json!(null)
    );
    assert_eq!(
        world.stream("chat", 1_150)["g"],
        json!({"c": {"n": 200, "id": "c"}})
    );
    assert_eq!(world.stream("chat", 1_200), json!({}));
}

#[test]
fn changes_are_told_with_what_was_before() {
    let mut world = seed();
    let mut change = |op: &str, args: Json| world.apply(op, args.as_array().unwrap(), 0).unwrap().change;
    let kind = |change: Option<Change>| match change {
        Some(Change::Stream { kind, data, .. }) => (kind, data),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        kind(change("stream.set", json!(["s", "g", "i", {"a": 1}]))).0,
        "create"
    );
    assert_eq!(
        kind(change("stream.set", json!(["s", "g", "i", {"a": 2}]))).0,
        "update"
    );
    assert_eq!(
        kind(change("stream.delete", json!(["s", "g", "i"]))),
        ("delete", json!({"a": 2, "id": "i"}))
    );
    assert_eq!(change("stream.delete", json!(["s", "g", "i"])), None);
    let event = json!({"type": "typing", "data": {}});
    assert_eq!(
        kind(change("stream.send", json!(["s", {"groupId": "g"}, event]))),
        ("event", event)
    );
    change("state.set", json!(["g", "k", 1]));
    let Some(Change::State { old, new, .. }) = change("state.set", json!(["g", "k", 2])) else {
        panic!("no change")
    };
    assert_eq!((old, new), (json!(1), json!(2)));
}
