use super::*;
use crate::fixture::parse;

const PROJECT: &str = "\
//- steps/a.step.ts
export const config = { type: 'api', name: 'A', method: 'POST', path: '/a', emits: ['order.created'] }
export const handler = async (req, { emit, state }) => {
  await emit({ topic: 'order.created', data: {} })
  await emit({ topic: 'order.lost', data: {} })
  await state.set('carts', 'x', 1)
}
//- steps/b_step.py
config = {'type': 'event', 'name': 'B', 'subscribes': ['order.created'], 'emits': ['order.paid'], 'input': {'type': 'object', 'required': ['id']}}
async def handler(data, context):
    await context.emit({'topic': 'order.paid', 'data': {}})
//- steps/c.step.rb
def config
  { type: 'event', name: 'C', subscribes: ['order.lost', 'order.payed'], emits: [] }
end
def handler(input, context)
  context.state.get('carts', 'x')
  context.emit(topic: \"order.#{input['kind']}\", data: {})
end
";

fn one(query: &str) -> Story {
    let mut stories = why(&parse(PROJECT).0, query);
    assert_eq!(stories.len(), 1, "{query}");
    stories.remove(0)
}

fn lines(story: &Story) -> Vec<String> {
    story
        .entries
        .iter()
        .map(|it| {
            let more = |text: &Option<String>| text.as_ref().map_or(String::new(), |text| format!(" {text}"));
            let (about, note) = (more(&it.about), more(&it.note));
            format!("{:?} {} {}:{}{about}{note}", it.part, it.step, it.file, it.line)
        })
        .collect()
}

#[test]
fn a_topic_tells_both_ends_in_every_language() {
    let story = one("order.created");
    assert_eq!(
        lines(&story),
        [
            "Declares A steps/a.step.ts:1",
            "Emits A steps/a.step.ts:3",
            "MayEmit C steps/c.step.rb:6 computed: `order.${…}`",
            "Subscribes B steps/b_step.py:1"
        ]
    );
    assert_eq!(story.schemas[0].schema["required"][0], "id");
    assert_eq!(story.paths, [["POST /a", "A", "order.created"]]);
    assert_eq!(story.near, [""; 0]);
}

#[test]
fn what_is_dropped_says_why() {
    let story = one("order.lost");
    assert!(
        lines(&story)
            .contains(&"Emits A steps/a.step.ts:4 dropped: `emits` lists 'order.created' only".to_owned()),
        "{story:#?}"
    );
    assert_eq!(story.paths, [[""; 0]; 0], "what is dropped does not lead there");
}

#[test]
fn a_topic_without_an_end_has_near_names() {
    assert_eq!(one("order.payed").near[0], "order.paid");
    assert_eq!(
        one("order.paid").paths[0].join(" > "),
        "POST /a > A > order.created > B > order.paid"
    );
}

#[test]
fn steps_routes_and_state_are_told_too() {
    assert_eq!(
        lines(&one("B")),
        [
            "Declares B steps/b_step.py:1 order.paid nobody takes it",
            "Emits B steps/b_step.py:3 order.paid nobody takes it",
            "Subscribes B steps/b_step.py:1 order.created sent by A"
        ]
    );
    assert!(lines(&one("POST /a"))[0].starts_with("Answers A steps/a.step.ts:1 POST /a"));
    assert_eq!(
        lines(&one("~carts")),
        [
            "Reads C steps/c.step.rb:5 x `state.get`",
            "Writes A steps/a.step.ts:5 x `state.set`"
        ]
    );
}

#[test]
fn what_nobody_names_has_no_story_but_near_names() {
    let (snapshot, _) = parse(PROJECT);
    assert!(why(&snapshot, "order.craeted").is_empty());
    assert_eq!(near(&snapshot, "order.craeted")[0], "order.created");
    assert!(near(&snapshot, "zzz").is_empty());
}
