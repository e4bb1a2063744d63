/** The export folder: whole or not there, what is replaced and what is not, and what it says to hostile text. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type FileSystem, nodeFileSystem } from '../../electron/checkpoint/file-system.ts'
import { exportModel, assertEncodable } from '../../electron/export/export-model.ts'
import { renderModelCard } from '../../electron/export/model-card.ts'
import { exportRunFile } from '../../electron/export/run-files.ts'
import { collectRunReport } from '../../electron/report/index.ts'
import { LabError } from '../../shared/contract/errors.ts'
import { exportFactsSchema, type ExportFacts } from '../../shared/domain/export.ts'
import { fakeRun } from '../helpers/fake-run.ts'
import { hostileRun, hostileText } from '../helpers/hostile-run.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'
import { FaultyFileSystem } from '../faults/faulty-file-system.ts'
import './engine-fixtures.ts'
import { writeTestModel } from '../helpers/model-folders.ts'

const threads = 1

async function setUp(): Promise<{ place: string; model: string; target: string }> {
  const place = await temporaryDirectory()
  const model = join(place, 'model')
  await writeTestModel(model)
  return { place, model, target: join(place, 'out', 'mine') }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(LabError)
  return (error as LabError).info.code
}

describe('a whole export', () => {
  it('holds what transformers, transformers.js and ONNX Runtime look for, and its own measurements', async () => {
    const { model, target } = await setUp()
    const stages = new Set<string>()
    const { path, bytes, facts } = await exportModel({
      modelDirectory: model,
      target,
      run: null,
      threads,
      onProgress: ({ stage }) => stages.add(stage),
    })
    expect(path).toBe(target)
    expect(bytes).toBeGreaterThan(10_000)
    expect((await readdir(target)).sort()).toEqual(
      [
        'README.md',
        'config.json',
        'export.json',
        'model.safetensors',
        'onnx',
        'special_tokens_map.json',
        'tokenizer.json',
        'tokenizer_config.json',
        'vocab.txt',
      ].sort(),
    )
    expect((await readdir(join(target, 'onnx'))).sort()).toEqual(['model.onnx', 'model_fp16.onnx', 'model_quantized.onnx'])
    expect(exportFactsSchema.parse(JSON.parse(await readFile(join(target, 'export.json'), 'utf8')))).toEqual(facts)
    expect(facts!.measurements[0]).toMatchObject({ precision: 'fp32', agreement: 1, quality: null })
    expect(facts!.measurements[0]!.largestLogitDifference).toBeLessThan(1e-4)
    expect(JSON.parse(await readFile(join(target, 'config.json'), 'utf8'))).toMatchObject({
      architectures: ['DistilBertForSequenceClassification'],
      id2label: { '0': 'World' },
      label2id: { 'Sci/Tech': 3 },
    })
    expect(stages.size).toBeGreaterThan(4)
    expect(await readdir(join(target, '..')), 'nothing temporary').toEqual(['mine'])
  })

  it('replaces an export and an empty folder', async () => {
    const { model, target } = await setUp()
    await mkdir(target, { recursive: true })
    const first = await exportModel({ modelDirectory: model, target, run: null, threads })
    await writeTestModel(model, { step: 20 })
    const second = await exportModel({ modelDirectory: model, target, run: null, threads })
    expect([first.facts!.step, second.facts!.step]).toEqual([10, 20])
    expect(await readdir(join(target, '..'))).toEqual(['mine'])
  })
})

describe('what cannot be exported', () => {
  it('names a model that is missing, half written or not of numbers', async () => {
    const { place, model, target } = await setUp()
    expect(await codeOf(exportModel({ modelDirectory: join(place, 'none'), target, run: null, threads }))).toBe('MODEL_NOT_FOUND')
    const weights = await readFile(join(model, 'model.safetensors'))
    await writeFile(join(model, 'model.safetensors'), weights.subarray(0, weights.length / 2))
    expect(await codeOf(exportModel({ modelDirectory: model, target, run: null, threads }))).toBe('MODEL_INVALID')
    await writeTestModel(model, { spoil: (arena) => void (arena.parameter('classifier.bias')[0] = NaN) })
    expect(await codeOf(exportModel({ modelDirectory: model, target, run: null, threads }))).toBe('MODEL_INVALID')
    expect(await readdir(place)).toEqual(['model'])
  })

  it('leaves other files alone, whether beside an export or instead of one', async () => {
    const { model, target } = await setUp()
    await mkdir(target, { recursive: true })
    await writeFile(join(target, 'thesis.txt'), 'years of work')
    expect(await codeOf(exportModel({ modelDirectory: model, target, run: null, threads }))).toBe('OUTPUT_NOT_WRITABLE')
    expect(await readdir(target)).toEqual(['thesis.txt'])
    const other = join(target, '..', 'other')
    await exportModel({ modelDirectory: model, target: other, run: null, threads })
    await writeFile(join(other, 'onnx', 'mine.onnx'), 'x')
    expect(await codeOf(exportModel({ modelDirectory: model, target: other, run: null, threads }))).toBe('OUTPUT_NOT_WRITABLE')
    // config.json and README.md are names that anybody's model folder has.
    expect(await codeOf(exportModel({ modelDirectory: model, target: join(model, 'config.json'), run: null, threads }))).toBe(
      'OUTPUT_NOT_WRITABLE',
    )
  })

  it('refuses a place that cannot be written', async () => {
    const { model } = await setUp()
    expect(await codeOf(exportModel({ modelDirectory: model, target: '/proc/exports/mine', run: null, threads }))).toBe(
      'OUTPUT_NOT_WRITABLE',
    )
  })

  it('refuses weights beyond what one ONNX file holds', () => {
    const graph = { inputs: [], nodes: [], initializers: new Map([['w', { name: 'w', rawData: new Uint8Array(100) }]]) }
    expect(() => assertEncodable(graph, 100)).not.toThrow()
    expect(() => assertEncodable(graph, 99)).toThrow(/too large/)
  })
})

describe('a file that does not answer as trained', () => {
  const biases = Float32Array.of(0.125, -0.25, 0.375, -0.5)
  const bytesOf = (numbers: Float32Array): Buffer => Buffer.from(numbers.buffer)

  /** A disk on which the last biases of `name` become others. */
  function changing(name: string, others: Float32Array): FileSystem & { changes: number } {
    const disk = { ...nodeFileSystem, changes: 0 }
    disk.open = async (path, flags) => {
      const file = await nodeFileSystem.open(path, flags)
      if (!path.endsWith(join('onnx', name))) return file
      return {
        write: (chunk, offset, length) => {
          const copy = Buffer.from(chunk)
          const at = copy.indexOf(bytesOf(biases))
          if (at !== -1) disk.changes += bytesOf(others).copy(copy, at) / others.byteLength
          return file.write(copy, offset, length)
        },
        sync: () => file.sync(),
        close: () => file.close(),
      }
    }
    return disk
  }

  it.each([
    ['kept: float32 off by rounding', 'model.onnx', 1e-4, null],
    ['refused: float32 off by more than rounding', 'model.onnx', 2e-3, 'INTERNAL'],
    ['refused: float32 with an answer that is no number', 'model.onnx', NaN, 'INTERNAL'],
    ['refused: int8 with an answer that is no number', 'model_quantized.onnx', NaN, 'INTERNAL'],
  ])('is %s', async (_, name, difference, code) => {
    const { place, model, target } = await setUp()
    await writeTestModel(model, { spoil: (arena) => arena.parameter('classifier.bias').set(biases) })
    const fileSystem = changing(name, biases.with(2, biases[2]! + difference))
    const exporting = exportModel({ modelDirectory: model, target, run: null, threads, fileSystem })
    if (code === null) {
      expect((await exporting).facts!.measurements[0]!.largestLogitDifference).toBeCloseTo(difference, 5)
    } else {
      await expect(exporting).rejects.toMatchObject({ info: { code, title: 'The exported model does not answer as the trained one' } })
      expect(await readdir(join(place, 'out')), 'nothing is left').toEqual([])
    }
    expect(fileSystem.changes).toBe(1)
  })
})

