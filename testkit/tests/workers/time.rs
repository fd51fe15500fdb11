//! Virtual time and seeded randomness.

use std::time::{Duration, Instant};

use banister_testkit::protocol::CallShape;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use crate::support::{NOW, Project, SEED, language_of, run, run_step};

const HOUR: i64 = 3_600_000;

#[test]
fn an_hour_of_sleep_takes_no_time() {
    for (file, text) in [
        (
            "steps/a.step.ts",
            "export const handler = async () => { const t = Date.now(); await new Promise((r) => setTimeout(r, 3_600_000)); return Date.now() - t }",
        ),
        (
            "steps/b.step.ts",
            "import { setTimeout as sleep } from 'node:timers/promises'\nexport const handler = async () => { const t = performance.now(); await sleep(3_600_000); return performance.now() - t }",
        ),
        (
            "steps/c.step.js",
            "const { promisify } = require('util')\nexports.handler = async () => { const t = process.hrtime.bigint(); await promisify(setTimeout)(3_600_000); return Number((process.hrtime.bigint() - t) / 1_000_000n) }",
        ),
        (
            "steps/a_step.py",
            "import asyncio, time\nasync def handler(data, ctx):\n    t = time.time()\n    await asyncio.sleep(3600)\n    return round((time.time() - t) * 1000)\n",
        ),
        (
            "steps/b_step.py",
            "import time\ndef handler(data, ctx):\n    t = time.monotonic()\n    time.sleep(3600)\n    return round((time.monotonic() - t) * 1000)\n",
        ),
        (
            "steps/c_step.py",
            "import asyncio, time\nfrom datetime import datetime\nasync def handler(data, ctx):\n    t = datetime.now()\n    await asyncio.to_thread(time.sleep, 3600)\n    return round((datetime.now() - t).total_seconds() * 1000)\n",
        ),
        (
            "steps/a.step.rb",
            "def handler(input, context)\n  t = Time.now\n  sleep 3600\n  ((Time.now - t) * 1000).round\nend\n",
        ),
        (
            "steps/b.step.rb",
            "def handler(input, context)\n  t = Process.clock_gettime(Process::CLOCK_MONOTONIC, :millisecond)\n  Kernel.sleep(3600)\n  Process.clock_gettime(Process::CLOCK_MONOTONIC, :millisecond) - t\nend\n",
        ),
    ] {
        let started = Instant::now();
        let Some(told) = run_step(file, text, json!({})) else {
            continue;
        };
        let told = told.ok();
        assert_eq!((told.value, told.now), (json!(HOUR), NOW + HOUR), "{file}");
        assert!(started.elapsed() < Duration::from_secs(60), "{file}");
    }
}

#[test]
fn every_clock_shows_the_virtual_time() {
    let expected = json!("2026-01-05T09:00:00.000Z");
    for (file, text) in [
        (
            "steps/a.step.ts",
            "export const handler = () => [new Date().toISOString(), new Date(Date.now()).toISOString(), new Date(Date()).toISOString(), new Date(performance.timeOrigin + performance.now()).toISOString(), new Date() instanceof Date && new Date(0).getTime() === 0 && Date.UTC(2026, 0, 5, 9) === Date.now() ? new Date().toJSON() : 'no date']",
        ),
        (
            "steps/a_step.py",
            "import time, datetime\nfrom datetime import date, timezone\ndef iso(d): return d.strftime('%Y-%m-%dT%H:%M:%S.000Z')\nasync def handler(data, ctx):\n    d = datetime.datetime\n    assert isinstance(d.now(), date) and isinstance(d(2020, 1, 1) + datetime.timedelta(1), d) and date.today() == date(2026, 1, 5)\n    return [iso(d.now()), iso(d.utcnow()), iso(d.fromtimestamp(time.time(), timezone.utc)), time.strftime('%Y-%m-%dT%H:%M:%S.000Z', time.gmtime()), iso(ctx.utils.dates.now())]\n",
        ),
        (
            "steps/a.step.rb",
            "require 'time'\nrequire 'date'\ndef handler(input, context)\n  f = '%Y-%m-%dT%H:%M:%S.%LZ'\n  raise 'no date' unless Date.today == Date.new(2026, 1, 5)\n  [Time.now.strftime(f), Time.new.strftime(f), DateTime.now.strftime(f), Time.at(Process.clock_gettime(Process::CLOCK_REALTIME)).strftime(f), Time.now.utc.iso8601(3)]\nend\n",
        ),
    ] {
        let Some(told) = run_step(file, text, json!({})) else {
            continue;
        };
        assert_eq!(told.ok().value, json!(vec![&expected; 5]), "{file}");
    }
}

#[test]
fn timers_race_in_the_order_of_their_times() {
    for (file, text) in [
        (
            "steps/a.step.ts",
            "const after = (ms: number, v: string) => new Promise((r) => setTimeout(r, ms, v))\nexport const handler = async () => { const first = await Promise.race([after(5000, 'slow'), after(2000, 'fast')]); let n = 0; await new Promise<void>((r) => { const t = setInterval(() => { if (++n === 3) { clearInterval(t); r() } }, 1000) }); return [first, n, Date.now()] }",
        ),
        (
            "steps/a_step.py",
            "import asyncio, time\nasync def after(s, v):\n    await asyncio.sleep(s)\n    return v\nasync def handler(data, ctx):\n    done, rest = await asyncio.wait([asyncio.ensure_future(after(5, 'slow')), asyncio.ensure_future(after(2, 'fast'))], return_when=asyncio.FIRST_COMPLETED)\n    first = done.pop().result()\n    n = 0\n    try:\n        await asyncio.wait_for(asyncio.Event().wait(), 3)\n    except asyncio.TimeoutError:\n        n = 3\n    return [first, n, round(time.time() * 1000)]\n",
        ),
        (
            "steps/a.step.rb",
            "require 'timeout'\ndef handler(input, context)\n  first = begin\n    Timeout.timeout(2) { sleep 5; 'slow' }\n  rescue Timeout::Error\n    'fast'\n  end\n  3.times { sleep 1 }\n  [first, 3, (Time.now.to_f * 1000).round]\nend\n",
        ),
    ] {
        let Some(told) = run_step(file, text, json!({})) else {
            continue;
        };
        assert_eq!(told.ok().value, json!(["fast", 3, NOW + 5000]), "{file}");
    }
}

