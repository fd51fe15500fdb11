import { stateManager } from 'motia'

/** Whether the coupon is this customer's now. */
export async function claim(code: string, customer: string): Promise<boolean> {
  const taken = await stateManager.get('redemptions', code)
  if (taken) return false
  await stateManager.set('redemptions', code, { customer })
  return true
}
