/**
 * Which runs are compared, as the address has it: `a,b,c`. A run that is taken out leaves its place empty (`a,,c`), so that the
 * others keep their colours; the next one takes it. The first is what the others are compared with.
 */
import { mostRuns } from './run-look.ts'

/** Ids hold no comma. */
const separator = ','

export interface Chosen {
  id: string
  place: number
}

/** Each run once, and no more than can be told apart. */
export function parseChosen(address: string | null): Chosen[] {
  const ids = (address ?? '').split(separator).slice(0, mostRuns)
  return ids.flatMap((id, place) => (id !== '' && ids.indexOf(id) === place ? [{ id, place }] : []))
}

export function withRun(chosen: readonly Chosen[], id: string): string {
  const places = placesOf(chosen)
  const free = places.indexOf('')
  if (free < 0) places.push(id)
  else places[free] = id
  return places.join(separator)
}

export const withoutRun = (chosen: readonly Chosen[], id: string): string => placesOf(chosen.filter((run) => run.id !== id)).join(separator)

export const addressOf = (ids: readonly string[]): string => ids.join(separator)

function placesOf(chosen: readonly Chosen[]): string[] {
  const places: string[] = []
  for (const { id, place } of chosen) places[place] = id
  return Array.from(places, (id) => id ?? '')
}
