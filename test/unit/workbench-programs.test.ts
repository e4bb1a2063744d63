/** The programs are read by learners: one file for each, short, opened by a sentence, with regions that a page can cut out. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot } from '../../electron/paths.ts'
import { armsOf, programIds, programInputSchema } from '../../shared/domain/workbench.ts'

const directory = join(projectRoot, 'electron', 'workbench', 'programs')
const longest = 110

/** Names of the regions in order; throws where one is not closed, or lies in another. */
function regionsOf(source: string): string[] {
  const names: string[] = []
  let open = false
  for (const [, begins, name] of source.matchAll(/^ *\/\/ (region|endregion) ?(\S*)$/gm)) {
    if (open === (begins === 'region')) throw new Error(`${begins} ${name}: regions do not follow each other`)
    open = begins === 'region'
    if (open) names.push(name!)
  }
  if (open) throw new Error('the last region is not closed')
  return names
}

describe('the programs of the workbench', () => {
  it('have a file each, and no file is without a program', () => {
    const files = readdirSync(directory).filter((name) => name !== 'index.ts')
    expect(files.sort()).toEqual(programIds.map((id) => `${id}.ts`).sort())
  })

  it.each(programIds)('%s is short, explains itself, and can be asked for by its name alone', (id) => {
    const source = readFileSync(join(directory, `${id}.ts`), 'utf8')
    expect(source.startsWith('/** ')).toBe(true)
    expect(source.split('\n').length).toBeLessThanOrEqual(longest)
    const regions = regionsOf(source)
    expect(regions.length).toBeGreaterThan(0)
    expect(new Set(regions).size).toBe(regions.length)
    for (const arm of armsOf(id).filter((name) => name === 'broken')) expect(regions).toContain(arm)
    expect(programInputSchema.parse({ program: id })).toMatchObject({ program: id, arm: armsOf(id)[0] })
  })

  it('would be found out by a region that is not closed', () => {
    expect(() => regionsOf('// region a\n// region b\n// endregion\n')).toThrow(/do not follow/)
    expect(() => regionsOf('// region a\n')).toThrow(/not closed/)
  })
})
