import type { EventConfig, Handlers } from 'motia'

export const config: EventConfig = {
  type: 'event',
  name: 'TellAuthor',
  description: 'Shows an author what has become of an article',
  subscribes: ['page.published', 'article.rejected'],
  emits: [],
  input: { slug: 'string', reason: 'string?' },
  flows: ['content'],
}

export const handler: Handlers['TellAuthor'] = async (input, { state, streams, logger }) => {
  const article = await state.get('articles', input.slug)
  if (!article) {
    logger.warn('No article to tell of', { slug: input.slug })
    return
  }
  const status = input.reason ? 'rejected' : 'published'
  await state.set('articles', input.slug, { ...article, status })
  await streams['article-news'].set(article.author, input.slug, {
    id: input.slug,
    status,
    reason: input.reason ?? null,
    at: new Date().toISOString(),
  })
}
