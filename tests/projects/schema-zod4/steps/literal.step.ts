const id = { type: 'string', minLength: 1 }

export const config = {
  type: 'event',
  name: 'Literal',
  subscribes: ['literal.sent'],
  emits: [],
  input: {
    type: 'object',
    properties: {
      id,
      lines: { type: 'array', items: { $ref: '#/$defs/line' }, minItems: 1 },
      status: { enum: ['open', 'paid'] },
      note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      tags: { type: 'object', additionalProperties: { type: 'string' } },
    },
    required: ['id', 'lines'],
    additionalProperties: false,
    $defs: { line: { type: 'object', properties: { sku: id, count: { type: 'integer', minimum: 1 } }, required: ['sku'] } },
  } as const,
}

export const handler = async () => {}
