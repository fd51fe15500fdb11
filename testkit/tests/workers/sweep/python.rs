//! Python.

use serde_json::json;

use super::{check_random, check_values, now, told};
use crate::libraries::link_python;
use crate::support::{Project, SEED};

const FILE: &str = "steps/a_step.py";

fn project(imports: &str, expressions: &[&str]) -> Option<Project> {
    let list: String = expressions
        .iter()
        .map(|it| format!("    out.append({it})\n"))
        .collect();
    let text = format!("{imports}\nasync def handler(data, ctx):\n    out = []\n{list}    return out\n");
    let project = Project::new(&[(FILE, &text)]);
    link_python(&project).then_some(project)
}

#[test]
fn randomness() {
    const IMPORTS: &str = "import email.utils, os, random, secrets, ssl, string, tempfile, uuid
from random import randint, shuffle
from uuid import uuid4
def shuffled():
    all = list(range(30))
    shuffle(all)
    return all
def numpy_late():
    import numpy
    return numpy
";
    const EXPRESSIONS: [&str; 24] = [
        "random.random()",
        "randint(0, 10**9)",
        "shuffled()",
        "random.sample(range(10**6), 3)",
        "''.join(random.choices(string.ascii_letters, k=12))",
        "random.gauss(0, 1)",
        "random.Random().random()",
        "random.SystemRandom().random()",
        "secrets.token_hex(8)",
        "secrets.token_urlsafe(8)",
        "secrets.randbelow(10**9)",
        "secrets.choice(range(10**9))",
        "str(uuid4())",
        "str(uuid.uuid1())",
        "os.urandom(8).hex()",
        "os.getrandom(8).hex()",
        "ssl.RAND_bytes(8).hex()",
        "next(tempfile._get_candidate_names())",
        "float(numpy_late().random.rand())",
        "numpy_late().random.default_rng().integers(10**9).item()",
        "numpy_late().random.RandomState().randint(10**9)",
        "numpy_late().random.permutation(30).tolist()",
        "random.getrandbits(64)",
        "random.randbytes(8).hex()",
    ];
    if let Some(project) = project(IMPORTS, &EXPRESSIONS) {
        check_random(&project, FILE, &EXPRESSIONS);
    }
}

#[test]
fn clocks() {
    const IMPORTS: &str = "import asyncio, datetime, email.utils, logging, time
from datetime import date, datetime as dt, timezone
def ms(seconds): return round(seconds * 1000)
";
    let time = now();
    let expected = [
        ("ms(time.time())", time.clone()),
        ("time.time_ns() // 1000000", time.clone()),
        ("ms(dt.now().timestamp())", time.clone()),
        ("ms(dt.now(timezone.utc).timestamp())", time.clone()),
        (
            "ms(datetime.datetime.utcnow().replace(tzinfo=timezone.utc).timestamp())",
            time.clone(),
        ),
        ("ms(dt.today().timestamp())", time.clone()),
        ("ms(time.clock_gettime(time.CLOCK_REALTIME))", time.clone()),
        ("ms(time.mktime(time.localtime()))", time.clone()),
        ("ms(logging.makeLogRecord({}).created)", time),
        ("time.monotonic()", json!(0.0)),
        ("time.perf_counter_ns()", json!(0)),
        ("time.process_time()", json!(0.0)),
        ("asyncio.get_running_loop().time()", json!(0.0)),
        ("time.clock_gettime(time.CLOCK_MONOTONIC)", json!(0.0)),
        ("date.today().isoformat()", json!("2026-01-05")),
        ("time.strftime('%H:%M')", json!("09:00")),
        ("time.ctime()", json!("Mon Jan  5 09:00:00 2026")),
        (
            "email.utils.formatdate()",
            json!("Mon, 05 Jan 2026 09:00:00 -0000"),
        ),
        ("time.tzname[0]", json!("UTC")),
        ("isinstance(dt.now(), datetime.date)", json!(true)),
        (
            "hash('the same in every process') == hash('the same in every process')",
            json!(true),
        ),
        ("''.join({'a', 'b', 'c', 'd', 'e'})", json!("dbeac")),
    ];
    let expressions: Vec<&str> = expected.iter().map(|(expression, _)| *expression).collect();
    if let Some(project) = project(IMPORTS, &expressions[..21]) {
        check_values(&project, FILE, &expected[..21]);
    }
    // The order of a set is that of hashes with a fixed seed: whatever it is, it is always the same.
    if let Some(project) = project("", &expressions[21..]) {
        let orders: Vec<_> = (0..3)
            .filter_map(|_| told(&project, FILE, SEED, 1))
            .map(|it| it.value)
            .collect();
        assert!(orders.windows(2).all(|pair| pair[0] == pair[1]), "{orders:?}");
    }
}

