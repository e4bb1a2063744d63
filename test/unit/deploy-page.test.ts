/** What the Deploy page thinks before it draws: how far the steps are, names that fit, commands that mean what they say, words of checks. */
import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import {
  answersInWords,
  closeness,
  comparedInWords,
  filesInWords,
  isAsExpected,
  latencyInWords,
} from '../../renderer/features/deploy/check-words.ts'
import { onCommandLine, pushByHand, tryCommands, weightsDirectory, withToken } from '../../renderer/features/deploy/commands.ts'
import { folderNameOf, nameOf } from '../../renderer/features/deploy/names.ts'
import { hubName, hubNameForCommands, pushInWords } from '../../renderer/features/deploy/push-words.ts'
import { otherStep, weightsInWords } from '../../renderer/features/deploy/weights.ts'
import type { TrainedModel } from '../../shared/domain/prediction.ts'
import { type Facts, stepStates } from '../../renderer/features/deploy/steps.ts'
import { type DeployedCheck, type HubAccount, type SpaceFolder, type SpaceKind, spaceNameSchema } from '../../shared/domain/space.ts'

const nothing: Facts = {
  hasModel: true,
  hasChosen: false,
  hasFolder: false,
  isWriting: false,
  writeFailed: false,
  isPushed: false,
  isPushing: false,
  pushFailed: false,
  isChecking: false,
  checkFailed: false,
  isAsExpected: null,
}
const words = (facts: Partial<Facts>): string => Object.values(stepStates({ ...nothing, ...facts })).join(' ')

const folderOf = (kind: SpaceKind, title = 'News', path = '/lab/spaces/news'): SpaceFolder => ({
  folderName: 'news',
  path,
  bytes: 1000,
  facts: {
    format: 'distrinews-space',
    version: 1,
    kind,
    createdAt: '2026-11-25T12:00:00.000Z',
    title,
    model: {
      runId: 'run',
      checkpoint: null,
      step: null,
      architecture: 'distilbert',
      parameterCount: 1,
      labels: ['a', 'b'],
      maxLength: 8,
      precision: kind === 'static' ? 'int8' : 'fp32',
      license: null,
    },
    files: [],
  },
})
const account: HubAccount = { endpoint: 'https://hub.example', name: 'ada', owners: ['ada', 'analytical'], canWrite: true }

describe('the four steps', () => {
  it.each<[string, Partial<Facts>]>([
    ['waiting waiting waiting ready', { hasModel: false }],
    ['ready waiting waiting ready', {}],
    ['done ready waiting ready', { hasChosen: true }],
    ['done running waiting ready', { hasChosen: true, isWriting: true }],
    ['done failed waiting ready', { hasChosen: true, writeFailed: true }],
    ['done done ready ready', { hasChosen: true, hasFolder: true }],
    ['done done running ready', { hasChosen: true, hasFolder: true, isPushing: true }],
    ['done done failed ready', { hasChosen: true, hasFolder: true, pushFailed: true }],
    ['done done done ready', { hasChosen: true, hasFolder: true, isPushed: true }],
    ['done done done running', { hasChosen: true, hasFolder: true, isPushed: true, isChecking: true }],
    ['done done done done', { hasChosen: true, hasFolder: true, isPushed: true, isAsExpected: true }],
    ['done done done failed', { hasChosen: true, hasFolder: true, isPushed: true, isAsExpected: false }],
    ['done done done failed', { hasChosen: true, hasFolder: true, isPushed: true, checkFailed: true }],
  ])('are %s', (expected, facts) => expect(words(facts)).toBe(expected))
})

const hostile = [
  '',
  '   ',
  '../../etc/passwd',
  '-rf /',
  `"; rm -rf ~ #`,
  "it's $(id) `id`",
  '<script>alert(1)</script>',
  '\u202etxt.exe',
  '東京',
  'CON',
  'a--b..c',
  'É'.repeat(200),
]

