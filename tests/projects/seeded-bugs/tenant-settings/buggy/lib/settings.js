let settings

/** The settings of a tenant. They are read once: this runs for every invoice. */
export async function settingsOf(tenantId, state) {
  settings ??= (await state.get('settings', tenantId)) ?? { currency: 'EUR' }
  return settings
}
