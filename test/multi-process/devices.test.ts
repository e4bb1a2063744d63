/**
 * Probes and a whole run on a WebGPU adapter in software, in real processes; what is refused where there is no device. Two
 * ranks on it, and faults, are in devices.long.test.ts: it computes slowly.
 */
import { describe, expect, test } from 'vitest'
import { runProbe } from '../../electron/probe/run-probe.ts'
import { trainsAsOnCpu, useSwiftShader } from '../helpers/swiftshader.ts'
import { createBench } from '../helpers/training-runs.ts'

describe('on a WebGPU adapter in software', () => {
  useSwiftShader()

  test('a probe trains on it, and does not take it for a GPU', async () => {
    expect(await runProbe('webgpu')).toEqual({ works: true, onGpu: false, version: null, error: null })
  })

  test('one rank makes the model that the CPU makes, and names its device once it has computed', async () => {
    expect(await trainsAsOnCpu({ worldSize: 1, microBatch: 8 })).not.toContain('ranks share')
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
