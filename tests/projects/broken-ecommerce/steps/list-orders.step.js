const config = {
  //           ^ missing-config-key
  type: 'api',
  name: 'ListOrders',
  path: '/orders',
  emits: [],
  flows: ['ecommerce'],
}

const handler = async (req, { state }) => ({ status: 200, body: await state.getGroup('orders') })

module.exports = { config, handler }
