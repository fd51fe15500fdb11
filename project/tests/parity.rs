//! A workspace after any sequence of edits gives the same answers as one that was loaded in its final state.

use std::collections::BTreeMap;
use std::sync::Arc;

use banister_project::graph::Graph;
use banister_project::{Host, Snapshot};

/// Versions of each file: the sequences below walk through them, and remove the file in between.
const FILES: &[(&str, &[&str])] = &[
    (
        "steps/create.step.ts",
        &[
            "import { T } from './topics'\nexport const config = { type: 'api', name: 'Create', method: 'POST', path: '/a', emits: [T.created] }\nexport const handler = async (req, { emit }) => { await emit({ topic: T.created, data: { id: 1 } }) }\n",
            "export const config = { type: 'api', name: 'Create', emits: ['order.craeted'] }\nexport const handler = async (req, { emit }) => { await emit({ topic: 'order.paid', data: {} }) }\n",
            "export const config = { type: 'api', na",
            "",
        ],
    ),
    (
        "steps/topics.ts",
        &[
            "export const T = { created: 'order.created' }\n",
            "export const T = { created: 'order.made' }\n",
        ],
    ),
    (
        "steps/pay_step.py",
        &[
            "config = {'type': 'event', 'name': 'Pay', 'subscribes': ['order.created'], 'emits': ['order.paid'],\n  'input': {'id': 'string', 'amount': 'number'}}\nasync def handler(data, context):\n    await context.emit({'topic': 'order.paid', 'data': {}})\n",
            "config = {'type': 'cron', 'name': 'Create', 'cron': '99 * * * *', 'emits': []}\nasync def handler(context):\n    await context.emit({'topic': f'order.{context.trace_id}', 'data': {}})\n",
        ],
    ),
    (
        "steps/tell.step.rb",
        &[
            "def config\n  { type: 'event', name: 'Tell', subscribes: ['order.paid', 'order.lost'], emits: [] }\nend\ndef handler(input, context)\nend\n",
        ],
    ),
    (
        "packages/a/src/tell.step.js",
        &[
            "exports.config = { type: 'event', name: 'Tell', subscribes: ['order.paid'], emits: ['a.done'] }\nexports.handler = async (input, { emit }) => { await emit({ topic: 'a.done', data: {} }) }\n",
        ],
    ),
    (
        "packages/b/steps/note.step.ts",
        &[
            "import { T } from '../../../steps/topics.step'\nexport const config = { type: 'event', name: 'Note', subscribes: [T.made], emits: [] }\nexport const handler = async () => {}\n",
            "export const config = { type: 'event', name: 'Note', subscribes: ['b.done'], emits: [] }\nexport const handler = async () => {}\n",
        ],
    ),
    (
        "steps/topics.step.ts",
        &[
            "export const T = { made: 'b.made' }\nexport const config = { type: 'noop', name: 'T', virtualEmits: [], virtualSubscribes: [] }\n",
            "export const T = { made: 'b.done' }\nexport const config = { type: 'noop', name: 'T', virtualEmits: [], virtualSubscribes: [] }\n",
        ],
    ),
    ("packages/b/package.json", &["{}"]),
    ("packages/a/package.json", &["{ \"name\": \"a\" }", "{"]),
    ("package.json", &["{ \"name\": \"shop\" }"]),
    (
        "banister.toml",
        &[
            "[rules]\nnever-emitted-topic = \"off\"\n",
            "[rules]\nduplicate-step-name = \"hint\"\n",
            "rules =",
        ],
    ),
    ("steps/note.txt", &["nothing"]),
];

/// A small generator: the sequences must be the same on every machine.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % sides
    }
}

fn answers(snapshot: &Snapshot) -> String {
    format!("{:#?}\n{}", snapshot.check(), Graph::of(snapshot, None).to_json())
}

#[test]
fn any_sequence_of_edits_ends_like_a_fresh_load() {
    let mut with_findings = 0;
    for seed in 0..40 {
        let mut dice = Dice(seed);
        let mut host = Host::new();
        let mut files: BTreeMap<&str, Arc<str>> = BTreeMap::new();
        for edit in 0..60 {
            let (path, versions) = FILES[dice.throw(FILES.len())];
            match dice.throw(versions.len() + 1) {
                0 => {
                    host.remove_file(path);
                    files.remove(path);
                }
                version => {
                    let text: Arc<str> = versions[version - 1].into();
                    host.set_file(path, Arc::clone(&text));
                    files.insert(path, text);
                }
            }
            // Not after every edit: indexes must also survive edits that nobody looked at.
            if dice.throw(3) == 0 {
                let mut fresh = Host::new();
                for (path, text) in &files {
                    fresh.set_file(path, Arc::clone(text));
                }
                let snapshot = host.snapshot();
                assert_eq!(
                    answers(&snapshot),
                    answers(&fresh.snapshot()),
                    "seed {seed}, edit {edit}"
                );
                with_findings += usize::from(!snapshot.check().is_empty());
            }
        }
    }
    assert!(
        with_findings > 100,
        "the sequences must give something to compare: {with_findings}"
    );
}

#[test]
fn the_order_of_loading_does_not_matter() {
    let mut forwards = Host::new();
    let mut backwards = Host::new();
    for (path, versions) in FILES {
        forwards.set_file(path, versions[0].into());
    }
    for (path, versions) in FILES.iter().rev() {
        backwards.set_file(path, versions[0].into());
    }
    assert_eq!(answers(&forwards.snapshot()), answers(&backwards.snapshot()));
}
