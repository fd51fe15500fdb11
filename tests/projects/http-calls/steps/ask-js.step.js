const https = require('node:https')

exports.config = { type: 'event', name: 'AskJs', subscribes: ['ask'], emits: ['answered'] }

exports.handler = async (question, { emit }) => {
  const answer = await new Promise((resolve, reject) => {
    const request = https.request(
      'https://js.oracle.test/ask?topic=weather',
      { method: 'POST', headers: { 'content-type': 'application/json', 'x-asker': question.by } },
      (response) => {
        let text = ''
        response.on('data', (chunk) => (text += chunk))
        response.on('end', () => resolve(JSON.parse(text)))
      },
    )
    request.on('error', reject)
    request.end(JSON.stringify({ by: question.by, deep: { list: [1, 2] } }))
  })
  await emit({ topic: 'answered', data: { from: 'js', ...answer } })
}
