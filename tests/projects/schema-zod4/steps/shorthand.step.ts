export const config = {
  type: 'api',
  name: 'Shorthand',
  method: 'GET',
  path: '/shorthand',
  responseSchema: {
    200: { id: 'string', at: 'string?', rows: [{ sku: 'string', count: 'integer', price: 'number?' }], owner: { name: 'string' } },
    404: { error: 'string' },
  },
  emits: [],
}

export const handler = async () => ({ status: 200, body: {} })
