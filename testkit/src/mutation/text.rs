//! What became of the mutants, for a terminal.

use super::{MutantReport, MutationReport, Suggestion, score::Tally};

/// Columns of a file's or an operator's name.
const NAME: usize = 40;

impl MutationReport {
    /// The tables and the survivors, with a line end after each line.
    pub fn to_text(&self) -> String {
        let mut out = String::from("\nmutation\n");
        if self.mutants.is_empty() {
            out += "  no test that passes sends a message or uses the state: there is nothing to mutate\n";
        }
        out += &head("file");
        for (file, tally) in self.files() {
            out += &row(&file, tally);
        }
        out += &head("kind");
        for (operator, tally) in self.kinds() {
            out += &row(&operator.name().replace('_', " "), tally);
        }
        out += &row("all", self.tally());
        out += &self.survivors_text();
        if self.not_tried > 0 {
            out += &format!(
                "\n{} more were not tried: `--mutants N` tries more\n",
                self.not_tried
            );
        }
        for (test, reason) in &self.left_out {
            out += &format!("\nnot mutated: {test}: {reason}\n");
        }
        out + &format!("\nmutation score {}\n", self.tally().score())
    }

    fn survivors_text(&self) -> String {
        let survivors = self.survivors();
        if survivors.is_empty() {
            return String::new();
        }
        let mut out = "\nsurvivors, the gravest first\n".to_owned();
        for (at, survivor) in survivors.iter().enumerate() {
            out += &format!("{:>3}. {}\n", at + 1, survivor.sentence());
            out += &would_notice(survivor);
        }
        out
    }
}

/// What would have noticed a survivor, in whole lines.
fn would_notice(survivor: &MutantReport) -> String {
    match (&survivor.suggestion, survivor.tests.first()) {
        (Some(Suggestion::Then { test, text }), _) => {
            format!(
                "     {test} would, with this in `then`:\n       - {}\n",
                bare(text)
            )
        }
        (Some(Suggestion::Invariant { test, text }), _) => {
            format!("     {test} would, with this in `invariants`:\n       - {text}\n")
        }
        (Some(Suggestion::None { why }), Some(test)) => format!("     {test} comes by it; {why}\n"),
        (_, Some(test)) => format!("     {test} comes by it\n"),
        (_, None) => String::new(),
    }
}

/// A mapping of one key without its braces: `emitted: { topic: a }`.
fn bare(expectation: &str) -> &str {
    let inside = expectation
        .strip_prefix("{ ")
        .and_then(|it| it.strip_suffix(" }"));
    inside.unwrap_or(expectation)
}

fn head(what: &str) -> String {
    format!(
        "\n{what:<NAME$}{:>8}{:>10}{:>11}{:>9}\n",
        "killed", "survived", "no effect", "score"
    )
}

fn row(name: &str, tally: Tally) -> String {
    let score = tally
        .score()
        .percent()
        .map_or_else(|| "-".to_owned(), |it| format!("{it:.1} %"));
    let count = name.chars().count();
    let name: String = match count < NAME {
        true => name.to_owned(),
        false => format!("…{}", name.chars().skip(count + 2 - NAME).collect::<String>()),
    };
    format!(
        "{name:<NAME$}{:>8}{:>10}{:>11}{score:>9}\n",
        tally.killed, tally.survived, tally.no_effect
    )
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::score::tests::report;
    use super::*;

    #[test]
    fn survivors_come_with_what_would_have_noticed_them() {
        expect![[r#"

            mutation

            file                                      killed  survived  no effect    score
            tests/a                                        1         3          1   25.0 %
            tests/b                                        0         2          0    0.0 %

            kind                                      killed  survived  no effect    score
            lost write                                     0         2          0    0.0 %
            drop emit                                      1         0          0  100.0 %
            drop field                                     0         1          0    0.0 %
            delay emit                                     0         0          1        -
            all                                            1         3          1   25.0 %

            survivors, the gravest first
              1. losing what CreateOrder writes to `prices` of the state is noticed by no test
                 tests/a::one comes by it
              2. losing what CreateOrder writes to `orders` of the state is noticed by no test
                 tests/a::one comes by it
              3. dropping field `total` of `order.created` from CreateOrder is noticed by no test
                 tests/a::one would, with this in `then`:
                   - emitted: { topic: order.created, data: { total: 5 }, times: 1 }

            2 more were not tried: `--mutants N` tries more

            not mutated: tests/b::two: it fails

            mutation score 25.0 % (1 of 4)
        "#]]
        .assert_eq(&report().to_text());
    }

    #[test]
    fn a_long_name_keeps_its_end() {
        let long = format!("tests/{}/orders", "x".repeat(60));
        assert_eq!(row(&long, Tally::default()).chars().count(), 79);
        assert!(row(&long, Tally::default()).contains("x/orders "));
    }
}
