exports.config = {
  type: 'api',
  name: 'ListCharges',
  method: 'GET',
  path: '/charges',
  emits: [],
  flows: ['payments'],
}

exports.handler = async () => {
  const response = await fetch('https://api.payments.example.com/v1/charges')
  const charges = Object.values(await response.json())
  return { status: 200, body: { count: charges.length, charges } }
}
