interface Charge {
  account: string
  cents: number
  reference: string
}

/** Takes everything up to 10.00. */
export class PaymentClient {
  constructor(private readonly options: { key: string | undefined }) {}

  async charge({ cents, reference }: Charge): Promise<{ id: string }> {
    if (!this.options.key) throw new Error('no key')
    if (cents > 1000) throw new Error('card declined')
    return { id: `receipt of ${reference}` }
  }
}
