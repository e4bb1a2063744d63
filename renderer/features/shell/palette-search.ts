/** What of the palette fits what was typed. Pure. */
export interface Named {
  title: string
  kind: string
}

/** Entries that have every typed word somewhere, in their own order. */
export function findEntries<T extends Named>(all: readonly T[], typed: string): T[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  return all.filter(({ title, kind }) => words.every((word) => `${title} ${kind}`.toLowerCase().includes(word)))
}
