import { stateManager } from 'motia'

export const config = {
  name: 'CreditCustomer',
  triggers: [{ type: 'queue', topic: 'coupon.redeemed' }],
  enqueues: [],
  flows: ['coupons'],
}

export const handler = async ({ code, customer }, { logger }) => {
  await stateManager.update('credits', customer, [{ type: 'increment', path: 'cents', by: 500 }])
  logger.info('Coupon credited', { code, customer })
}
