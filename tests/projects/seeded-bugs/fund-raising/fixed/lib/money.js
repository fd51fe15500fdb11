/** Cents of an amount in euros, without fractions. */
export const toCents = (euros) => Math.trunc(euros * 100)
