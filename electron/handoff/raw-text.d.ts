/** A file's text, taken in at build. */
declare module '*?raw' {
  const text: string
  export default text
}
