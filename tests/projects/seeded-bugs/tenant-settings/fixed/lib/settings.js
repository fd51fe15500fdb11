/** The settings of a tenant. */
export async function settingsOf(tenantId, state) {
  return (await state.get('settings', tenantId)) ?? { currency: 'EUR' }
}
