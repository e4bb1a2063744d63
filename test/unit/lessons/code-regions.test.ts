/** Lessons show real code: marked regions are read when the page is built, and a region that is gone fails the build. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { codeRegions, readRegion } from '../../../scripts/vite/code-regions.ts'

const source = `import x from 'y'

export class Loop {
  // region outer
  first(): void {
    // region inner
    step()
    // endregion
  }

  second(): void {}
  // endregion
}

# region python
print("hello")
# endregion
`

describe('a region', () => {
  test('is the text between its markers, without them and without shared indentation', () => {
    expect(readRegion(source, 'loop.ts', 'inner')).toEqual({ path: 'loop.ts', name: 'inner', line: 7, text: 'step()' })
    expect(readRegion(source, 'loop.ts', 'python').text).toBe('print("hello")')
  })

  test('may hold other regions, whose markers are not shown', () => {
    expect(readRegion(source, 'loop.ts', 'outer').text).toBe('first(): void {\n  step()\n}\n\nsecond(): void {}')
  })

  test.each([
    ['is not there', source, 'missing', 'has 0 regions named "missing"'],
    ['is there twice', `${source}\n// region inner\nx\n// endregion\n`, 'inner', 'has 2 regions named "inner"'],
    ['never ends', '// region open\ncode()\n', 'open', 'never ends'],
    ['is empty', '// region empty\n\n// endregion\n', 'empty', 'is empty'],
  ])('that %s is an error that says so', (_, text, name, message) => {
    expect(() => readRegion(text, 'loop.ts', name)).toThrow(message)
  })
})

describe('the build of the page', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'distrinews-regions-'))
    await writeFile(join(directory, 'loop.ts'), source)
  })
  afterEach(() => rm(directory, { recursive: true, force: true }))

  const buildEntry = async (entry: string): Promise<string> => {
    await writeFile(join(directory, 'entry.js'), entry)
    const result = await build({
      root: directory,
      configFile: false,
      logLevel: 'silent',
      plugins: [codeRegions(directory)],
      build: { write: false, minify: false, lib: { entry: join(directory, 'entry.js'), formats: ['es'], fileName: 'entry' } },
    })
    const [first] = Array.isArray(result) ? result : [result]
    if (!first || !('output' in first)) throw new Error('nothing was built')
    return first.output[0].code
  }

  test('puts the region into the page', async () => {
    expect(await buildEntry(`export { default } from 'code:loop.ts#inner'`)).toContain('step()')
  })

  test('fails where a lesson asks for a region that is gone', async () => {
    await expect(buildEntry(`export { default } from 'code:loop.ts#renamed'`)).rejects.toThrow(/0 regions named "renamed"/)
  })

  test('fails where a lesson asks for a file that is gone', async () => {
    await expect(buildEntry(`export { default } from 'code:moved.ts#inner'`)).rejects.toThrow(/moved\.ts/)
  })
})
