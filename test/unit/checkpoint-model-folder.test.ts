/** The model folder is what transformers loads, and always one consistent model. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileSystem } from '../../electron/checkpoint/file-system.ts'
import { type LabInfo, readModelFacts, readModelFolder, writeModelFolder } from '../../electron/checkpoint/model-folder.ts'
import { writeSafetensors } from '../../electron/checkpoint/safetensors.ts'
import { LabError } from '../../shared/contract/errors.ts'
import { FaultyFileSystem } from '../faults/faulty-file-system.ts'
import { toWriteError } from '../../electron/checkpoint/file-errors.ts'
import { checkpointContent } from '../helpers/checkpoint-content.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const lab = (step: number): LabInfo => ({
  format: 1,
  runId: '20261124-031500-tiny-ab12',
  checkpoint: `step-${step}`,
  step,
  epoch: 0,
  maxLength: 16,
  validationAccuracy: 0.5,
  createdAt: '2026-11-24T03:15:00.000Z',
})

async function write(directory: string, step: number, fileSystem?: FileSystem): Promise<void> {
  const { config, parameters, tokenizerJson, tokenizerConfigJson } = checkpointContent(step)
  await writeModelFolder(directory, { config, tensors: parameters, tokenizerJson, tokenizerConfigJson, lab: lab(step) }, fileSystem)
}

/** Weights of step 10 that say no more of themselves than their step. */
async function writeForeignWeights(directory: string): Promise<void> {
  const file = join(directory, 'model.safetensors')
  await rm(file)
  await writeSafetensors(file, checkpointContent(10).parameters, { format: 'pt', step: '10' })
}

/** Writes step `step` and is killed at operation `at`: nothing happens any more from there on. */
const killedAt = (directory: string, step: number, at: number): Promise<void> =>
  write(directory, step, new FaultyFileSystem({ fails: (index) => (index >= at ? 'EIO' : null) })).catch(() => undefined)

