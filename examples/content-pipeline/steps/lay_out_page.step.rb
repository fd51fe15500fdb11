# Lays out the page of an article.

require 'erb'

def config
  {
    type: 'event',
    name: 'LayOutPage',
    description: 'Lays out the page of an article',
    subscribes: ['article.shortened'],
    emits: ['page.published'],
    input: { slug: 'string', title: 'string', author: 'string', teaser: 'string' },
    flows: ['content']
  }
end

PAGE = ERB.new('<article><h1><%= h.(title) %></h1><p><%= h.(teaser) %></p><footer><%= h.(author) %></footer></article>')

def handler(input, context)
  html = PAGE.result_with_hash(
    title: input['title'], teaser: input['teaser'], author: input['author'], h: ERB::Util.method(:html_escape)
  )
  context[:state].set('pages', input['slug'], { slug: input['slug'], html: html, reads: 0 })
  context[:emit].call(topic: 'page.published', data: { slug: input['slug'] })
end
