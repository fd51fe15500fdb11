const debounce = (ms: number): string => `debounced ${ms}`

export default debounce
