/**
 * What is recorded for ONNX Runtime, run by another TensorFlow.js backend. TensorFlow's native library cannot be had on
 * every machine, so its place is taken by TensorFlow.js' own CPU backend, which has the same kernels under the same names.
 */
import { createRequire } from 'node:module'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createBackend, tf } from '../../electron/backend/index.ts'
import { createClassifier } from '../../electron/engine/classifier.ts'
import { HostStore } from '../../electron/engine/parameter-store.ts'
import { makeArena, makeRandomBatch, miniatureConfig, relativeDistance } from './engine-fixtures.ts'

const require = createRequire(import.meta.url)
const isInstalled = ((): boolean => {
  try {
    require.resolve('@tensorflow/tfjs-backend-cpu')
    return true
  } catch {
    return false
  }
})()

describe('the model on a stock backend', () => {
  const config = miniatureConfig({ dropout: 0.1, attentionDropout: 0.2 })
  const batch = makeRandomBatch(config, { rows: 4, filling: 1 })
  const counter = { seed: 1, rank: 0, step: 1, microStep: 0 }

  beforeEach((ctx) => ctx.skip(!isInstalled, '@tensorflow/tfjs-backend-cpu is not installed (it comes with the optional tfjs-node-gpu)'))
  beforeAll(() => {
    if (!isInstalled) return
    createBackend({ threads: 1 })
    require('@tensorflow/tfjs-backend-cpu')
    const backend = tf.engine().findBackend('cpu')
    tf.copyRegisteredKernels('cpu', 'tensorflow')
    tf.registerBackend('tensorflow', () => backend)
  })

  test('loss, logits and every gradient are those of ONNX Runtime; recording goes on as before; nothing is left', async () => {
    const [ours, stock] = [makeArena(config), makeArena(config)]
    const onnx = createClassifier({ config, arena: ours, threads: 1 })
    const other = createClassifier({ config, arena: stock, store: new HostStore(stock, 'tensorflow'), threads: 1 })
    const expected = await onnx.gradients(batch, counter)
    const actual = await other.gradients(batch, counter)
    expect(Math.abs(actual.lossSum / expected.lossSum - 1)).toBeLessThan(1e-5)
    for (const name of ours.names) {
      if (name.endsWith('k_lin.bias')) expect(Math.hypot(...stock.gradient(name))).toBe(0)
      else expect(relativeDistance(stock.gradient(name), ours.gradient(name)), name).toBeLessThan(1e-4)
    }
    expect(relativeDistance(await other.logits(batch), await onnx.logits(batch))).toBeLessThan(1e-5)

    expect(tf.getBackend()).toBe('onnxruntime')
    const tensors = tf.memory().numTensors
    for (let step = 2; step < 5; step++) await other.gradients(batch, { ...counter, step })
    expect(tf.memory().numTensors).toBe(tensors)
  })
})
