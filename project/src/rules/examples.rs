//! Short examples of what each rule finds and of what it takes for right. They are part of the rules' documentation,
//! and the tests run them.

/// What a rule finds and what it does not.
pub(super) struct Example {
    /// The rule's name.
    pub(super) rule: &'static str,
    /// Files in which the rule finds something; `//- path` starts a file.
    pub(super) bad: &'static str,
    /// The same made right. For the rules that compare revisions: the revision before.
    pub(super) good: &'static str,
}

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        rule: "syntax-error",
        bad: "\
//- steps/tick.step.ts
export const config = { type: 'cron', name: 'Tick', cron: '0 9 * * *', emits: [ }
",
        good: "\
//- steps/tick.step.ts
export const config = { type: 'cron', name: 'Tick', cron: '0 9 * * *', emits: [] }
export const handler = async () => {}
",
    },
    Example {
        rule: "missing-config-key",
        bad: "\
//- steps/create_order_step.py
config = {'type': 'api', 'name': 'CreateOrder', 'method': 'POST', 'emits': []}

async def handler(req, context):
    return {'status': 201, 'body': {}}
",
        good: "\
//- steps/create_order_step.py
config = {'type': 'api', 'name': 'CreateOrder', 'method': 'POST', 'path': '/orders', 'emits': []}

async def handler(req, context):
    return {'status': 201, 'body': {}}
",
    },
    Example {
        rule: "missing-handler",
        bad: "\
//- steps/tick.step.js
exports.config = { type: 'cron', name: 'Tick', cron: '0 9 * * *', emits: [] }
",
        good: "\
//- steps/tick.step.js
exports.config = { type: 'cron', name: 'Tick', cron: '0 9 * * *', emits: [] }
exports.handler = async () => {}
",
    },
    Example {
        rule: "duplicate-step-name",
        bad: "\
//- steps/daily.step.js
exports.config = { type: 'cron', name: 'Clean', cron: '0 3 * * *', emits: [] }
exports.handler = async () => {}
//- steps/weekly_step.py
config = {'type': 'cron', 'name': 'Clean', 'cron': '0 4 * * 1', 'emits': []}

async def handler(context):
    pass
",
        good: "\
//- steps/daily.step.js
exports.config = { type: 'cron', name: 'CleanDaily', cron: '0 3 * * *', emits: [] }
exports.handler = async () => {}
//- steps/weekly_step.py
config = {'type': 'cron', 'name': 'CleanWeekly', 'cron': '0 4 * * 1', 'emits': []}

async def handler(context):
    pass
",
    },
    Example {
        rule: "duplicate-route",
        bad: "\
//- steps/get-order.step.ts
export const config = { type: 'api', name: 'GetOrder', method: 'GET', path: '/orders/:id', emits: [] }
export const handler = async () => ({ status: 200, body: {} })
//- steps/show-order.step.ts
export const config = { type: 'api', name: 'ShowOrder', method: 'GET', path: '/orders/:orderId', emits: [] }
export const handler = async () => ({ status: 200, body: {} })
",
        good: "\
//- steps/get-order.step.ts
export const config = { type: 'api', name: 'GetOrder', method: 'GET', path: '/orders/:id', emits: [] }
export const handler = async () => ({ status: 200, body: {} })
//- steps/show-order.step.ts
export const config = { type: 'api', name: 'ShowOrder', method: 'GET', path: '/orders/:orderId/page', emits: [] }
export const handler = async () => ({ status: 200, body: {} })
",
    },
    Example {
        rule: "reserved-route",
        bad: "\
//- steps/send.step.ts
export const config = { type: 'api', name: 'Send', method: 'POST', path: '/emit', emits: [] }
export const handler = async () => ({ status: 200, body: {} })
",
        good: "\
//- steps/send.step.ts
export const config = { type: 'api', name: 'Send', method: 'POST', path: '/messages', emits: [] }
export const handler = async () => ({ status: 200, body: {} })
",
    },
    Example {
        rule: "sync-python-handler",
        bad: "\
//- steps/tick_step.py
config = {'type': 'cron', 'name': 'Tick', 'cron': '0 9 * * *', 'emits': []}

def handler(context):
    pass
",
        good: "\
//- steps/tick_step.py
config = {'type': 'cron', 'name': 'Tick', 'cron': '0 9 * * *', 'emits': []}

async def handler(context):
    pass
",
    },
    Example {
        rule: "emit-shape",
        bad: "\
//- steps/tick.step.ts
export const config = { type: 'cron', name: 'Tick', cron: '0 9 * * *', emits: ['tick.done'] }
export const handler = async ({ emit }) => {
  await emit('tick.done', {})
}
//- steps/listen.step.rb
def config
  { type: 'event', name: 'Listen', subscribes: ['tick.done'], emits: [] }
end

def handler(input, context)
end
",
        good: "\
//- steps/tick.step.ts
export const config = { type: 'cron', name: 'Tick', cron: '0 9 * * *', emits: ['tick.done'] }
export const handler = async ({ emit }) => {
  await emit({ topic: 'tick.done', data: {} })
}
//- steps/listen.step.rb
def config
  { type: 'event', name: 'Listen', subscribes: ['tick.done'], emits: [] }
end

def handler(input, context)
end
",
    },
    Example {
        rule: "unawaited-emit",
        bad: "\
//- steps/tick.step.js
exports.config = { type: 'cron', name: 'Tick', cron: '0 9 * * *', emits: ['tick.done'] }
exports.handler = async ({ emit }) => {
  emit({ topic: 'tick.done', data: {} })
}
",
        good: "\
//- steps/tick.step.js
exports.config = { type: 'cron', name: 'Tick', cron: '0 9 * * *', emits: ['tick.done'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'tick.done', data: {} })
}
",
    },
    Example {
        rule: "invalid-cron",
        bad: "\
//- steps/tick.step.rb
def config
  { type: 'cron', name: 'Tick', cron: 'every morning', emits: [] }
end

def handler(context)
end
",
        good: "\
//- steps/tick.step.rb
def config
  { type: 'cron', name: 'Tick', cron: '0 9 * * *', emits: [] }
end

def handler(context)
end
",
    },
    Example {
        rule: "undeclared-emit",
        bad: "\
//- steps/pay.step.ts
export const config = { type: 'cron', name: 'Pay', cron: '0 9 * * *', emits: ['payment.done'] }
export const handler = async ({ emit }) => {
  await emit({ topic: 'payment.done', data: {} })
  await emit({ topic: 'payment.refused', data: {} })
}
",
        good: "\
//- steps/pay.step.ts
export const config = { type: 'cron', name: 'Pay', cron: '0 9 * * *', emits: ['payment.done', 'payment.refused'] }
export const handler = async ({ emit }) => {
  await emit({ topic: 'payment.done', data: {} })
  await emit({ topic: 'payment.refused', data: {} })
}
",
    },
    Example {
        rule: "misspelled-topic",
        bad: "\
//- steps/pay.step.ts
export const config = { type: 'cron', name: 'Pay', cron: '0 9 * * *', emits: ['customer.notified'] }
export const handler = async ({ emit }) => {
  await emit({ topic: 'customer.notified', data: {} })
}
//- steps/thank_step.py
config = {'type': 'event', 'name': 'Thank', 'subscribes': ['customer.notifed'], 'emits': []}

async def handler(input, context):
    pass
",
        good: "\
//- steps/pay.step.ts
export const config = { type: 'cron', name: 'Pay', cron: '0 9 * * *', emits: ['customer.notified'] }
export const handler = async ({ emit }) => {
  await emit({ topic: 'customer.notified', data: {} })
}
//- steps/thank_step.py
config = {'type': 'event', 'name': 'Thank', 'subscribes': ['customer.notified'], 'emits': []}

async def handler(input, context):
    pass
",
    },
    Example {
        rule: "never-emitted-topic",
        bad: "\
//- steps/ship.step.js
exports.config = { type: 'event', name: 'Ship', subscribes: ['order.paid'], emits: [] }
exports.handler = async () => {}
",
        good: "\
//- steps/ship.step.js
exports.config = { type: 'event', name: 'Ship', subscribes: ['order.paid'], emits: [] }
exports.handler = async () => {}
//- steps/pay.step.js
exports.config = { type: 'api', name: 'Pay', method: 'POST', path: '/pay', emits: ['order.paid'] }
exports.handler = async (req, { emit }) => {
  await emit({ topic: 'order.paid', data: {} })
  return { status: 200, body: {} }
}
",
    },
    Example {
        rule: "unsubscribed-topic",
        bad: "\
//- steps/tick_step.py
config = {'type': 'cron', 'name': 'Tick', 'cron': '0 9 * * *', 'emits': ['tick.done']}

async def handler(context):
    await context.emit({'topic': 'tick.done', 'data': {}})
",
        good: "\
//- steps/tick_step.py
config = {'type': 'cron', 'name': 'Tick', 'cron': '0 9 * * *', 'emits': ['tick.done']}

async def handler(context):
    await context.emit({'topic': 'tick.done', 'data': {}})
//- steps/ending_step.py
config = {'type': 'noop', 'name': 'Ending', 'virtualSubscribes': ['tick.done'], 'virtualEmits': []}
",
    },
    Example {
        rule: "payload-missing-field",
        bad: "\
//- steps/pay.step.ts
export const config = { type: 'cron', name: 'Pay', cron: '0 9 * * *', emits: ['order.paid'] }
export const handler = async ({ emit }) => {
  await emit({ topic: 'order.paid', data: { orderId: 'o1' } })
}
//- steps/receipt.step.rb
def config
  { type: 'event', name: 'Receipt', subscribes: ['order.paid'], emits: [], input: { orderId: 'string', amount: 'number' } }
end

def handler(input, context)
end
",
        good: "\
//- steps/pay.step.ts
export const config = { type: 'cron', name: 'Pay', cron: '0 9 * * *', emits: ['order.paid'] }
export const handler = async ({ emit }) => {
  await emit({ topic: 'order.paid', data: { orderId: 'o1', amount: 12 } })
}
//- steps/receipt.step.rb
def config
  { type: 'event', name: 'Receipt', subscribes: ['order.paid'], emits: [], input: { orderId: 'string', amount: 'number' } }
end

def handler(input, context)
end
",
    },
    Example {
        rule: "payload-wrong-type",
        bad: "\
//- steps/pay.step.js
exports.config = { type: 'cron', name: 'Pay', cron: '0 9 * * *', emits: ['order.paid'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'order.paid', data: { amount: '12' } })
}
//- steps/receipt.step.ts
import { z } from 'zod'
export const config = { type: 'event', name: 'Receipt', subscribes: ['order.paid'], emits: [], input: z.object({ amount: z.number() }) }
export const handler = async () => {}
",
        good: "\
//- steps/pay.step.js
exports.config = { type: 'cron', name: 'Pay', cron: '0 9 * * *', emits: ['order.paid'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'order.paid', data: { amount: 12 } })
}
//- steps/receipt.step.ts
import { z } from 'zod'
export const config = { type: 'event', name: 'Receipt', subscribes: ['order.paid'], emits: [], input: z.object({ amount: z.number() }) }
export const handler = async () => {}
",
    },
    Example {
        rule: "payload-unknown-field",
        bad: "\
//- steps/pay.step.js
exports.config = { type: 'cron', name: 'Pay', cron: '0 9 * * *', emits: ['order.paid'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'order.paid', data: { amount: 12, note: 'thanks' } })
}
//- steps/receipt.step.ts
import { z } from 'zod'
export const config = { type: 'event', name: 'Receipt', subscribes: ['order.paid'], emits: [], input: z.strictObject({ amount: z.number() }) }
export const handler = async () => {}
",
        good: "\
//- steps/pay.step.js
exports.config = { type: 'cron', name: 'Pay', cron: '0 9 * * *', emits: ['order.paid'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'order.paid', data: { amount: 12 } })
}
//- steps/receipt.step.ts
import { z } from 'zod'
export const config = { type: 'event', name: 'Receipt', subscribes: ['order.paid'], emits: [], input: z.strictObject({ amount: z.number() }) }
export const handler = async () => {}
",
    },
    Example {
        rule: "contract-removed-subscriber",
        bad: "\
//- steps/pay.step.js
exports.config = { type: 'cron', name: 'Pay', cron: '0 9 * * *', emits: ['order.paid'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'order.paid', data: {} })
}
",
        good: "\
//- steps/pay.step.js
exports.config = { type: 'cron', name: 'Pay', cron: '0 9 * * *', emits: ['order.paid'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'order.paid', data: {} })
}
//- steps/ship_step.py
config = {'type': 'event', 'name': 'Ship', 'subscribes': ['order.paid'], 'emits': []}

