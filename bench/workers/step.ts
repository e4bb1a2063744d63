/**
 * step DIRECTORY THREADS RANK WORLD_SIZE RENDEZVOUS BUCKET_CAP_BYTES: whole training steps as a rank makes them, on the
 * job's batch. Beside the times: where they went, by the loop's own clock.
 */
import { joinSocketRing } from '../../electron/collectives/socket-ring.ts'
import { Reducer } from '../../electron/ddp/reducer.ts'
import { createClassifier } from '../../electron/engine/classifier.ts'
import { train } from '../../electron/engine/loop.ts'
import { AdamW } from '../../electron/engine/optimizer.ts'
import type { StepPhases } from '../../shared/domain/metrics.ts'
import { readJob } from '../job.ts'
import { serve } from './serve.ts'

export default async function run([directory, threads, rank, worldSize, rendezvous, bucketCapBytes]: string[]): Promise<void> {
  const { arena, batch } = readJob(directory!)
  const group = await joinSocketRing({ rank: Number(rank), worldSize: Number(worldSize), attempt: 'bench', directory: rendezvous! })
  const steps = train({
    classifier: createClassifier({ config: arena.config, arena, threads: Number(threads) }),
    arena,
    optimizer: new AdamW(arena, { weightDecay: 0.01 }),
    sync: new Reducer({ group, arena, bucketCapBytes: Number(bucketCapBytes) }),
    config: { seed: 1, learningRate: 2e-5, warmupFraction: 0, maxGradNorm: 1 },
    steps: forever({ epoch: 0, microBatches: [batch] }),
    startStep: 0,
    totalSteps: 1e9,
    rank: Number(rank),
    shouldStop: () => false,
  })
  let phases: StepPhases[] = []
  const step = async (): Promise<void> => {
    const { value } = await steps.next()
    phases.push(value!.local.phases)
  }
  await step()
  await step()
  await serve(step, {}, () => {
    const facts = { phases }
    phases = []
    return facts
  })
}

function* forever<T>(item: T): Generator<T> {
  for (;;) yield item
}
