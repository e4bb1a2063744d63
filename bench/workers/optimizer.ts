/** optimizer DIRECTORY adamw|clipped|copy: one update of the job's model, or a plain copy of as much memory as it moves. */
import { AdamW, clipScale } from '../../electron/engine/optimizer.ts'
import { readJob } from '../job.ts'
import { serve } from './serve.ts'

/** Four vectors are read, three written. */
export const vectorsMoved = 7

export default async function run([directory, what]: string[]): Promise<void> {
  const { arena } = readJob(directory!)
  for (let index = 0; index < arena.gradients.length; index++) arena.gradients[index] = 1e-3 * ((index % 1000) / 500 - 1)
  const optimizer = new AdamW(arena, { weightDecay: 0.01 })
  // Touched once, so that the pages are there.
  optimizer.update({ learningRate: 2e-5 })
  const half = arena.flatLength / 2
  const steps: Record<string, () => void> = {
    adamw: () => optimizer.update({ learningRate: 2e-5 }),
    clipped: () => optimizer.update({ learningRate: 2e-5, gradScale: clipScale(optimizer.gradNorm(), 1e9) }),
    // A vector is read and another written for each: moves as many bytes a vector's length as one of the seven does.
    copy: () => {
      arena.parameters.copyWithin(0, half)
    },
  }
  const step = steps[what!]
  if (!step) throw new Error(`No measurement ${what}`)
  step()
  await serve(step, { flatBytes: arena.flatLength * 4 })
}