#[test]
fn an_abort_signal_times_out_on_virtual_time() {
    let text = "export const handler = () => new Promise((resolve) => { const s = AbortSignal.timeout(1000); s.addEventListener('abort', () => resolve([s.reason.name, Date.now()])) })";
    let Some(told) = run_step("steps/a.step.ts", text, json!({})) else {
        return;
    };
    assert_eq!(told.ok().value, json!(["TimeoutError", NOW + 1000]));
}

#[test]
fn randomness_follows_the_seed_alone() {
    for (file, text) in [
        (
            "steps/a.step.ts",
            "import { randomUUID, randomBytes, randomInt, getRandomValues } from 'node:crypto'\nimport nodeCrypto from 'crypto'\nexport const handler = () => [Math.random(), randomUUID(), crypto.randomUUID(), randomBytes(8).toString('hex'), randomInt(1000000), [...getRandomValues(new Uint8Array(8))], [...crypto.getRandomValues(new Uint32Array(2))], nodeCrypto.randomFillSync(Buffer.alloc(8)).toString('hex')]",
        ),
        (
            "steps/a_step.py",
            "import os, random, secrets, uuid\nasync def handler(data, ctx):\n    l = list(range(20))\n    random.shuffle(l)\n    return [random.random(), random.Random().random(), random.SystemRandom().random(), secrets.token_hex(8), str(uuid.uuid4()), str(uuid.uuid1()), os.urandom(8).hex(), l]\n",
        ),
        (
            "steps/a.step.rb",
            "require 'securerandom'\ndef handler(input, context)\n  [rand, Random.rand(1_000_000_000), Random.new.rand, SecureRandom.uuid, SecureRandom.hex(8), Random.urandom(8).unpack1('H*'), (1..20).to_a.shuffle, Random.new_seed.to_s]\nend\n",
        ),
    ] {
        let project = Project::new(&[(file, text)]);
        let mut values: Vec<Json> = Vec::new();
        let other = SEED.replace('0', "f");
        for seed in [SEED, SEED, &other] {
            let Some(mut worker) = project.worker(language_of(file)) else {
                break;
            };
            let mut invoke = project.invoke(file, CallShape::Event, json!({}));
            invoke.seed = seed.to_owned();
            values.push(run(&mut worker, invoke.clone()).unwrap().ok().value);
            // The second run of one worker starts afresh, too.
            values.push(run(&mut worker, invoke).unwrap().ok().value);
        }
        let [a, b, c, d, e, f] = values.as_slice() else {
            continue;
        };
        assert!([b, c, d].iter().all(|value| *value == a), "{file}: {values:?}");
        assert_eq!(e, f, "{file}");
        for (at, (value, other)) in a
            .as_array()
            .unwrap()
            .iter()
            .zip(e.as_array().unwrap())
            .enumerate()
        {
            // A time-based id holds the clock and nothing random but its sequence.
            assert_ne!(value, other, "{file}: value {at} does not depend on the seed");
        }
    }
}

#[test]
fn random_bytes_are_the_stream_of_the_protocol() {
    let seed: Vec<u8> = (0..32)
        .map(|at| u8::from_str_radix(&SEED[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    let block = |n: u64| {
        Sha256::new()
            .chain_update(&seed)
            .chain_update(n.to_be_bytes())
            .finalize()
    };
    let stream: String = (0..16)
        .flat_map(block)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    for (file, text) in [
        (
            "steps/a.step.ts",
            "import { randomBytes } from 'node:crypto'\nexport const handler = () => randomBytes(40).toString('hex')",
        ),
        (
            "steps/a_step.py",
            "import os\nasync def handler(data, ctx):\n    return os.urandom(40).hex()\n",
        ),
        (
            "steps/a.step.rb",
            "require 'securerandom'\ndef handler(input, context)\n  SecureRandom.hex(40)\nend\n",
        ),
    ] {
        let Some(told) = run_step(file, text, json!({})) else {
            continue;
        };
        let told = told.ok();
        let drawn = told.value.as_str().unwrap();
        // The interpreter's own generator is seeded from the start of the same stream.
        assert!(
            drawn.len() == 80 && stream.contains(drawn),
            "{file}: {drawn} is not in {stream}"
        );
    }
}

#[test]
fn what_never_happens_is_parked_with_nothing_to_wait_for() {
    for (file, text) in [
        (
            "steps/a.step.ts",
            "export const handler = () => new Promise(() => {})",
        ),
        (
            "steps/a_step.py",
            "import asyncio\nasync def handler(data, ctx):\n    await asyncio.Event().wait()\n",
        ),
    ] {
        let Some(told) = run_step(file, text, json!({})) else {
            continue;
        };
        assert!(told.stuck, "{file}: {told:?}");
    }
}
