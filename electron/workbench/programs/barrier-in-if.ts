/** Experiment 9: rank 0 saves, and all wait for each other. Broken: the barrier stands inside the `if`. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RankProgram } from '../rank/context.ts'

const steps = 3

const program: RankProgram<'barrier-in-if'> = async (context) => {
  const { rank, group, input } = context
  const checkpoint = join(context.directory, 'checkpoint.bin')
  const gradient = new Float32Array(64 * 1024)
  await context.setupGroup.barrier({ step: 0, bucket: 0 })
  context.setDeadline(input.deadlineMs)
  context.progress('trains')
  for (let step = 1; step <= steps; step++) await group.allReduce(gradient.fill(rank), { step, bucket: 0 })

  if (input.arm === 'fixed') {
    // region fixed
    if (rank === 0) writeFileSync(checkpoint, new Uint8Array(gradient.buffer))
    await group.barrier({ step: steps, bucket: 0 })
    // endregion
  } else {
    // region broken
    if (rank === 0) {
      await group.barrier({ step: steps, bucket: 0 }) // The others never come here.
      writeFileSync(checkpoint, new Uint8Array(gradient.buffer))
    }
    // endregion
  }
  // All go on from the checkpoint: without it, nobody can.
  while (!existsSync(checkpoint)) {
    context.progress('waits for the checkpoint of rank 0')
    await sleep(250)
  }
  return { steps }
}

export default program
