/** Data sets by reference: the starter set, files on disk, digests, and labels matched to a model's. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadDataset, remapLabels } from '../../electron/data/dataset.ts'
import { agNewsLabels, readStarter } from '../../electron/data/starter.ts'
import { projectRoot, resourcesDirectory } from '../../electron/paths.ts'
import { datasetCardSchema } from '../../shared/domain/dataset.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dataset-'))
})
afterAll(() => rm(directory, { recursive: true }))

async function csv(name: string, text: string) {
  const path = join(directory, name)
  await writeFile(path, text)
  return loadDataset({ kind: 'csv', path, onBadRow: 'skip' })
}

describe('loading a data set', () => {
  it('describes a CSV: classes, counts, bad rows, digest', async () => {
    const dataset = await csv('a.csv', 'label,text\nB,one\nA,two\nA,three\nbad\n')
    expect(datasetCardSchema.parse(dataset.card)).toEqual(dataset.card)
    expect(dataset.card).toMatchObject({
      title: 'a.csv',
      labels: ['A', 'B'],
      classCounts: [2, 1],
      rowCount: 3,
      badRowCount: 1,
      license: null,
    })
    expect(dataset.examples[0]).toEqual({ text: 'one', label: 1 })
    expect(dataset.badRows).toHaveLength(1)
  })

  it('gives equal digests to equal rows and labels, whatever the file is called, and others to others', async () => {
    const digest = async (name: string, text: string) => (await csv(name, text)).card.digest
    const reference = await digest('b.csv', 'label,text\nA,one\nB,two\n')
    expect(await digest('c.csv', 'text;label\r\n"one";A\r\ntwo;B')).toBe(reference)
    expect(await digest('d.csv', 'label,text\nB,two\nA,one\n')).not.toBe(reference)
    expect(await digest('e.csv', 'label,text\nA,one\nC,two\n')).not.toBe(reference)
    expect(await digest('f.csv', 'label,text\nA,one \nB,"two\n"\n')).toBe(reference)
  })

  it.each([
    ['nothing', 'missing.csv', 'DATA_NOT_FOUND'],
    ['a directory', '.', 'DATA_UNREADABLE'],
  ])('says what is wrong with a path to %s', async (_, name, code) => {
    const ref = { kind: 'csv', path: join(directory, name), onBadRow: 'skip' } as const
    await expect(loadDataset(ref)).rejects.toMatchObject({ info: { code } })
  })

  it('reads a starter set, one headline a line', async () => {
    const files = { 'world.txt': 'w1\nw2\n', 'sports.txt': ' s1 \r\n\n', 'business.txt': 'b1', 'sci-tech.txt': 't1\n' }
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
    const { examples, lines } = await readStarter(directory)
    expect(examples).toEqual([
      { text: 'w1', label: 0 },
      { text: 'w2', label: 0 },
      { text: 's1', label: 1 },
      { text: 'b1', label: 2 },
      { text: 't1', label: 3 },
    ])
    expect([...lines]).toEqual([1, 2, 1, 1, 1])
  })

  it('has a starter set of at least 600 headlines a class, no two alike', async (ctx) => {
    ctx.skip(!existsSync(join(resourcesDirectory, 'starter', 'world.txt')), 'resources/starter is not complete')
    const { card, examples } = await loadDataset({ kind: 'starter' })
    expect(card).toMatchObject({ id: 'starter', title: 'Starter headlines', license: 'CC0-1.0', labels: [...agNewsLabels], badRowCount: 0 })
    for (const count of card.classCounts) expect(count).toBeGreaterThanOrEqual(600)
    expect(new Set(examples.map(({ text }) => text.toLowerCase())).size).toBe(examples.length)
  })

  it('reads the development rows of AG News without a bad one', async (ctx) => {
    const path = join(projectRoot, '../shared/data/ag_news/dev.csv')
    ctx.skip(!existsSync(path), '../shared/data/ag_news is not here')
    const { card, examples } = await loadDataset({ kind: 'csv', path, onBadRow: 'refuse' })
    expect(card).toMatchObject({ labels: [...agNewsLabels], rowCount: 2000, badRowCount: 0 })
    expect(card.classCounts).toHaveLength(4)
    expect(examples[0]?.text).toMatch(/^Mass rallies for Beslan victims/)
  })
})

describe("matching labels to a model's", () => {
  it('goes by name, not by order or case', async () => {
    const dataset = await csv('g.csv', 'label,text\nsports,one\nWORLD,two\n')
    expect(remapLabels(dataset, ['World', 'Sports', 'Business'])).toEqual([
      { text: 'one', label: 1 },
      { text: 'two', label: 0 },
    ])
  })

  it('names a label the model does not have, and its line', async () => {
    const dataset = await csv('h.csv', 'label,text\nWorld,one\nWorld,"two\nlines"\nWeather,three\n')
    expect(() => remapLabels(dataset, ['World', 'Sports'])).toThrow(
      expect.objectContaining({
        info: expect.objectContaining({
          code: 'DATA_UNKNOWN_LABEL',
          title: expect.stringContaining('Weather'),
          cause: expect.stringContaining('line 5'),
        }),
      }),
    )
  })
})
