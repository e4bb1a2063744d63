/**
 * Worker-thread entry of a rank: a byte every 250 ms into a pipe to the supervisor. The main thread cannot do it, since a
 * forward pass blocks it for seconds. When the pipe breaks, the supervisor is dead and nobody would ever end this rank:
 * so it ends itself, whatever its main thread is busy with, and clears away what the supervisor would have.
 */
import { rmSync, writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import { type HeartbeatData, heartbeatDescriptor, heartbeatIntervalMs } from './heartbeat-pipe.ts'

const { rendezvousDirectory, beat } = workerData as HeartbeatData

setInterval(() => {
  try {
    writeSync(heartbeatDescriptor, Uint8Array.of(Atomics.load(beat, 0)))
  } catch (error) {
    const supervisorIsBusy = error instanceof Error && 'code' in error && error.code === 'EAGAIN'
    if (!supervisorIsBusy) leave()
  }
}, heartbeatIntervalMs)

function leave(): void {
  try {
    rmSync(rendezvousDirectory, { recursive: true, force: true })
  } finally {
    process.kill(process.pid, 'SIGKILL')
  }
}
