exports.config = { type: 'noop', name: 'Picture', virtualSubscribes: ['picture.hears'], virtualEmits: [] }
