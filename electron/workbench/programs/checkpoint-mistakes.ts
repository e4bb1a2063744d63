/** Experiment 16: rank 0 saves all that training needs; or every rank saves; or the optimizer's moments are left out. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../../checkpoint/atomic.ts'
import { readSafetensors, safetensorsChunks } from '../../checkpoint/safetensors.ts'
import { Reducer } from '../../ddp/reducer.ts'
import type { RankProgram } from '../rank/context.ts'
import { makeModel, type Model, usualBucketCapBytes } from '../rank/model.ts'
import { batchOf, readNews, rowRange } from '../rank/news.ts'
import { collectSteps } from '../rank/train-steps.ts'

const microBatch = 8
const files = { parameters: 'model.safetensors', firstMoments: 'first-moments.safetensors', secondMoments: 'second-moments.safetensors' }
type Vector = keyof typeof files

const program: RankProgram<'checkpoint-mistakes'> = async (context) => {
  const { rank, worldSize, group, input } = context
  const { arm, stepsBefore, stepsAfter, seed } = input
  const news = await readNews(context, { rows: 512 })
  const trainOn = async (model: Model, startStep: number, steps: number): Promise<number[]> => {
    const sync = new Reducer({ group, arena: model.arena, bucketCapBytes: usualBucketCapBytes })
    const batches = (index: number) => [
      batchOf(news.tokens, rowRange(((startStep + index) * worldSize + rank) * microBatch, microBatch, news.rows.length)),
    ]
    const results = await collectSteps(model, { rank, sync, steps, learningRate: 1e-3, seed, startStep, batches })
    return results.map(({ globalLoss }) => globalLoss)
  }
  const model = await makeModel(context, news, { seed })
  await trainOn(model, 0, stepsBefore)

  const directory = join(context.directory, 'checkpoint')
  await mkdir(directory, { recursive: true })
  const save = async (vector: Vector) => {
    const { arena } = model
    const tensors = arena.specs.map(({ name, shape }) => ({ name, shape, data: arena.slice(arena[vector], name) }))
    const name = files[vector]
    return { name, ...(await writeFileAtomic(join(directory, name), safetensorsChunks(tensors, { savedBy: `rank ${rank}` }))) }
  }
  const wrote = []
  // region fixed
  if (arm === 'fixed' && rank === 0) for (const vector of Object.keys(files) as Vector[]) wrote.push(await save(vector))
  // endregion
  // region all-ranks-save
  if (arm === 'all-ranks-save') for (const vector of Object.keys(files) as Vector[]) wrote.push(await save(vector)) // No `if (rank === 0)`.
  // endregion
  // region no-moments
  if (arm === 'no-moments' && rank === 0) wrote.push(await save('parameters')) // The weights are all there is, are they not?
  // endregion
  await group.barrier({ step: stepsBefore, bucket: 0 })
  const onDisk = readdirSync(directory).map((name) => {
    const content = readFileSync(join(directory, name))
    return { name, bytes: content.byteLength, sha256: createHash('sha256').update(content).digest('hex') }
  })

  const uninterrupted = await trainOn(model, stepsBefore, stepsAfter)

  // region resume
  const resumedModel = await makeModel(context, news, { seed: seed + 1 })
  const { arena, optimizer } = resumedModel
  for (const [vector, name] of Object.entries(files) as [Vector, string][]) {
    if (!onDisk.some((file) => file.name === name)) continue
    const { tensors } = await readSafetensors(join(directory, name))
    for (const [tensor, { data }] of tensors) arena.slice(arena[vector], tensor).set(data)
  }
  // Without moments the optimizer begins anew, its bias correction too.
  optimizer.step = arm === 'no-moments' ? 0 : stepsBefore
  const resumed = await trainOn(resumedModel, stepsBefore, stepsAfter)
  // endregion

  const largest = model.arena.parameters.reduce((size, value) => Math.max(size, Math.abs(value)), 0)
  const difference = arena.parameters.reduce((size, value, index) => Math.max(size, Math.abs(value - model.arena.parameters[index]!)), 0)
  return { wrote, onDisk, uninterrupted, resumed, parameterDifference: difference / largest }
}

export default program
