use proptest::prelude::*;
use serde_json::json;

use super::*;

fn tree(text: &str) -> Node {
    let mut problems = Vec::new();
    let node = read(text, &mut problems);
    assert_eq!(problems, []);
    node.unwrap()
}

fn refused(text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    read(text, &mut problems);
    problems.into_iter().map(|problem| problem.message).collect()
}

#[test]
fn scalars_follow_the_core_schema() {
    let text = "[1, -7, +3, 0o17, 0xff, 1.50, .5, 1e3, 18446744073709551615, yes, no, on, 2026-01-05, 09:00, \
                1.2.3, '1', \"true\", true, False, ~, null, , inf, nan, 1_000, -, !!str 12]";
    let expected = json!([
        1,
        -7,
        3,
        15,
        255,
        1.5,
        0.5,
        1000.0,
        18446744073709551615_u64,
        "yes",
        "no",
        "on",
        "2026-01-05",
        "09:00",
        "1.2.3",
        "1",
        "true",
        true,
        false,
        null,
        null,
        null,
        "inf",
        "nan",
        "1_000",
        "-",
        "12"
    ]);
    let text = text.replace(", ,", ", ~,").replace(", -,", ", '-',");
    assert_eq!(tree(&text).to_json(), expected);
}

#[test]
fn what_json_cannot_say_is_refused() {
    assert_eq!(refused("[.inf]"), ["`.inf` has no JSON form"]);
    assert_eq!(refused("a: !money 3"), ["the tag `money` means nothing here"]);
}

#[test]
fn spans_count_bytes_whatever_stands_before() {
    for text in [
        "# café ☕ 😀\nkey: \"v\"\nother: [a, b]\n\n# end\n",
        "# x\r\nkey: \"v\"\r\nother: [a, b]\r\n",
    ] {
        let node = tree(text);
        let Data::Map(entries) = &node.data else {
            panic!("{node:?}")
        };
        let slices: Vec<_> = entries
            .iter()
            .flat_map(|(key, value)| [key.span.slice(text), value.span.slice(text)])
            .collect();
        assert_eq!(slices, ["key", "\"v\"", "other", "[a, b]"]);
        assert!(node.span.slice(text).ends_with("[a, b]"));
    }
}

#[test]
fn aliases_stand_for_their_anchor() {
    assert_eq!(
        tree("a: &x { n: 1 }\nb: *x\n").to_json(),
        json!({"a": {"n": 1}, "b": {"n": 1}})
    );
    let bomb = (1..12).fold("a0: &a0 [x, x, x, x, x, x, x, x]\n".to_owned(), |text, n| {
        let p = n - 1;
        format!("{text}a{n}: &a{n} [*a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}, *a{p}]\n")
    });
    assert_eq!(
        refused(&bomb),
        ["the aliases of this file write out to too large a document"]
    );
    assert_eq!(refused("a: &x [*x]").len(), 1);
}

#[test]
fn broken_documents_are_told_of() {
    assert_eq!(refused("a: 1\na: 2\n"), ["`a` is written twice in this mapping"]);
    assert_eq!(
        refused("---\na: 1\n---\nb: 1\n"),
        ["a flow test file is one YAML document"]
    );
    assert!(
        refused("a: [")
            .first()
            .is_some_and(|it| it.starts_with("this is not valid YAML: "))
    );
    assert_eq!(
        refused(&"- ".repeat(70)),
        ["this is nested more than 64 levels deep"]
    );
    assert_eq!(refused(&"[".repeat(100_000)).len(), 1);
    assert_eq!(refused("? [a, b]\n: 1\n"), ["a key must be a text, found a list"]);
    assert!(read("# nothing\n", &mut Vec::new()).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_text_is_a_reason_to_panic(text in "([-a:?&*!|>'\"%@`#,{}\\[\\]~0. \\n\\t\\r\u{feff}é<]|: |- |\\n  ){0,60}") {
        let mut problems = Vec::new();
        read(&text, &mut problems);
        for problem in problems {
            prop_assert!(text.get(problem.span.start as usize..problem.span.end as usize).is_some());
        }
    }
}
