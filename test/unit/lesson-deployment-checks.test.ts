/** Checks of an export: what a whole one says, and what each thing that is wrong with it makes them say. */
import { describe, expect, it } from 'vitest'
import type { ExportedFolder } from '../../shared/domain/export.ts'
import { cardIsHonest, exportAgrees } from '../../shared/lessons/checks/deployment.ts'

const measurement = (precision: 'fp32' | 'fp16' | 'int8', file: string): ExportedFolder['facts']['measurements'][0] => ({
  precision,
  file,
  bytes: 100,
  largestLogitDifference: 2e-6,
  agreement: 1,
  quality: { rowCount: 400, correctCount: 350, accuracy: 0.875, accuracyInterval: [0.839, 0.904], macroF1: 0.87 },
  latencyMs: { count: 40, p50: 1, p95: 2 },
})

const whole = (): ExportedFolder => ({
  path: '/lab/exports/mine',
  files: [
    'README.md',
    'config.json',
    'export.json',
    'model.safetensors',
    'onnx/model.onnx',
    'onnx/model_fp16.onnx',
    'onnx/model_quantized.onnx',
    'tokenizer.json',
  ].map((name) => ({ name, bytes: 100 })),
  facts: {
    format: 'distrinews-export',
    version: 1,
    createdAt: '2026-11-24T03:15:00.000Z',
    provenance: 'measured',
    runId: 'a-run',
    checkpoint: 'step-000100',
    step: 100,
    architecture: 'distilbert',
    parameterCount: 10,
    labels: ['a', 'b'],
    maxLength: 128,
    rows: 'validation rows',
    rowCount: 400,
    cpuModel: 'a processor',
    threads: 2,
    measurements: [
      measurement('fp32', 'onnx/model.onnx'),
      measurement('fp16', 'onnx/model_fp16.onnx'),
      measurement('int8', 'onnx/model_quantized.onnx'),
    ],
  },
  card: '---\n    - type: accuracy\n      value: 0.875\n---\n## Training\n## Data\n## Limits\n',
})

const changed = (change: (folder: ExportedFolder) => void): ExportedFolder => {
  const folder = whole()
  change(folder)
  return folder
}

describe('an export', () => {
  it('is whole, and float32 answers as the engine does', () => {
    expect(exportAgrees(whole())).toEqual({
      met: true,
      because: '8 files. On 400 rows float32 names the engine’s class every time; no logit is off by more than 2.0e-6.',
    })
  })

  it.each([
    ['a file is missing', (folder: ExportedFolder) => void folder.files.splice(3, 1), /Not in the folder: model\.safetensors/],
    ['a file is empty', (folder: ExportedFolder) => void (folder.files[4]!.bytes = 0), /Not in the folder: fp32/],
    ['a precision was not measured', (folder: ExportedFolder) => void folder.facts.measurements.pop(), /Not in the folder: int8/],
    [
      'logits are off',
      (folder: ExportedFolder) => void (folder.facts.measurements[0]!.largestLogitDifference = 0.01),
      /off by up to 0\.01/,
    ],
    [
      'logits are no numbers',
      (folder: ExportedFolder) => void (folder.facts.measurements[0]!.largestLogitDifference = NaN),
      /off by up to NaN/,
    ],
    [
      'a class differs',
      (folder: ExportedFolder) => void (folder.facts.measurements[0]!.agreement = 0.99),
      /another class than the engine in 1 %/,
    ],
  ])('is refused where %s', (_, change, because) => {
    expect(exportAgrees(changed(change))).toMatchObject({ met: false, because: expect.stringMatching(because) })
  })

  it('may lose a little in int8', () => {
    expect(exportAgrees(changed(({ facts }) => (facts.measurements[2]!.agreement = 0.95))).met).toBe(true)
  })
})

describe('a model card', () => {
  it('gives the accuracy that was measured, the run and the limits', () => {
    expect(cardIsHonest(whole())).toMatchObject({ met: true, because: expect.stringContaining('88 % accuracy on 400 rows') })
  })

  it.each([
    ['limits are missing', (folder: ExportedFolder) => void (folder.card = folder.card.replace('## Limits', '')), /no part ## Limits/],
    ['no accuracy was measured', (folder: ExportedFolder) => void (folder.facts.measurements[0]!.quality = null), /no accuracy/],
    [
      'its accuracy is another one',
      (folder: ExportedFolder) => void (folder.card = folder.card.replace('0.875', '0.99')),
      /another accuracy/,
    ],
  ])('is refused where %s', (_, change, because) => {
    expect(cardIsHonest(changed(change))).toMatchObject({ met: false, because: expect.stringMatching(because) })
  })
})
