/** Runs of two ranks on a WebGPU adapter in software, and faults on it: what devices.test.ts has no time for. */
import { expect, test } from 'vitest'
import type { Fault } from '../../shared/domain/fault.ts'
import { createSwiftShaderBench, oneShape, trainsAsOnCpu, useSwiftShader } from '../helpers/swiftshader.ts'
import { reached } from '../helpers/training-runs.ts'

useSwiftShader()

test('two ranks make the model that one on the CPU makes, name their device once it has computed, and say that they share it', async () => {
  expect(await trainsAsOnCpu({ worldSize: 2, microBatch: 4 })).toContain('2 ranks share 1 GPU')
})

test('a weight of a model that lies there becomes wrong where a person asks for it, and is noticed', async () => {
  const bench = await createSwiftShaderBench(60)
  const afterFault = async (fault: Fault, worldSize: number) => {
    // Ranks compare their parameters before each save, too: sooner than after fifty of these slow steps.
    const run = await bench.start(bench.config({ ...oneShape, epochs: 1000, device: 'webgpu', worldSize, checkpointEverySteps: 5 }))
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
