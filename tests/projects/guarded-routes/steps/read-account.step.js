const { accountOnly } = require('../lib/account-only')

exports.config = {
  type: 'api',
  name: 'ReadAccount',
  path: '/accounts/:accountId',
  method: 'GET',
  emits: [],
  middleware: [accountOnly],
}

exports.handler = async () => {
  throw new Error('behind the key')
}
