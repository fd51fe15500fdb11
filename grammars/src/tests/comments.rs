//! `banister-ignore` in comments.

use crate::facts::{FileFacts, IgnoreScope};
use crate::{Language, extract};

/// Scope, rules and whether there is a reason, of each ignore.
fn ignores(language: Language, text: &str) -> Vec<String> {
    let line = |facts: &FileFacts| -> Vec<String> {
        (facts.ignores.iter())
            .map(|ignore| {
                let scope = match &ignore.scope {
                    IgnoreScope::File => "file",
                    IgnoreScope::Line(line) => line.slice(text).trim(),
                    IgnoreScope::Nothing => "nothing",
                };
                let rules: Vec<&str> = ignore.rules.iter().map(|rule| rule.span.slice(text)).collect();
                assert!(ignore.rules.iter().map(|rule| &rule.name).eq(rules.iter()));
                format!("{} | {scope} | {}", rules.join("+"), ignore.explained)
            })
            .collect()
    };
    line(&extract(language, text))
}

/// The text without its first ignore.
fn without(language: Language, text: &str) -> Option<String> {
    let removal = extract(language, text).ignores.first()?.removal?;
    let (start, end) = (removal.start as usize, removal.end as usize);
    Some(format!("{}{}", &text[..start], &text[end..]))
}

#[test]
fn a_comment_behind_code_is_about_its_line() {
    for (language, text) in [
        (
            Language::TypeScript,
            "const a = 1 // banister-ignore a-rule: known\n",
        ),
        (
            Language::JavaScript,
            "const a = 1 /* banister-ignore a-rule: known */\n",
        ),
        (Language::Python, "a = 1  # banister-ignore a-rule: known\n"),
        (Language::Ruby, "a = 1 # banister-ignore a-rule: known\n"),
    ] {
        assert_eq!(
            ignores(language, text),
            [format!("a-rule | {} | true", text.trim())]
        );
        let bare = if language == Language::Python || language == Language::Ruby {
            "a = 1\n"
        } else {
            "const a = 1\n"
        };
        assert_eq!(without(language, text).as_deref(), Some(bare), "{language:?}");
    }
}

#[test]
fn a_comment_of_its_own_is_about_the_next_code() {
    for (language, text) in [
        (
            Language::TypeScript,
            "x()\n  // banister-ignore a-rule: known\n\n// more\n/* and\n more */\ny()\n",
        ),
        (
            Language::JavaScript,
            "x()\r\n/* banister-ignore a-rule: known */\r\ny()\r\n",
        ),
        (
            Language::Python,
            "x()\n# banister-ignore a-rule: known\n# more\ny()\n",
        ),
        (
            Language::Ruby,
            "x()\n=begin\nbanister-ignore a-rule: known\n=end\ny()\n",
        ),
    ] {
        assert_eq!(ignores(language, text), ["a-rule | y() | true"], "{text}");
    }
    assert_eq!(
        without(Language::Python, "x()\r\n  # banister-ignore a: b\r\ny()\r\n").as_deref(),
        Some("x()\r\ny()\r\n")
    );
    assert_eq!(
        ignores(Language::Python, "x()\n# banister-ignore a: b"),
        ["a | nothing | true"]
    );
}

#[test]
fn several_rules_the_whole_file_and_a_missing_reason() {
    for (comment, found) in [
        ("// banister-ignore a, b-c : why", "a+b-c | y() | true"),
        ("// banister-ignore-file a: why", "a | file | true"),
        ("// banister-ignore a", "a | y() | false"),
        ("// banister-ignore a:", "a | y() | false"),
        ("// banister-ignore a: -", "a | y() | false"),
        ("// banister-ignore a because it is late", "a | y() | false"),
        ("// banister-ignore: why", " | y() | true"),
        ("// banister-ignore", " | y() | false"),
        ("/** banister-ignore a: why */", "a | y() | true"),
        ("/*\n * banister-ignore a: why\n */", "a | y() | true"),
        ("// @ts-ignore // banister-ignore a: why", "a | y() | true"),
        ("// banister-ignore a: größer 😀", "a | y() | true"),
    ] {
        assert_eq!(
            ignores(Language::TypeScript, &format!("{comment}\ny()\n")),
            [found],
            "{comment}"
        );
    }
}

#[test]
fn what_only_mentions_the_word_is_no_ignore() {
    for text in [
        "const a = 'banister-ignore a: why'\n",
        "const a = `\n// banister-ignore a: why\n`\n",
        "// write banister-ignore a: why\n",
        "// banister-ignored a: why\n",
        "// banister-ignore-files a: why\n",
    ] {
        assert_eq!(ignores(Language::TypeScript, text), [""; 0], "{text}");
    }
    assert_eq!(
        ignores(Language::Python, "a = '''\n# banister-ignore a: why\n'''\n"),
        [""; 0]
    );
    assert_eq!(
        ignores(Language::Ruby, "a = <<~X\n  # banister-ignore a: why\nX\n"),
        [""; 0]
    );
}

#[test]
fn a_comment_that_says_more_or_holds_words_apart_is_not_removed() {
    for text in [
        "x() // lint-off // banister-ignore a: b\n",
        "return/* banister-ignore a: b */1\n",
    ] {
        assert_eq!(without(Language::JavaScript, text), None, "{text}");
    }
    assert_eq!(
        without(Language::JavaScript, "f(a, /* banister-ignore a: b */ c)\n").as_deref(),
        Some("f(a, c)\n")
    );
}
