/**
 * engine DIRECTORY THREADS cls|full DEVICE: forward and backward pass of the job's batch, without dropout; `full`: with the
 * whole last layer. On WebGPU the gradients stay on the device; the loss is read, as the peer reads it.
 */
import { createClassifier } from '../../electron/engine/classifier.ts'
import { placeTraining } from '../../electron/engine/placement.ts'
import { singleRankSync } from '../../electron/engine/single-rank-sync.ts'
import { deviceSchema } from '../../shared/domain/device.ts'
import { readJob } from '../job.ts'
import { serve } from './serve.ts'

export default async function run([directory, threads, work, deviceName]: string[]): Promise<void> {
  const { arena, batch } = readJob(directory!)
  const device = deviceSchema.parse(deviceName)
  const { store } = await placeTraining({ arena, device, optimizer: { weightDecay: 0 }, sync: singleRankSync, isAlone: true })
  const comparison = { wholeLastLayer: work === 'full' }
  const classifier = createClassifier({ config: arena.config, arena, store, threads: Number(threads), comparison })
  const { lossSum } = await classifier.gradients(batch, null)
  await classifier.gradients(batch, null)
  await serve(
    async () => {
      await classifier.gradients(batch, null)
    },
    { loss: lossSum },
  )
}