describe('an export that does not come to its end', () => {
  it('leaves nothing, and the earlier export as it was, whichever operation of the disk fails', { timeout: 120_000 }, async () => {
    const { model, target } = await setUp()
    const counting = new FaultyFileSystem()
    await exportModel({ modelDirectory: model, target, run: null, threads, fileSystem: counting })
    const before = await readFile(join(target, 'export.json'), 'utf8')
    const { operations } = counting
    // The last ones clear the old folder away, after the new one is in place: only those before may fail the export.
    const renames = [...operations.entries()].filter(([, name]) => name === 'rename').map(([index]) => index)
    const writes = [...operations.entries()]
      .filter(([, name]) => name === 'write' || name === 'mkdir' || name === 'sync')
      .map(([index]) => index)
    for (const index of [writes[0]!, writes.at(5)!, writes.at(-4)!, renames.at(-1)!]) {
      let failed = false
      const fileSystem = new FaultyFileSystem({
        fails: (at, operation) => {
          if (failed || at < index || operation === 'close' || operation === 'freeBytes' || operation === 'readdir') return null
          failed = true
          return 'ENOSPC'
        },
      })
      expect(await codeOf(exportModel({ modelDirectory: model, target, run: null, threads, fileSystem })), String(index)).toBe('DISK_FULL')
      expect(await readFile(join(target, 'export.json'), 'utf8')).toBe(before)
      expect(await readdir(join(target, '..'))).toEqual(['mine'])
    }
  })

  it('is cancelled between two pieces of work and leaves nothing', async () => {
    const { place, model, target } = await setUp()
    for (const moment of ['reading the model', 'writing float16', 'measuring the files', 'putting it in its place']) {
      const abort = new AbortController()
      const exporting = exportModel({
        modelDirectory: model,
        target,
        run: null,
        threads,
        signal: abort.signal,
        onProgress: ({ stage }) => {
          if (stage === moment) abort.abort()
        },
      })
      // After the last look, nothing is left to be cancelled.
      if (moment === 'putting it in its place') await exporting
      else expect(await codeOf(exporting), moment).toBe('CANCELLED')
      const left = await readdir(join(place, 'out')).catch(() => [])
      expect(left).toEqual(moment === 'putting it in its place' ? ['mine'] : [])
    }
  })

  it('clears away what a killed export left, and only that', async () => {
    const { model, target } = await setUp()
    await mkdir(join(target, '..', '.tmp-mine-999999999-0123abcd'), { recursive: true })
    await mkdir(join(target, '..', `.tmp-mine-${process.ppid}-0123abcd`))
    await exportModel({ modelDirectory: model, target, run: null, threads })
    expect((await readdir(join(target, '..'))).sort()).toEqual([`.tmp-mine-${process.ppid}-0123abcd`, 'mine'])
  })
})

