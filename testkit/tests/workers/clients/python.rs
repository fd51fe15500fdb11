//! The clients of Python.

use serde_json::json;

use super::{check, check_client};
use crate::libraries::link_python;

/// Name, imports, and the body of `call(method, url, data)`, which gives the status and the parsed answer.
const CLIENTS: [(&str, &str, &str); 10] = [
    (
        "requests",
        "import requests",
        "r = requests.request(method, url, json=data, timeout=5)
        return [r.status_code, r.json()]",
    ),
    (
        "requests with a session that retries",
        "import requests
from requests.adapters import HTTPAdapter
SESSION = requests.Session()
SESSION.mount('https://', HTTPAdapter(max_retries=0))",
        "r = SESSION.request(method, url, json=data)
        try:
            r.raise_for_status()
        except requests.HTTPError as error:
            return [error.response.status_code, error.response.json()]
        return [r.status_code, r.json()]",
    ),
    (
        "requests on a thread",
        "import asyncio, requests",
        "r = await asyncio.to_thread(requests.request, method, url, json=data, timeout=5)
        return [r.status_code, r.json()]",
    ),
    (
        "httpx",
        "import httpx",
        "with httpx.Client(timeout=5) as client:
            r = client.request(method, url, json=data)
        return [r.status_code, r.json()]",
    ),
    (
        "httpx, asynchronous",
        "import httpx",
        "async with httpx.AsyncClient(timeout=5) as client:
            r = await client.request(method, url, json=data)
        return [r.status_code, r.json()]",
    ),
    (
        "httpx with a client of the module",
        "import httpx
CLIENT = httpx.AsyncClient()",
        "r = await CLIENT.request(method, url, json=data)
        return [r.status_code, r.json()]",
    ),
    (
        "urllib",
        "import json, urllib.error, urllib.request",
        "body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(url, data=body, method=method, headers={'content-type': 'application/json'})
        try:
            with urllib.request.urlopen(request, timeout=5) as r:
                return [r.status, json.load(r)]
        except urllib.error.HTTPError as error:
            return [error.code, json.load(error)]",
    ),
    (
        "urllib3",
        "import urllib3
POOL = urllib3.PoolManager(retries=False)",
        "r = POOL.request(method, url, json=data) if data is not None else POOL.request(method, url)
        return [r.status, r.json()]",
    ),
    (
        "aiohttp",
        "import aiohttp",
        "async with aiohttp.ClientSession() as session:
            async with session.request(method, url, json=data) as r:
                return [r.status, await r.json()]",
    ),
    (
        "aiohttp with a time limit of its own",
        "import aiohttp, asyncio",
        "async def ask():
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
                async with session.request(method, url, json=data) as r:
                    return [r.status, await r.json()]
        return await asyncio.wait_for(ask(), 3)",
    ),
];

#[test]
fn every_client_is_answered_by_the_mocks() {
    for (client, import, body) in CLIENTS {
        let text = format!(
            "import time
{import}

BASE = 'https://api.shop.example/v1'

async def call(method, url, data=None):
        {body}

async def refused():
    try:
        await call('GET', 'https://api.unknown.dev/x')
        return 'let through'
    except Exception:
        return 'refused'

async def handler(data, ctx):
    answers = [
        await call('GET', BASE + '/items?q=mug'),
        await call('POST', BASE + '/items', {{'name': 'Tasse ä', 'price': {{'amount': 12.5}}}}),
        await call('GET', BASE + '/missing'),
        await call('POST', BASE + '/broken', {{}}),
        await refused(),
    ]
    return [answers, round(time.time() * 1000)]
"
        );
        check_client(client, "steps/a_step.py", &text, &link_python);
    }
}

const OPENAI: &str = "import time, openai

async def handler(data, ctx):
    client = openai.OpenAI(api_key='sk-test')
    begun = time.time()
    model = client.models.retrieve('small')
    answer = client.chat.completions.create(model='small', messages=[{'role': 'user', 'content': 'Hi'}])
    try:
        client.models.retrieve('none')
    except openai.NotFoundError as error:
        none = error.status_code
    slept = time.time() - begun
    found = client.embeddings.create(model='small', input='a', encoding_format='float')
    try:
        openai.OpenAI(api_key='x', base_url='https://api.unknown.dev/v1', max_retries=0).models.list()
    except openai.APIConnectionError:
        refused = 'refused'
    return [model.id, answer.choices[0].message.content, none, slept, found.data[0].embedding, time.time() > begun, refused]
";

#[test]
fn the_sdk_of_openai_retries_on_the_virtual_clock() {
    let asynchronous = OPENAI
        .replace("openai.OpenAI(", "openai.AsyncOpenAI(")
        .replace("= client.", "= await client.")
        .replace("        client.", "        await client.")
        .replace("        openai.Async", "        await openai.Async");
    for (client, text) in [("openai", OPENAI), ("openai, asynchronous", &asynchronous)] {
        let expected = json!(["small", "Hello", 404, 0.0, [0.5, 1.0], true, "refused"]);
        let calls = [
            "GET https://api.openai.com/v1/models/small",
            "POST https://api.openai.com/v1/chat/completions",
            "GET https://api.openai.com/v1/models/none",
            "POST https://api.openai.com/v1/embeddings",
            "POST https://api.openai.com/v1/embeddings",
        ];
        check(client, "steps/a_step.py", text, &link_python, &expected, &calls);
    }
}

#[test]
fn the_sdk_of_stripe_retries_on_the_virtual_clock() {
    let text = "import time, stripe

async def handler(data, ctx):
    client = stripe.StripeClient('sk_test', max_network_retries=2)
    begun = time.time()
    customer = client.v1.customers.retrieve('cus_1')
    intent = client.v1.payment_intents.create({'amount': 2500, 'currency': 'eur'})
    try:
        client.v1.customers.retrieve('none')
    except stripe.InvalidRequestError as error:
        none = error.http_status
    slept = time.time() - begun
    refund = client.v1.refunds.create({'payment_intent': 'pi_1'})
    try:
        other = stripe.StripeClient('sk_test', base_addresses={'api': 'https://api.unknown.dev'}, max_network_retries=0)
        other.v1.customers.retrieve('x')
    except stripe.APIConnectionError:
        refused = 'refused'
    return [customer.id, intent.status, none, slept, refund.id, time.time() > begun, refused]
";
    let expected = json!(["cus_1", "succeeded", 404, 0.0, "re_1", true, "refused"]);
    let calls = [
        "GET https://api.stripe.com/v1/customers/cus_1",
        "POST https://api.stripe.com/v1/payment_intents",
        "GET https://api.stripe.com/v1/customers/none",
        "POST https://api.stripe.com/v1/refunds",
        "POST https://api.stripe.com/v1/refunds",
    ];
    check("stripe", "steps/a_step.py", text, &link_python, &expected, &calls);
}
