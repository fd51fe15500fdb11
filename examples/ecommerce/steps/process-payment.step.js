const CHARGES = 'https://api.stripe.com/v1/charges'
const ATTEMPTS = 3
const PAUSE_MS = 2000

exports.config = {
  type: 'event',
  name: 'ProcessPayment',
  description: 'Charges a new order with the payment provider',
  subscribes: ['order.created'],
  emits: ['payment.processed', 'payment.failed'],
  input: {
    id: 'string',
    amount: 'number',
    currency: 'string',
    customerId: 'string',
    productId: 'string',
  },
  flows: ['ecommerce'],
}

exports.handler = async (order, { emit, logger, state }) => {
  const paid = await state.get('payments', order.id)
  if (paid) {
    logger.warn('Order is already paid', { orderId: order.id, paymentId: paid.id })
    return
  }

  try {
    const charge = await chargeWithRetry(order, logger)
    await state.set('payments', order.id, { id: charge.id, amount: order.amount, currency: order.currency })
    await emit({
      topic: 'payment.processed',
      data: {
        orderId: order.id,
        paymentId: charge.id,
        customerId: order.customerId,
        productId: order.productId,
        amount: order.amount,
        currency: order.currency,
      },
    })
  } catch (error) {
    logger.error('Payment failed', { orderId: order.id, error: error.message })
    await emit({ topic: 'payment.failed', data: { orderId: order.id, error: error.message } })
  }
}

async function chargeWithRetry(order, logger) {
  const key = process.env.STRIPE_API_KEY
  if (!key) throw new Error('STRIPE_API_KEY is not set')

  for (let attempt = 1; ; attempt += 1) {
    const response = await charge(order, key)
    if (response.ok) return response.json()

    // A declined card stays declined; only the provider's own trouble is worth another attempt.
    if (response.status < 500 || attempt === ATTEMPTS) throw new Error(await reasonOf(response))
    logger.warn('Payment provider is in trouble', { orderId: order.id, attempt, status: response.status })
    await new Promise((resolve) => setTimeout(resolve, attempt * PAUSE_MS))
  }
}

function charge(order, key) {
  return fetch(CHARGES, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${key}`,
      'Content-Type': 'application/x-www-form-urlencoded',
      // The same key on every attempt: the provider charges an order at most once.
      'Idempotency-Key': order.id,
    },
    body: new URLSearchParams({
      amount: String(order.amount),
      currency: order.currency,
      description: `Order ${order.id}`,
    }).toString(),
  })
}

async function reasonOf(response) {
  const body = await response.json().catch(() => null)
  return body?.error?.message ?? `Payment provider answered ${response.status}`
}
