/**
 * An exported model in the hands of those it is for: transformers.js in Node, transformers, ONNX Runtime and TensorBoard in
 * Python. Same tokens, same logits. Python's part needs `npm run test:parity` once, which makes its environment.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { AutoTokenizer, AutoModelForSequenceClassification, env, pipeline } from '@huggingface/transformers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Tokenizer } from '../../electron/data/tokenizer.ts'
import { makeBatch } from '../../electron/data/batching.ts'
import { createClassifier, type Classifier } from '../../electron/engine/classifier.ts'
import { readSource } from '../../electron/export/source.ts'
import { exportRunFile } from '../../electron/export/run-files.ts'
import { projectRoot } from '../../electron/paths.ts'
import { readDetail } from '../../electron/supervisor/run-directory.ts'
import { devTexts, exportBert, someTexts, trainAndExport, whyNoNews, type ExportedModel } from '../helpers/exported-model.ts'

const python = join(projectRoot, 'test-artifacts', 'python', 'bin', 'python')
const whyNoPython = existsSync(python) ? null : 'no Python environment in test-artifacts/python: npm run test:parity makes one'

const models = ['distilbert', 'bert-uncased', 'bert-cased'] as const

/** An exported folder, and what the lab itself makes of it. */
interface Subject extends ExportedModel {
  tokenizer: Tokenizer
  engine: Classifier
}

let place: string
let trained: Awaited<ReturnType<typeof trainAndExport>>
const subjects = new Map<string, Subject>()
let texts: string[]
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'export-'))
  trained = await trainAndExport(place)
  env.allowRemoteModels = false
  env.localModelPath = place
  const exported = [trained, await exportBert(place, 'uncased'), await exportBert(place, 'cased')]
  for (const [index, model] of exported.entries()) {
    const { config, arena, tokenizer } = await readSource(model.directory, model.facts.maxLength)
    subjects.set(models[index]!, { ...model, tokenizer, engine: createClassifier({ config, arena, threads: 2 }) })
  }
  texts = whyNoNews === null ? (await devTexts()).map(({ text }) => text) : someTexts
}, 120_000)
afterAll(async () => {
  for (const { engine } of subjects.values()) engine.dispose()
  await rm(place, { recursive: true })
})

/** The engine's logits, a row for each text. */
async function ourLogits({ tokenizer, engine, facts: { maxLength } }: Subject, some: readonly string[]): Promise<number[][]> {
  const rows: number[][] = []
  for (let start = 0; start < some.length; start += 20) {
    const ids = some.slice(start, start + 20).map((text) => tokenizer.encodeIds(text, maxLength))
    const labels = new Int32Array(ids.length)
    const logits = await engine.logits(makeBatch({ ids, labels }, [...ids.keys()], { rows: ids.length, lengthMultiple: 8, maxLength }))
    for (const row of ids.keys()) rows.push([...logits.slice(row * engine.labelCount, (row + 1) * engine.labelCount)])
  }
  return rows
}

const largestDifference = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number =>
  Math.max(...a.flatMap((row, index) => row.map((value, column) => Math.abs(value - b[index]![column]!))))

const logitTolerance = 1e-4

describe.each(models)('%s in transformers.js, Node', (name) => {
  it('gives the same tokens on all headlines of the development set, but for its own way of cutting', async (ctx) => {
    ctx.skip(whyNoNews !== null, whyNoNews ?? '')
    const { tokenizer, facts } = subjects.get(name)!
    const theirs = await AutoTokenizer.from_pretrained(subjects.get(name)!.name)
    let cut = 0
    for (const text of texts) {
      const { input_ids: ids } = theirs(text, { truncation: true }) as { input_ids: { data: BigInt64Array } }
      const [their, our] = [Array.from(ids.data, Number), [...tokenizer.encodeIds(text, facts.maxLength)]]
      // Of a text that is too long, transformers.js drops the end, [SEP] with it; transformers in Python keeps [SEP].
      const isCut = tokenizer.encode(text, facts.maxLength).truncatedTokens.length > 0
      if (isCut) cut++
      expect(isCut ? their.slice(0, -1) : their, text).toEqual(isCut ? our.slice(0, -1) : our)
    }
    expect(cut / texts.length).toBeLessThan(0.05)
  })

  it('gives the logits of the engine, and nearly so in float16 and int8', async () => {
    const model = subjects.get(name)!
    const isWhole = (text: string): boolean => model.tokenizer.encode(text, model.facts.maxLength).truncatedTokens.length === 0
    const some = texts.filter(isWhole).slice(0, 100)
    const ours = await ourLogits(model, some)
    const theirs = await AutoTokenizer.from_pretrained(model.name)
    for (const [dtype, tolerance] of [
      ['fp32', logitTolerance],
      ['fp16', 0.05],
      ['q8', 1],
    ] as const) {
      const classifier = await AutoModelForSequenceClassification.from_pretrained(model.name, { dtype })
      const { logits } = (await classifier(theirs(some, { padding: true, truncation: true }))) as { logits: { tolist(): number[][] } }
      expect(largestDifference(logits.tolist(), ours), dtype).toBeLessThan(tolerance)
    }
  })

  it('classifies by pipeline, whichever file it takes', async () => {
    for (const dtype of ['fp32', 'fp16', 'q8'] as const) {
      const classify = await pipeline('text-classification', subjects.get(name)!.name, { dtype })
      expect(await classify(someTexts[1]!)).toMatchObject([{ label: expect.stringMatching(/^(World|Sports|Business|Sci\/Tech)$/) }])
    }
  })
})

