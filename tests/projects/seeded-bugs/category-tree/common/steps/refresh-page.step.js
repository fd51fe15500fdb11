exports.config = {
  type: 'event',
  name: 'RefreshPage',
  subscribes: ['category.counted'],
  emits: [],
  flows: ['catalogue'],
}

exports.handler = async ({ category }, { logger }) => {
  logger.info(`The page of ${category} is new`)
}
