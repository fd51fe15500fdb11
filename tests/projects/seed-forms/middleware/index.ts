export const readerMiddleware = async (req, _context, next) => {
  req.user = { id: req.headers['x-reader'] }
  return next()
}

export const branchMiddleware = async (req, _context, next) => {
  req.branch = { id: req.pathParams.branchId }
  return next()
}
