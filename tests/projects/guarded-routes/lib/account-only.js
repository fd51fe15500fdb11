/** Lets a request pass if its key is that of the account in its path. */
exports.accountOnly = async (req, { state }, next) => {
  const account = await state.get('accounts', req.pathParams.accountId)
  if (!account || req.headers['x-api-key'] !== account.apiKey) {
    return { status: 403, body: { error: 'not yours' } }
  }
  return next()
}
