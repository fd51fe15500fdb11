//! Keys and values of configs, and shared names, at the cursor of a fixture.

use super::super::Completion;
use crate::fixture::parse;

pub(super) fn proposals(fixture: &str) -> Option<Vec<Completion>> {
    let (snapshot, cursor) = parse(fixture);
    let (file, offset) = cursor.unwrap();
    let mut found = snapshot.completion(&file, offset)?;
    assert!(found.iter().all(|completion| completion.replace.touches(offset)));
    found.sort_by_key(|completion| completion.rank);
    Some(found)
}

pub(super) fn labels(fixture: &str) -> Option<Vec<String>> {
    let found = proposals(fixture)?;
    Some(found.into_iter().map(|completion| completion.label).collect())
}

const OTHERS: &str = "
//- steps/other_step.py
config = {'type': 'event', 'name': 'Other', 'subscribes': ['x'], 'emits': [], 'flows': ['shop', 'night']}
async def handler(data, context):
    await context.state.set('orders', 'latest', 1)
    await context.state.set('carts', 'open', 1)
//- steps/chat.stream.ts
export const config = { name: 'chat', schema: {}, baseConfig: { storageType: 'default' } }
";

fn with_others(fixture: &str) -> Option<Vec<String>> {
    labels(&format!("{}{OTHERS}", fixture.trim_end()))
}

#[test]
fn keys_are_those_of_the_kind_without_the_written_ones() {
    for fixture in [
        "//- steps/a.step.ts\nexport const config: CronConfig = {\n  type: 'cron', name: 'A',\n  e$0\n}\n",
        "//- steps/a.step.js\nexports.config = { type: 'cron', name: 'A', $0 }\n",
        "//- steps/a_step.py\nconfig = {\n    \"type\": \"cron\",\n    \"name\": \"A\",\n    \"$0\"\n}\n",
        "//- steps/a_step.py\nconfig = {\n    \"type\": \"cron\",\n    \"name\": \"A\",\n    \"$0\n",
        "//- steps/a.step.rb\ndef config\n  { type: 'cron', name: 'A', $0 }\nend\n",
        "//- steps/a.step.rb\ndef config\n  {\n    'type' => 'cron', 'name' => 'A', $0\n",
    ] {
        let found = labels(fixture).expect(fixture);
        let has = |key: &str| found.iter().any(|label| label == key);
        assert!(has("cron") && has("emits") && has("flows"), "{fixture} {found:?}");
        assert!(
            !has("type") && !has("name") && !has("subscribes"),
            "{fixture} {found:?}"
        );
    }
}

#[test]
fn a_key_is_written_as_its_language_does() {
    for (fixture, insert, snippet) in [
        (
            "//- steps/a.step.ts\nexport const config = { type: 'api', $0 }\n",
            "emits: ",
            Some("emits: ['$1']"),
        ),
        (
            "//- steps/a_step.py\nconfig = { 'type': 'api', $0 }\n",
            "'emits': ",
            Some("'emits': ['$1']"),
        ),
        (
            "//- steps/a_step.py\nconfig = { \"type\": \"api\", \"$0\" }\n",
            "emits",
            None,
        ),
        (
            "//- steps/a.step.rb\ndef config\n  { :type => 'api', $0 }\nend\n",
            "'emits' => ",
            Some("'emits' => ['$1']"),
        ),
    ] {
        let found = proposals(fixture).unwrap();
        let emits = found.iter().find(|found| found.label == "emits").unwrap();
        assert_eq!(
            (emits.insert.as_str(), emits.snippet.as_deref()),
            (insert, snippet),
            "{fixture}"
        );
    }
}

#[test]
fn the_newer_dialect_has_its_own_keys_and_triggers() {
    let head = "//- steps/a.step.ts\nexport const config = { name: 'A', ";
    let found = labels(&format!(
        "{head}triggers: [{{ type: 'queue', topic: 't' }}], $0 }}\n"
    ))
    .unwrap();
    assert!(found.contains(&"enqueues".to_owned()) && !found.contains(&"subscribes".to_owned()));
    let found = labels(&format!("{head}triggers: [{{ type: 'http', $0 }}] }}\n")).unwrap();
    assert!(found.contains(&"path".to_owned()) && !found.contains(&"type".to_owned()));
    let found = labels(&format!("{head}triggers: [{{ type: '$0' }}] }}\n")).unwrap();
    assert_eq!(found, ["http", "queue", "cron", "state", "stream"]);
}

#[test]
fn values_have_their_words() {
    for (fixture, expected) in [
        (
            "//- steps/a.step.ts\nexport const config = { type: 'a$0pi' }\n",
            vec!["api", "event", "cron", "noop"],
        ),
        (
            "//- steps/a_step.py\nconfig = {'type': 'api', 'method': '$0",
            vec!["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"],
        ),
        (
            "//- steps/a.step.rb\ndef config\n  { type: 'event', flows: ['shop', '$0'] }\nend\n",
            vec!["night"],
        ),
        (
            "//- steps/b.stream.ts\nexport const config = { name: 'b', baseConfig: { storageType: '$0' } }\n",
            vec!["default", "custom"],
        ),
    ] {
        assert_eq!(with_others(fixture).expect(fixture), expected, "{fixture}");
    }
    let found =
        proposals("//- steps/a.step.js\nexports.config = { type: 'cron', cron: '0 $0* * * *' }\n").unwrap();
    assert!(
        found
            .iter()
            .any(|found| found.label == "0 0 * * *" && found.detail.contains("00:00")),
        "{found:?}"
    );
}

#[test]
fn groups_keys_and_streams_come_from_the_whole_project() {
    for (code, expected) in [
        ("await context.state.get('$0')", vec!["carts", "orders"]),
        ("await context.state.get('orders', 'l$0')", vec!["latest"]),
        ("await context.state.get('$0", vec!["carts", "orders"]),
        ("await context.state.set('orders', '$0", vec!["latest"]),
        ("context.streams.$0", vec!["chat"]),
        ("context.streams['$0']", vec!["chat"]),
    ] {
        let fixture = format!(
            "//- steps/a.step.js\nexports.config = {{ type: 'event', name: 'A', subscribes: ['x'], emits: [] }}\n\
             exports.handler = async (input, context) => {{\n  {code}\n}}\n"
        );
        assert_eq!(with_others(&fixture).expect(code), expected, "{code}");
    }
    let python = "//- steps/a_step.py\nconfig = {'type': 'event', 'name': 'A', 'subscribes': ['x'], 'emits': []}\n\
        async def handler(data, context):\n    await context.state.get(\"$0\n";
    assert_eq!(with_others(python).unwrap(), ["carts", "orders"]);
    let ruby = "//- steps/a.step.rb\ndef config\n  { type: 'event', name: 'A', subscribes: ['x'], emits: [] }\nend\n\
        def handler(input, context)\n  context.state.get('orders', '$0')\nend\n";
    assert_eq!(with_others(ruby).unwrap(), ["latest"]);
}

#[test]
fn other_objects_and_calls_get_no_answer() {
    for code in [
        "const options = { $0 }",
        "axios.get('$0')",
        "logger.info('x', { $0 })",
        "const a = cache.get('$0')",
        "if (input) { $0 }",
        "other.$0",
        "// context.state.get('$0')",
    ] {
        let fixture = format!(
            "//- steps/a.step.js\nexports.config = {{ type: 'event', name: 'A', subscribes: ['x'], emits: [] }}\n\
             exports.handler = async (input, context) => {{\n  {code}\n}}\n"
        );
        assert_eq!(with_others(&fixture), None, "{code}");
    }
}
