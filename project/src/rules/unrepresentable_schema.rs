use std::collections::BTreeSet;

use banister_grammars::facts::{Dialect, FileFacts, SchemaFact, Unfit, UnfitKind};

use super::{Check, Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "unrepresentable-schema",
    severity: Severity::Warning,
    doc: "\
A schema in a config that the framework cannot take. It turns Zod into JSON Schema when it starts, which throws on types
without a counterpart there (`z.date()`, `.transform()`, `z.bigint()`), and then the whole project does not start. Its
check of configs also refuses some schemas at the top and drops the step: a record, an object that takes any other key
(`.passthrough()`, `.catchall()`), an array of anything but objects, `{ type: 'object' }` without `properties`.

A Python class in the place of a schema is no JSON and stops it too: write `Order.model_json_schema()`.

Write a date as `z.string().datetime()`, transform in the handler, and put a record or a list into a property of an
object. This holds for framework 0.11 to 0.17 and, where Zod is concerned, for Zod 4; other releases are left alone.",
    check: Check::Shared(check),
};

/// The releases that convert with Zod 4.
const CONVERTS: (u32, u32) = (0, 11);

fn check(context: &Context<'_>, step: &Step, findings: &mut Findings) {
    let framework = &context.index.framework;
    if framework.is_before(CONVERTS.0, CONVERTS.1) || framework.is_at_least(1, 0) {
        return;
    }
    if step.dialect() != Dialect::V0 {
        return;
    }
    let mut reported: BTreeSet<(String, Unfit)> = BTreeSet::new();
    for schema in schemas(step) {
        let Some((source, found)) = context.index.resolve_schema(&step.source, schema) else {
            continue;
        };
        for unfit in &found.unfit {
            if unfit.kind.is_of_zod() && !may_be_zod_4(context, &source.facts) {
                continue;
            }
            // One schema may serve for many messages.
            if reported.insert((source.path.clone(), unfit.clone())) {
                report(step, schema, &source.path, unfit, findings);
            }
        }
    }
}

/// False if the file surely writes its schemas with Zod 3, which the framework leaves as they are. The packages of Zod
/// carry both.
fn may_be_zod_4(context: &Context<'_>, facts: &FileFacts) -> bool {
    let imports = |module: &str| facts.imports.iter().any(|import| import.module == module);
    !imports("zod/v3") && (imports("zod/v4") || !context.index.framework.zod.are_before((4, 0)))
}

/// The schemas in the config of a step.
fn schemas(step: &Step) -> impl Iterator<Item = &SchemaFact> {
    let triggers = step.source.facts.step.iter().flat_map(|fact| &fact.triggers);
    triggers.flat_map(|trigger| {
        let responses = trigger.responses.iter().map(|(_, schema)| schema);
        trigger.input.iter().chain(responses)
    })
}

