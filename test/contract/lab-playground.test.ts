/** The playground's calls on a real lab with real, small models, over both transports: answers, word effects, many lines,
 * corrections, and what may be wrong with the files under it. */
import { uploadPieceBytes } from '../../shared/contract/datasets.ts'
import { readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadDataset } from '../../electron/data/dataset.ts'
import { longestText, maxLinesPerCall } from '../../shared/contract/playground.ts'
import { withoutWord, wordsOf } from '../../shared/domain/words.ts'
import { labErrorOf, reachLab, transports, type ReachedLab } from '../helpers/contract-clients.ts'
import { modelLabels, modelMaxLength } from '../helpers/model-folders.ts'
import { writePlaygroundRun } from '../helpers/playground-run.ts'

const modelId = '20260314-092653-tiny-ab12'
const otherId = '20260314-102653-tiny-cd34'
const text = 'Oil prices jump after talks in Geneva'

describe.each(transports)('the playground over %s', (transport) => {
  let reached: ReachedLab
  let playground: ReachedLab['client']['playground']
  beforeAll(async () => {
    reached = await reachLab(transport)
    playground = reached.client.playground
    await writePlaygroundRun(reached.labDirectory, modelId, { seed: 1, checkpointSteps: [10, 20] })
    await writePlaygroundRun(reached.labDirectory, otherId, { seed: 2, checkpointSteps: [30] })
  })
  afterAll(() => reached.close())

  it('knows a model before it is asked', async () => {
    const facts = await playground.facts({ modelId })
    expect(facts).toMatchObject({ labels: modelLabels, directory: join(reached.labDirectory, 'runs', modelId, 'model') })
    expect(facts.checkpoints).toEqual([
      { name: 'step-000020', step: 20, validationAccuracy: 0.5 },
      { name: 'step-000010', step: 10, validationAccuracy: 0.5 },
    ])
    const { steps } = await reached.client.runs.get({ runId: modelId })
    const ranks = steps.flatMap((step) => step.ranks)
    const sum = (of: (rank: (typeof ranks)[number]) => number): number => ranks.reduce((total, rank) => total + of(rank), 0)
    expect(facts.tokensPerTrainingRow).toBeCloseTo(sum((rank) => rank.tokenCount) / sum((rank) => rank.exampleCount), 9)
  })

  it('asks a model, its checkpoints and another model, each with weights of its own', async () => {
    const choices = [
      { modelId },
      { modelId, checkpoint: 'step-000010' },
      { modelId, checkpoint: 'step-000020' },
      { modelId: otherId, checkpoint: null },
    ]
    const answers = await Promise.all(choices.map((choice) => playground.classify({ ...choice, text })))
    expect(answers.map(({ checkpoint }) => [checkpoint.modelId, checkpoint.checkpoint, checkpoint.step])).toEqual([
      [modelId, 'step-000010', 10],
      [modelId, 'step-000010', 10],
      [modelId, 'step-000020', 20],
      [otherId, 'step-000010', 10],
    ])
    expect(new Set(answers.map(({ confidence }) => confidence)).size).toBe(4)
    expect(
      answers.map(({ maxLength }) => maxLength),
      'a checkpoint reads as far as it was trained',
    ).toEqual(choices.map(() => modelMaxLength))
  })

  it('takes any text', async () => {
    for (const odd of ['🚀👨‍👩‍👧', 'شركة النفط', '\u0000\u0007', '\ud83d', 'x'.repeat(longestText), 'a '.repeat(longestText / 2)]) {
      const answer = await playground.classify({ modelId, text: odd })
      expect(answer.text).toBe(odd)
      expect(answer.probabilities.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6)
    }
    const long = await playground.classify({ modelId, text: 'oil '.repeat(5000) })
    expect(long.tokens).toHaveLength(modelMaxLength)
    expect(long.truncatedTokens.length).toBeGreaterThan(4000)
    expect((await labErrorOf(playground.classify({ modelId, text: 'x'.repeat(longestText + 1) }))).code).toBe('CONFIG_INVALID')
  })

  it('measures what each word is worth: the answer with it, minus the answer without it', async () => {
    const whole = await playground.classify({ modelId, text })
    const { words, ...rest } = await playground.attribute({ modelId, text })
    expect(rest).toMatchObject({ text, label: whole.label, wordCount: 7, forwardPasses: 8 })
    expect(rest.probability).toBeCloseTo(whole.confidence, 5)
    expect(words.map((word) => word.text)).toEqual(text.split(' '))
    for (const [index, word] of wordsOf(text).entries()) {
      const without = await playground.classify({ modelId, text: withoutWord(text, word) })
      const left = without.probabilities.find(({ label }) => label === whole.label)!.probability
      expect(words[index]).toMatchObject({ ...word, labelWithout: without.label })
      expect(words[index]!.effect).toBeCloseTo(whole.confidence - left, 5)
    }
    expect(words.some(({ effect }) => Math.abs(effect) > 1e-3)).toBe(true)
    expect(await playground.attribute({ modelId, text: '…!' })).toMatchObject({ words: [], wordCount: 0, forwardPasses: 1 })
    const long = await playground.attribute({ modelId, text: 'oil talks '.repeat(100) })
    expect(long).toMatchObject({ wordCount: 200, forwardPasses: 97 })
    expect(long.words).toHaveLength(96)
  })

  it('answers many lines as it answers each', async () => {
    const lines = ['Oil', text, 'Striker scores twice as hosts reach the final', '', 'oil '.repeat(100)]
    const { labels, answers } = await playground.classifyLines({ modelId, checkpoint: 'step-000020', lines })
    expect(labels).toEqual(modelLabels)
    for (const [index, line] of lines.entries()) {
      const alone = await playground.classify({ modelId, checkpoint: 'step-000020', text: line })
      expect(labels[answers[index]!.predicted]).toBe(alone.label)
      expect(answers[index]!.truncatedCount).toBe(alone.truncatedTokens.length)
      for (const [label, { probability }] of alone.probabilities.entries())
        expect(answers[index]!.probabilities[label]).toBeCloseTo(probability, 5)
    }
    const tooMany = Array.from({ length: maxLinesPerCall + 1 }, () => 'x')
    expect((await labErrorOf(playground.classifyLines({ modelId, lines: tooMany }))).code).toBe('CONFIG_INVALID')
  })

  it('forgets what its caller took back, and answers the next', async () => {
    const superseded = new AbortController()
    const asked = Array.from({ length: 20 }, () =>
      playground.attribute({ modelId, text: 'oil talks '.repeat(50) }, { signal: superseded.signal }),
    )
    superseded.abort()
    for (const one of asked) await expect(one).rejects.toMatchObject({ name: 'AbortError' })
    expect((await playground.classify({ modelId, text })).text).toBe(text)
  })

  it('reads files of lines and guesses their columns', async () => {
    const { datasets } = reached.client
    const readTable = async ({ fileName, text: content }: { fileName: string; text: string }) => {
      const bytes = Buffer.from(content)
      const { stagedId } = await datasets.stage({ fileName, sizeBytes: bytes.byteLength })
      for (let offset = 0; offset < bytes.byteLength; offset += uploadPieceBytes)
        await datasets.upload({ stagedId, offset, base64: bytes.subarray(offset, offset + uploadPieceBytes).toString('base64') })
      return playground.readTable({ stagedId })
    }
    const csv = 'label,title\nWorld,"Border, talks"\nSports,=1+1 goals\nWorld,Vote\nSports\n'
    expect(await readTable({ fileName: 'a.csv', text: csv })).toEqual({
      columns: ['label', 'title'],
      hasHeader: true,
      rows: [
        ['World', 'Border, talks'],
        ['Sports', '=1+1 goals'],
        ['World', 'Vote'],
        ['Sports', ''],
      ],
      rowCount: 4,
      textColumns: ['title'],
      labelColumn: 'label',
    })
    expect(await readTable({ fileName: 'a.tsv', text: 'id\tstory\n1\tOil prices jump\n2\tShares fall again\n' })).toMatchObject({
      columns: ['id', 'story'],
      textColumns: ['story'],
      labelColumn: null,
    })
    expect(await readTable({ fileName: 'one.txt', text: 'Oil prices jump\nShares fall\n' })).toMatchObject({
      columns: ['0'],
      textColumns: ['0'],
    })
    const many = `title\n${`${'long headline '.repeat(20)}\n`.repeat(12_000)}`
    const large = await readTable({ fileName: 'large.csv', text: many })
    expect([large.rows.length, large.rowCount]).toEqual([10_000, 12_000])
    expect((await labErrorOf(readTable({ fileName: 'b.csv', text: 'a\u0000b' }))).code).toBe('DATA_UNREADABLE')
    expect((await labErrorOf(readTable({ fileName: 'c.csv', text: ' \n' }))).code).toBe('DATA_EMPTY')
  })

  it('keeps corrections, gives them up again, and makes a data set of them that can be trained on', async () => {
    const { corrections, datasets } = reached.client
    const made = { predicted: 'World', confidence: 0.8, modelId }
    expect((await labErrorOf(corrections.makeDataset())).code).toBe('DATA_EMPTY')
    expect((await labErrorOf(corrections.add({ ...made, text: ' ', label: 'Sports' }))).code).toBe('CONFIG_INVALID')
    const texts = ['=SUM(A1) wins', 'two\nlines, "quoted"', 'شركة النفط 🚀', '-1 degrees']
    for (const one of texts) await corrections.add({ ...made, text: one, label: 'Sports' })
    expect((await labErrorOf(corrections.makeDataset())).code).toBe('DATA_ONE_CLASS')
    await corrections.add({ ...made, text: texts[2]!, label: 'Business' })
    await corrections.add({ ...made, text: 'a slip', label: 'Business' })
    const [slip] = await corrections.list()
    await corrections.remove({ id: slip!.id })
    expect((await corrections.list()).map((one) => [one.text, one.label])).toEqual([
      [texts[2], 'Business'],
      [texts[3], 'Sports'],
      [texts[1], 'Sports'],
      [texts[0], 'Sports'],
    ])
    const card = await corrections.makeDataset()
    expect(card).toMatchObject({
      title: 'Corrections (4)',
      rowCount: 4,
      labels: ['Business', 'Sports'],
      classCounts: [1, 3],
      badRowCount: 0,
    })
    expect((await datasets.list()).map(({ id }) => id)).toContain(card.id)
    const { examples } = await loadDataset(card.ref)
    expect(examples.map((example) => [example.text, card.labels[example.label]])).toEqual([
      [texts[0], 'Sports'],
      [texts[1], 'Sports'],
      [texts[3], 'Sports'],
      [texts[2], 'Business'],
    ])
    expect((await corrections.makeDataset()).id, 'the same rows are the same data set').toBe(card.id)
  })

  it('says what is wrong with files that are damaged or gone, and answers again once they are whole', async () => {
    const run = join(reached.labDirectory, 'runs', otherId)
    const classify = (checkpoint: string | null = null) => playground.classify({ modelId: otherId, checkpoint, text })
    const codeOf = async (call: Promise<unknown>): Promise<string> => (await labErrorOf(call)).code
    const before = await classify()

    for (const name of ['step-000099', '../model', 'corrupt-step-000030', ''])
      expect(await codeOf(classify(name)), name).toBe('CHECKPOINT_NOT_FOUND')
    const checkpoint = join(run, 'checkpoints', 'step-000030')
    await truncate(join(checkpoint, 'model.safetensors'), 500)
    expect(await codeOf(classify('step-000030'))).toBe('MODEL_INVALID')
    await writeFile(join(checkpoint, 'model.safetensors'), Buffer.alloc(2000, 0xa5))
    expect(await codeOf(classify('step-000030'))).toBe('MODEL_INVALID')
    await writeFile(join(checkpoint, 'state.json'), '{"format":1,')
    expect(await codeOf(classify('step-000030'))).toBe('CHECKPOINT_CORRUPT')
    expect((await playground.facts({ modelId: otherId })).checkpoints).toEqual([])
    await rm(checkpoint, { recursive: true })
    expect(await codeOf(classify('step-000030'))).toBe('CHECKPOINT_NOT_FOUND')

    const weights = join(run, 'model', 'model.safetensors')
    const whole = await readFile(weights)
    await writeFile(weights, whole.subarray(0, 500))
    expect(await codeOf(classify())).toBe('MODEL_INVALID')
    expect(
      (await reached.client.models.trained()).map(({ id }) => id),
      'one damaged folder hides no other',
    ).toEqual([modelId])
    await writeFile(weights, whole)
    expect((await classify()).probabilities).toEqual(before.probabilities)
    await rename(join(run, 'model'), join(run, 'model-away'))
    for (const call of ['classify', 'attribute'] as const)
      expect(await codeOf(playground[call]({ modelId: otherId, text }))).toBe('MODEL_NOT_FOUND')
    expect(await codeOf(playground.classifyLines({ modelId: otherId, lines: [text] }))).toBe('MODEL_NOT_FOUND')
    await rename(join(run, 'model-away'), join(run, 'model'))
    expect((await classify()).probabilities).toEqual(before.probabilities)

    await reached.client.runs.remove({ runId: otherId })
    expect(await codeOf(classify())).toBe('MODEL_NOT_FOUND')
    expect(await codeOf(playground.facts({ modelId: otherId }))).toBe('MODEL_NOT_FOUND')
    expect((await playground.classify({ modelId, text })).text).toBe(text)
  })
})
