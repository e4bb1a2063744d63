/** Model folders with untrained but lively weights, as a run writes them. */
import { writeModelFolder } from '../../electron/checkpoint/model-folder.ts'
import { tokenizerConfigJson } from '../../electron/data/tokenizer-json.ts'
import { createTokenizer } from '../../electron/data/tokenizer.ts'
import { trainWordPiece } from '../../electron/data/wordpiece-trainer.ts'
import { initializeParameters, ParameterArena } from '../../electron/engine/parameters.ts'
import { distilbertTraits, type ModelConfig } from '../../shared/domain/model-config.ts'
import { headlines } from '../fixtures/data/headlines.ts'

export const modelLabels = ['World', 'Sports', 'Business', 'Sci/Tech']
export const modelMaxLength = 24

const tokenizer = createTokenizer(trainWordPiece(headlines, 140))

export const smallConfig: ModelConfig = {
  ...distilbertTraits,
  dim: 16,
  hiddenDim: 32,
  nLayers: 2,
  nHeads: 2,
  vocabSize: 140,
  maxPositionEmbeddings: 32,
  dropout: 0.1,
  attentionDropout: 0.1,
  seqClassifDropout: 0.1,
  labels: modelLabels,
}

export interface ModelFolderChanges {
  seed?: number
  step?: number
  config?: Partial<ModelConfig>
  /** Last change to the parameters before they are written. */
  spoil?: (arena: ParameterArena) => void
}

export async function writeTestModel(directory: string, { seed = 1, step = 10, config, spoil }: ModelFolderChanges = {}): Promise<void> {
  const arena = new ParameterArena({ ...smallConfig, ...config })
  initializeParameters(arena, seed)
  // Weights large enough that texts get different answers.
  for (const { name, shape } of arena.specs) if (shape.length === 2) arena.parameter(name).forEach((_, index, all) => (all[index]! *= 20))
  spoil?.(arena)
  const lab = {
    format: 1,
    runId: 'run',
    checkpoint: `step-${String(step).padStart(6, '0')}`,
    step,
    epoch: 1,
    maxLength: modelMaxLength,
    validationAccuracy: null,
    createdAt: new Date(0).toISOString(),
  } as const
  await writeModelFolder(directory, {
    config: arena.config,
    tensors: arena.specs.map(({ name, shape }) => ({ name, shape, data: arena.parameter(name) })),
    tokenizerJson: tokenizer.json,
    tokenizerConfigJson: tokenizerConfigJson(modelMaxLength),
    lab,
  })
}
