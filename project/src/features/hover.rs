//! The card of what the cursor stands on.

use banister_grammars::facts::TextFact;

use super::places::steps_named;
use super::target::topic_at;
use super::{Hover, card, flow_file};
use crate::cron::Cron;
use crate::index::{EntityKind, Index};
use crate::project::Step;

pub(super) fn hover(index: &Index, file: &str, offset: u32) -> Option<Hover> {
    if let Some((topic, span, _)) = topic_at(index, file, offset) {
        return Some(Hover {
            span,
            markdown: card::topic(index, topic),
        });
    }
    if let Some(hover) = named(index, file, offset).or_else(|| requested(index, file, offset)) {
        return Some(hover);
    }
    let step = index.step(file)?;
    let fact = step.fact()?;
    let paths = fact.triggers.iter().filter_map(|trigger| trigger.path.as_ref());
    if let Some(path) = paths.into_iter().find(|path| path.span.touches(offset)) {
        return Some(Hover {
            span: path.span,
            markdown: card::route(index, step),
        });
    }
    if let Some(name) = fact.name.as_ref().filter(|name| name.span.touches(offset)) {
        return Some(Hover {
            span: name.span,
            markdown: card::step(index, step),
        });
    }
    let schedule = fact.triggers.iter().filter_map(|trigger| trigger.cron.as_ref());
    schedule
        .filter(|cron| cron.span.touches(offset))
        .find_map(|cron| schedule_card(step, cron))
}

/// The card of a thing that is named in code or in a flow test.
fn named(index: &Index, file: &str, offset: u32) -> Option<Hover> {
    let (entity, span) = index.entity_at(file, offset)?;
    let markdown = match entity.kind {
        EntityKind::Topic => card::topic(index, &entity.name),
        EntityKind::Step => card::step(index, steps_named(index, &entity.name).next()?),
        EntityKind::StateGroup => card::state_group(index, &entity.name),
        EntityKind::Stream => card::stream(index, &entity.name),
        EntityKind::Flow => return None,
    };
    Some(Hover { span, markdown })
}

/// The card of the step that answers a request of a flow test.
fn requested(index: &Index, file: &str, offset: u32) -> Option<Hover> {
    let flow = index.flow_tests.get(file)?;
    let (step, span) = flow_file::routed(index, &flow.text, offset)?;
    let markdown = card::route(index, step);
    Some(Hover { span, markdown })
}

