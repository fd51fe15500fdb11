//! Node.

use serde_json::json;

use super::{check_random, check_values, now, told};
use crate::libraries::link_npm;
use crate::support::{Project, SEED};

const FILE: &str = "steps/a.step.ts";

const IMPORTS: &str = "import nodeCrypto, { randomUUID, randomBytes, randomInt, randomFill, randomFillSync, webcrypto } from 'node:crypto'
import { promisify } from 'node:util'
import timersPromises from 'node:timers/promises'
import { setTimeout as later } from 'node:timers'
import { performance as perf } from 'node:perf_hooks'
import { nanoid } from 'nanoid'
";

fn project(expressions: &[&str]) -> Option<Project> {
    let list: String = expressions
        .iter()
        .map(|it| format!("  out.push(await ({it}))\n"))
        .collect();
    let text = format!(
        "{IMPORTS}export const handler = async () => {{\n  const out: unknown[] = []\n{list}  return out\n}}\n"
    );
    let project = Project::new(&[(FILE, &text)]);
    link_npm(&project).then_some(project)
}

#[test]
fn randomness() {
    const EXPRESSIONS: [&str; 19] = [
        "Math.random()",
        "[...Array(30).keys()].sort(() => Math.random() - 0.5).join()",
        "crypto.randomUUID()",
        "randomUUID()",
        "nodeCrypto.randomUUID({ disableEntropyCache: true })",
        "webcrypto.randomUUID()",
        "randomBytes(8).toString('hex')",
        "promisify(randomBytes)(8).then((it) => it.toString('hex'))",
        "nodeCrypto.pseudoRandomBytes(8).toString('hex')",
        "randomInt(1_000_000_000)",
        "new Promise((done) => randomInt(5, 1_000_000_000, (_, n) => done(n)))",
        "randomFillSync(new Uint32Array(2)).join()",
        "new Promise((done) => randomFill(Buffer.alloc(8), (_, it) => done(it.toString('hex'))))",
        "crypto.getRandomValues(new Uint8Array(8)).join()",
        "webcrypto.getRandomValues(new BigUint64Array(1)).join()",
        "nodeCrypto.generateKeySync('hmac', { length: 128 }).export().toString('hex')",
        "promisify(nodeCrypto.generateKey)('aes', { length: 256 }).then((it) => it.export().toString('hex'))",
        "nanoid()",
        "import('node:crypto').then((it) => it.randomUUID())",
    ];
    if let Some(project) = project(&EXPRESSIONS) {
        check_random(&project, FILE, &EXPRESSIONS);
    }
}

#[test]
fn clocks() {
    let time = now();
    let expected = [
        ("Date.now()", time.clone()),
        ("new Date().getTime()", time.clone()),
        ("Date.parse(Date())", time.clone()),
        ("Reflect.construct(Date, []).getTime()", time.clone()),
        ("new (class extends Date {})().getTime()", time.clone()),
        ("performance.timeOrigin + performance.now()", time.clone()),
        ("perf.timeOrigin + perf.now()", time.clone()),
        ("Number(process.hrtime.bigint() / 1_000_000n)", time.clone()),
        (
            "process.hrtime()[0] * 1000 + process.hrtime()[1] / 1e6",
            time.clone(),
        ),
        ("new File([], 'a').lastModified", time),
        ("performance.now()", json!(0)),
        ("process.uptime()", json!(0)),
        ("new Event('a').timeStamp", json!(0)),
        ("performance.mark('a').startTime", json!(0)),
        (
            "new Date().toLocaleString('en-GB')",
            json!("05/01/2026, 09:00:00"),
        ),
        ("new Date().getTimezoneOffset()", json!(0)),
        ("Intl.DateTimeFormat().resolvedOptions().timeZone", json!("UTC")),
        (
            "new Intl.DateTimeFormat('en-GB', { dateStyle: 'short', timeStyle: 'short' }).format()",
            json!("05/01/2026, 09:00"),
        ),
        (
            "new Intl.DateTimeFormat('en-GB').formatToParts().map((it) => it.value).join('')",
            json!("05/01/2026"),
        ),
        (
            "[Date.now()].map(new Intl.DateTimeFormat('en-US', { timeZone: 'Asia/Tokyo', timeStyle: 'short' }).format)[0]",
            json!("6:00 PM"),
        ),
        (
            "new Date() instanceof Date && Date.prototype.constructor === Date",
            json!(true),
        ),
        (
            "(performance.mark('b'), performance.measure('m', 'b').duration)",
            json!(0),
        ),
    ];
    let expressions: Vec<&str> = expected.iter().map(|(expression, _)| *expression).collect();
    if let Some(project) = project(&expressions) {
        check_values(&project, FILE, &expected);
    }
}

