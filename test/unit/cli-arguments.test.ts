/** Flags to a configuration and back, and what is said about wrong ones. */
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nearest, readArguments } from '../../electron/cli/arguments.ts'
import { help } from '../../electron/cli/help.ts'
import { configFrom, trainFlagTable } from '../../electron/cli/train-config.ts'
import { trainCommand, trainFlags } from '../../electron/lab/train-flags.ts'
import { LabError } from '../../shared/contract/errors.ts'
import { modelPresets } from '../../shared/domain/model-config.ts'
import type { RunConfig } from '../../shared/domain/run-config.ts'
import { runConfigFieldNames, runConfigSchema } from '../../shared/domain/run-config.ts'

const configOf = (...argv: string[]): RunConfig => configFrom(readArguments(argv, trainFlagTable))

function errorOf(...argv: string[]): { code: string; text: string } {
  try {
    configOf(...argv)
  } catch (error) {
    if (error instanceof LabError)
      return { code: error.info.code, text: `${error.info.title} ${error.info.cause} ${error.info.suggestion}` }
    throw error
  }
  return expect.fail('it should have been refused')
}

describe('train flags', () => {
  it('left out give the defaults of the schema', () => {
    expect(configOf()).toEqual(runConfigSchema.parse({}))
  })

  it('cover every field that decides what a run computes', () => {
    const covered = new Set<string>([...Object.values(trainFlags).map(({ field }) => field), 'data', 'initFrom'])
    expect(runConfigFieldNames.filter((field) => !covered.has(field))).toEqual([])
  })

  it('set their fields, in both spellings', () => {
    expect(configOf('--ranks', '3', '--lr=0.001', '--model', 'small', '--deterministic', '--max-length=64')).toEqual(
      runConfigSchema.parse({ worldSize: 3, learningRate: 0.001, model: 'small', deterministic: true, maxLength: 64 }),
    )
  })

  it('left out are as the recipe of the chosen model says', () => {
    const [tiny, small] = [configOf('--model', 'tiny'), configOf('--model', 'small', '--epochs', '5')]
    expect([tiny.epochs, small.epochs]).toEqual([modelPresets.tiny.recipe.epochs, 5])
    expect(small.dropout).toBe(modelPresets.small.recipe.dropout)
    expect(trainCommand(small)).toBe('npm run train -- --ranks 2 --model small --epochs 5')
  })

  it('name a pretrained model: a path that is one, else a repository; its recipe is the original’s', () => {
    const hub = configOf('--from', 'distilbert/distilbert-base-uncased')
    expect(hub).toMatchObject({ initFrom: { kind: 'hub', id: 'distilbert/distilbert-base-uncased', revision: 'main' } })
    expect(hub).toMatchObject({ epochs: 3, learningRate: 2e-5, weightDecay: 0.01, microBatch: 32, maxLength: 128, dropout: undefined })
    expect(configOf('--from', 'org/name@v1').initFrom).toEqual({ kind: 'hub', id: 'org/name', revision: 'v1' })
    expect(configOf('--from', './missing').initFrom).toEqual({ kind: 'folder', path: resolve('missing') })
  })

  it('name a CSV, its columns and what to do with bad rows', () => {
    expect(
      configOf('--data', 'news.csv', '--text-columns', 'title,description', '--label-column', 'label', '--on-bad-row', 'refuse').data,
    ).toEqual({
      kind: 'csv',
      path: resolve('news.csv'),
      mapping: { textColumns: ['title', 'description'], labelColumn: 'label' },
      onBadRow: 'refuse',
    })
  })

  it.each([
    [['--ranks', '0'], '--ranks must be at least 1'],
    [['--ranks', '64'], '--ranks must be at most 16'],
    [['--ranks', '1.5'], '--ranks must be a whole number'],
    [['--ranks', 'two'], '--ranks two is not a number'],
    [['--ranks', '-1'], '--ranks must be at least 1'],
    [['--ranks'], '--ranks needs a value'],
    [['--ranks='], '--ranks needs a value'],
    [['--lr', '0'], '--lr must be more than 0'],
    [['--lr', 'NaN'], '--lr NaN is not a number'],
    [['--dropout', '1'], '--dropout must be less than 1'],
    [['--model', 'huge'], '--model must be one of tiny, small, distilbert'],
    [['--epochs', '1e9'], '--epochs must be at most 1000'],
    [['--rank', '2'], 'Did you mean --ranks?'],
    [['--micro_batch', '2'], 'Did you mean --micro-batch?'],
    [['--learning-rate', '2'], 'There is no --learning-rate'],
    [['-r', '2'], 'There is no -r'],
    [['--__proto__', '2'], 'There is no --__proto__'],
    [['--constructor'], 'There is no --constructor'],
    [['--json=yes'], '--json takes no value'],
    [['--freeze', 'half'], '--freeze must be none, embeddings, encoder or a number of lower layers'],
    [['--layerwise-lr-decay', '0'], '--layerwise-lr-decay must be more than 0'],
    [['--from', 'org/name', '--model', 'small'], '--model cannot go with --from'],
    [['--label-column', 'label'], '--label-column needs --data'],
    [['--data', 'x.csv', '--label-column', 'label'], 'belong together'],
    [['--data', 'x.csv', '--on-bad-row', 'ignore'], 'must be one of skip, refuse'],
  ])('%j are refused: %s', (argv, text) => {
    const error = errorOf(...argv)
    expect(error.code).toBe('ARGUMENT_INVALID')
    expect(error.text).toContain(text)
  })
})