fn schedule_card(step: &Step, cron: &TextFact) -> Option<Hover> {
    let expression = cron.text.known()?;
    let markdown = match Cron::parse(expression, step.dialect()) {
        Ok(schedule) if schedule.never_runs() => {
            format!("**schedule** `{expression}` — never: no month has that day")
        }
        Ok(schedule) => format!("**schedule** `{expression}` — {}", schedule.words()),
        Err(error) => format!("**schedule** `{expression}` — invalid: {error}"),
    };
    Some(Hover {
        span: cron.span,
        markdown,
    })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::fixture::parse;

    const PROJECT: &str = "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'NAME', cron: 'CRON', emits: ['TOPIC'], flows: ['f'] }
export const handler = async ({ emit }) => { await emit({ topic: 'x.done', data: { id: '1' } }) }
//- steps/b_step.py
config = {
    'type': 'event', 'name': 'B', 'subscribes': ['x.done'], 'emits': [],
    'input': {'type': 'object', 'properties': {'id': {'type': 'string'}}, 'required': ['id']},
}
async def handler(data, context):
    pass
";

    fn check(cursor: &str, expected: &Expect) {
        let values = [("NAME", "A"), ("CRON", "0 2 * * *"), ("TOPIC", "x.done")];
        let fixture = values.iter().fold(PROJECT.to_owned(), |text, (key, value)| {
            let marked = if *key == cursor {
                format!("{}$0{}", &value[..1], &value[1..])
            } else {
                (*value).to_owned()
            };
            text.replace(key, &marked)
        });
        let (snapshot, cursor) = parse(&fixture);
        let (file, offset) = cursor.unwrap();
        expected.assert_eq(&snapshot.hover(&file, offset).unwrap().markdown);
    }

    #[test]
    fn a_topic_shows_both_ends_and_its_payload() {
        check(
            "TOPIC",
            &expect![[r#"
                **topic** `x.done`

                Emitted by:
                - **A** (TypeScript) — `steps/a.step.ts`

                Subscribed by:
                - **B** (Python) — `steps/b_step.py`

                Payload for B:

                ```ts
                {
                  id: string
                }
                ```
            "#]],
        );
    }

    #[test]
    fn a_step_shows_what_starts_it_and_what_it_sends() {
        check(
            "NAME",
            &expect![[r#"
                **step** `A` (TypeScript)

                Schedule: `0 2 * * *` — at 02:00  
                Sends: `x.done` (B)  
                Flows: `f`  "#]],
        );
    }

    #[test]
    fn a_schedule_is_told_in_words() {
        check("CRON", &expect!["**schedule** `0 2 * * *` — at 02:00"]);
    }

    #[test]
    fn shared_things_and_flow_tests_have_cards() {
        let project = "\
//- steps/a.step.rb
def config
  { type: 'api', name: 'A', method: 'GET', path: '/a/:id', emits: [] }
end
def handler(req, context)
  context.state.set('orders', 'k', 1)
  context.streams.chat.get('g', 'i')
end
//- steps/chat.stream.ts
export const config = {
  name: 'chat', baseConfig: { storageType: 'default' },
  schema: { type: 'object', properties: { text: { type: 'string' } } },
}
//- tests/a.flow.yaml
tests:
  - name: n
    when: [{ request: GET /a/1 }]
    then: [{ ran: [A] }]
";
        for (from, to, expected) in [
            (
                "'orders'",
                "'ord$0ers'",
                "**state group** `orders`\n\nWritten by:\n- **A** (Ruby)",
            ),
            (
                "streams.chat",
                "streams.ch$0at",
                "**stream** `chat`\n\nDefined in `steps/chat.stream.ts`",
            ),
            ("'/a/:id'", "'/a/$0:id'", "**route** `GET /a/:id`"),
            ("GET /a/1", "GET /a$0/1", "**route** `GET /a/:id`"),
            ("[A]", "[$0A]", "**step** `A` (Ruby)"),
        ] {
            let (snapshot, cursor) = parse(&project.replace(from, to));
            let (file, offset) = cursor.unwrap();
            let hover = snapshot.hover(&file, offset).unwrap_or_else(|| panic!("{to}"));
            assert!(hover.markdown.starts_with(expected), "{to}: {}", hover.markdown);
        }
    }

    /// Every card of a project in which many steps meet, from code and from a flow test.
    #[test]
    fn cards_of_things_that_many_steps_share_are_short() {
        let steps: String = (0..60)
            .map(|n| {
                format!(
                    "//- steps/s{n:02}_step.py\nconfig = {{'type': 'event', 'name': 'S{n:02}', 'subscribes': ['x.done'], 'emits': ['x.done'], \
                     'input': {{'type': 'object', 'properties': {{'id': {{'type': 'string'}}}}}}}}\n\
                     async def handler(data, context):\n    await context.state.set('orders', 'k', 1)\n    await context.streams.chat.get('g', 'i')\n"
                )
            })
            .collect();
        let flow = "//- tests/a.flow.yaml
tests:
  - name: n
    given: { state: { orders: { k: 1 } }, streams: { chat: { g: { i: {} } } } }
    when: [{ emit: { topic: x.done, data: {} } }]
    then: [{ ran: [S00] }, { stream: { chat: { g: { i: {} } } } }, { state: { orders: { k: 1 } } }]
";
        for place in ["x.d$0one, data", "orde$0rs: { k", "stream: { ch$0at", "[S$000]"] {
            let marked = flow.replace(&place.replace("$0", ""), place);
            assert_ne!(marked, flow, "{place}");
            let (snapshot, cursor) = parse(&format!("{marked}{steps}"));
            let (file, offset) = cursor.unwrap();
            let card = snapshot
                .hover(&file, offset)
                .unwrap_or_else(|| panic!("{place}"))
                .markdown;
            assert!(
                card.contains("… and 48 more") || card.contains("… and 47 more"),
                "{place}: {card}"
            );
            assert!(card.len() < 3000, "{place}: {} bytes", card.len());
        }
    }

    #[test]
    fn other_texts_have_no_card() {
        let (snapshot, cursor) = parse(
            "//- steps/a.step.js\nexports.config = { type: 'cr$0on', name: 'A', cron: '* * * * *', emits: [] }\n",
        );
        let (file, offset) = cursor.unwrap();
        assert_eq!(snapshot.hover(&file, offset), None);
    }
}
