import { stateManager } from 'motia'

/** Whether the coupon is this customer's now. */
export async function claim(code: string, customer: string): Promise<boolean> {
  const { new_value: claims } = await stateManager.update('redemptions', code, [{ type: 'increment', path: 'claims' }])
  if (claims.claims > 1) return false
  await stateManager.update('redemptions', code, [{ type: 'set', path: 'customer', value: customer }])
  return true
}