#[test]
fn waits() {
    const IMPORTS: &str = "import asyncio, threading, time
from concurrent.futures import ThreadPoolExecutor
async def timed(wait):
    begun = time.monotonic()
    result = await wait()
    return [round((time.monotonic() - begun) * 1000), result]
async def limited():
    try:
        async with asyncio.timeout(1.5):
            await asyncio.sleep(9)
    except TimeoutError:
        return 'timeout'
async def waited_for():
    try:
        await asyncio.wait_for(asyncio.Event().wait(), 1.5)
    except asyncio.TimeoutError:
        return 'timeout'
async def grouped():
    seen = []
    async def work(n):
        await asyncio.sleep(n / 2)
        seen.append(n)
    async with asyncio.TaskGroup() as group:
        for n in (3, 1, 2):
            group.create_task(work(n))
    return seen
async def completed():
    async def work(n):
        await asyncio.sleep(n / 2)
        return n
    return [await it for it in asyncio.as_completed([work(3), work(1), work(2)])]
async def queued():
    queue = asyncio.Queue(1)
    async def fill():
        for n in range(3):
            await queue.put(n)
            await asyncio.sleep(0.5)
    task = asyncio.create_task(fill())
    seen = [await queue.get() for _ in range(3)]
    await task
    return seen
async def looped():
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(1.5, future.set_result, 'late')
    return await future
";
    let expected = [
        ("await timed(lambda: asyncio.sleep(1.5))", json!([1500, null])),
        (
            "await timed(lambda: asyncio.to_thread(time.sleep, 1.5))",
            json!([1500, null]),
        ),
        (
            "await timed(lambda: asyncio.gather(asyncio.sleep(1.5), asyncio.sleep(1)))",
            json!([1500, [null, null]]),
        ),
        ("await timed(limited)", json!([1500, "timeout"])),
        ("await timed(waited_for)", json!([1500, "timeout"])),
        ("await timed(grouped)", json!([1500, [1, 2, 3]])),
        ("await timed(completed)", json!([1500, [1, 2, 3]])),
        ("await timed(queued)", json!([1500, [0, 1, 2]])),
        ("await timed(looped)", json!([1500, "late"])),
    ];
    let expressions: Vec<&str> = expected.iter().map(|(expression, _)| *expression).collect();
    if let Some(project) = project(IMPORTS, &expressions) {
        check_values(&project, FILE, &expected);
    }
}

#[test]
fn what_is_not_controlled_is_told() {
    for (imports, expression, what) in [
        (
            "import threading\ndef work():\n    thread = threading.Thread(target=int)\n    thread.start()\n    thread.join()\n",
            "work()",
            "started a thread",
        ),
        (
            "from concurrent.futures import ThreadPoolExecutor\ndef work():\n    with ThreadPoolExecutor(1) as pool:\n        return pool.submit(int).result()\n",
            "work()",
            "started a thread",
        ),
        ("import os\n", "os.system('true')", "called os.system"),
    ] {
        let Some(project) = project(imports, &[expression]) else {
            return;
        };
        let Some(told) = told(&project, FILE, SEED, 2) else {
            return;
        };
        assert_eq!(told.escaped, [what], "{imports}");
    }
}