#[test]
fn timers_and_order() {
    const TIMED: &str =
        "(async (wait) => { const begun = Date.now(); await wait(); return Date.now() - begun })";
    let race = "Promise.race([new Promise((r) => setTimeout(r, 3000, 'slow')), new Promise((r) => setTimeout(r, 2000, 'fast'))])";
    let order = "new Promise((done) => { const seen: string[] = []; const log = (it: string) => () => { seen.push(it); if (seen.length === 7) done(seen.join(' ')) }; setTimeout(log('timer2'), 2); setTimeout(log('timer1'), 1); setImmediate(log('immediate')); queueMicrotask(log('micro')); Promise.resolve().then(log('then')); process.nextTick(log('tick')); setTimeout(log('timer0')) })";
    let timed = |wait: &str| format!("{TIMED}({wait})");
    let waits: Vec<(String, serde_json::Value)> = [
        ("() => new Promise((r) => setTimeout(r, 1500))", 1500),
        ("() => promisify(setTimeout)(1500)", 1500),
        ("() => timersPromises.setTimeout(1500)", 1500),
        ("() => timersPromises.scheduler.wait(1500)", 1500),
        ("() => new Promise((r) => later(r, 1500))", 1500),
        ("() => new Promise((r) => globalThis.setTimeout(r, 0))", 1),
        ("async () => { let n = 0; for await (const _ of timersPromises.setInterval(500)) if (++n === 3) break }", 1500),
        ("() => new Promise<void>((r) => { let n = 0; const t = setInterval(() => { if (++n === 3) { clearInterval(t); r() } }, 500) })", 1500),
        ("() => new Promise((r) => AbortSignal.timeout(1500).addEventListener('abort', r))", 1500),
        ("() => new Promise((r) => AbortSignal.any([AbortSignal.timeout(1500), AbortSignal.timeout(9000)]).addEventListener('abort', r))", 1500),
        ("() => new Promise((r) => setImmediate(r))", 0),
        ("() => Promise.race([new Promise((r) => setTimeout(r, 1500)), new Promise(() => {})])", 1500),
        ("() => new Promise<void>((r) => { const t = setTimeout(r, 1000); setTimeout(() => t.refresh(), 500) })", 1500),
    ]
    .into_iter()
    .map(|(wait, ms)| (timed(wait), json!(ms)))
    .collect();
    let mut expected: Vec<(&str, serde_json::Value)> = waits
        .iter()
        .map(|(expression, value)| (expression.as_str(), value.clone()))
        .collect();
    expected.push((race, json!("fast")));
    // Which of a timer and an immediate goes first is open in Node; here it is always the immediate.
    expected.push((order, json!("micro then tick immediate timer1 timer0 timer2")));
    let expressions: Vec<&str> = expected.iter().map(|(expression, _)| *expression).collect();
    if let Some(project) = project(&expressions) {
        check_values(&project, FILE, &expected);
    }
}

#[test]
fn what_is_not_controlled_is_told() {
    for (expression, what) in [
        (
            "nodeCrypto.generateKeyPairSync('ed25519').publicKey.type",
            "generated a key pair",
        ),
        (
            "promisify(nodeCrypto.generateKeyPair)('ed25519').then((it: any) => it.publicKey.type)",
            "generated a key pair",
        ),
        (
            "crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['encrypt']).then((it) => it.type)",
            "generated a key",
        ),
        (
            "new (await import('node:worker_threads')).Worker('', { eval: true }).terminate()",
            "started a worker thread",
        ),
    ] {
        let Some(project) = project(&[expression]) else {
            return;
        };
        let Some(told) = told(&project, FILE, SEED, 2) else {
            return;
        };
        assert_eq!(told.escaped, [what], "{expression}");
    }
}
