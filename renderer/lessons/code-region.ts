/** A marked piece of a source of the lab, as the build reads it (scripts/vite/code-regions.ts). */
export interface CodeRegion {
  /** Of the file, from the project's root. */
  path: string
  name: string
  /** Line of the file on which the text begins, 1-based. */
  line: number
  /** Without the markers, and without the indentation that all lines share. */
  text: string
}