async def handler(input, context):
    pass
",
    },
    Example {
        rule: "contract-renamed-topic",
        bad: "\
//- steps/pay.step.js
exports.config = { type: 'cron', name: 'Pay', cron: '0 9 * * *', emits: ['order.settled'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'order.settled', data: {} })
}
//- steps/ship.step.js
exports.config = { type: 'event', name: 'Ship', subscribes: ['order.settled'], emits: [] }
exports.handler = async () => {}
",
        good: "\
//- steps/pay.step.js
exports.config = { type: 'cron', name: 'Pay', cron: '0 9 * * *', emits: ['order.paid'] }
exports.handler = async ({ emit }) => {
  await emit({ topic: 'order.paid', data: {} })
}
//- steps/ship.step.js
exports.config = { type: 'event', name: 'Ship', subscribes: ['order.paid'], emits: [] }
exports.handler = async () => {}
",
    },
    Example {
        rule: "contract-narrowed-payload",
        bad: "\
//- steps/order.step.ts
import { z } from 'zod'
const bodySchema = z.object({ product: z.string(), colour: z.string() })
export const config = { type: 'api', name: 'Order', method: 'POST', path: '/orders', emits: [], bodySchema }
export const handler = async () => ({ status: 201, body: {} })
",
        good: "\
//- steps/order.step.ts
import { z } from 'zod'
const bodySchema = z.object({ product: z.string() })
export const config = { type: 'api', name: 'Order', method: 'POST', path: '/orders', emits: [], bodySchema }
export const handler = async () => ({ status: 201, body: {} })
",
    },
    Example {
        rule: "contract-removed-route",
        bad: "\
//- steps/order.step.ts
export const config = { type: 'api', name: 'Order', method: 'PUT', path: '/orders', emits: [] }
export const handler = async () => ({ status: 201, body: {} })
",
        good: "\
//- steps/order.step.ts
export const config = { type: 'api', name: 'Order', method: 'POST', path: '/orders', emits: [] }
export const handler = async () => ({ status: 201, body: {} })
",
    },
    Example {
        rule: "contract-narrowed-response",
        bad: "\
//- steps/order.step.ts
import { z } from 'zod'
const responseSchema = { 201: z.object({ id: z.string() }) }
export const config = { type: 'api', name: 'Order', method: 'POST', path: '/orders', emits: [], responseSchema }
export const handler = async () => ({ status: 201, body: { id: 'o1' } })
",
        good: "\
//- steps/order.step.ts
import { z } from 'zod'
const responseSchema = { 201: z.object({ id: z.string(), at: z.string() }) }
export const config = { type: 'api', name: 'Order', method: 'POST', path: '/orders', emits: [], responseSchema }
export const handler = async () => ({ status: 201, body: { id: 'o1', at: '2026-01-01' } })
",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::breaks;
    use crate::fixture::parse;
    use crate::rules::rule;

    #[test]
    fn examples_are_what_they_say() {
        for example in EXAMPLES {
            let named = rule(example.rule).unwrap_or_else(|| panic!("no rule {}", example.rule));
            let (bad, good) = (parse(example.bad).0, parse(example.good).0);
            let found = |findings: Vec<crate::Diagnostic>| findings.iter().any(|it| it.rule == named.name);
            if named.compares_revisions() {
                assert!(found(breaks(&good, &bad, "main")), "{} is not found", named.name);
            } else {
                assert!(found(bad.check()), "{} is not found", named.name);
                assert!(!found(good.check()), "{} is found in what is right", named.name);
            }
        }
    }

    #[test]
    fn every_example_has_a_rule_of_its_own() {
        let mut names: Vec<&str> = EXAMPLES.iter().map(|example| example.rule).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
