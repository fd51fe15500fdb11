exports.config = {
  type: 'api',
  name: 'Teapot',
  method: 'GET',
  path: '/teapot',
  responseSchema: { 200: { type: 'object' } },
  emits: [],
}

exports.handler = async () => ({ status: 418, body: {} })
