/** Cents of an amount in euros, without fractions. */
export const toCents = (euros) => (euros * 100) | 0
