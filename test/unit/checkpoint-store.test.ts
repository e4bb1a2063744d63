/** Checkpoints are whole or not there, and a damaged one is passed over, by name. */
import { chmod, cp, mkdir, readdir, readFile, truncate, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkpointFileNames, manifestName } from '../../electron/checkpoint/manifest.ts'
import { listCheckpoints, loadNewestValid, readCheckpointTensors, saveCheckpoint } from '../../electron/checkpoint/store.ts'
import { checkpointContent } from '../helpers/checkpoint-content.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const inCheckpoint = (run: string, name: string, file: string): string => join(run, 'checkpoints', name, file)

describe('checkpoints', () => {
  it('come back as they were saved', async () => {
    const run = await temporaryDirectory()
    expect(await saveCheckpoint(run, checkpointContent(120, 0.9))).toBe('step-000120')
    const { checkpoint, rejected } = await loadNewestValid(run)
    expect(rejected).toEqual([])
    expect(checkpoint?.state).toEqual(checkpointContent(120, 0.9).state)
    expect(checkpoint?.config).toEqual(checkpointContent(120).config)
    const { parameters, firstMoments, secondMoments } = await readCheckpointTensors(checkpoint!.directory)
    expect([parameters, firstMoments, secondMoments].map((tensors) => [...tensors.get('classifier.bias')!.data])).toEqual([
      [1, 120],
      [2, 120],
      [3, 120],
    ])
    expect(await readFile(inCheckpoint(run, 'step-000120', 'tokenizer.json'), 'utf8')).toBe('{"tokenizer":true}')
  })

  it('are none in a run that saved none', async () => {
    expect(await loadNewestValid(await temporaryDirectory())).toEqual({ checkpoint: null, rejected: [] })
  })

  it('keeps the last three and the best', async () => {
    const run = await temporaryDirectory()
    const accuracies = [0.5, 0.9, 0.6, null, 0.7, 0.8]
    for (const [index, accuracy] of accuracies.entries()) await saveCheckpoint(run, checkpointContent((index + 1) * 10, accuracy))
    expect(await listCheckpoints(run)).toEqual(['step-000060', 'step-000050', 'step-000040', 'step-000020'])
  })

  it('sorts by step, not by the letters of the name', async () => {
    const run = await temporaryDirectory()
    for (const step of [999_999, 1_000_000]) await saveCheckpoint(run, checkpointContent(step))
    expect(await listCheckpoints(run)).toEqual(['step-1000000', 'step-999999'])
  })

  it('replaces one of the same step', async () => {
    const run = await temporaryDirectory()
    await saveCheckpoint(run, checkpointContent(10))
    await saveCheckpoint(run, checkpointContent(10, 0.5))
    expect((await loadNewestValid(run)).checkpoint?.state.validationAccuracy).toBe(0.5)
    expect(await readdir(join(run, 'checkpoints'))).toEqual(['step-000010'])
  })

  it('ignores what a killed writer left, and the next one clears it away', async () => {
    const run = await temporaryDirectory()
    await saveCheckpoint(run, checkpointContent(10))
    const leftover = join(run, 'checkpoints', '.tmp-step-000020-1234-abcdef01')
    await mkdir(leftover)
    await writeFile(join(leftover, 'model.safetensors'), 'half')
    expect((await loadNewestValid(run)).checkpoint?.name).toBe('step-000010')
    await saveCheckpoint(run, checkpointContent(30))
    expect((await readdir(join(run, 'checkpoints'))).sort()).toEqual(['step-000010', 'step-000030'])
  })

  it.each([...checkpointFileNames, manifestName])(
    'a flipped bit anywhere in %s is found; the older checkpoint is used and the damaged one kept and named',
    async (file) => {
      const run = await temporaryDirectory()
      await saveCheckpoint(run, checkpointContent(10))
      await saveCheckpoint(run, checkpointContent(20))
      const damagedFile = inCheckpoint(run, 'step-000020', file)
      const bytes = await readFile(damagedFile)
      const stride = file === manifestName ? 97 : 13
      let missed = 0
      for (let offset = 0; offset < bytes.byteLength; offset += stride) {
        const damaged = Buffer.from(bytes)
        damaged[offset] = damaged[offset]! ^ 0x01
        const copy = await temporaryDirectory()
        await cp(run, copy, { recursive: true })
        await writeFile(inCheckpoint(copy, 'step-000020', file), damaged)
        const { checkpoint, rejected } = await loadNewestValid(copy)
        if (checkpoint?.name !== 'step-000010') missed++
        else {
          expect(rejected).toEqual([{ name: 'step-000020', reason: expect.any(String), quarantinedAs: 'corrupt-step-000020' }])
          expect((await readdir(join(copy, 'checkpoints'))).sort()).toEqual(['corrupt-step-000020', 'step-000010'])
        }
      }
      // A bit of white space in the manifest means nothing.
      expect(missed).toBeLessThanOrEqual(file === manifestName ? 2 : 0)
    },
  )

  it.each([...checkpointFileNames, manifestName])(
    'a checkpoint whose %s was cut short or is missing is passed over, with the reason',
    async (file) => {
      const run = await temporaryDirectory()
      for (const step of [10, 20, 30]) await saveCheckpoint(run, checkpointContent(step))
      await truncate(inCheckpoint(run, 'step-000030', file), 1)
      await unlink(inCheckpoint(run, 'step-000020', file))
      const { checkpoint, rejected } = await loadNewestValid(run)
      expect(checkpoint?.name).toBe('step-000010')
      expect(rejected.map(({ name }) => name)).toEqual(['step-000030', 'step-000020'])
      expect(rejected[0]?.reason).toContain(file)
      expect(rejected[1]?.reason).toBe(`${file}: it is missing`)
    },
  )

  it('sets two damaged checkpoints of the same step aside under different names', async () => {
    const run = await temporaryDirectory()
    for (let round = 0; round < 2; round++) {
      await saveCheckpoint(run, checkpointContent(10))
      await truncate(inCheckpoint(run, 'step-000010', 'state.json'), 1)
      await loadNewestValid(run)
    }
    expect((await readdir(join(run, 'checkpoints'))).sort()).toEqual(['corrupt-step-000010', 'corrupt-step-000010-2'])
  })

  it('says that the directory cannot be written, and leaves no half checkpoint', async (ctx) => {
    ctx.skip(process.getuid?.() === 0 || process.platform === 'win32', 'root may write everywhere')
    const run = await temporaryDirectory()
    await chmod(run, 0o500)
    await expect(saveCheckpoint(run, checkpointContent(10))).rejects.toMatchObject({ info: { code: 'OUTPUT_NOT_WRITABLE' } })
    await chmod(run, 0o700)
  })

  it('says that the directory cannot be written where a file stands in its place', async () => {
    const run = await temporaryDirectory()
    await writeFile(join(run, 'checkpoints'), 'not a directory')
    await expect(saveCheckpoint(run, checkpointContent(10))).rejects.toMatchObject({ info: { code: 'OUTPUT_NOT_WRITABLE' } })
  })
})
