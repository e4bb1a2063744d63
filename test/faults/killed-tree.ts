/**
 * All processes of a run are killed at random instants, again and again, and it is resumed each time: nothing corrupt, no
 * reported checkpoint lost, and in the end the same curve and weights as if nothing had happened.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { checkpointsDirectory, listCheckpoints, loadNewestValid } from '../../electron/checkpoint/store.ts'
import { readRecord } from '../../electron/supervisor/run-directory.ts'
import { type Bench, curveOf, weightsOf, withBench } from './bench.ts'
import { type Effort, type Fault, type Figure, none } from './fault.ts'
import { startTree } from './process-tree.ts'
import { Random } from './random.ts'

interface Tally {
  damage: boolean
  kills: number
  corrupt: string[]
  lost: string[]
  finished: number
  different: string[]
}

const stepOf = (name: string): number => Number(/\d+$/.exec(name)?.[0])

async function damageNewest(runDirectory: string): Promise<void> {
  const [newest] = await listCheckpoints(runDirectory)
  if (newest === undefined) return
  const file = join(checkpointsDirectory(runDirectory), newest, 'optimizer.safetensors')
  const bytes = await readFile(file)
  bytes[bytes.length - 1] = bytes[bytes.length - 1]! ^ 1
  await writeFile(file, bytes)
}

/** One run from its start to its end, killed every so often on the way. */
async function runThroughKills(
  bench: Bench,
  config: unknown,
  expected: { weights: string; curve: string },
  random: Random,
  tally: Tally,
  maxKills: number,
) {
  let runDirectory: string | undefined
  for (;;) {
    const tree = await startTree(bench.labDirectory, config, runDirectory)
    // Often while it starts and in the first steps, sometimes much later: an epoch must come to its end now and then.
    const killAfterMs = tally.kills >= maxKills ? null : 300 + random.next() ** 2 * 4_000
    if (killAfterMs === null) await tree.exited
    else await Promise.race([tree.exited, delay(killAfterMs)])
    const finished = !tree.alive()
    await tree.end()
    const seen = tree.seen()
    runDirectory ??= seen?.runDirectory
    if (!finished) tally.kills++
    if (runDirectory === undefined) continue

    if (tally.damage && !finished) await damageNewest(runDirectory)
    const { checkpoint, rejected } = await loadNewestValid(runDirectory)
    for (const { name, reason } of rejected) tally.corrupt.push(`${name}: ${reason}`)
    if (seen?.saved && (checkpoint === null || checkpoint.state.step < stepOf(seen.saved)))
      tally.lost.push(`${seen.saved} of ${runDirectory}`)
    if (finished) {
      const { state, error } = await readRecord(runDirectory)
      tally.finished++
      const same = (await weightsOf(runDirectory)) === expected.weights && (await curveOf(runDirectory)) === expected.curve
      if (state !== 'done' || !same) tally.different.push(state === 'done' ? 'another curve' : `${state}: ${error?.title}`)
      return
    }
    // Killed before the first checkpoint: it can only be started anew.
    if (checkpoint === null) runDirectory = undefined
  }
}

/** `damage`: after each kill, one byte of the newest checkpoint is changed, as a careless writer might leave it. */
async function measure({ long, seed }: Effort, damage = false): Promise<Figure[]> {
  const random = new Random(seed)
  const maxKills = long ? 200 : 4
  return withBench(async (bench) => {
    const config = bench.config({ epochs: 8, checkpointEverySteps: 7, maxRestarts: 0 })
    const whole = await bench.start(config)
    const record = await whole.finished
    if (record.state !== 'done') throw new Error(`the uninterrupted run ended as ${record.state}`)
    const expected = { weights: await weightsOf(whole.runDirectory), curve: await curveOf(whole.runDirectory) }
    const tally: Tally = { damage, kills: 0, corrupt: [], lost: [], finished: 0, different: [] }
    do await runThroughKills(bench, config, expected, random, tally, maxKills)
    while (tally.kills < maxKills)
    return [
      none('kills after which a checkpoint was corrupt', tally.kills, tally.corrupt),
      none('kills after which a reported checkpoint was lost', tally.kills, tally.lost),
      none('finished runs whose curve or weights differ from the uninterrupted one', tally.finished, tally.different),
    ]
  })
}

export const killedTree: Fault = {
  name: 'killed-tree',
  title: 'kill -9 of the whole tree at 200 random instants',
  trains: true,
  run: (effort) => (process.platform === 'win32' ? Promise.resolve({ skipped: 'Windows has no process groups' }) : measure(effort)),
  withoutGuard: { what: 'checkpoints that are damaged by the kill', run: (effort) => measure(effort, true) },
}