it('int8 is within a point of float32 on the development set', async (ctx) => {
  ctx.skip(whyNoNews !== null, whyNoNews ?? '')
  const rows = await devTexts()
  const theirs = await AutoTokenizer.from_pretrained(trained.name)
  const accuracy = async (dtype: 'fp32' | 'q8'): Promise<number> => {
    const classifier = await AutoModelForSequenceClassification.from_pretrained(trained.name, { dtype })
    let correct = 0
    for (let start = 0; start < rows.length; start += 50) {
      const part = rows.slice(start, start + 50)
      const inputs = theirs(
        part.map(({ text }) => text),
        { padding: true, truncation: true },
      )
      const { logits } = (await classifier(inputs)) as { logits: { tolist(): number[][] } }
      for (const [index, row] of logits.tolist().entries()) if (row.indexOf(Math.max(...row)) === part[index]!.label) correct++
    }
    return correct / rows.length
  }
  const [exact, rounded] = [await accuracy('fp32'), await accuracy('q8')]
  console.log(`accuracy on dev.csv: float32 ${exact}, int8 ${rounded}`)
  expect(Math.abs(exact - rounded)).toBeLessThan(0.01)
})

const pythonScript = join(projectRoot, 'test', 'parity', 'export_clients.py')
const runPython = promisify(execFile)
const answerSchema = z.object({
  ids: z.array(z.array(z.int())),
  slowIds: z.array(z.array(z.int())),
  logits: z.array(z.array(z.number())),
  onnxLogits: z.array(z.array(z.number())).nullable(),
  architecture: z.string(),
  /** Fast, slow. */
  tokenizers: z.tuple([z.string(), z.string()]),
  doLowerCase: z.boolean(),
  versions: z.record(z.string(), z.string()),
})

describe('Python', () => {
  it.for(models)('transformers and ONNX Runtime give the tokens and logits of the engine on every row: %s', async (name, ctx) => {
    ctx.skip(whyNoPython !== null, whyNoPython ?? '')
    const model = subjects.get(name)!
    await writeFile(join(place, 'texts.json'), JSON.stringify(texts))
    const { stdout } = await runPython(python, [pythonScript, model.directory, join(place, 'texts.json')], { maxBuffer: 2 ** 28 })
    const answer = answerSchema.parse(JSON.parse(stdout))
    const [architecture, tokenizer] =
      name === 'distilbert'
        ? ['DistilBertForSequenceClassification', 'DistilBertTokenizer']
        : ['BertForSequenceClassification', 'BertTokenizer']
    expect(answer).toMatchObject({ architecture, tokenizers: [`${tokenizer}Fast`, tokenizer], doLowerCase: name !== 'bert-cased' })
    for (const [index, text] of texts.entries()) {
      const ours = [...model.tokenizer.encodeIds(text, model.facts.maxLength)]
      expect(answer.ids[index], text).toEqual(ours)
      expect(answer.slowIds[index], text).toEqual(ours)
    }
    const ours = await ourLogits(model, texts)
    expect(answer.logits).toHaveLength(texts.length)
    // Else the model would say the same of every text, and agreement would mean nothing.
    const [first] = ours.map(([logit]) => logit!).sort((a, b) => a - b)
    const last = Math.max(...ours.map(([logit]) => logit!))
    expect(last - first!).toBeGreaterThan(100 * logitTolerance)
    const differences = [largestDifference(answer.logits, ours)]
    if (answer.onnxLogits) differences.push(largestDifference(answer.onnxLogits, ours))
    else console.log('onnxruntime for Python is not here: its part is left out')
    console.log(`${name}, ${texts.length} rows: largest difference ${differences.join(', ONNX ')}; ${JSON.stringify(answer.versions)}`)
    for (const difference of differences) expect(difference).toBeLessThan(logitTolerance)
  })

  it('TensorBoard reads every number of the run', async (ctx) => {
    ctx.skip(whyNoPython !== null, whyNoPython ?? '')
    const run = await readDetail(trained.runDirectory, (record) => record)
    await exportRunFile('tensorboard', run, join(place, 'tensorboard'))
    const script =
      'import json,sys\nfrom tensorboard.backend.event_processing.event_accumulator import EventAccumulator\n' +
      'a = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0}); a.Reload()\n' +
      'print(json.dumps({t: [[s.step, s.value] for s in a.Scalars(t)] for t in a.Tags()["scalars"]}))'
    const { stdout } = await runPython(python, ['-c', script, join(place, 'tensorboard')], { maxBuffer: 2 ** 28 })
    const scalars = z.record(z.string(), z.array(z.tuple([z.int(), z.number()]))).parse(JSON.parse(stdout))
    expect(scalars['train/loss']).toEqual(run.steps.map(({ step, globalLoss }) => [step, Math.fround(globalLoss)]))
    expect(scalars['rank_0/step_ms']).toEqual(run.steps.map(({ step, ranks }) => [step, Math.fround(ranks[0]!.stepMs)]))
    expect(scalars['validation/accuracy']).toEqual(
      run.epochs.map(({ step, validationAccuracy }) => [step, Math.fround(validationAccuracy)]),
    )
  })
})