describe('the model card', () => {
  const facts: ExportFacts = {
    format: 'distrinews-export',
    version: 1,
    createdAt: new Date(0).toISOString(),
    provenance: 'measured',
    runId: 'run',
    checkpoint: hostileText,
    step: 1,
    architecture: 'distilbert',
    parameterCount: 1,
    labels: [hostileText, 'b'],
    maxLength: 8,
    rows: 'rows',
    rowCount: 1,
    cpuModel: hostileText,
    threads: 1,
    measurements: [
      {
        precision: 'fp32',
        file: 'onnx/model.onnx',
        bytes: 1,
        largestLogitDifference: 0,
        agreement: 1,
        quality: { rowCount: 4, correctCount: 3, accuracy: 0.75, accuracyInterval: [0.3, 0.95], macroF1: 0.7 },
        latencyMs: { count: 1, p50: 1, p95: 1 },
      },
    ],
  }

  it('lets no text from outside be more than text', () => {
    const card = renderModelCard({ facts, report: collectRunReport(hostileRun()), folderName: `evil\`\`\`\n---\n${hostileText}` })
    const [, head, body] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(card)!
    // Every line of the head is a word of ours, and what follows from outside is one JSON string.
    const values = head!.split('\n').map((line) => /^[ -]*(?:[a-z_-]+:)? ?(.*)$/.exec(line)![1]!)
    for (const value of values) expect(value.startsWith('"') ? JSON.parse(value) : value, value).toMatch(/^[^\n]*$/)
    expect(values.filter((value) => !value.startsWith('"')).join(' ')).not.toContain('script>')
    expect(head).toContain('license: other')
    const outsideCode = body!.replaceAll(/^(`{3,})[^\n]*\n[\s\S]*?^\1$/gm, '')
    expect(outsideCode).not.toMatch(/(?<!\\)<(script|img)/)
    expect(outsideCode).not.toMatch(/(?<!\\)\]\(javascript/)
    expect(card).not.toContain('\u202e')
  })

  it('keeps the place of the data to itself', () => {
    const run = fakeRun({ config: { data: { kind: 'csv', path: '/home/somebody/secret/news.csv' } } })
    run.record.command = 'npm run train -- --ranks 2 --data /home/somebody/secret/news.csv'
    const card = renderModelCard({ facts, report: collectRunReport(run), folderName: 'mine' })
    expect(card).not.toContain('secret')
    expect(card).toContain('--data news.csv')
  })
})

describe("a run's measurements", () => {
  it('are refused for a run without a step', async () => {
    const directory = await temporaryDirectory()
    expect(await codeOf(exportRunFile('trace', fakeRun({ completedSteps: 0 }), join(directory, 'out')))).toBe('RUN_NOT_FOUND')
    expect(await readdir(directory)).toEqual([])
  })

  it('replace their own file and no other', async () => {
    const directory = await temporaryDirectory()
    await writeFile(join(directory, 'other.json'), '{}')
    const run = fakeRun({ completedSteps: 4 })
    const first = await exportRunFile('trace', run, directory)
    const second = await exportRunFile('trace', run, directory)
    expect(second).toEqual(first)
    expect((await readdir(directory)).length).toBe(2)
  })
})
