use super::{Check, Context, Findings, Rule};
use crate::cron::Cron;
use crate::diagnostic::Severity;
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "invalid-cron",
    severity: Severity::Error,
    doc: "\
A cron expression that the scheduler cannot read: the step is never run, and the only sign is a line in the log.

Framework 0.x takes five fields, or six with the seconds first; 1.0 takes six, or seven with the year last. An
expression that reads well and names a day that no month has, such as February 30, is a warning.",
    check: Check::Step(check),
};

fn check(_: &Context<'_>, step: &Step, findings: &mut Findings) {
    let triggers = step.fact().map_or(&[][..], |fact| &fact.triggers);
    for cron in triggers.iter().filter_map(|trigger| trigger.cron.as_ref()) {
        let Some(text) = cron.text.known() else { continue };
        match Cron::parse(text, step.dialect()) {
            Err(error) => {
                findings
                    .report(
                        &step.file,
                        cron.span,
                        format!("{} is never run: {error}", step.label()),
                    )
                    .help(match step.dialect() {
                        banister_grammars::facts::Dialect::V0 => {
                            "the fields are minute, hour, day of the month, month, day of the week"
                        }
                        banister_grammars::facts::Dialect::V1 => {
                            "the fields are second, minute, hour, day of the month, month, day of the week"
                        }
                    });
            }
            Ok(schedule) if schedule.never_runs() => {
                findings
                    .report(
                        &step.file,
                        cron.span,
                        format!("{} is never run: no month has that day", step.label()),
                    )
                    .severity(Severity::Warning);
            }
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn expressions_are_read_as_their_dialect_does() {
        check(
            "\
//- steps/a_step.py
config = {
    'type': 'cron', 'name': 'A', 'emits': [],
    'cron': '0 25 * * *',
    #        ^^^^^^^^^^ invalid-cron error
}
async def handler(ctx):
    pass
//- steps/b.step.rb
def config
  { type: 'cron', name: 'B', cron: '0 0 30 2 *', emits: [] }
#                                   ^^^^^^^^^^ invalid-cron warning
end
def handler(ctx)
end
//- steps/c.step.ts
import { cron } from 'motia'
export const config = { name: 'C', triggers: [cron('0 2 * * *')] }
//                                                  ^^^^^^^^^ invalid-cron error
export const handler = async () => {}
//- steps/d.step.ts
import { cron } from 'motia'
export const config = { name: 'D', triggers: [cron('0 0 2 * * *')] }
export const handler = async () => {}
//- steps/e.step.js
exports.config = { type: 'cron', name: 'E', cron: '30 5 * * TUE', emits: [] }
exports.handler = async () => {}
",
        );
    }

    #[test]
    fn an_expression_from_elsewhere_is_unknown() {
        check(
            "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: process.env.CRON, emits: [] }
exports.handler = async () => {}
",
        );
    }
}
