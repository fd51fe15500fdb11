module.exports = { hour: () => 7 }
