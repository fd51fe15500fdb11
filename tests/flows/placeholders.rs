//! Where `{{name}}` is filled, with a real interpreter: wherever a value of one run can be asked for or sent.

use super::report::{outcomes, printed, run};
use crate::support::project::Project;

const STEP: &str = "\
exports.config = { type: 'api', name: 'Ship', method: 'POST', path: '/ship', emits: ['shipped.north', 'shipped.south'] }
exports.handler = async (req, { emit, state, streams, logger }) => {
  const region = await state.get('regions of ' + req.body.shop, req.body.to)
  const parcel = { id: 'p 1', to: req.body.to, key: process.env.API_KEY }
  await fetch('https://api.carrier.com/parcels/' + encodeURIComponent(parcel.id) + '/v' + region.zone, { method: 'PUT', body: '{}' })
  await emit({ topic: 'shipped.' + region.name, data: parcel })
  logger.info('shipped to ' + req.body.to)
  return { status: 200, body: { parcels: [parcel], region } }
}
";

const TESTS: &str = r#"
mocks:
  http:
    - { on: "PUT https://api.carrier.com/parcels/{id}/*", reply: { json: {} } }
tests:
  - property: a parcel goes where it should
    cases: 2
    for_all: { shop: { enum: [tea] }, towns: { const: [Oslo, Rome] }, zone: { const: 4 }, key: { const: k1 } }
    given:
      env: { API_KEY: "secret-{{key}}" }
      state: { "regions of {{shop}}": { "{{towns.0}}": { name: north, zone: "{{zone}}" } } }
    when:
      - request: POST /ship
        body: { shop: "{{shop}}", to: "{{towns[0]}}" }
    then:
      - response: { status: 200, captures: { parcel: "$.body.parcels[0]", region: "$.body.region.name" } }
      - emitted: { topic: "shipped.{{region}}", data: { id: "{{parcel.id}}", key: "secret-{{key}}" }, times: 1 }
      - not_emitted: "shipped.{{shop}}"
      - called: { http: "PUT https://api.carrier.com/parcels/{{parcel.id}}/v{{zone}}", times: 1 }
      - log: { message: "shipped to {{towns.0}}", times: 1 }
      - log: { message: "shipped to {{towns.1}}", times: 0 }
  - name: what is not there is said
    given: { state: { regions of tea: { Oslo: { name: north, zone: 1 } } } }
    when: [ { request: POST /ship, body: { shop: tea, to: Oslo } } ]
    then:
      - response: { status: 200, captures: { parcels: $.body.parcels } }
      - log: { message: "shipped to {{parcels.1.to}}" }
"#;

#[test]
fn placeholders_are_filled_wherever_values_go() {
    let project = Project::of(&[
        ("package.json", "{}"),
        ("steps/ship.step.js", STEP),
        ("tests/ship.flow.yaml", TESTS),
    ]);
    let run = run(&project, &[]).exits(1);
    let outcomes = outcomes(&run);
    assert_eq!(
        outcomes["tests/ship::a parcel goes where it should"],
        "ok",
        "{}",
        run.story()
    );
    let story = printed(&run, "tests/ship::what is not there is said");
    let wanted = "`{{parcels.1.to}}` is not a captured or generated value; `parcels` is [{";
    assert!(story.contains(wanted), "{story}");
}

#[test]
fn the_address_of_a_mock_has_no_placeholder() {
    let text = TESTS.replace("parcels/{id}/*", "parcels/{{id}}/*");
    let project = Project::of(&[
        ("package.json", "{}"),
        ("steps/ship.step.js", STEP),
        ("tests/ship.flow.yaml", &text),
    ]);
    let run = run(&project, &[]).exits(2);
    assert!(
        run.stderr.contains("`{id}` stands for any one segment"),
        "{}",
        run.stderr
    );
}
