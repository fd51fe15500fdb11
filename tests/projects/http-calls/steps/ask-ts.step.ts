export const config = { type: 'event', name: 'AskTs', subscribes: ['ask'], emits: ['answered'] }

export const handler = async (question: { by: string }, { emit }: any) => {
  const response = await fetch(`https://ts.oracle.test/ask/${question.by}`)
  await emit({ topic: 'answered', data: { from: 'ts', status: response.status, text: await response.text() } })
}
