/** Probes and whole runs on a WebGPU adapter in software, in real processes; what is refused where there is no device. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runProbe } from '../../electron/probe/run-probe.ts'
import type { Fault } from '../../shared/domain/fault.ts'
import type { Hardware } from '../../shared/domain/hardware.ts'
import { relativeDistance } from '../helpers/small-models.ts'
import { swiftShaderMissing, swiftShaderVariables } from '../helpers/swiftshader.ts'
import { createBench, parametersOf, reached, testHardware } from '../helpers/training-runs.ts'

/** What a probe would say if SwiftShader were a GPU. */
const withSwiftShader: Hardware = {
  ...testHardware,
  gpus: [{ name: 'SwiftShader', pciAddress: null, cudaIndex: null, driver: null, through: ['webgpu'], usable: true, note: '' }],
}

describe('on a WebGPU adapter in software', () => {
  beforeEach((ctx) => {
    ctx.skip(swiftShaderMissing !== null, swiftShaderMissing ?? '')
    // Ranks inherit the environment of whoever starts them.
    for (const [name, value] of Object.entries(swiftShaderVariables())) vi.stubEnv(name, value)
  })
  afterEach(() => void vi.unstubAllEnvs())

  test('a probe trains on it, and does not take it for a GPU', async () => {
    expect(await runProbe('webgpu')).toEqual({ works: true, onGpu: false, version: null, error: null })
  })

  test('one rank and two ranks make the model that the CPU makes, and name their device once it has computed', async () => {
    const bench = await createBench(40, withSwiftShader)
    const train = async (change: Parameters<typeof bench.config>[0]) => {
      const run = await bench.start(bench.config({ epochs: 1, dropout: 0, ...change }))
      const hopes = run.detail().ranks.map(({ device }) => device)
      const record = await run.finished
      expect(record.error).toBeNull()
      return { hopes, ranks: run.detail().ranks, parameters: await parametersOf(run.runDirectory), notes: record.notes }
    }
    const cpu = await train({ worldSize: 1, microBatch: 8 })
    const alone = await train({ worldSize: 1, microBatch: 8, device: 'webgpu' })
    const shared = await train({ worldSize: 2, microBatch: 4, device: 'webgpu' })
    for (const { hopes, ranks, parameters } of [alone, shared]) {
      for (const hope of hopes) expect(hope).not.toContain('SwiftShader')
      for (const { device } of ranks) expect(device).toBe('SwiftShader (WebGPU)')
      for (const [name, { data }] of cpu.parameters) {
        const actual = parameters.get(name)!.data
        // The key biases never move.
        if (data.every((value) => value === 0)) expect(actual, name).toEqual(data)
        else expect(relativeDistance(actual, data), name).toBeLessThan(1e-3)
      }
    }
    expect(shared.notes.join()).toContain('2 ranks share 1 GPU')
  })

  test('a weight of a model that lies there becomes wrong where a person asks for it, and is noticed', async () => {
    const bench = await createBench(60, withSwiftShader)
    const afterFault = async (fault: Fault, worldSize: number) => {
      // Ranks compare their parameters before each save, too: sooner than after fifty of these slow steps.
      const run = await bench.start(bench.config({ epochs: 1000, device: 'webgpu', worldSize, checkpointEverySteps: 5 }))
      await reached(run, 2)
      run.injectFault(worldSize - 1, fault)
      return run.finished
    }
    expect(await afterFault('poison', 1)).toMatchObject({ state: 'failed', error: { code: 'LOSS_NOT_FINITE' } })
    expect(await afterFault('drift', 2)).toMatchObject({
      state: 'failed',
      error: { code: 'COLLECTIVE_DESYNC', cause: expect.stringContaining('rank 1') },
    })
  })
})

describe('without a device', () => {
  test('a run that wants one is refused before anything is made, with the reason', async () => {
    const bench = await createBench(40)
    const refused = bench.start(bench.config({ device: 'webgpu' }))
    await expect(refused).rejects.toMatchObject({ info: { code: 'BACKEND_UNAVAILABLE', cause: 'No GPU was found.' } })
    expect(await bench.store.list()).toEqual([])
  })

  test('probes of what is not there come back with the reason', async () => {
    const cuda = await runProbe('cuda', { CUDA_VISIBLE_DEVICES: '' })
    const webgpu = await runProbe('webgpu', { VK_ICD_FILENAMES: '/nowhere.json', VK_DRIVER_FILES: '/nowhere.json' })
    for (const result of [cuda, ...(process.platform === 'linux' ? [webgpu] : [])]) {
      expect(result).toMatchObject({ works: false, onGpu: false })
      expect(result.error).toBeTruthy()
    }
  })

  test('the probe of TensorFlow survives whatever its library does', async () => {
    const result = await runProbe('tensorflow')
    if (!result.works) expect(result.error).toBeTruthy()
  })
})
