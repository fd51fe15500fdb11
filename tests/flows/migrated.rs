//! Steps of 0.x that the editor rewrote in the 1.0 dialect do the same afterwards, in real interpreters.

use banister_project::Host;
use banister_project::features::ActionRequest;

use super::report::{named, outcomes, run};
use crate::support::project::Project;

const STREAM: &str = "\
export const config = { name: 'board', schema: { type: 'object', properties: {} }, baseConfig: { storageType: 'default' } }
";

const PLACE: &str = r#"config = {
    "type": "api",  # by a request
    "name": "Place",
    "method": "POST",
    "path": "/shops/:shop/orders",
    "bodySchema": {"type": "object", "properties": {"sku": {"type": "string"}}},  # what it takes
    "emits": ["order.placed"],
}


async def handler(req, context):
    body = req.get("body", {})
    shop = req["pathParams"]["shop"]
    page = req.get("queryParams", {}).get("page")
    await context.emit({"topic": "order.placed", "data": {"sku": body.get("sku", "none"), "shop": shop, "page": page}})
    return {"status": 201, "body": {"shop": shop, "agent": req["headers"].get("x-agent")}}
"#;

const KEEP: &str = r#"config = {
    "type": "event",
    "name": "Keep",  # the one that keeps
    "subscribes": ["order.placed"],
    "emits": ["order.kept"],
}


async def handler(input_data, context):
    board = context.streams.board
    known = await context.state.get("orders", input_data["shop"]) or {}
    await context.state.set("orders", input_data["shop"], {"count": known.get("count", 0) + 1})
    await board.set("orders", input_data["sku"], {"page": input_data["page"]})
    everything = await context.state.get_group("orders")
    await context.emit({"topic": "order.kept", "data": {"shops": len(everything), "sku": input_data["sku"]}})
"#;

const TELL: &str = "\
import { EventConfig, Handlers } from 'motia'

export const config: EventConfig = {
  type: 'event',
  name: 'Tell', // whoever wants to know
  subscribes: ['order.kept'],
  emits: [],
}

export const handler: Handlers['Tell'] = async (input, { streams, state, logger }) => {
  const kept = await streams.board.get('orders', input.sku)
  const all = await streams.board.getGroup('orders')
  await state.set('told', input.sku, { page: kept.page, items: all.length, shops: input.shops })
  logger.info('told')
}
";

/// Releases of 0.x wrap what Python gets from the state, so that this code never finds its count; the profile `seed` hands
/// it over as 1.0 does.
const FLOW: &str = "\
profile: seed
tests:
  - name: an order is kept and told
    when:
      - request: POST /shops/north/orders?page=2
        headers: { x-agent: me }
        body: { sku: mug }
      - request: POST /shops/north/orders
    then:
      - response: { status: 201, body: { shop: north } }
      - ran: [Place, Keep, Tell]
      - state: { orders: { north: { count: 2 } }, told: { mug: { page: '2', shops: 1 } } }
      - stream: { board: { orders: { mug: { page: '2' } } } }
      - log: { level: info, message: told }
";

const FILES: [(&str, &str); 5] = [
    ("steps/board.stream.ts", STREAM),
    ("steps/place_step.py", PLACE),
    ("steps/keep_step.py", KEEP),
    ("steps/tell.step.ts", TELL),
    ("tests/orders.flow.yaml", FLOW),
];

/// The text of a file after the code action.
fn migrated(file: &str) -> String {
    let mut host = Host::default();
    for (path, text) in FILES {
        host.set_file(path, text.into());
    }
    let change = host
        .snapshot()
        .change(file, &ActionRequest::Migrate)
        .unwrap_or_else(|| panic!("{file} can be rewritten"));
    let (_, text) = FILES.iter().find(|(path, _)| *path == file).expect("a file");
    let mut text = (*text).to_owned();
    let mut edits = change.edits;
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
    for edit in edits {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    text
}

#[test]
fn steps_do_the_same_in_the_newer_dialect() {
    let project = Project::of(&FILES);
    // There is no package of the framework here: its types are all that TypeScript takes from it.
    project.write("package.json", r#"{ "name": "orders", "type": "module" }"#);
    let ends = |when: &str| {
        let run = run(&project, &[]).exits(0);
        let outcomes = outcomes(&run);
        assert_eq!(named(&outcomes, "ok").len(), 1, "{when}\n{}", run.story());
    };
    ends("before");
    for file in ["steps/tell.step.ts", "steps/keep_step.py", "steps/place_step.py"] {
        let text = migrated(file);
        assert!(
            text.contains("triggers") && !text.contains("context.emit"),
            "{text}"
        );
        project.write(file, text);
        ends(file);
    }
    project.run(&["check"]).exits(0);
}
