/** engine DIRECTORY THREADS full|cls: forward and backward pass of the job's batch, without dropout. */
import { createClassifier } from '../../electron/engine/classifier.ts'
import { readJob } from '../job.ts'
import { serve } from './serve.ts'

export default async function run([directory, threads, lastLayer]: string[]): Promise<void> {
  const { arena, batch } = readJob(directory!)
  const classifier = createClassifier({ config: arena.config, arena, threads: Number(threads), wholeLastLayer: lastLayer === 'full' })
  const { lossSum } = await classifier.gradients(batch, null)
  await classifier.gradients(batch, null)
  await serve(
    async () => {
      await classifier.gradients(batch, null)
    },
    { loss: lossSum },
  )
}