describe('names', () => {
  it.each(hostile)('of %j are names of the hub and of folders', (title) => {
    expect(nameOf(title)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    expect(spaceNameSchema.safeParse(`ada/${nameOf(title)}`).success).toBe(true)
    expect(folderNameOf(title, 'docker')).toMatch(/^[a-z0-9-]{1,100}$/)
  })

  it('say what they are of', () => {
    expect(folderNameOf('Tiny on 2 ranks', 'static')).toBe('tiny-on-2-ranks-static')
    expect(nameOf('Café, 2026')).toBe('cafe-2026')
  })

  it('begin with the account, or with a word to be replaced', () => {
    const nobody = { owner: null, name: null }
    expect(hubName(nobody, account, folderOf('static'))).toEqual({ owner: 'ada', name: 'news' })
    expect(hubName(nobody, null, folderOf('static')).owner).toBe('YOUR_NAME')
    expect(hubNameForCommands({ owner: 'analytical', name: 'mine' }, account, folderOf('static'))).toBe('analytical/mine')
    // What was typed and is no name never becomes a word of a command.
    expect(hubNameForCommands({ owner: null, name: '$(id)' }, account, folderOf('static'))).toBe('ada/news')
  })
})

/** The words that a shell makes of a line. */
const wordsOf = (line: string): string[] =>
  execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1)

