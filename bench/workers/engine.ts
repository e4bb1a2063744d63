/**
 * engine DIRECTORY THREADS cls|full|padded: forward and backward pass of the job's batch, without dropout; with the whole
 * last layer, or with that and the padding.
 */
import { createClassifier } from '../../electron/engine/classifier.ts'
import { readJob } from '../job.ts'
import { serve } from './serve.ts'

export default async function run([directory, threads, work]: string[]): Promise<void> {
  const { arena, batch } = readJob(directory!)
  const comparison = { wholeLastLayer: work !== 'cls', keepPadding: work === 'padded' }
  const classifier = createClassifier({ config: arena.config, arena, threads: Number(threads), comparison })
  const { lossSum } = await classifier.gradients(batch, null)
  await classifier.gradients(batch, null)
  await serve(
    async () => {
      await classifier.gradients(batch, null)
    },
    { loss: lossSum },
  )
}
