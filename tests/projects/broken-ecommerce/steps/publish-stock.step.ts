export const config = {
  type: 'event',
  name: 'PublishStock',
  subscribes: ['stock:supabase-sync'],
  //            ^^^^^^^^^^^^^^^^^^^ never-emitted-topic
  emits: [],
  flows: ['ecommerce'],
}

export const handler = async (input: { counted: boolean }, { logger }) => {
  logger.info('The stock is published', { counted: input.counted })
}
