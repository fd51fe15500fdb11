export const config = {{{ type: 'event', name: 'Lost'
export const
