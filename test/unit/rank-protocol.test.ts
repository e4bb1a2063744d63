/** What ranks and supervisor tell each other survives the way, and nothing else is believed. */
import { describe, expect, it } from 'vitest'
import { readRankEnv, type RankEnv, writeRankEnv } from '../../electron/rank/env.ts'
import { rankEnvelopeSchema, rankMessageSchema, supervisorEnvelopeSchema, supervisorMessageSchema } from '../../electron/rank/protocol.ts'
import { runConfigSchema } from '../../shared/domain/run-config.ts'

const env: RankEnv = {
  rank: 1,
  localRank: 1,
  worldSize: 2,
  runId: '20261124-031500-tiny-ab12',
  config: runConfigSchema.parse({ name: 'quotes " and \n lines', seed: 7 }),
  attempt: 'x#1',
  rendezvousDirectory: '/tmp/a b',
  runDirectory: '/r',
  cacheDirectory: '/c',
  deviceName: 'CPU, 1 thread',
  threads: 2,
  resumeFrom: null,
  modelDirectory: null,
  timesForward: true,
}

describe('the environment of a rank', () => {
  it('is read as it was written', () => {
    expect(readRankEnv(writeRankEnv(env))).toEqual(env)
    expect(readRankEnv(writeRankEnv({ ...env, resumeFrom: '/r/checkpoints/step-000001' })).resumeFrom).toBe('/r/checkpoints/step-000001')
  })

  it.each([
    ['RANK', '2'],
    ['RANK', '-1'],
    ['RANK', '1e3'],
    ['WORLD_SIZE', '0'],
    ['DISTRINEWS_THREADS', '0'],
    ['DISTRINEWS_CONFIG', '{}x'],
    ['DISTRINEWS_CONFIG', '{"epochs":0}'],
    ['DISTRINEWS_RENDEZVOUS', ''],
  ])('with %s=%j is refused', (name, value) => {
    expect(() => readRankEnv({ ...writeRankEnv(env), [name]: value })).toThrow()
  })

  it('with a variable missing is refused', () => {
    for (const missing of Object.keys(writeRankEnv(env))) {
      const others = Object.entries(writeRankEnv(env)).filter(([name]) => name !== missing)
      expect(() => readRankEnv(Object.fromEntries(others))).toThrow()
    }
  })
})

describe('the protocol', () => {
  it.each([
    { type: 'hello' },
    { type: 'state', state: 'dancing', activity: '' },
    { type: 'step', step: 0 },
    { type: 'finished', reason: 'bored', step: 1 },
    { type: 'failed', error: 'text', step: 1 },
    { type: 'unknown' },
    null,
    'stop',
  ])('does not believe %j', (message) => {
    expect(rankMessageSchema.safeParse(message).success).toBe(false)
    expect(supervisorMessageSchema.safeParse(message).success).toBe(false)
  })

  it('believes no message that does not say which attempt it belongs to', () => {
    const saving = { type: 'saving', step: 3 }
    expect(rankEnvelopeSchema.safeParse({ attempt: 'x#2', message: saving }).success).toBe(true)
    expect(supervisorEnvelopeSchema.safeParse({ attempt: 'x#2', message: { type: 'save', step: 3 } }).success).toBe(true)
    for (const envelope of [saving, { message: saving }, { attempt: '', message: saving }, { attempt: 2, message: saving }]) {
      expect(rankEnvelopeSchema.safeParse(envelope).success).toBe(false)
      expect(supervisorEnvelopeSchema.safeParse(envelope).success).toBe(false)
    }
  })

  it('notices numbers that JSON could not carry', () => {
    const local = {
      rank: 0,
      localLoss: Number.NaN,
      exampleCount: 1,
      tokenCount: 1,
      paddedTokenCount: 1,
      stepMs: 1,
      phases: { dataMs: 0, forwardBackwardMs: 0, allReduceMs: 0, optimizerMs: 0 },
    }
    const message = { type: 'step', step: 1, epoch: 0, globalLoss: 1, gradNorm: 1, learningRate: 1, rssBytes: 1, peakRssBytes: 1, local }
    expect(rankMessageSchema.safeParse(JSON.parse(JSON.stringify(message))).success).toBe(false)
    expect(rankMessageSchema.safeParse({ ...message, local: { ...local, localLoss: 1 } }).success).toBe(true)
  })
})
