/** The engine on WebGPU against the engine on the CPU, on a WebGPU adapter in software: same numbers, same memory all along. */
import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildKernels } from '../../scripts/build-kernels.mjs'
import { projectRoot } from '../../electron/paths.ts'
import { bundleForNode } from '../helpers/bundle.ts'
import { swiftShaderMissing, swiftShaderVariables } from '../helpers/swiftshader.ts'

interface Training {
  sync: string
  alive: number[]
  losses: number
  parameters: number
  secondMoments: number
  frozenStays: boolean
}

interface Comparison {
  gradients: { loss: number; gradient: number; logits: number }[]
  training: Training[]
  fineTuning: Training[]
  aliveAtEnd: number
  foreign: string
}

// Inside the project, where the runtime's native library is found.
const directory = join(projectRoot, 'out', 'test-webgpu')

describe('the engine on WebGPU', () => {
  let result: Comparison

  beforeEach((ctx) => ctx.skip(swiftShaderMissing !== null, swiftShaderMissing ?? ''))
  beforeAll(async () => {
    if (swiftShaderMissing !== null) return
    await buildKernels()
    const child = await bundleForNode('test/helpers/webgpu-child.ts', directory, { external: ['onnxruntime-node', 'onnx-proto'] })
    const env = { ...process.env, ...swiftShaderVariables(), ORT_DISABLE_TELEMETRY: '1' }
    const { stdout } = await promisify(execFile)(process.execPath, [child], { env })
    result = JSON.parse(stdout) as Comparison
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  test('loss, logits and every gradient are those of the CPU, for two batch shapes, with dropout, of DistilBERT and BERT', () => {
    expect(result.gradients).toHaveLength(4)
    for (const { loss, gradient, logits } of result.gradients) expect(Math.max(loss, gradient, logits)).toBeLessThan(1e-4)
  })

  test.each(['alone', 'throughHost'])('eight steps make the model that they make on the CPU (%s)', (sync) => {
    const { losses, parameters, secondMoments } = result.training.find((training) => training.sync === sync)!
    expect(losses).toBeLessThan(1e-4)
    expect(parameters).toBeLessThan(1e-4)
    expect(secondMoments).toBeLessThan(1e-3)
  })

  test.each(['alone', 'throughHost'])('a BERT with frozen layers and a rate for each of the others learns as on the CPU (%s)', (sync) => {
    const { losses, parameters, secondMoments, frozenStays } = result.fineTuning.find((training) => training.sync === sync)!
    expect(losses).toBeLessThan(1e-4)
    expect(parameters).toBeLessThan(1e-4)
    expect(secondMoments).toBeLessThan(1e-3)
    expect(frozenStays).toBe(true)
  })

  test('what a step leaves on the device, the next one replaces, and disposing of the store frees the rest', () => {
    expect(result.aliveAtEnd).toBe(0)
    for (const { alive } of result.training) {
      expect(alive).toHaveLength(8)
      expect(new Set(alive.slice(1)).size).toBe(1)
    }
  })

  test('an operator that the device lacks is an error and no detour through the CPU', () => {
    expect(result.foreign).toContain('fallback to CPU EP has been explicitly disabled')
  })
})