describe.skipIf(process.platform === 'win32')('commands', () => {
  it.each(hostile)('hold a path with %j as one word', (text) => {
    const path = `/lab/${text}`
    for (const kind of ['static', 'docker'] as const) {
      const folder = folderOf(kind, text, path)
      const commands = [...tryCommands(folder), ...pushByHand(folder, 'ada/news', true)].map(({ command }) => command).join('\n')
      const lines = commands.split(/\n| && /).filter((line) => !line.startsWith('cd ') && line.includes('/lab/'))
      expect(lines.length).toBeGreaterThan(1)
      for (const line of lines)
        expect(
          wordsOf(line)
            .filter((word) => word.startsWith('/lab/'))
            .map((word) => word.slice(0, path.length)),
        ).toEqual([path])
    }
    const [write] = onCommandLine({ modelDirectory: path, kind: 'static', title: text, folderPath: path, name: 'ada/n', isPrivate: true })
    expect(wordsOf(write!.command).slice(-7)).toEqual(['static', '--model', path, '--title', text, '--out', path])
  })

  it('tell the hub which kind it is, and who may see it', () => {
    expect(pushByHand(folderOf('docker'), 'ada/news', false)[0]!.command).toContain('--space-sdk docker\n')
    expect(pushByHand(folderOf('static'), 'ada/news', true)[0]!.command).toContain('--space-sdk static --private\n')
    expect(
      onCommandLine({ modelDirectory: '/m', kind: 'docker', title: 't', folderPath: '/f', name: 'ada/n', isPrivate: false })[1]!.command,
    ).toContain('--public')
  })

  it('name the weights that were chosen', () => {
    expect(weightsDirectory('/lab/runs/a/model', null)).toBe('/lab/runs/a/model')
    expect(weightsDirectory('/lab/runs/a/model', 'step-000040')).toBe('/lab/runs/a/checkpoints/step-000040')
    expect(weightsDirectory('C:\\lab\\runs\\a\\model', 'step-000040')).toBe('C:\\lab\\runs\\a\\checkpoints\\step-000040')
  })

  it('never hold a token', () => {
    for (const { command } of withToken) expect(command).not.toMatch(/HF_TOKEN\s*=\s*['"]?hf_/)
  })
})

describe('the weights of a folder', () => {
  const ofStep = (step: number | null): SpaceFolder['facts'] => {
    const { facts } = folderOf('docker')
    return { ...facts, model: { ...facts.model, checkpoint: step === null ? null : `step-0000${step}`, step } }
  }
  const models = [{ id: 'run', step: 20 }] as TrainedModel[]

  it('are named by their checkpoint, else by their digest', () => {
    expect(weightsInWords(ofStep(10))).toBe('step-000010')
    const sha256 = 'abcdef0123456789'.repeat(4)
    expect(weightsInWords({ ...ofStep(null), files: [{ path: 'model/model.safetensors', bytes: 1, sha256 }] })).toBe('sha256:abcdef012345')
    expect(weightsInWords(ofStep(null))).toBe('weights of no known run')
  })

  it('are told from those that their run has by now', () => {
    expect(otherStep(ofStep(10), models)).toBe(20)
    expect(otherStep(ofStep(20), models)).toBeNull()
    expect(otherStep(ofStep(null), models)).toBeNull()
    expect(otherStep(ofStep(10), [])).toBeNull()
  })
})

describe('words', () => {
  it('say how far a push is, and nothing that is not known', () => {
    const known = { stage: 'sending a', sentBytes: 3_100_000, totalBytes: 12_000_000, bytesPerSec: 1_200_000, etaMs: 7400 }
    expect(pushInWords(known)).toBe('sending a … · 3.1 MB of 12.0 MB · 1.2 MB/s, measured · 8 s left')
    expect(pushInWords({ ...known, totalBytes: null, bytesPerSec: null, etaMs: null })).toBe('sending a …')
  })

  it('say small differences as what they are', () => {
    expect([0, 4.5e-8, 0.0123].map(closeness)).toEqual(['0', '4.5e-8', '0.012'])
  })

  const api: Extract<DeployedCheck, { kind: 'api' }> = {
    kind: 'api',
    url: 'https://space.example/',
    checkedAt: '2026-11-25T12:00:00.000Z',
    health: { status: 'ok', model: 'News', version: null },
    answers: [{ text: 'a', label: 'b', confidence: 0.5, local: null }],
    latency: { count: 3, p50Ms: 12.3, p95Ms: null },
    comparison: null,
  }
  const compared = { with: 'folder', title: 'news', checkpoint: 'step-000010' } as const
  const site: Extract<DeployedCheck, { kind: 'static' }> = {
    kind: 'static',
    url: 'https://space.example/',
    checkedAt: '2026-11-25T12:00:00.000Z',
    title: 'News',
    comparedWith: 'local folder',
    files: [
      { path: 'a', bytes: 1, state: 'same' },
      { path: 'b', bytes: 1, state: 'missing' },
    ],
    isSame: false,
  }

  it('call a check good only where all of it is', () => {
    expect(isAsExpected(null)).toBeNull()
    expect(isAsExpected(api)).toBe(true)
    expect(isAsExpected({ ...api, health: { ...api.health, status: 'failed' } })).toBe(false)
    expect(isAsExpected({ ...api, comparison: { ...compared, labelsEqual: false, largestDifference: 0.4 } })).toBe(false)
    expect(isAsExpected(site)).toBe(false)
    expect(isAsExpected({ ...site, isSame: true })).toBe(true)
  })

  it('say what a check has shown', () => {
    expect(answersInWords(api)).toBe('It is ok and answered 1 headline.')
    expect(answersInWords({ ...api, comparison: { ...compared, labelsEqual: true, largestDifference: 1e-6 } })).toMatch(
      /each as here.*1\.0e-6/,
    )
    expect(answersInWords({ ...api, comparison: { ...compared, labelsEqual: false, largestDifference: 0.4 } })).toMatch(/other classes/)
    expect(comparedInWords({ ...compared, labelsEqual: true, largestDifference: 0 })).toBe('the weights in the folder news, step-000010')
    expect(latencyInWords(api.latency)).toBe('p50 12.3 ms of 3 requests')
    expect(latencyInWords({ count: 21, p50Ms: 12.3, p95Ms: 20.14 })).toBe('p50 12.3 ms, p95 20.1 ms of 21 requests')
    expect(filesInWords(site)).toBe('1 file of 2 is not as in the folder here.')
    expect(filesInWords({ ...site, isSame: true, comparedWith: 'its own list' })).toBe(
      'All 2 files are there, each the same as in the list that it brings along.',
    )
  })
})