describe('the command that repeats a run', () => {
  /** As a shell would split it: words, with single quotes kept together. */
  const split = (command: string): string[] =>
    [...command.matchAll(/(?:'(?:[^']|'\\'')*'|[^\s'])+/g)].map(([word]) =>
      word.replaceAll(`'\\''`, '\u0001').replaceAll("'", '').replaceAll('\u0001', "'"),
    )

  it.each([
    {},
    { worldSize: 4, model: 'small', epochs: 1, microBatch: 16, gradAccumSteps: 2, learningRate: 3e-4, seed: 0, deterministic: true },
    { initFrom: { kind: 'hub', id: 'distilbert/distilbert-base-uncased', revision: 'a'.repeat(40) }, freeze: '2', layerwiseLrDecay: 0.9 },
    { initFrom: { kind: 'folder', path: "/models/my model's" }, epochs: 1, dropout: 0.3, freeze: 'encoder' },
    { name: "O'Neill; rm -rf $HOME `x`", warmupFraction: 0, dropout: 0, weightDecay: 0, threadsPerRank: 3, maxGradNorm: 5 },
    {
      data: {
        kind: 'csv',
        path: "/data/my news '24.csv",
        mapping: { textColumns: ['title', 'full text'], labelColumn: '0' },
        onBadRow: 'refuse',
      },
    },
  ] as const)('gives the same configuration again: %j', (input) => {
    const config = runConfigSchema.parse(input)
    const words = split(trainCommand(config))
    expect(words.slice(0, 4)).toEqual(['npm', 'run', 'train', '--'])
    expect(configOf(...words.slice(4))).toEqual(config)
  })
})

describe('help', () => {
  it('lists every flag of train with its default', () => {
    const text = help('train')
    for (const flag of Object.keys(trainFlagTable)) expect(text).toContain(`--${flag}`)
    expect(text).toContain('default: 0.0005')
  })

  it('on anything else lists the commands', () => {
    for (const text of [help(), help('nonsense'), help('constructor')]) expect(text).toMatch(/train[^]*predict[^]*evaluate[^]*--headless/)
  })
})

describe('the nearest name', () => {
  it.each([
    ['ranks', 'ranks'],
    ['rnaks', 'ranks'],
    ['epoch', 'epochs'],
    ['zzz', null],
    ['', null],
  ])('to %j is %j', (given, expected) => {
    expect(nearest(given, ['ranks', 'epochs', 'micro-batch'])).toBe(expected)
  })
})
