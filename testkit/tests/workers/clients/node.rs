//! The clients of Node.

use serde_json::json;

use super::{check, check_client};
use crate::libraries::link_npm;

/// Name, what is imported, and the body of `call(method, url, data)`, which gives the status and the parsed answer.
const CLIENTS: [(&str, &str, &str); 12] = [
    (
        "fetch",
        "",
        "const r = await fetch(url, data && { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(data) })
        return [r.status, await r.json()]",
    ),
    (
        "fetch with a Request and a time limit",
        "",
        "const r = await fetch(new Request(url, { method, body: data && JSON.stringify(data), signal: AbortSignal.timeout(50) }))
        return [r.status, await r.json()]",
    ),
    (
        "undici.request",
        "import { request } from 'undici'",
        "const r = await request(url, { method, headers: { 'content-type': 'application/json' }, body: data && JSON.stringify(data) })
        return [r.statusCode, await r.body.json()]",
    ),
    (
        "undici.fetch",
        "import { fetch as other } from 'undici'",
        "const r = await other(url, { method, headers: { 'content-type': 'application/json' }, body: data && JSON.stringify(data) })
        return [r.status, await r.json()]",
    ),
    (
        "https",
        "import https from 'node:https'",
        "return new Promise((resolve, reject) => {
          const req = https.request(url, { method, headers: { 'content-type': 'application/json' } }, (res) => {
            let text = ''
            res.on('data', (d) => { text += d })
            res.on('end', () => resolve([res.statusCode, JSON.parse(text)]))
          })
          req.on('error', reject)
          req.end(data && JSON.stringify(data))
        })",
    ),
    (
        "https with a keep-alive agent",
        "import { Agent, request } from 'node:https'
        const agent = new Agent({ keepAlive: true, maxSockets: 1 })",
        "return new Promise((resolve, reject) => {
          const req = request(url, { method, agent, timeout: 50, headers: { 'content-type': 'application/json' } }, async (res) => {
            const chunks = []
            for await (const chunk of res) chunks.push(chunk)
            resolve([res.statusCode, JSON.parse(Buffer.concat(chunks).toString())])
          })
          req.on('error', reject)
          req.end(data && JSON.stringify(data))
        })",
    ),
    (
        "axios",
        "import axios from 'axios'",
        "const r = await axios({ method, url, data, timeout: 5000, validateStatus: () => true })
        return [r.status, r.data]",
    ),
    (
        "axios, which throws on a status of failure",
        "import axios from 'axios'
        const client = axios.create({ baseURL: 'https://api.shop.example' })",
        "try {
          const r = await (data ? client.post(url, data) : client.get(url))
          return [r.status, r.data]
        } catch (e) {
          if (!e.response) throw e
          return [e.response.status, e.response.data]
        }",
    ),
    (
        "got",
        "import got from 'got'",
        "const r = await got(url, { method, json: data ?? undefined, responseType: 'json', throwHttpErrors: false, retry: { limit: 0 }, timeout: { request: 5000 } })
        return [r.statusCode, r.body]",
    ),
    (
        "superagent",
        "import superagent from 'superagent'",
        "const r = await superagent(method, url).send(data ?? undefined).ok(() => true)
        return [r.status, r.body]",
    ),
    (
        "ky",
        "import ky from 'ky'",
        "const r = await ky(url, { method, json: data ?? undefined, throwHttpErrors: false, retry: 0, timeout: 5000 })
        return [r.status, await r.json()]",
    ),
    (
        "node-fetch",
        "import other from 'node-fetch'",
        "const r = await other(url, { method, headers: { 'content-type': 'application/json' }, body: data ? JSON.stringify(data) : undefined })
        return [r.status, await r.json()]",
    ),
];

#[test]
fn every_client_is_answered_by_the_mocks() {
    for (client, import, body) in CLIENTS {
        let text = format!(
            "{import}
            const call = async (method: string, url: string, data?: unknown): Promise<any> => {{
              {body}
            }}
            const base = 'https://api.shop.example/v1'
            export const handler = async () => {{
              const answers = [
                await call('GET', `${{base}}/items?q=mug`),
                await call('POST', `${{base}}/items`, {{ name: 'Tasse ä', price: {{ amount: 12.5 }} }}),
                await call('GET', `${{base}}/missing`),
                await call('POST', `${{base}}/broken`, {{}}),
                await call('GET', 'https://api.unknown.dev/x').then(() => 'let through', () => 'refused'),
              ]
              return [answers, Date.now()]
            }}"
        );
        check_client(client, "steps/a.step.ts", &text, &link_npm);
    }
}

#[test]
fn the_sdk_of_openai_retries_on_the_virtual_clock() {
    let text = "import OpenAI from 'openai'
        export const handler = async () => {
          const client = new OpenAI({ apiKey: 'sk-test' })
          const begun = Date.now()
          const model = await client.models.retrieve('small')
          const answer = await client.chat.completions.create({ model: 'small', messages: [{ role: 'user', content: 'Hi' }] })
          const none = await client.models.retrieve('none').catch((e) => [e.constructor.name, e.status])
          const slept = Date.now() - begun
          const list = await client.embeddings.create({ model: 'small', input: 'a', encoding_format: 'float' })
          const other = new OpenAI({ apiKey: 'x', baseURL: 'https://api.unknown.dev/v1', maxRetries: 0 })
          const refused = await other.models.list().catch((e) => e.constructor.name)
          return [model.id, answer.choices[0].message.content, none, slept, list.data[0].embedding, Date.now() > begun, refused]
        }";
    let expected = json!([
        "small",
        "Hello",
        ["NotFoundError", 404],
        0,
        [0.5, 1],
        true,
        "APIConnectionError"
    ]);
    let calls = [
        "GET https://api.openai.com/v1/models/small",
        "POST https://api.openai.com/v1/chat/completions",
        "GET https://api.openai.com/v1/models/none",
        "POST https://api.openai.com/v1/embeddings",
        "POST https://api.openai.com/v1/embeddings",
    ];
    check("openai", "steps/a.step.ts", text, &link_npm, &expected, &calls);
}

#[test]
fn the_sdk_of_stripe_retries_on_the_virtual_clock() {
    let text = "import Stripe from 'stripe'
        export const handler = async () => {
          const stripe = new Stripe('sk_test')
          const begun = Date.now()
          const customer = await stripe.customers.retrieve('cus_1')
          const intent = await stripe.paymentIntents.create({ amount: 2500, currency: 'eur' })
          const none = await stripe.customers.retrieve('none').catch((e) => [e.type, e.statusCode])
          const slept = Date.now() - begun
          const refund = await stripe.refunds.create({ payment_intent: 'pi_1' })
          const other = new Stripe('sk_test', { host: 'api.unknown.dev', maxNetworkRetries: 0 })
          const refused = await other.customers.retrieve('x').catch((e) => e.type)
          return [customer.id, intent.status, none, slept, refund.id, Date.now() > begun, refused]
        }";
    let expected = json!([
        "cus_1",
        "succeeded",
        ["StripeInvalidRequestError", 404],
        0,
        "re_1",
        true,
        "StripeConnectionError"
    ]);
    let calls = [
        "GET https://api.stripe.com/v1/customers/cus_1",
        "POST https://api.stripe.com/v1/payment_intents",
        "GET https://api.stripe.com/v1/customers/none",
        "POST https://api.stripe.com/v1/refunds",
        "POST https://api.stripe.com/v1/refunds",
    ];
    check("stripe", "steps/a.step.ts", text, &link_npm, &expected, &calls);
}
