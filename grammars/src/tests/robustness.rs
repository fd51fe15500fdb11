//! No input panics, hangs or overflows the stack, and half-typed code keeps what stands.

use std::time::{Duration, Instant};

use crate::{Language, MAX_SOURCE_BYTES, ParseBudget, extract, extract_tree, parse, parse_within};

/// Far above the parse budget: only a hang reaches it.
const ENDLESS: Duration = Duration::from_secs(30);

fn ends(text: &str) {
    std::thread::scope(|threads| {
        for language in Language::ALL {
            threads.spawn(move || {
                let start = Instant::now();
                let facts = extract(language, text);
                assert!(
                    start.elapsed() < ENDLESS,
                    "{language:?} took {:?}",
                    start.elapsed()
                );
                for site in &facts.emits {
                    assert!(
                        text.get(site.span.start as usize..site.span.end as usize)
                            .is_some()
                    );
                }
            });
        }
    });
}

#[test]
fn inputs_that_hang_a_related_grammar_end() {
    ends("(ph=r(><d c=\"\"w h\"><v`\"}e\"d\" />\n`");
    ends("<a {{b:>c:d(e f)");
}

#[test]
fn a_megabyte_of_garbage_ends() {
    // A small generator keeps the bytes the same on every machine.
    let alphabet: Vec<char> = "(){}[]<>`'\"\\/*=:;,.#@$%&|+-?! \n\tabcdef0123456789é😀"
        .chars()
        .collect();
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut text = String::new();
    while text.len() < MAX_SOURCE_BYTES - 8 {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        text.push(alphabet[usize::try_from(seed >> 33).unwrap() % alphabet.len()]);
    }
    ends(&text);
}

#[test]
fn ten_thousand_nested_brackets_end() {
    for open in [
        "(", "[", "{", "[{a:", "f(", "{'a': ", "if (x) ", "x => ", "!", "a.b(", "`${", "-", "<T>", "a ? b : ",
    ] {
        ends(&open.repeat(10_000));
        ends(&format!("const x = {}", open.repeat(10_000)));
    }
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{a:", "}"),
        ("{'a': ", "}"),
        ("f(", ")"),
        ("{", "}"),
    ] {
        ends(&format!("x = {}1{}", open.repeat(10_000), close.repeat(10_000)));
    }
    ends(&"a + ".repeat(10_000));
    ends(&"a.".repeat(10_000));
    ends(&"f()".repeat(10_000));
    ends(&"if x:\n ".repeat(2_000));
    ends(&"def f\n".repeat(5_000));
    ends(&"class A { ".repeat(5_000));
    ends(&"else if (x) {} ".repeat(5_000));
}

#[test]
fn what_is_nested_too_deeply_is_said() {
    let text = format!("export const x = {}1{}", "[".repeat(400), "]".repeat(400));
    let facts = extract(Language::TypeScript, &text);
    assert!(
        facts
            .problems
            .iter()
            .any(|problem| problem.message.contains("levels deep")),
        "{:?}",
        facts.problems
    );
    assert!(facts.emit_escapes);
}

#[test]
fn a_text_over_the_cap_says_so() {
    let facts = extract(Language::Ruby, &" ".repeat(MAX_SOURCE_BYTES + 1));
    assert_eq!(facts.problems.len(), 1);
    assert!(facts.problems[0].message.contains("larger than"));
    assert!(
        extract(Language::Ruby, &" ".repeat(MAX_SOURCE_BYTES))
            .problems
            .is_empty()
    );
}

#[test]
fn a_parse_over_its_budget_is_given_up() {
    let text = "const a = { b: [1, 2, 3] }\n".repeat(30_000);
    let none = ParseBudget { time: Duration::ZERO };
    assert!(parse_within(Language::TypeScript, &text, None, none).is_none());
    // The parser is fit for the next text.
    assert!(parse(Language::TypeScript, "const a = 1", None).is_some());
}

#[test]
fn names_that_refer_to_each_other_end() {
    ends("const a = b\nconst b = c\nconst c = a\nexport const config = a");
    ends("const a = { ...b }, b = { ...a }\nexport const config = { ...a, emits: [...a] }");
    ends(
        "a = b + b\nb = c + c\nc = d + d\nd = e + e\ne = f + f\nf = a + a\nconfig = {'type': a, 'emits': [a]}",
    );
    let mut doubling = String::from("const x0 = 'a'\n");
    for n in 1..60 {
        doubling.push_str(&format!("const x{n} = `${{x{p}}}${{x{p}}}`\n", p = n - 1));
    }
    ends(&format!(
        "{doubling}export const config = {{ type: x59, emits: [x59] }}"
    ));
    ends(
        "class A(B): pass\nclass B(A): pass\nconfig = {'type': 'event', 'subscribes': [], 'input': A.model_json_schema()}",
    );
    ends("function f(ctx) { g(ctx) }\nfunction g(ctx) { f(ctx); ctx.emit({ topic: 'x' }) }");
}

