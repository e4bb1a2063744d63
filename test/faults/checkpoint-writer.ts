/**
 * A process made to be killed: saves checkpoint after checkpoint into the directory it is given and prints each step once it
 * is saved. Each third step is saved twice, as a run does that is stopped before an evaluation.
 */
import { writeSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { saveCheckpoint } from '../../electron/checkpoint/store.ts'
import { checkpointContent } from '../helpers/checkpoint-content.ts'

const [runDirectory, firstStep] = process.argv.slice(2) as [string, string]

// Large enough that a save takes a while, small enough that there are many.
const numbers = 20_000
for (let step = Number(firstStep); ; step++) {
  const tensor = () => [{ name: 'classifier.bias', shape: [numbers], data: new Float32Array(numbers).fill(step) }]
  for (let time = 0; time < (step % 3 === 0 ? 2 : 1); time++) {
    const content = { ...checkpointContent(step), parameters: tensor(), firstMoments: tensor(), secondMoments: tensor() }
    await saveCheckpoint(runDirectory, content)
    // Synchronous: what was printed was saved before.
    writeSync(1, `${step}\n`)
  }
  await readdir(join(runDirectory, 'checkpoints'))
}
