/** Ranks of a real run are killed and frozen: how soon the cause is shown, and how soon the run trains again by itself. */
import type { RunHandle } from '../../electron/supervisor/run-handle.ts'
import { advanced, type Bench, pidsOf, trainsAgain, until, withBench } from './bench.ts'
import { all, type Effort, type Fault, type Figure, within } from './fault.ts'
import { Random } from './random.ts'

/** More epochs than any trial lets pass, and checkpoints often. */
const endless = { epochs: 1_000, checkpointEverySteps: 5 }

interface Trial {
  suspectMs: number | null
  causeMs: number | null
  againMs: number | null
}

async function trials(count: number, signal: 'SIGKILL' | 'SIGSTOP', seed: number, maxRestarts = 1_000): Promise<Trial[]> {
  const random = new Random(seed)
  return withBench(async (bench) => {
    const done: Trial[] = []
    let run = await bench.start(bench.config({ ...endless, maxRestarts }))
    while (done.length < count) {
      // Past the first checkpoint, then at a random step.
      if (!(await advanced(run, (done.length === 0 ? 16 : 1) + random.below(8)))) throw new Error('the run ended before the fault')
      const pids = pidsOf(run)
      const rank = random.below(pids.length)
      process.kill(pids[rank]!, signal)
      const causeKnown = until(() => run.detail().ranks[rank]?.error != null, 20_000)
      const suspectKnown = until(
        () => String(run.detail().ranks[rank]?.state) === 'suspect' || run.detail().ranks[rank]?.error != null,
        20_000,
      )
      const suspected = await suspectKnown.then((ms) => (run.detail().ranks[rank]?.error == null ? ms : null))
      const causeMs = await causeKnown
      const afterMs = await trainsAgain(run, pids)
      done.push({ suspectMs: suspected, causeMs, againMs: afterMs })
      if (afterMs === null) run = await resumedByHand(bench, run)
    }
    return done
  })
}

async function resumedByHand(bench: Bench, run: RunHandle): Promise<RunHandle> {
  const { config } = await run.finished
  return bench.resume(run.runDirectory, config)
}

const known = (times: readonly (number | null)[]): number[] => times.filter((ms) => ms !== null)

const again = (done: readonly Trial[]): Figure[] => [
  all('runs that trained again by themselves', known(done.map(({ againMs }) => againMs)).length, done.length),
  within('from the shown cause to the next step', 5_000, known(done.map(({ againMs }) => againMs))),
]

export const killedRank: Fault = {
  name: 'killed-rank',
  title: 'SIGKILL a random rank at 50 random steps',
  trains: true,
  run: async ({ long, seed }: Effort) => {
    const done = await trials(long ? 50 : 3, 'SIGKILL', seed)
    const causes = known(done.map(({ causeMs }) => causeMs))
    return [all('causes shown', causes.length, done.length), within('until the cause is shown', 250, causes, 0.99), ...again(done)]
  },
  withoutGuard: {
    what: 'a run that does not restart by itself',
    run: async ({ seed }: Effort) => again(await trials(1, 'SIGKILL', seed, 0)),
  },
}

export const frozenRank: Fault = {
  name: 'frozen-rank',
  title: 'SIGSTOP a rank × 20',
  trains: true,
  run: async ({ long, seed }: Effort) => {
    if (process.platform === 'win32') return { skipped: 'Windows has no SIGSTOP' }
    const done = await trials(long ? 20 : 2, 'SIGSTOP', seed)
    const suspects = known(done.map(({ suspectMs }) => suspectMs))
    return [
      all('ranks shown as suspect', suspects.length, done.length),
      within('until it is suspect', 2_000, suspects),
      within('until it is failed', 5_000, known(done.map(({ causeMs }) => causeMs))),
      ...again(done),
    ]
  },
  withoutGuard: {
    what: 'a run that does not restart by itself',
    run: async ({ seed }: Effort) => again(await trials(1, 'SIGSTOP', seed, 0)),
  },
}
