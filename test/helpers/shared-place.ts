/**
 * A folder that all files of one test run share, whatever process they run in: what is dear to make is made in it once, by
 * the first that asks. Vitest's global set-up makes it and removes it.
 */
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    sharedPlace: string
  }
}

export default async function setUp({ provide }: TestProject): Promise<() => Promise<void>> {
  const place = await mkdtemp(join(tmpdir(), 'distrinews-shared-'))
  provide('sharedPlace', place)
  return () => rm(place, { recursive: true, force: true })
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** The folder `name` in `place`, filled by `make` unless it is there. Others wait meanwhile; where it fails, the next one tries. Not to be changed: copy it. */
export async function madeOnce(place: string, name: string, make: (directory: string) => Promise<void>): Promise<string> {
  const directory = join(place, name)
  const isMade = join(place, `${name}.made`)
  const isBeingMade = join(place, `${name}.being-made`)
  while (!(await isThere(isMade))) {
    const mine = await mkdir(isBeingMade).then(
      () => true,
      () => false,
    )
    if (!mine) {
      await pause(50)
      continue
    }
    try {
      if (await isThere(isMade)) break
      await rm(directory, { recursive: true, force: true })
      await mkdir(directory)
      await make(directory)
      await mkdir(isMade)
    } finally {
      await rm(isBeingMade, { recursive: true })
    }
  }
  return directory
}
