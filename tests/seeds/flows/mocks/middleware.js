// What the documents take for granted: who is logged in, and for which tenant.
export const authMiddleware = async (req, _context, next) => {
  const userId = req.headers['x-user']
  if (!userId) return { status: 401, body: { error: 'nobody is logged in' } }
  req.user = { userId, id: userId }
  return next()
}

export const tenantMiddleware = async (req, _context, next) => {
  req.tenant = { id: req.pathParams.tenantId }
  return next()
}
