//! `banister-ignore` comments: what they silence, and what is wrong with the comments themselves.

use std::collections::BTreeSet;

use banister_grammars::Span;
use banister_grammars::facts::{IgnoreFact, IgnoreScope, IgnoredRule};

use crate::diagnostic::{Diagnostic, Edit, Fix, Severity};
use crate::index::Index;
use crate::nearest::nearest;
use crate::rules::{RULES, Rule, invalid_ignore, rule, stale_ignore, unexplained_ignore};

/// Takes out the findings of one file that a comment silences, and adds those about the comments.
pub(crate) fn apply(index: &Index, path: &str, ignores: &[IgnoreFact], findings: &mut Vec<Diagnostic>) {
    let mut sheet = Sheet {
        path,
        ignores,
        index,
        used: BTreeSet::new(),
    };
    findings.extend(sheet.misuses());
    findings.retain(|finding| !sheet.silences(finding));
    let stale = sheet.stale();
    findings.extend(stale.into_iter().filter(|finding| !sheet.silences(finding)));
}

/// The ignores of one file.
struct Sheet<'s> {
    path: &'s str,
    ignores: &'s [IgnoreFact],
    index: &'s Index,
    /// Which rule of which ignore has silenced something, both by their order.
    used: BTreeSet<(usize, usize)>,
}