fn report(step: &Step, schema: &SchemaFact, file: &str, unfit: &Unfit, findings: &mut Findings) {
    let (message, help) = match unfit.kind {
        UnfitKind::NoJsonSchema => (
            format!(
                "`{}` has no JSON Schema: the framework does not start with it",
                unfit.what
            ),
            match unfit.what.as_str() {
                "z.date()" => "write `z.string().datetime()`: messages carry dates as text",
                ".transform()" => "transform in the handler",
                _ => "use a type that JSON has",
            },
        ),
        UnfitKind::Class => (
            format!(
                "`{}` is a class and no JSON: the framework does not start with it",
                unfit.what
            ),
            "write `.model_json_schema()` behind it",
        ),
        UnfitKind::ZodShape | UnfitKind::JsonShape => (
            format!(
                "the framework refuses {} with this schema: it is {}",
                step.label(),
                unfit.what
            ),
            "describe an object with `properties`, and put the rest into one of them",
        ),
    };
    let finding = findings.report(file, unfit.span, message).help(help);
    if file != step.file {
        finding.related(
            &step.file,
            schema.span,
            format!("the config of {} uses it", step.label()),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{check, check_of, report};

    #[test]
    fn a_python_class_is_no_json() {
        check_of(
            super::RULE.name,
            "\
//- package.json
{ \"dependencies\": { \"motia\": \"0.17.14\" } }
//- steps/a_step.py
from pydantic import BaseModel
class Order(BaseModel):
    id: str
config = {
    'type': 'event', 'name': 'A', 'subscribes': ['a'], 'emits': [],
    'input': Order,
    #        ^^^^^ unrepresentable-schema warning
}
async def handler(data, context):
    pass
//- steps/b_step.py
from pydantic import BaseModel
class Order(BaseModel):
    id: str
config = {
    'type': 'event', 'name': 'B', 'subscribes': ['a'], 'emits': [],
    'input': Order.model_json_schema(),
}
async def handler(data, context):
    pass
//- steps/c_step.py
from motia import queue
from pydantic import BaseModel
class Order(BaseModel):
    id: str
config = {'name': 'C', 'triggers': [queue('a', input=Order)], 'enqueues': []}
async def handler(data, context):
    pass
",
        );
    }

    const DATE: &str = "\
//- steps/a.step.ts
import { z } from 'zod'
export const config = {
  type: 'event', name: 'A', subscribes: [], emits: [], input: z.object({ at: z.date() }),
//                                                                           ^^^^^^^^ unrepresentable-schema warning
}
export const handler = async () => {}
";

    #[test]
    fn a_type_without_a_counterpart_is_found() {
        check(DATE);
    }

    #[test]
    fn forms_that_the_check_refuses_are_found_in_every_language() {
        check(
            "\
//- steps/a.step.js
const { z } = require('zod')
exports.config = {
  type: 'api', name: 'A', method: 'POST', path: '/a', emits: [], bodySchema: z.record(z.string(), z.any()),
//                                                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unrepresentable-schema warning
  responseSchema: { 200: z.array(z.string()) },
//                       ^^^^^^^^^^^^^^^^^^^ unrepresentable-schema warning
}
exports.handler = async () => ({ status: 200, body: [] })
//- steps/b_step.py
config = {'type': 'event', 'name': 'B', 'subscribes': [], 'emits': [], 'input': {'type': 'object'}}
#                                                                               ^^^^^^^^^^^^^^^^^^ unrepresentable-schema warning
async def handler(data, context):
    pass
//- steps/c.step.rb
def config
  { type: 'event', name: 'C', subscribes: [], emits: [], input: { type: 'array', items: { type: 'string' } } }
#                                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unrepresentable-schema warning
end
def handler(input, context)
end
",
        );
    }

    #[test]
    fn a_shared_schema_is_reported_once_where_it_is_written() {
        check(
            "\
//- steps/a.step.ts
import { Order } from './schemas'
export const config = { type: 'event', name: 'A', subscribes: [], emits: [], input: Order }
export const handler = async () => {}
//- steps/b.step.ts
import { Order } from './schemas'
export const config = { type: 'event', name: 'B', subscribes: [], emits: [], input: Order }
export const handler = async () => {}
//- steps/schemas.ts
import { z } from 'zod'
export const Order = z.object({ at: z.date() })
//                                  ^^^^^^^^ unrepresentable-schema warning
",
        );
    }

    /// A fixture without its expectations.
    fn unmarked(fixture: &str) -> String {
        let lines = fixture.lines().filter(|line| !line.contains("^^"));
        lines.map(|line| format!("{line}\n")).collect()
    }

    #[test]
    fn other_releases_are_left_alone() {
        let clean = |more: &str| {
            assert_eq!(report(&format!("{}{more}", unmarked(DATE))), "", "{more}");
        };
        clean("//- package.json\n{\"dependencies\": {\"motia\": \"^0.8.0\"}}\n");
        clean("//- package.json\n{\"dependencies\": {\"motia\": \"^0.17.0\", \"zod\": \"^3.24.0\"}}\n");
        let newer = DATE.replace("'zod'", "'zod/v4'");
        check(&format!(
            "{newer}//- package.json\n{{\"dependencies\": {{\"zod\": \"^3.25.0\"}}}}\n"
        ));
        assert_eq!(report(&unmarked(&DATE.replace("'zod'", "'zod/v3'"))), "");
        clean("//- banister.toml\nframework = \"1.0\"\n");
    }

    #[test]
    fn what_converts_is_fine() {
        check(
            "\
//- steps/a.step.ts
import { z } from 'zod'
export const config = {
  type: 'event', name: 'A', subscribes: [], emits: [],
  input: z.object({ at: z.string().datetime(), extra: z.record(z.string(), z.any()) }).strict(),
}
export const handler = async () => {}
//- steps/b.step.ts
export const config = {
  type: 'event', name: 'B', subscribes: [], emits: [],
  input: { type: 'object', properties: { options: { type: 'object' } } },
}
export const handler = async () => {}
",
        );
    }
}
