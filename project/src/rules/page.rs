//! The documentation of the rules as Markdown: one page each for `docs/rules`, and an overview.

use banister_grammars::Language;

use super::examples::EXAMPLES;
use super::{RULES, Rule};
use crate::diagnostic::Severity;

/// Where the pages are published, with `/` at the end. The package's repository if it names one; until it does, a
/// reserved address that nobody can own, because reports must hold an absolute one.
pub fn published_at() -> String {
    match env!("CARGO_PKG_REPOSITORY") {
        "" => "https://banister.example/rules/".to_owned(),
        repository => format!("{}/blob/main/docs/rules/", repository.trim_end_matches('/')),
    }
}

impl Rule {
    /// The documentation with its examples, as Markdown.
    pub fn markdown(&self) -> String {
        let mut text = self.doc.trim_end().to_owned() + "\n";
        if let Some(example) = EXAMPLES.iter().find(|example| example.rule == self.name) {
            let (bad, good) = if self.compares_revisions() {
                ("Found", "Before")
            } else {
                ("Found", "Right")
            };
            text += &format!("\n{bad}:\n{}", blocks(example.bad));
            text += &format!("\n{good}:\n{}", blocks(example.good));
        }
        text
    }

    /// The address of its page.
    pub fn address(&self) -> String {
        format!("{}{}.md", published_at(), self.name)
    }

    /// True if it is found by `check --base` only.
    pub fn compares_revisions(&self) -> bool {
        self.name.starts_with("contract-")
    }
}

/// The page of a rule.
pub fn page(rule: &Rule) -> String {
    let name = rule.name;
    let run = if rule.compares_revisions() {
        " Found by `banister check --base REVISION` only."
    } else {
        ""
    };
    format!(
        "<!-- Written by `banister explain --write-docs`; change the rule, not this page. -->\n\n\
         # {name}\n\nSeverity: **{}** by default.{run}\n\n{}\n\
         ## Settings\n\n\
         In `banister.toml`, in the root of the project; `off`, `hint`, `info`, `warning` and `error` are known:\n\n\
         ```toml\n[rules]\n{name} = \"off\"\n```\n\n\
         For one run: `banister check --ignore {name}`, or `--select {name}` to see nothing else.\n\n\
         For one place, with the reason, in a comment above it:\n\n\
         ```js\n// banister-ignore {name}: why this is right here\n```\n",
        word(rule.severity),
        rule.markdown(),
    )
}

/// The overview of all pages.
pub fn overview() -> String {
    let mut text =
        "<!-- Written by `banister explain --write-docs`; change the rules, not this page. -->\n\n\
                    # Rules\n\n\
                    | rule | severity | finds |\n|---|---|---|\n"
            .to_owned();
    for rule in RULES {
        let first = first_sentence(rule.doc).replace('|', "\\|");
        text += &format!(
            "| [{0}]({0}.md) | {1} | {first} |\n",
            rule.name,
            word(rule.severity)
        );
    }
    text + "\nThe severity is that of most findings; the page of a rule tells when it differs. `banister explain RULE` shows the same\n\
            text in a terminal, and a table `[rules]` in `banister.toml` sets other severities.\n"
}

/// The first sentence of a text, on one line.
pub fn first_sentence(doc: &str) -> String {
    let text = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => text,
    }
}

/// A block of code for each file of an example.
fn blocks(fixture: &str) -> String {
    let mut out = String::new();
    for file in fixture.split("//- ").filter(|file| !file.is_empty()) {
        let (path, text) = file.split_once('\n').unwrap_or((file, ""));
        let language = match Language::of_path(path) {
            Some(Language::TypeScript) => "ts",
            Some(Language::JavaScript) => "js",
            Some(Language::Python) => "python",
            Some(Language::Ruby) => "ruby",
            None => "",
        };
        out += &format!("\n`{path}`\n\n```{language}\n{text}```\n");
    }
    out
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Hint => "hint",
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_the_severity_the_text_and_both_examples() {
        let rule = super::super::rule("undeclared-emit").unwrap();
        let page = page(rule);
        for text in [
            "# undeclared-emit\n",
            "Severity: **error**",
            "\nFound:\n\n`steps/pay.step.ts`\n\n```ts\n",
            "\nRight:\n",
            "undeclared-emit = \"off\"",
        ] {
            assert!(page.contains(text), "{text} is not in {page}");
        }
    }

    #[test]
    fn the_overview_links_every_page() {
        let overview = overview();
        assert!(
            RULES
                .iter()
                .all(|rule| overview.contains(&format!("]({}.md)", rule.name)))
        );
    }
}
