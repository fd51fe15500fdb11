export default (text) => text.toLowerCase().replaceAll(' ', '-')
