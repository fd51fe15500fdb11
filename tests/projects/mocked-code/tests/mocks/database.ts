export const connect = () => 'the mocked one'
