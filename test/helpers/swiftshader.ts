/**
 * A WebGPU adapter without a GPU: Chromium brings SwiftShader, a Vulkan driver in software. It is slow and good for tiny
 * shapes only, but it runs the very kernels that a GPU would. The variables must be set before a process starts.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import type { Hardware } from '../../shared/domain/hardware.ts'
import type { RunConfigInput } from '../../shared/domain/run-config.ts'
import { relativeDistance } from './small-models.ts'
import { type Bench, createBench, parametersOf, testHardware } from './training-runs.ts'

const driver = process.env['DISTRINEWS_SWIFTSHADER'] ?? '/usr/lib/chromium/vk_swiftshader_icd.json'

/** Null where it is there; else why it is not. */
export const swiftShaderMissing: string | null = existsSync(driver)
  ? null
  : `no software WebGPU adapter: ${driver} is missing (it comes with Chromium; DISTRINEWS_SWIFTSHADER names another)`

/** Chromium's own Vulkan loader serves where the system has none. */
export const swiftShaderVariables = (): Record<string, string> => ({
  VK_ICD_FILENAMES: driver,
  LD_LIBRARY_PATH: [process.env['LD_LIBRARY_PATH'], existsSync(join(dirname(driver), 'libvulkan.so.1')) ? dirname(driver) : undefined]
    .filter(Boolean)
    .join(':'),
})

/** Every test of the file or group trains on it, or is skipped. */
export function useSwiftShader(): void {
  beforeEach((ctx) => {
    ctx.skip(swiftShaderMissing !== null, swiftShaderMissing ?? '')
    // Ranks inherit the environment of whoever starts them.
    for (const [name, value] of Object.entries(swiftShaderVariables())) vi.stubEnv(name, value)
  })
  afterEach(() => void vi.unstubAllEnvs())
}

/** What a probe would say if SwiftShader were a GPU. */
const withSwiftShader: Hardware = {
  ...testHardware,
  gpus: [{ name: 'SwiftShader', pciAddress: null, cudaIndex: null, driver: null, through: ['webgpu'], usable: true, note: '' }],
}

/** Batches of one shape: for each other one the driver compiles every kernel anew, which takes seconds. */
export const oneShape = { padding: 'maxLength', maxLength: 16 } as const

export const createSwiftShaderBench = (rowCount: number): Promise<Bench> => createBench(rowCount, withSwiftShader)

/** A run of an epoch on the device makes the model that one rank on the CPU makes, and names its device once that has computed. Returns the run's notes. */
export async function trainsAsOnCpu(change: Partial<RunConfigInput>): Promise<string> {
  const bench = await createSwiftShaderBench(40)
  const train = async (config: Partial<RunConfigInput>) => {
    const run = await bench.start(bench.config({ ...oneShape, epochs: 1, dropout: 0, ...config }))
    const hopes = run.detail().ranks.map(({ device }) => device)
    const record = await run.finished
    expect(record.error).toBeNull()
    return { hopes, ranks: run.detail().ranks, parameters: await parametersOf(run.runDirectory), notes: record.notes }
  }
  const cpu = await train({ worldSize: 1, microBatch: 8 })
  const { hopes, ranks, parameters, notes } = await train({ ...change, device: 'webgpu' })
  for (const hope of hopes) expect(hope).not.toContain('SwiftShader')
  for (const { device } of ranks) expect(device).toBe('SwiftShader (WebGPU)')
  for (const [name, { data }] of cpu.parameters) {
    const actual = parameters.get(name)!.data
    // The key biases never move.
    if (data.every((value) => value === 0)) expect(actual, name).toEqual(data)
    else expect(relativeDistance(actual, data), name).toBeLessThan(1e-3)
  }
  return notes.join()
}
