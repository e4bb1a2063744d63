/**
 * A process made to be killed: saves checkpoint after checkpoint and the model of each into the directory it is given, and
 * prints each step once it is saved. Each third step is saved twice, as a run does that is stopped before an evaluation. `careless`: writes where
 * readers look, file by file, as a writer without the guard would.
 */
import { writeSync } from 'node:fs'
import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeModelFolder } from '../../electron/checkpoint/model-folder.ts'
import { checkpointName, type CheckpointContent, saveCheckpoint } from '../../electron/checkpoint/store.ts'
import { modelDirectory } from '../../electron/supervisor/run-directory.ts'
import { checkpointContent } from '../helpers/checkpoint-content.ts'

const [runDirectory, firstStep, manner] = process.argv.slice(2) as [string, string, 'careful' | 'careless']

async function saveCarelessly(content: CheckpointContent): Promise<void> {
  await mkdir(join(runDirectory, 'aside'), { recursive: true })
  const name = await saveCheckpoint(join(runDirectory, 'aside'), content)
  const target = join(runDirectory, 'checkpoints', name)
  await rm(target, { recursive: true, force: true })
  await cp(join(runDirectory, 'aside', 'checkpoints', name), target, { recursive: true })
}

const modelContent = ({ state, config, tokenizerJson, tokenizerConfigJson, parameters }: CheckpointContent) => {
  const { runId, step, epoch, validationAccuracy } = state
  const createdAt = new Date().toISOString()
  const lab = { format: 1, runId, checkpoint: checkpointName(step), step, epoch, maxLength: 16, validationAccuracy, createdAt } as const
  return { config, tensors: parameters, tokenizerJson, tokenizerConfigJson, lab }
}

async function writeModelCarelessly(content: CheckpointContent): Promise<void> {
  await writeModelFolder(join(runDirectory, 'aside', 'model'), modelContent(content))
  await cp(join(runDirectory, 'aside', 'model'), modelDirectory(runDirectory), { recursive: true })
}

// Large enough that a save takes a while, small enough that there are many.
const numbers = 20_000
for (let step = Number(firstStep); ; step++) {
  const tensor = () => [{ name: 'classifier.bias', shape: [numbers], data: new Float32Array(numbers).fill(step) }]
  for (let time = 0; time < (step % 3 === 0 ? 2 : 1); time++) {
    const content = { ...checkpointContent(step), parameters: tensor(), firstMoments: tensor(), secondMoments: tensor() }
    await (manner === 'careful' ? saveCheckpoint(runDirectory, content) : saveCarelessly(content))
    await (manner === 'careful' ? writeModelFolder(modelDirectory(runDirectory), modelContent(content)) : writeModelCarelessly(content))
    // Synchronous: what was printed was saved before.
    writeSync(1, `${step}\n`)
  }
}
