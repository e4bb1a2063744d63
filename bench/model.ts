/** A model folder to ask: the sizes of a preset, random weights lively enough that texts get different answers, real words. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeModelFolder } from '../electron/checkpoint/model-folder.ts'
import { readStarter } from '../electron/data/starter.ts'
import { tokenizerConfigJson } from '../electron/data/tokenizer-json.ts'
import { createTokenizer } from '../electron/data/tokenizer.ts'
import { trainWordPiece } from '../electron/data/wordpiece-trainer.ts'
import { initializeParameters, ParameterArena } from '../electron/engine/parameters.ts'
import { modelPresets, type ModelPresetName } from '../shared/domain/model-config.ts'
import { benchModelConfig } from './job.ts'

const maxLength = 128
/** On the matrices: untrained, all texts would be much alike. */
const gain = 4

/** The starter headlines, again and again with a different beginning, until there are `count`. */
export async function makeHeadlines(count: number): Promise<string[]> {
  const { examples } = await readStarter()
  return Array.from({ length: count }, (_, index) => {
    const { text } = examples[(index * 7) % examples.length]!
    return index < examples.length ? text : `${examples[(index * 13) % examples.length]!.text.split(' ', 3).join(' ')}: ${text}`
  })
}

/** Writes the folder for as long as `use` runs. */
export async function withModel<T>(model: ModelPresetName, use: (directory: string) => Promise<T>): Promise<T> {
  const parent = await mkdtemp(join(tmpdir(), 'distrinews-bench-'))
  try {
    const { examples } = await readStarter()
    const tokenizer = createTokenizer(
      trainWordPiece(
        examples.map(({ text }) => text),
        modelPresets[model].vocabSize,
      ),
    )
    const arena = new ParameterArena({ ...benchModelConfig(model), vocabSize: tokenizer.vocabSize })
    initializeParameters(arena, 1)
    for (const { name, shape } of arena.specs)
      if (shape.length === 2) arena.parameter(name).forEach((_, index, all) => (all[index]! *= gain))
    await writeModelFolder(join(parent, 'model'), {
      config: arena.config,
      tensors: arena.specs.map(({ name, shape }) => ({ name, shape, data: arena.parameter(name) })),
      tokenizerJson: tokenizer.json,
      tokenizerConfigJson: tokenizerConfigJson(maxLength),
      lab: {
        format: 1,
        runId: 'bench',
        checkpoint: 'step-000000',
        step: 0,
        epoch: 0,
        maxLength,
        validationAccuracy: null,
        createdAt: new Date().toISOString(),
      },
    })
    return await use(join(parent, 'model'))
  } finally {
    await rm(parent, { recursive: true, force: true })
  }
}
