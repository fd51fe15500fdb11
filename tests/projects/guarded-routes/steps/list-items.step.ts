export const config = { type: 'api', name: 'ListItems', path: '/items', method: 'GET', emits: [] }

export const handler = async ({ queryParams }: { queryParams: Record<string, string> }) => {
  if (Number(queryParams.page) > 1) throw new Error('behind the page')
  return { status: 200, body: { items: [] } }
}
