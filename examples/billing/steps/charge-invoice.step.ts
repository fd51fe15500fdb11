import type { EventConfig, Handlers } from 'motia'
import { PaymentClient } from '@payments/client'

export const config: EventConfig = {
  type: 'event',
  name: 'ChargeInvoice',
  description: 'Charges an invoice, and tells when that fails',
  subscribes: ['invoice.written'],
  emits: ['invoice.unpaid'],
  input: { invoiceId: 'string', tenantId: 'string', cents: 'number' },
  flows: ['billing'],
}

export const handler: Handlers['ChargeInvoice'] = async (input, { emit, state, logger }) => {
  const invoice = await state.get('invoices', input.invoiceId)
  if (input.cents === 0) {
    await state.set('invoices', input.invoiceId, { ...invoice, status: 'nothing to pay' })
    return
  }
  try {
    const payments = new PaymentClient({ key: process.env.PAYMENT_KEY })
    const receipt = await payments.charge({ account: input.tenantId, cents: input.cents, reference: input.invoiceId })
    await state.set('invoices', input.invoiceId, { ...invoice, status: 'paid', receipt: receipt.id })
  } catch (error) {
    logger.warn('Invoice not paid', { invoiceId: input.invoiceId, error: error.message })
    await state.set('invoices', input.invoiceId, { ...invoice, status: 'unpaid' })
    await emit({ topic: 'invoice.unpaid', data: { tenantId: input.tenantId, reason: error.message } })
  }
}
