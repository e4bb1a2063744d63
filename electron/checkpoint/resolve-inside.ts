/**
 * The one way from a name that came from outside (a page, a file, a command) to a path. Whatever the name is made of, the
 * path lies below the directory given, or there is none. It looks at names only: it does not follow links, and the lab
 * makes none.
 */
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'

/** The path of `name` in `directory`. Throws ARGUMENT_INVALID where it is not below it. */
export function resolveInside(directory: string, name: string): string {
  const path = resolve(directory, name)
  const inside = relative(directory, path)
  const below = inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)
  // A zero byte ends a name for the system; a backslash is a separator elsewhere.
  if (below && !name.includes('\0') && !name.includes('\\')) return path
  throw new LabError({
    code: 'ARGUMENT_INVALID',
    title: 'This is not a name the lab can use for a file',
    cause: `${JSON.stringify(name.slice(0, 80))} leads out of the directory it belongs in.`,
    suggestion: 'Use a plain name, without slashes or dots at its beginning.',
  })
}
