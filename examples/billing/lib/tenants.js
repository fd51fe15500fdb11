/** Lets a request pass if its key is that of the tenant in its path. */
exports.tenantOnly = async (req, { state }, next) => {
  const tenant = await state.get('tenants', req.pathParams.tenantId)
  if (!tenant || req.headers['x-api-key'] !== tenant.apiKey) {
    return { status: 403, body: { error: 'This key does not open this account' } }
  }
  if (tenant.status === 'suspended') {
    return { status: 402, body: { error: 'The account is suspended until its invoice is paid' } }
  }
  return next()
}
