exports.config = { type: 'api', name: 'ReadsCart', method: 'GET', path: '/carts/:cartId', emits: [] }

exports.handler = async (req, { state }) => {
  const cart = await state.get('carts', req.pathParams.cartId)
  if (!cart) return { status: 404, body: {} }
  // Only a cart that was opened shows it: it has no items yet.
  return { status: 200, body: { count: cart.items.length } }
}
