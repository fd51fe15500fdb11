// A wildcard path, middleware by identifier, no `emits`, what middleware adds to the request.
import { ApiRouteConfig } from 'motia'
import { readerMiddleware, branchMiddleware } from '../../middleware'

export const config: ApiRouteConfig = {
  type: 'api',
  name: 'BrowseShelf',
  method: 'GET',
  path: '/branches/:branchId/*',
  middleware: [readerMiddleware, branchMiddleware],
}

export const handler = async (req, { state }) => {
  const { branchId } = req.pathParams
  const branch = req.branch
  const shelf = await state.get(`branch:${branchId}:shelves`, req.pathParams[0])
  return { status: 200, body: { branch, shelf } }
}
