/** A run as the playground finds it on the disk, made in milliseconds: a small untrained model, and checkpoints of others. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readModelFolder } from '../../electron/checkpoint/model-folder.ts'
import { saveCheckpoint } from '../../electron/checkpoint/store.ts'
import { tokenizerConfigJson } from '../../electron/data/tokenizer-json.ts'
import { appendMetrics } from '../../electron/supervisor/metrics-file.ts'
import { modelDirectory, writeRecord } from '../../electron/supervisor/run-directory.ts'
import { checkpointContent } from './checkpoint-content.ts'
import { fakeRun } from './fake-run.ts'
import { modelLabels, modelMaxLength, smallConfig, writeTestModel } from './model-folders.ts'

/** Writes run `id` with a model of `seed` and checkpoints at `checkpointSteps`, each with weights of its own. Returns its directory. */
export async function writePlaygroundRun(
  labDirectory: string,
  id: string,
  { seed = 1, checkpointSteps = [] as number[] } = {},
): Promise<string> {
  const directory = join(labDirectory, 'runs', id)
  await mkdir(directory, { recursive: true })
  const { record, steps } = fakeRun({ completedSteps: 5, record: { id, modelConfig: { ...smallConfig, labels: modelLabels } } })
  await writeRecord(directory, { ...record, config: { ...record.config, name: `Run ${id.slice(-4)}` } })
  await appendMetrics(directory, steps)
  await writeTestModel(modelDirectory(directory), { seed })
  for (const step of checkpointSteps) {
    const other = join(directory, 'other-model')
    await writeTestModel(other, { seed: 1000 + step })
    const { config, tensors, tokenizerJson } = await readModelFolder(other)
    const parameters = [...tensors].map(([name, tensor]) => ({ name, ...tensor }))
    const content = { ...checkpointContent(step, 0.5), config, parameters, tokenizerJson }
    await saveCheckpoint(directory, { ...content, tokenizerConfigJson: tokenizerConfigJson(modelMaxLength) })
    await rm(other, { recursive: true })
  }
  return directory
}
