/** Where one is: `#/`, `#/runs`, `#/runs/<id>`, `#/compare/<id>,<id>`, `#/playground`, `#/playground/<model>`, `#/models`, `#/data`, `#/benchmark`, `#/benchmark/<id>`. No more is needed than this. */
import { useSyncExternalStore } from 'react'

export type Place = 'lab' | 'runs' | 'compare' | 'playground' | 'models' | 'data' | 'benchmark'

export interface Route {
  place: Place
  id: string | null
}

const places: Record<string, Place> = {
  runs: 'runs',
  compare: 'compare',
  playground: 'playground',
  models: 'models',
  data: 'data',
  benchmark: 'benchmark',
}

export function parseRoute(hash: string): Route {
  const [first = '', second = ''] = hash.replace(/^#\/?/, '').split('/')
  return { place: places[first] ?? 'lab', id: second === '' ? null : decodeURIComponent(second) }
}

export function href(place: Place, id?: string): string {
  const path = place === 'lab' ? '' : place
  return id === undefined ? `#/${path}` : `#/${path}/${encodeURIComponent(id)}`
}

export const go = (place: Place, id?: string): void => {
  location.hash = href(place, id)
}

const subscribe = (changed: () => void): (() => void) => {
  window.addEventListener('hashchange', changed)
  return () => window.removeEventListener('hashchange', changed)
}

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => location.hash))
}