impl<'s> Sheet<'s> {
    fn each(&self) -> impl Iterator<Item = ((usize, usize), &'s IgnoreFact, &'s IgnoredRule)> + use<'s> {
        let ignores = self.ignores.iter().enumerate();
        ignores.flat_map(|(i, ignore)| {
            let rules = ignore.rules.iter().enumerate();
            rules.map(move |(j, rule)| ((i, j), ignore, rule))
        })
    }

    fn silences(&mut self, finding: &Diagnostic) -> bool {
        let covering: Vec<(usize, usize)> = self
            .each()
            .filter(|(_, ignore, rule)| rule.name == finding.rule && ignore.covers(finding.span.start))
            .map(|(place, _, _)| place)
            .collect();
        self.used.extend(&covering);
        !covering.is_empty()
    }

    /// Ignores without a reason, without a rule, or with an unknown one.
    fn misuses(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for ignore in self.ignores {
            if ignore.rules.is_empty() {
                let message = "this comment names no rule, so it silences nothing".to_owned();
                let help = "write 'banister-ignore rule-name: reason'";
                found.extend(self.finding(&invalid_ignore::RULE, ignore.span, message, help.into()));
            } else if !ignore.explained {
                let message = "this comment gives no reason".to_owned();
                let help = "write the reason behind a colon: 'banister-ignore rule-name: reason'";
                found.extend(self.finding(&unexplained_ignore::RULE, ignore.span, message, help.into()));
            }
        }
        for (_, _, ignored) in self
            .each()
            .filter(|(_, _, ignored)| rule(&ignored.name).is_none())
        {
            found.extend(self.unknown(ignored));
        }
        found
    }

    fn unknown(&self, ignored: &IgnoredRule) -> Option<Diagnostic> {
        let near = nearest(&ignored.name, RULES.iter().map(|rule| rule.name));
        let message = format!(
            "there is no rule '{}', so this comment silences nothing",
            ignored.name
        );
        let help = near.map_or("`banister explain` lists the rules".to_owned(), |near| {
            format!("did you mean '{near}'?")
        });
        let mut finding = self.finding(&invalid_ignore::RULE, ignored.span, message, help)?;
        finding.fix = near.map(|near| Fix {
            title: format!("Change to '{near}'"),
            edits: vec![self.edit(ignored.span, near.to_owned())],
        });
        // The name that was meant may silence what nobody has looked at.
        finding.fix_is_guess = true;
        Some(finding)
    }

    /// Rules of ignores that were on, had the chance, and found nothing to silence.
    fn stale(&self) -> Vec<Diagnostic> {
        let is_stale = |place: &(usize, usize), ignored: &IgnoredRule| {
            let known = rule(&ignored.name).filter(|rule| rule.name != stale_ignore::RULE.name);
            !self.used.contains(place) && known.is_some_and(|rule| self.level(rule).is_some())
        };
        self.each()
            .filter(|(place, _, ignored)| is_stale(place, ignored))
            .filter_map(|((i, _), ignore, ignored)| {
                let message = match ignore.scope {
                    IgnoreScope::File => format!("'{}' finds nothing in this file", ignored.name),
                    IgnoreScope::Line(_) => format!("'{}' finds nothing in this line", ignored.name),
                    IgnoreScope::Nothing => {
                        format!(
                            "no code follows, so there is nothing of '{}' to ignore",
                            ignored.name
                        )
                    }
                };
                let help = "remove what is no longer needed".to_owned();
                let mut finding = self.finding(&stale_ignore::RULE, ignored.span, message, help)?;
                let all_stale = self
                    .each()
                    .filter(|((other, _), _, _)| *other == i)
                    .all(|(place, _, ignored)| is_stale(&place, ignored));
                finding.fix = self.removal(ignore, ignored, all_stale);
                Some(finding)
            })
            .collect()
    }

    /// Removes the comment if it has no other use, else the rule from its list.
    fn removal(&self, ignore: &IgnoreFact, ignored: &IgnoredRule, whole: bool) -> Option<Fix> {
        if whole {
            return ignore.removal.map(|span| Fix {
                title: "Remove the comment".to_owned(),
                edits: vec![self.edit(span, String::new())],
            });
        }
        let at = ignore.rules.iter().position(|other| other.span == ignored.span)?;
        let span = match (
            ignore.rules.get(at + 1),
            at.checked_sub(1).and_then(|at| ignore.rules.get(at)),
        ) {
            (Some(next), _) => Span {
                start: ignored.span.start,
                end: next.span.start,
            },
            (None, Some(before)) => Span {
                start: before.span.end,
                end: ignored.span.end,
            },
            (None, None) => return None,
        };
        Some(Fix {
            title: format!("Remove '{}' from the comment", ignored.name),
            edits: vec![self.edit(span, String::new())],
        })
    }

    /// A finding of `rule`, unless the rule is off here.
    fn finding(&self, rule: &Rule, span: Span, message: String, help: String) -> Option<Diagnostic> {
        let severity = self.level(rule)?;
        Some(Diagnostic {
            rule: rule.name,
            severity,
            message,
            file: self.path.to_owned(),
            span,
            related: Vec::new(),
            help: Some(help),
            fix: None,
            fix_is_guess: false,
            unnecessary: false,
        })
    }

    fn level(&self, rule: &Rule) -> Option<Severity> {
        let set = self.index.config.rules.get(rule.name);
        set.copied().unwrap_or(Some(rule.severity))
    }

    fn edit(&self, span: Span, text: String) -> Edit {
        Edit {
            file: self.path.to_owned(),
            span,
            text,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{check, fixed, report};

    const B: &str = "\
//- steps/b.step.js
exports.config = { type: 'event', name: 'B', subscribes: ['a.done', 'b.done'], emits: [] }
exports.handler = async () => {}
";

    fn with_b(fixture: &str) -> String {
        format!("{fixture}{B}")
    }

    #[test]
    fn a_finding_is_silenced_in_every_language() {
        check(&with_b(
            "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['a.done'] }
export const handler = async ({ emit }) => {
  await emit({ topic: 'b.done', data: {} }) // banister-ignore undeclared-emit: declared by the gateway
  await emit({ topic: 'a.done', data: {} })
}
//- steps/c_step.py
config = {'type': 'cron', 'name': 'C', 'cron': '* * * * *', 'emits': ['a.done']}
async def handler(ctx):
    # banister-ignore undeclared-emit: declared by the gateway
    await ctx.emit({'topic': 'b.done', 'data': {}})
//- steps/d.step.rb
def config
  # banister-ignore invalid-cron: written by the deployment
  { type: 'cron', name: 'D', cron: 'CRON', emits: [] }
end
def handler(context)
end
",
        ));
    }

    #[test]
    fn a_finding_in_a_flow_test_is_silenced() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
exports.handler = async () => {}
//- tests/a.flow.yaml
tests:
  - name: ticks
    # banister-ignore flow-test-unknown-step: written next week
    when: [{ cron: B }]
    then:
      - ran: [B] # banister-ignore flow-test-unknown-step: written next week
      - ran: [C]
      #       ^ flow-test-unknown-step error
      # banister-ignore flow-test-unknown-step: here it is
      #                 ^^^^^^^^^^^^^^^^^^^^^^ stale-ignore warning
      - ran: [A]
",
        );
    }

    #[test]
    fn other_rules_and_other_lines_are_reported() {
        check(&with_b(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['a.done'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'a.done', data: {} }) // banister-ignore undeclared-emit: one line too high
  //                                                           ^^^^^^^^^^^^^^^ stale-ignore warning
  await emit({ topic: 'b.done', data: {} }) // banister-ignore emit-shape: another rule
  //                                                           ^^^^^^^^^^ stale-ignore warning
  //                   ^^^^^^ undeclared-emit error
}
",
        ));
    }

    #[test]
    fn a_whole_file_is_silenced() {
        check(&with_b(
            "\
//- steps/a.step.js
// banister-ignore-file undeclared-emit: a generated file
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['a.done'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'a.done', data: {} })
  await emit({ topic: 'b.done', data: {} })
  await emit({ topic: 'c.done', data: {} })
}
",
        ));
    }

    #[test]
    fn a_comment_without_a_reason_silences_and_is_reported() {
        check(&with_b(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['a.done'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'b.done', data: {} }) // banister-ignore undeclared-emit
  //                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unexplained-ignore warning
}
",
        ));
    }

    #[test]
    fn unknown_rules_are_reported_with_the_likely_one() {
        let found = report(&with_b(
            "\
//- steps/a.step.js
// banister-ignore-file undeclared-emits, no-such-thing: why
// banister-ignore : why
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
exports.handler = async () => {}
",
        ));
        for text in [
            "1:25 warning invalid-ignore: there is no rule 'undeclared-emits', so this comment silences nothing",
            "help: did you mean 'undeclared-emit'?",
            "there is no rule 'no-such-thing'",
            "`banister explain` lists the rules",
            "2:4 warning invalid-ignore: this comment names no rule",
        ] {
            assert!(found.contains(text), "{text}\n{found}");
        }
    }

    #[test]
    fn rules_that_are_off_make_no_comment_stale() {
        let fixture = "\
//- banister.toml
[rules]
invalid-cron = 'off'
//- steps/a.step.js
// banister-ignore-file invalid-cron: written by the deployment
exports.config = { type: 'cron', name: 'A', cron: 'CRON', emits: [] }
exports.handler = async () => {}
";
        check(fixture);
        let stale = fixture
            .replace("invalid-cron = 'off'", "stale-ignore = 'error'")
            .replace("'CRON'", "'* * * * *'");
        assert!(
            report(&stale).contains("error stale-ignore"),
            "{}",
            report(&stale)
        );
        let off = stale.replace("stale-ignore = 'error'", "stale-ignore = 'off'");
        check(&off);
    }

    #[test]
    fn what_is_stale_is_removed_and_the_rest_stays() {
        let mended = fixed(&with_b(
            "\
//- steps/a.step.js
// banister-ignore invalid-cron: once it was wrong
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['a.done'] }
exports.handler = async ({ emit }) => {
  // banister-ignore undeclared-emit, emit-shape: the gateway declares it
  await emit({ topic: 'b.done', data: {} })
  await emit({ topic: 'a.done', data: {} }) // banister-ignore emit-shape: once it was wrong
}
",
        ));
        assert_eq!(
            mended,
            with_b(
                "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: ['a.done'] }
exports.handler = async ({ emit }) => {
  // banister-ignore undeclared-emit: the gateway declares it
  await emit({ topic: 'b.done', data: {} })
  await emit({ topic: 'a.done', data: {} })
}
"
            )
        );
    }
}
