/**
 * Opens a model folder, whoever wrote it, as weights under the engine's names: the one reader behind training from a
 * pretrained model, the playground and the command line. The encoder must be whole and of the sizes that config.json
 * gives; of the head, what is missing or of another shape is reported, and made by who trains the model.
 */
import { modelInvalid, readModelFolder, type LabInfo, type ModelFolder } from '../checkpoint/model-folder.ts'
import type { TensorData, TensorEntry } from '../checkpoint/safetensors.ts'
import { FileFormatError } from '../checkpoint/strict-json.ts'
import { createTokenizer, type Tokenizer } from '../data/tokenizer.ts'
import { countParameters, largestParameterCount, modelNames, parameterSpecs } from '../engine/parameter-specs.ts'
import { countEncoderParameters, type ModelConfig } from '../../shared/domain/model-config.ts'
import { LabError } from '../../shared/contract/errors.ts'
import type { ModelReport } from '../../shared/domain/model-report.ts'
import { matchNames } from './tensor-names.ts'

export interface OpenedModel {
  config: ModelConfig
  tokenizer: Tokenizer
  /** Where the weights come from; null in a folder that another program made. */
  lab: LabInfo | null
  /** By parameter, in the shapes of `config`; the head as far as it is there. */
  tensors: ReadonlyMap<string, TensorData>
  report: ModelReport
}

/** Only looks: headers and sizes are checked, no weights read. Throws as `openModel`. */
export const describeModel = async (directory: string): Promise<ModelReport> => (await openModel(directory, { withWeights: false })).report

interface Fit extends Pick<ModelReport, 'missing' | 'misshaped' | 'unexpected'> {
  /** Parameter → the tensor's name in the file: those that are there and fit. */
  fileNameOf: Map<string, string>
}

/** Opens the folder and reads its weights, unless told not to. Throws MODEL_NOT_FOUND or MODEL_INVALID, which names the field or tensor. */
export async function openModel(directory: string, { withWeights = true } = {}): Promise<OpenedModel> {
  let fit: Fit | undefined
  const folder = await readModelFolder(directory, (config, entries) => {
    fit = fitTensors(config, entries)
    const wanted = new Set(fit.fileNameOf.values())
    return (name) => withWeights && wanted.has(name)
  })
  const { fileNameOf, ...differences } = fit!
  const { config, lab } = folder
  const tokenizer = createTokenizer(folder.tokenizerJson)
  if (tokenizer.vocabSize > config.vocabSize)
    throw modelInvalid(directory, `its tokenizer has ${tokenizer.vocabSize} entries, its embedding ${config.vocabSize}`)
  const tensors = new Map(
    [...fileNameOf].flatMap(([name, fileName]) => {
      const tensor = folder.tensors.get(fileName)
      return tensor ? [[name, tensor] as const] : []
    }),
  )
  return { config, tokenizer, lab, tensors, report: reportOf(folder, tokenizer, fileNameOf, differences) }
}

function reportOf(
  { config, entries, tokenizerFile }: ModelFolder,
  tokenizer: Tokenizer,
  fileNameOf: ReadonlyMap<string, string>,
  differences: Omit<Fit, 'fileNameOf'>,
): ModelReport {
  const used = new Set(fileNameOf.values())
  return {
    config,
    parameterCount: countParameters(parameterSpecs(config)),
    dtypes: [...new Set(entries.filter(({ name }) => used.has(name)).map(({ dtype }) => dtype))].sort(),
    tokenizer: { file: tokenizerFile, vocabSize: tokenizer.vocabSize, lowercase: tokenizer.normalizer.lowercase },
    hasClassifier: differences.missing.length === 0 && differences.misshaped.length === 0,
    ...differences,
  }
}

/** Compares what config.json describes with what the files hold, before memory is taken for either. Throws `FileFormatError`. */
function fitTensors(config: ModelConfig, entries: readonly TensorEntry[]): Fit {
  const described = countEncoderParameters(config)
  const held = entries.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0)
  const tooFew = new FileFormatError(`config.json describes ${described} parameters, model.safetensors holds ${held}`)
  if (described > largestParameterCount && described <= held)
    throw new FileFormatError(`it has ${described} parameters, more than the ${largestParameterCount} that the lab can train`)
  // A list of a billion names takes memory, too.
  if (config.nLayers > entries.length) throw tooFew

  const specs = parameterSpecs(config)
  const names = entries.map(({ name }) => name)
  const match = matchNames(names, new Set(specs.map(({ name }) => name)), config.architecture)
  const shapeOf = new Map(entries.map(({ name, shape }) => [name, shape]))
  const { pooler, classifier } = modelNames[config.architecture]
  const fit: Fit = { ...match, missing: [], misshaped: [] }
  for (const { name, shape: expected } of specs) {
    const fileName = match.fileNameOf.get(name)
    if (fileName === undefined) {
      fit.missing.push(name)
      continue
    }
    const shape = shapeOf.get(fileName)!
    if (shape.join() === expected.join()) continue
    fit.misshaped.push({ name, shape, expected: [...expected] })
    fit.fileNameOf.delete(name)
  }
  const isHead = (name: string): boolean => name.startsWith(`${pooler}.`) || name.startsWith(`${classifier}.`)
  const missing = fit.missing.filter((name) => !isHead(name))
  if (missing.length > 0) throw new FileFormatError(`its weights have no ${someOf(missing)}`)
  if (described > held) throw tooFew
  const misshaped = fit.misshaped.filter(({ name }) => !isHead(name))
  if (misshaped.length > 0) {
    const texts = misshaped.map(({ name, shape, expected }) => `${name} is [${shape.join()}] and should be [${expected.join()}]`)
    throw new FileFormatError(someOf(texts))
  }
  return fit
}

const shown = 3

/** The first few, and how many more. */
function someOf(texts: readonly string[]): string {
  const rest = texts.length - shown
  return texts.slice(0, shown).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

/** A model that only an encoder is whole of. */
export const noClassifier = (directory: string, labelCount: number, lacking: readonly string[]): LabError =>
  new LabError({
    code: 'MODEL_INVALID',
    title: 'This model has no classifier yet',
    cause: `${directory}: it has no classifier with ${labelCount} labels (${lacking.join(', ')}).`,
    suggestion: 'Fine-tune it, with npm run train -- --from and this folder, or in the window with Fine-tune on the Models screen.',
  })