#[test]
fn half_typed_calls_do_not_lose_the_config() {
    let config = "export const config = { type: 'event', name: 'S', subscribes: ['a'], emits: ['b'] }\n";
    for tail in [
        "export const handler = async (input, { emit }) => {\n  await emit({ topic: '",
        "export const handler = async (input, { emit }) => {\n  await emit({ topic: 'b', data: { ",
        "export const handler = async (input, { emit }) => {\n  await emit({ top",
        "export const handler = async (",
        "export const handler = async (input, { emit }) => {\n  await emit(\n}\n",
        "export const handler: Handlers['",
    ] {
        for language in [Language::TypeScript, Language::JavaScript] {
            let facts = extract(language, &format!("{config}{tail}"));
            let step = facts
                .step
                .unwrap_or_else(|| panic!("{language:?} lost the step before {tail}"));
            assert_eq!(step.emits.topics().len(), 1, "{tail}");
            assert!(!facts.problems.is_empty(), "{tail}");
        }
    }
    let config = "config = {'type': 'event', 'name': 'S', 'subscribes': ['a'], 'emits': ['b']}\n";
    for tail in [
        "async def handler(input, context):\n    await context.emit({'topic': '",
        "async def handler(input, context):\n    await context.emit({\n",
        "async def handler(",
    ] {
        let facts = extract(Language::Python, &format!("{config}{tail}"));
        assert!(facts.step.is_some(), "lost the step before {tail}");
    }
    let config = "def config\n  { type: 'event', name: 'S', subscribes: ['a'], emits: ['b'] }\nend\n";
    for tail in [
        "def handler(input, context)\n  context.emit(topic: '",
        "def handler(input, context)\n  context.emit(topic: 'b', data: {",
        "def handler(",
    ] {
        let facts = extract(Language::Ruby, &format!("{config}{tail}"));
        assert!(facts.step.is_some(), "lost the step before {tail}");
    }
}

#[test]
fn problems_are_placed_and_bounded() {
    let text = "const a = {\nexport const b = 1\n";
    let facts = extract(Language::JavaScript, text);
    assert!(!facts.problems.is_empty());
    let facts = extract(Language::JavaScript, &"@ # ) \n".repeat(500));
    assert!((1..=20).contains(&facts.problems.len()));
    let facts = extract(Language::JavaScript, "if (a { b() }\n");
    assert_eq!(facts.problems[0].message, "missing `)`");
    let text = "def total\n  1\n";
    let facts = extract(Language::Ruby, text);
    assert_eq!(facts.problems[0].span.slice(text), "def total");
}

#[test]
fn line_ends_do_not_matter() {
    let unix = "export const config = {\n  type: 'event',\n  subscribes: ['a'], // 😀\n  emits: [`b`],\n}\n";
    let windows = unix.replace('\n', "\r\n");
    let facts = extract(Language::TypeScript, &windows);
    assert_eq!(facts.problems, []);
    let step = facts.step.unwrap();
    assert_eq!(step.emits.topics()[0].topic.span.slice(&windows), "b");
    let python = "config = {\r\n  'type': 'event',\r\n  'subscribes': ['é'],\r\n}\r\n";
    let step = extract(Language::Python, python).step.unwrap();
    assert_eq!(step.triggers[0].topics[0].topic.span.slice(python), "é");
}

#[test]
fn an_edited_tree_gives_the_facts_of_a_fresh_one() {
    let before = "export const config = { type: 'event', subscribes: ['a'] }\n";
    let after = before.replace("'a'", "'ab'");
    let at = before.find("'a'").unwrap() + 2;
    let mut tree = parse(Language::TypeScript, before, None).unwrap();
    let point = |column| tree_sitter::Point { row: 0, column };
    tree.edit(&tree_sitter::InputEdit {
        start_byte: at,
        old_end_byte: at,
        new_end_byte: at + 1,
        start_position: point(at),
        old_end_position: point(at),
        new_end_position: point(at + 1),
    });
    let incremental = parse(Language::TypeScript, &after, Some(&tree)).unwrap();
    assert_eq!(
        extract_tree(Language::TypeScript, &after, &incremental),
        extract(Language::TypeScript, &after)
    );
}

#[test]
fn a_string_without_an_end_keeps_its_last_letter() {
    let text = "export const config = {\n  name: 'reference😀\n}\n";
    let facts = extract(Language::TypeScript, text);
    let written = serde_json::to_value(&facts).unwrap().to_string();
    let end = text.find('😀').unwrap() + '😀'.len_utf8();
    assert!(!written.contains(&format!("\"end\":{}", end - 1)), "{written}");
}
