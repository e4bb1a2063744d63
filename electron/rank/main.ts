/**
 * Entry of a rank process: heartbeat first, then training, then an exit code (0 done or stopped, 1 failed). Ends itself
 * when the supervisor is gone; leaves Ctrl-C, which a terminal sends to every process, to the supervisor.
 */
import { Worker } from 'node:worker_threads'
import { deviceTitles } from '../../shared/domain/device.ts'
import { entryFile } from '../paths.ts'
import { RankChannel } from './channel.ts'
import { readRankEnv } from './env.ts'
import { type HeartbeatData, heartbeatIntervalMs } from './heartbeat-pipe.ts'

const channel = new RankChannel(process.env['DISTRINEWS_ATTEMPT'] ?? '')

async function fail(error: unknown): Promise<never> {
  console.error(`rank ${process.env['RANK']}:`, error)
  await channel.failed(error)
  process.exit(1)
}

process.on('uncaughtException', (error) => void fail(error))
process.on('unhandledRejection', (error) => void fail(error))
process.on('SIGINT', () => undefined)
// The heartbeat thread notices too, and clears up; this is for the case that it cannot.
process.on('disconnect', () => setTimeout(() => process.kill(process.pid, 'SIGKILL'), 4 * heartbeatIntervalMs))

try {
  const env = readRankEnv(process.env)
  const beat = new Int32Array(new SharedArrayBuffer(4))
  const workerData: HeartbeatData = { rendezvousDirectory: env.rendezvousDirectory, beat }
  new Worker(entryFile('heartbeat'), { workerData })
  // A GPU is named when it has computed something, see train.ts.
  const { device } = env.config
  channel.send({ type: 'hello', device: device === 'cpu' ? env.deviceName : `${deviceTitles[device]}, not used yet` })
  // Loaded after the heartbeat has begun: the runtime is large.
  const { trainRank } = await import('./train.ts')
  await channel.finished(await trainRank(env, channel, beat))
  process.exit(0)
} catch (error) {
  await fail(error)
}
