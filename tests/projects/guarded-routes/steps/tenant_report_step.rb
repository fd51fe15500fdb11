def config
  { type: 'api', name: 'TenantReport', path: '/report', method: 'GET', emits: [] }
end

def handler(req, _context)
  return { status: 404, body: { error: 'no such tenant' } } unless req.headers['x-tenant'] == 'acme-42'

  raise 'behind the tenant'
end
