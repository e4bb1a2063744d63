/** How several text columns of a row become one text: the same for training, for measuring and in the playground. Pure. */

/** Text cells in column order with a space between; one that another contains (a title left inside its description) is not repeated. */
export function joinTexts(cells: readonly string[]): string {
  const parts = [...new Set(cells.map((cell) => cell.trim()))]
  return parts.filter((part) => !parts.some((other) => other !== part && other.includes(part))).join(' ')
}
