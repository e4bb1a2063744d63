/** Bits flip and ends fall off in stored checkpoints: it is always noticed, the older one is used, the damaged one kept and named. */
import { cp, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkpointFileNames, manifestName } from '../../electron/checkpoint/manifest.ts'
import { loadNewestValid, readCheckpointState, readCheckpointTensors, saveCheckpoint } from '../../electron/checkpoint/store.ts'
import { checkpointContent } from '../helpers/checkpoint-content.ts'
import { type Effort, type Fault, type Figure, none } from './fault.ts'
import { Random } from './random.ts'
import { inTemporaryDirectory } from './temporary.ts'

type Load = typeof loadNewestValid

/** Without the guard: believes whatever parses. */
const loadUnchecked: Load = async (run) => {
  for (const name of ['step-000020', 'step-000010']) {
    const directory = join(run, 'checkpoints', name)
    try {
      await readCheckpointTensors(directory)
      return {
        checkpoint: { name, directory, state: await readCheckpointState(directory), config: checkpointContent(20).config },
        rejected: [],
      }
    } catch {
      continue
    }
  }
  return { checkpoint: null, rejected: [] }
}

/** One random flip or cut in a file of the newest checkpoint; returns what it was. */
async function damage(run: string, random: Random): Promise<string> {
  const name = random.pick([...checkpointFileNames, manifestName])
  const file = join(run, 'checkpoints', 'step-000020', name)
  const { size } = await stat(file)
  if (random.below(4) === 0) {
    const length = random.below(size)
    await truncate(file, length)
    return `${name} cut to ${length} bytes`
  }
  const bytes = await readFile(file)
  const offset = random.below(size)
  const bit = random.below(8)
  bytes[offset] = bytes[offset]! ^ (1 << bit)
  await writeFile(file, bytes)
  return `${name}, bit ${bit} of byte ${offset}`
}

async function measure({ long, seed }: Effort, load: Load): Promise<Figure[]> {
  const random = new Random(seed)
  const count = long ? 1_000 : 60
  const missed: string[] = []
  const unnamed: string[] = []
  await inTemporaryDirectory(async (original) => {
    for (const step of [10, 20]) await saveCheckpoint(original, checkpointContent(step))
    for (let trial = 0; trial < count; trial++) {
      await inTemporaryDirectory(async (run) => {
        await cp(original, run, { recursive: true })
        const what = await damage(run, random)
        const { checkpoint, rejected } = await load(run)
        if (checkpoint?.name !== 'step-000010') missed.push(what)
        const kept = (await readdir(join(run, 'checkpoints'))).includes('corrupt-step-000020')
        if (!kept || rejected[0]?.name !== 'step-000020' || rejected[0].reason === '') unnamed.push(what)
      })
    }
  })
  return [none('not noticed, or not passed over', count, missed), none('not set aside, or not named', count, unnamed)]
}

export const damagedCheckpoints: Fault = {
  name: 'damaged-checkpoints',
  title: '1,000 bit flips and truncations in stored checkpoints',
  run: (effort) => measure(effort, loadNewestValid),
  withoutGuard: { what: 'a reader without checksums', run: (effort) => measure(effort, loadUnchecked) },
}
