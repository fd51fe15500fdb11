exports.config = {
  type: 'api',
  name: 'SubmitArticle',
  description: 'Takes an article',
  method: 'POST',
  path: '/articles',
  bodySchema: {
    type: 'object',
    properties: { author: { type: 'string' }, title: { type: 'string' }, text: { type: 'string' } },
    required: ['author', 'title', 'text'],
  },
  emits: ['article.submitted'],
  flows: ['content'],
}

exports.handler = async (req, { emit, state }) => {
  const { author, title, text } = req.body
  const slug = title.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  if (await state.get('articles', slug)) {
    return { status: 409, body: { error: `There is an article '${slug}' already` } }
  }
  await state.set('articles', slug, { slug, author, title, text, status: 'submitted' })
  await emit({ topic: 'article.submitted', data: { slug, text } })
  return { status: 202, body: { slug } }
}
