/** The process that saves is killed (SIGKILL) at random instants: nothing corrupt, and nothing lost that was reported as saved. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { readModelFolder } from '../../electron/checkpoint/model-folder.ts'
import { loadNewestValid, readCheckpointTensors } from '../../electron/checkpoint/store.ts'
import { modelDirectory } from '../../electron/supervisor/run-directory.ts'
import { childScript } from './children.ts'
import { type Effort, type Fault, type Figure, none } from './fault.ts'
import { Random } from './random.ts'
import { inTemporaryDirectory } from './temporary.ts'

/** Runs a writer for a random time, kills it, returns the last step it had reported. */
async function killAtRandom(args: string[], random: Random): Promise<number | null> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const closed = once(child, 'close')
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
  try {
    const saved = (): Promise<unknown> => Promise.race([once(child.stdout, 'data'), exited])
    await saved()
    const began = performance.now()
    await saved()
    // Anywhere in a save or two, whatever they take on this disk.
    await delay(random.next() * 2 * (performance.now() - began))
    // Finer than a timer: at an instant within an operation.
    for (const until = performance.now() + random.next() * 3; performance.now() < until;);
  } finally {
    child.kill('SIGKILL')
    await exited
    await closed
  }
  const last = printed.trim().split('\n').at(-1)
  return last ? Number(last) : null
}

/** What is wrong with the model folder; nothing, or one thing. */
async function modelFaults(run: string, reported: number): Promise<string[]> {
  try {
    const { lab, tensors } = await readModelFolder(modelDirectory(run))
    const { step } = lab!
    if (!tensors.get('classifier.bias')!.data.every((value) => value === step)) return [`it says step ${step} of other weights`]
    return step < reported ? [`step ${reported} was reported, step ${step} was found`] : []
  } catch (error) {
    return [String(error)]
  }
}

async function measure({ long, seed }: Effort, manner: 'careful' | 'careless'): Promise<Figure[]> {
  const random = new Random(seed)
  const count = long ? 200 : manner === 'careful' ? 12 : 40
  const corrupt: string[] = []
  const lost: string[] = []
  const models: string[] = []
  const script = await childScript('checkpoint-writer')
  await inTemporaryDirectory(async (run) => {
    let step = 1
    for (let trial = 0; trial < count; trial++) {
      const reported = await killAtRandom([script, run, String(step), manner], random)
      const { checkpoint, rejected } = await loadNewestValid(run)
      const found = checkpoint?.state.step ?? 0
      for (const { name, reason } of rejected) corrupt.push(`${name}: ${reason}`)
      if (checkpoint) {
        const { parameters, firstMoments, secondMoments } = await readCheckpointTensors(checkpoint.directory)
        const whole = [parameters, firstMoments, secondMoments].every((tensors) =>
          tensors.get('classifier.bias')!.data.every((value) => value === found),
        )
        if (!whole) corrupt.push(`${checkpoint.name} holds other numbers`)
      }
      if (found < (reported ?? step - 1)) lost.push(`step ${reported ?? step - 1} was reported, step ${found} was found`)
      if (reported !== null) models.push(...(await modelFaults(run, reported)))
      step = found + 1
      // Once it was noticed that there is no guard, it is proven.
      if (manner === 'careless' && [...corrupt, ...lost, ...models].length > 0) break
    }
  })
  return [
    none('kills after which a checkpoint was corrupt', count, corrupt),
    none('kills after which one that was reported was lost', count, lost),
    none('kills after which the model folder was not one whole model, as new as what was reported', count, models),
  ]
}

export const killedWriter: Fault = {
  name: 'killed-writer',
  title: 'kill -9 of the process that saves, at 200 random instants',
  run: (effort) => measure(effort, 'careful'),
  withoutGuard: { what: 'a writer that writes where readers look', run: (effort) => measure(effort, 'careless') },
}
