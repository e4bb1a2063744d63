/**
 * Latency of the model that a benchmark trained, against the number of clients: served as the lab serves, on this machine,
 * asked by a process of its own. Loads are interleaved as repetitions are: all numbers of clients, then all in the
 * opposite order. The open loop comes last, since it asks at a share of what the closed loops got answered.
 */
import { join } from 'node:path'
import type { Arm } from '../../shared/domain/benchmark.ts'
import type { InferencePlan, InferenceSweep, LoadTurn } from '../../shared/domain/inference-sweep.ts'
import { median } from '../../shared/domain/series.ts'
import { fileDigest } from '../checkpoint/file-digest.ts'
import { usualThreads } from '../inference/client.ts'
import { serveModel } from '../serving/server.ts'
import { LoadProcess } from './load/load-process.ts'
import { busyShare } from './machine-state.ts'

/** So many may wait for an answer at once; more than ever do below the capacity. */
const openConnections = 64
const warmUpMs = 500

interface ServedArm {
  arm: Arm
  modelDirectory: string
  plan: InferencePlan
  onProgress: (done: number, total: number, activity: string) => void
  signal: AbortSignal
}

/** Throws what kept the model from being served or asked, or the signal's reason. */
export async function measureInference({ arm, modelDirectory, plan, onProgress, signal }: ServedArm): Promise<InferenceSweep> {
  const { clients: levels, repetitions, turnMs, openShare } = plan
  const busy = await busyShare()
  const threads = usualThreads()
  const server = await serveModel({ modelDirectory, title: arm.label, port: 0, threads })
  const load = new LoadProcess()
  const { port } = server
  try {
    await server.predictor.ready
    const total = (levels.length + 1) * repetitions
    let done = 0
    const { textCount } = await load.load({ loop: 'closed', port, clients: Math.max(...levels), durationMs: warmUpMs }, signal)
    const closed = levels.map((clients) => ({ clients, turns: [] as LoadTurn[] }))
    for (let repetition = 0; repetition < repetitions; repetition++) {
      for (const { clients, turns } of repetition % 2 === 0 ? closed : closed.toReversed()) {
        onProgress(done++, total, `asking the served model with ${clients} ${clients === 1 ? 'client' : 'clients'} at once`)
        turns.push((await load.load({ loop: 'closed', port, clients, durationMs: turnMs }, signal)).turn)
      }
    }
    const capacity = Math.max(...closed.map(({ turns }) => median(turns.map(({ perSec }) => perSec))!))
    const open =
      capacity > 0 ? { share: openShare, perSec: openShare * capacity, connections: openConnections, turns: [] as LoadTurn[] } : null
    while (open !== null && open.turns.length < repetitions) {
      onProgress(done++, total, `asking the served model ${open.perSec.toFixed(0)} times a second`)
      const { connections, perSec } = open
      open.turns.push((await load.load({ loop: 'open', port, connections, perSec, durationMs: turnMs }, signal)).turn)
    }
    const checkpoint = server.predictor.version ?? ''
    const weightsSha256 = await fileDigest(join(modelDirectory, 'model.safetensors'))
    return { provenance: 'measured', arm: arm.id, checkpoint, weightsSha256, threads, textCount, busyShare: busy, closed, open }
  } finally {
    load.end()
    await server.close()
  }
}
