exports.config = {
  type: 'api',
  name: 'ReadPage',
  description: 'Gives a page to a reader and counts it',
  method: 'GET',
  path: '/pages/:slug',
  emits: [],
  flows: ['content'],
}

exports.handler = async (req, { state }) => {
  const page = await state.get('pages', req.pathParams.slug)
  if (!page) {
    return { status: 404, body: { error: `No page ${req.pathParams.slug}` } }
  }
  await state.set('pages', page.slug, { ...page, reads: page.reads + 1 })
  return { status: 200, headers: { 'content-type': 'text/html' }, body: page.html }
}
