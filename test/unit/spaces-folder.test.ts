/** Folders of Spaces: whole or not there, and never over anybody else's files. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderSpaceReadme } from '../../electron/spaces/readme.ts'
import { readSpaceFolder, verifiedSpaceFolder, writeSpaceFolder, type SpaceWriter } from '../../electron/spaces/folder.ts'
import { LabError } from '../../shared/contract/errors.ts'
import { spaceNameSchema, type SpaceFacts, type SpaceFolder } from '../../shared/domain/space.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const about = (title = 'News'): Omit<SpaceFacts, 'files'> => ({
  format: 'distrinews-space',
  version: 1,
  kind: 'docker',
  createdAt: new Date(0).toISOString(),
  title,
  model: {
    ...{ runId: null, checkpoint: null, step: null, architecture: 'bert', parameterCount: 1, labels: ['a'] },
    ...{ maxLength: 8, precision: 'fp32', license: null },
  },
})

const write = (target: string, fill: (write: SpaceWriter) => Promise<void>, signal?: AbortSignal): Promise<SpaceFolder> =>
  writeSpaceFolder({ target, bytes: 1, signal }, async (writer) => {
    await fill(writer)
    return about()
  })

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing was thrown',
    (error: unknown) => (error instanceof LabError ? error.info.code : String(error)),
  )

test('lists every file with its digest, is read back, and replaces an earlier one', async () => {
  const place = await temporaryDirectory()
  const target = join(place, 'space')
  const first = await write(target, async (writer) => {
    await writer.text('a.txt', 'one')
    await writer.text('deep/down/b.txt', 'two')
  })
  expect(first.facts.files.map(({ path, bytes }) => [path, bytes])).toEqual([
    ['a.txt', 3],
    ['deep/down/b.txt', 3],
  ])
  expect(await readSpaceFolder(target)).toEqual(first)
  expect(await verifiedSpaceFolder(target)).toEqual(first)
  await write(target, (writer) => writer.text('c.txt', 'three'))
  expect((await readdir(target)).sort()).toEqual(['c.txt', 'space.json'])
  expect(await readdir(place)).toEqual(['space'])
})

test('somebody else’s files stay: another folder, a file put into a Space, a file in its place', async () => {
  const place = await temporaryDirectory()
  const target = join(place, 'space')
  await mkdir(target)
  await writeFile(join(target, 'thesis.txt'), 'mine')
  const again = (): Promise<string> => codeOf(write(target, (writer) => writer.text('a.txt', 'x')))
  expect(await again()).toBe('OUTPUT_NOT_WRITABLE')
  expect(await readFile(join(target, 'thesis.txt'), 'utf8')).toBe('mine')
  const ours = join(place, 'ours')
  await write(ours, (writer) => writer.text('deep/a.txt', 'x'))
  await writeFile(join(ours, 'deep', 'notes.txt'), 'mine')
  expect(await codeOf(write(ours, (writer) => writer.text('a.txt', 'y')))).toBe('OUTPUT_NOT_WRITABLE')
  expect(await readFile(join(ours, 'deep', 'notes.txt'), 'utf8')).toBe('mine')
  await writeFile(join(place, 'file'), 'mine')
  expect(await codeOf(write(join(place, 'file'), (writer) => writer.text('a.txt', 'x')))).toBe('OUTPUT_NOT_WRITABLE')
})

test('what fails or is cancelled leaves nothing, and the earlier Space as it was', async () => {
  const place = await temporaryDirectory()
  const target = join(place, 'space')
  const before = await write(target, (writer) => writer.text('a.txt', 'one'))
  expect(await codeOf(write(target, () => Promise.reject(new Error('broken'))))).toContain('broken')
  const abort = new AbortController()
  const cancelled = write(
    target,
    async (writer) => {
      await writer.text('b.txt', 'two')
      abort.abort()
      await writer.text('c.txt', 'three')
    },
    abort.signal,
  )
  expect(await codeOf(cancelled)).toContain('Abort')
  expect(await verifiedSpaceFolder(target)).toEqual(before)
  expect(await readdir(place)).toEqual(['space'])
})

test('names that lead out of the folder are refused', async () => {
  const target = join(await temporaryDirectory(), 'space')
  for (const path of ['../a', '/tmp/a', 'a\\b'])
    expect(await codeOf(write(target, (writer) => writer.text(path, 'x'))), path).toBe('ARGUMENT_INVALID')
})

test('the head of the README stays YAML, whatever the title and the licence are made of', () => {
  const hostile = `x"\n---\nsdk: gradio\n<script>alert(1)</script> [a](http://b) \u202e`
  const facts = about(hostile)
  const text = renderSpaceReadme({ ...facts, model: { ...facts.model, labels: [hostile], license: hostile } })
  const [head = '', body = ''] = text.split('\n---\n')
  expect(head.split('\n').filter((line) => /^sdk/.test(line))).toEqual(['sdk: docker'])
  expect(head.split('\n')[1]).toMatch(/^title: ".*"$/)
  expect(head).toContain('license: other\nlicense_name: "')
  expect(body).not.toContain('<script>')
  expect(text).not.toContain('\u202e')
  expect(body).not.toContain('](http:')
})

test.each(['ada', 'ada/', '/news', 'ada/news/more', 'ada/..', 'ada/a--b', 'a da/news', 'ada/news\n', '-a/b', '../x'])(
  '%j is no name of a Space',
  (name) => expect(spaceNameSchema.safeParse(name).success).toBe(false),
)
