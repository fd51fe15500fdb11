exports.config = {
  type: 'event',
  name: 'FetchContacts',
  subscribes: ['sync.wanted'],
  emits: ['contacts.fetched'],
  flows: ['contacts'],
}

exports.handler = async ({ account }, { emit, logger }) => {
  const response = await fetch(`https://crm.example.com/v2/accounts/${account}/contacts`, {
    headers: { authorization: `Bearer ${process.env.CRM_TOKEN}` },
    signal: AbortSignal.timeout(10_000),
  })
  if (!response.ok) throw new Error(`The CRM answered ${response.status}`)

  const { contacts } = await response.json()
  logger.info('Contacts fetched', { account, count: contacts.length })
  await emit({ topic: 'contacts.fetched', data: { account, contacts } })
}
