/** Names that a Space can have, made of what its model is called. Pure. */
import type { SpaceKind } from '../../../shared/domain/space.ts'

const longest = 60
const fallback = 'headline-classifier'

/** Small letters, digits and single hyphens: a folder's name on every system, and a Space's name on the hub. */
export function nameOf(title: string): string {
  const plain = title.normalize('NFKD').toLowerCase()
  const name = plain
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longest)
    .replace(/^-+|-+$/g, '')
  return name === '' ? fallback : name
}

export const folderNameOf = (title: string, kind: SpaceKind): string => `${nameOf(title)}-${kind}`
