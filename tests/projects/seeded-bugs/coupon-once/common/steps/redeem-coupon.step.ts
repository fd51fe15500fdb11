import { enqueue, type Handlers, type StepConfig } from 'motia'
import { claim } from '../lib/claim'

export const config = {
  name: 'RedeemCoupon',
  triggers: [
    {
      type: 'http',
      method: 'POST',
      path: '/coupons/:code/redemptions',
      bodySchema: { type: 'object', properties: { customer: { type: 'string' } }, required: ['customer'] },
    },
  ],
  enqueues: ['coupon.redeemed'],
  flows: ['coupons'],
} as const satisfies StepConfig

export const handler: Handlers<typeof config> = async ({ request }) => {
  const { code } = request.pathParams
  const { customer } = request.body
  if (!(await claim(code, customer))) return { status: 409, body: { error: 'Already redeemed' } }
  await enqueue({ topic: 'coupon.redeemed', data: { code, customer } })
  return { status: 201, body: { code } }
}
