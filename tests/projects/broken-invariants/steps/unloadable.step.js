const { absent } = require('a-package-that-is-not-there')

exports.config = { type: 'event', name: 'Unloadable', subscribes: ['absent.wanted'], emits: [] }

exports.handler = async () => absent()