describe('model folder', () => {
  it('comes back as it was written, and is renewed in place', async () => {
    const directory = join(await temporaryDirectory(), 'model')
    for (const step of [10, 20]) {
      await write(directory, step)
      const folder = await readModelFolder(directory)
      expect(folder.config).toEqual(checkpointContent(step).config)
      expect(folder.lab).toEqual(lab(step))
      expect([...folder.tensors.get('classifier.bias')!.data]).toEqual([1, step])
      expect(folder.tokenizerJson).toBe('{"tokenizer":true}')
    }
    expect((await readdir(directory)).sort()).toEqual([
      'config.json',
      'lab.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ])
  })

  it('has the config.json of transformers', async () => {
    const directory = join(await temporaryDirectory(), 'model')
    await write(directory, 10)
    expect(JSON.parse(await readFile(join(directory, 'config.json'), 'utf8'))).toMatchObject({
      model_type: 'distilbert',
      architectures: ['DistilBertForSequenceClassification'],
      activation: 'gelu',
      dim: 4,
      hidden_dim: 8,
      n_layers: 1,
      n_heads: 2,
      vocab_size: 10,
      max_position_embeddings: 16,
      dropout: 0.1,
      attention_dropout: 0.1,
      seq_classif_dropout: 0.1,
      pad_token_id: 0,
      id2label: { 0: 'World', 1: 'Sports' },
      label2id: { World: 0, Sports: 1 },
    })
  })

  it('is always one model while it is being renewed', async () => {
    const directory = join(await temporaryDirectory(), 'model')
    await write(directory, 1)
    let writing = true
    const writer = (async () => {
      for (let step = 2; step < 40; step++) await write(directory, step)
      writing = false
    })()
    while (writing) {
      const folder = await readModelFolder(directory)
      expect(folder.tensors.get('classifier.bias')!.data[1]).toBe(folder.lab?.step)
    }
    await writer
  })

  it('is the old model or the new one whenever its writer is killed, and the next one clears up', async () => {
    const counting = new FaultyFileSystem()
    const place = join(await temporaryDirectory(), 'model')
    await write(place, 10)
    await write(place, 20, counting)
    const found = new Set<number>()
    for (let at = 0; at < counting.operations.length; at++) {
      const directory = join(await temporaryDirectory(), 'model')
      await write(directory, 10)
      await killedAt(directory, 20, at)
      const { lab: facts, tensors } = await readModelFolder(directory)
      expect(tensors.get('classifier.bias')!.data[1], `killed at operation ${at}`).toBe(facts?.step)
      found.add(facts!.step)
      await write(directory, 30)
      expect([...(await readdir(directory)), ...(await readdir(dirname(directory)))].filter((name) => name.startsWith('.'))).toEqual([])
    }
    expect(found).toEqual(new Set([10, 20]))
  })

  it('is not there or whole whenever its first writer is killed', async () => {
    const counting = new FaultyFileSystem()
    await write(join(await temporaryDirectory(), 'model'), 10, counting)
    let missing = 0
    for (let at = 0; at < counting.operations.length; at++) {
      const directory = join(await temporaryDirectory(), 'model')
      await killedAt(directory, 10, at)
      const read = await readModelFolder(directory).catch((error: unknown) => error)
      if (read instanceof LabError) missing++
      expect(read).toMatchObject(read instanceof LabError ? { info: { code: 'MODEL_NOT_FOUND' } } : { lab: lab(10) })
      await write(directory, 30)
      expect(await readdir(dirname(directory))).toEqual(['model'])
    }
    expect(missing).toBeGreaterThan(0)
    expect(missing).toBeLessThan(counting.operations.length)
  })

  it('takes what is said of the weights from the weights, not from lab.json beside them', async () => {
    const directory = join(await temporaryDirectory(), 'model')
    await write(directory, 10)
    await writeFile(join(directory, 'lab.json'), JSON.stringify(lab(11)))
    expect((await readModelFolder(directory)).lab).toEqual(lab(10))
    await rm(join(directory, 'lab.json'))
    expect(await readModelFacts(directory)).toMatchObject({ lab: lab(10) })
  })

  it('is read as another program leaves it: without the lab’s facts, or with lab.json alone', async () => {
    const directory = join(await temporaryDirectory(), 'model')
    await write(directory, 10)
    await writeForeignWeights(directory)
    expect((await readModelFolder(directory)).lab).toEqual(lab(10))
    await rm(join(directory, 'lab.json'))
    expect((await readModelFolder(directory)).lab).toBeNull()
  })

  it('that is not there is MODEL_NOT_FOUND', async () => {
    await expect(readModelFolder(join(await temporaryDirectory(), 'none'))).rejects.toMatchObject({ info: { code: 'MODEL_NOT_FOUND' } })
  })

  const damages: [string, string, string][] = [
    ['config.json', '{', 'JSON'],
    ['config.json', '{"model_type":"roberta","id2label":{"0":"a","1":"b"}}', 'model_type'],
    ['config.json', '{"model_type":"distilbert","dim":10,"n_heads":4,"id2label":{"0":"a","1":"b"}}', 'multiple of n_heads'],
    ['config.json', '{"model_type":"distilbert","id2label":{"0":"a","2":"b"}}', 'none for 1'],
    ['config.json', '{"model_type":"distilbert","activation":"relu","id2label":{"0":"a","1":"b"}}', 'activation'],
    ['model.safetensors', 'garbage that is long enough', 'claims'],
  ]
  it.each(damages)('with a damaged %s (%s) is MODEL_INVALID and says why', async (file, content, reason) => {
    const directory = join(await temporaryDirectory(), 'model')
    await write(directory, 10)
    await writeFile(join(directory, file), content)
    await expect(readModelFolder(directory)).rejects.toMatchObject({
      info: { code: 'MODEL_INVALID', cause: expect.stringContaining(reason) },
    })
  })

  it('with a damaged lab.json is MODEL_INVALID where that is all that is said of the weights', async () => {
    const directory = join(await temporaryDirectory(), 'model')
    await write(directory, 10)
    await writeForeignWeights(directory)
    await writeFile(join(directory, 'lab.json'), '{"format":1}')
    await expect(readModelFolder(directory)).rejects.toMatchObject({
      info: { code: 'MODEL_INVALID', cause: expect.stringContaining('lab.json') },
    })
  })

  it('whose weights are not those that lab.json alone speaks of is MODEL_INVALID', async () => {
    const directory = join(await temporaryDirectory(), 'model')
    await write(directory, 10)
    await writeForeignWeights(directory)
    await writeFile(join(directory, 'lab.json'), JSON.stringify(lab(11)))
    await expect(readModelFolder(directory)).rejects.toMatchObject({
      info: { code: 'MODEL_INVALID', cause: expect.stringContaining('step 11') },
    })
  })

  it('on a full disk is DISK_FULL', () => {
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    expect(toWriteError(full, '/x')).toMatchObject({ info: { code: 'DISK_FULL' } })
  })
})
