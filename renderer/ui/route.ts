/**
 * Where one is: `#/`, `#/runs`, `#/runs/<id>`, `#/compare/<id>,<id>`, `#/benchmark`, `#/benchmark/<id>`, `#/playground`,
 * `#/playground/<model>`, `#/models`, `#/server`, `#/deploy`, `#/data`, `#/learn`, `#/learn/<phase>/<step>`, `#/learn/experiments/<id>`,
 * `#/learn/glossary/<term>`. No more is needed than this.
 */
import { useSyncExternalStore } from 'react'

export type Place = 'lab' | 'learn' | 'runs' | 'compare' | 'benchmark' | 'playground' | 'models' | 'server' | 'deploy' | 'data'

export interface Route {
  place: Place
  id: string | null
  /** What is meant inside of `id`: a step of a phase. */
  part: string | null
}

const places: Record<string, Place> = {
  learn: 'learn',
  runs: 'runs',
  compare: 'compare',
  playground: 'playground',
  models: 'models',
  server: 'server',
  deploy: 'deploy',
  data: 'data',
  benchmark: 'benchmark',
}

export function parseRoute(hash: string): Route {
  const [first = '', second = '', third = ''] = hash.replace(/^#\/?/, '').split('/')
  return { place: places[first] ?? 'lab', id: decoded(second), part: decoded(third) }
}

/** As it stands where it is no encoded text: somebody typed it. */
function decoded(part: string): string | null {
  if (part === '') return null
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export function href(place: Place, ...parts: string[]): string {
  return `#/${[place === 'lab' ? '' : place, ...parts.map(encodeURIComponent)].join('/')}`
}

export const go = (place: Place, ...parts: string[]): void => {
  location.hash = href(place, ...parts)
}

const subscribe = (changed: () => void): (() => void) => {
  window.addEventListener('hashchange', changed)
  return () => window.removeEventListener('hashchange', changed)
}

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => location.hash))
}
