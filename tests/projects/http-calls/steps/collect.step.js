exports.config = { type: 'event', name: 'Collect', subscribes: ['answered'], emits: [] }

exports.handler = async (answer, { state }) => {
  await state.set('answers', answer.from, answer)
}
