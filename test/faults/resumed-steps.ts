/** A run of 60 steps in 3 epochs is stopped at each step and resumed: its weights in the end are always the same. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadNewestValid, readCheckpointTensors, saveCheckpoint } from '../../electron/checkpoint/store.ts'
import { curveOf, until, weightsOf, withBench } from './bench.ts'
import { all, type Effort, type Fault, type Figure, none } from './fault.ts'

const totalSteps = 60

async function forgetMoments(runDirectory: string): Promise<void> {
  const { checkpoint } = await loadNewestValid(runDirectory)
  const { directory, state, config } = checkpoint!
  const { parameters } = await readCheckpointTensors(directory)
  const named = [...parameters].map(([name, tensor]) => ({ name, ...tensor }))
  const zeros = named.map((tensor) => ({ ...tensor, data: new Float32Array(tensor.data.length) }))
  const text = (name: string): Promise<string> => readFile(join(directory, name), 'utf8')
  const tokenizer = { tokenizerJson: await text('tokenizer.json'), tokenizerConfigJson: await text('tokenizer_config.json') }
  await saveCheckpoint(runDirectory, { state, config, ...tokenizer, parameters: named, firstMoments: zeros, secondMoments: zeros })
}

/** `forgetful`: the optimizer's moments are lost on the way, as a checkpoint without them would lose them. */
async function measure({ long }: Effort, forgetful = false): Promise<Figure[]> {
  return withBench(async (bench) => {
    // 240 training rows in global batches of 12: 20 steps an epoch.
    const config = bench.config({ microBatch: 6, epochs: 3 })
    const whole = async (): Promise<{ weights: string; curve: string; steps: number }> => {
      const run = await bench.start(config)
      await run.finished
      return { weights: await weightsOf(run.runDirectory), curve: await curveOf(run.runDirectory), steps: run.detail().progress.step }
    }
    const expected = await whole()
    const again = await whole()
    const wanted = long ? Array.from({ length: totalSteps - 1 }, (_, index) => index + 1) : [7, 20, 41]
    const stoppedAt = new Set<number>()
    const different: string[] = []
    let resumes = 0
    for (const goal of wanted) {
      for (let attempt = 0; attempt < (long ? 12 : 1) && !stoppedAt.has(goal); attempt++) {
        const run = await bench.start(config)
        // The stop reaches the ranks while they compute the next step.
        await until(() => run.detail().progress.step >= goal - 1 - (attempt % 4), 60_000, 0)
        const { state } = await run.stop()
        const { step } = run.detail().progress
        if (state !== 'stopped' || step === 0) continue
        stoppedAt.add(step)
        resumes++
        if (forgetful) await forgetMoments(run.runDirectory)
        const resumed = await bench.resume(run.runDirectory, config)
        const record = await resumed.finished
        const same = (await weightsOf(run.runDirectory)) === expected.weights && (await curveOf(run.runDirectory)) === expected.curve
        if (record.state !== 'done' || !same)
          different.push(`from step ${step}${record.state === 'done' ? '' : `: ${record.error?.title}`}`)
      }
    }
    const figures: Figure[] = [
      {
        what: 'the same run twice (A/A)',
        goal: `identical, ${totalSteps} steps`,
        measured: `${again.weights === expected.weights && again.curve === expected.curve ? 'identical' : 'different'}, ${expected.steps} steps`,
        pass: again.weights === expected.weights && again.curve === expected.curve && expected.steps === totalSteps,
      },
      none('resumed runs whose weights or curve differ', resumes, different),
    ]
    if (long) figures.push(all('steps that were resumed from', stoppedAt.size, totalSteps - 1))
    return figures
  })
}

export const resumedSteps: Fault = {
  name: 'resumed-steps',
  title: 'Resume from every step of a 60-step, 3-epoch run',
  trains: true,
  run: (effort) => measure(effort),
  withoutGuard: { what: 'a checkpoint without the moments of the optimizer', run: (effort) => measure(effort, true) },
}
