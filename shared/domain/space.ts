/** A Hugging Face Space of the lab: its folder, its way to the hub, and what a deployed one answers. */
import { z } from 'zod'
import { labErrorInfoSchema } from '../contract/errors.ts'
import { exportProgressSchema } from './export.ts'

/** `static`: answers in the visitor's browser. `docker`: answers at an HTTP API. */
export const spaceKinds = ['static', 'docker'] as const
export const spaceKindSchema = z.enum(spaceKinds)
export type SpaceKind = z.infer<typeof spaceKindSchema>

/** 'owner/name', as the hub allows it. */
export const spaceNameSchema = z
  .string()
  .max(96 + 1 + 96)
  .regex(
    /^[A-Za-z0-9](?:[\w.-]{0,94}[A-Za-z0-9])?\/[A-Za-z0-9_](?:[\w.-]{0,94}[\w])?$/,
    'must be owner/name, of letters, digits, - _ and .',
  )
  .refine((name) => !name.includes('--') && !name.includes('..'), 'must hold neither -- nor ..')

export const spaceFileSchema = z.object({
  /** Below the folder, with '/'. */
  path: z.string().min(1).max(400),
  bytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
export type SpaceFile = z.infer<typeof spaceFileSchema>

/** `space.json`: what the folder is, and every other file in it. */
export const spaceFactsSchema = z.object({
  format: z.literal('distrinews-space'),
  version: z.literal(1),
  kind: spaceKindSchema,
  createdAt: z.iso.datetime(),
  title: z.string(),
  model: z.object({
    /** Null where no run of the lab is known. */
    runId: z.string().nullable(),
    checkpoint: z.string().nullable(),
    step: z.int().nullable(),
    architecture: z.string(),
    parameterCount: z.int(),
    labels: z.array(z.string()),
    /** Longest sequence, tokens. */
    maxLength: z.int(),
    /** Of the weights that answer: a static Space has int8, a Docker Space the float32 of the lab's engine. */
    precision: z.enum(['int8', 'fp32']),
    /** Of the model's data; null where it is not known. */
    license: z.string().nullable(),
  }),
  files: z.array(spaceFileSchema),
})
export type SpaceFacts = z.infer<typeof spaceFactsSchema>

/** Which weights a Docker Space answers with: its checkpoint, else the digest of its (first) file of weights. Null in a static one without. */
export function weightsVersion({ model, files }: SpaceFacts): string | null {
  const weights = files.find(({ path }) => path.startsWith('model/') && path.endsWith('.safetensors'))
  return model.checkpoint ?? (weights ? `sha256:${weights.sha256.slice(0, 12)}` : null)
}

/** A Space in a folder of the lab, as it lies there. */
export const spaceFolderSchema = z.object({
  /** In the lab's directory of Spaces. */
  folderName: z.string(),
  /** Its whole path on the lab's machine. */
  path: z.string(),
  /** Of all its files. */
  bytes: z.number(),
  facts: spaceFactsSchema,
})
export type SpaceFolder = z.infer<typeof spaceFolderSchema>

/** A stream of these is the writing of a Space; the last one is `done`. */
export const spaceWriteEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), progress: exportProgressSchema }),
  z.object({ type: z.literal('done'), folder: spaceFolderSchema }),
])
export type SpaceWriteEvent = z.infer<typeof spaceWriteEventSchema>

/** Whose token HF_TOKEN is, and where it may write. The token itself is never told. */
export const hubAccountSchema = z.object({
  /** Address of the hub: 'https://huggingface.co', or HF_ENDPOINT. */
  endpoint: z.string(),
  name: z.string(),
  /** Names that a Space can begin with: the account's own, then its organisations'. */
  owners: z.array(z.string()),
  /** False where the hub says that the token may only read. */
  canWrite: z.boolean(),
})
export type HubAccount = z.infer<typeof hubAccountSchema>

/** What the hub has under a name already. */
export const publishedSpaceSchema = z.object({
  name: z.string(),
  /** Its page on the hub. */
  url: z.string(),
  /** 40 hex digits: the commit that is there now. To be given back as the confirmation to overwrite it. */
  revision: z.string().regex(/^[0-9a-f]{40}$/),
  /** Null where the hub does not say. */
  sdk: z.string().nullable(),
  lastModified: z.iso.datetime().nullable(),
  fileCount: z.int(),
  isPrivate: z.boolean(),
  /** A push from this lab made it and was cut short, and nobody has touched it since: there is nothing to confirm. */
  isUnfinished: z.boolean(),
})
export type PublishedSpace = z.infer<typeof publishedSpaceSchema>

export const pushProgressSchema = z.object({
  /** What is happening now, in words: 'sending onnx/model_quantized.onnx'. */
  stage: z.string(),
  /** Of the files that the hub does not have yet. Small texts travel with the commit and are not counted. */
  sentBytes: z.number(),
  /** Null until the hub has said which those are. */
  totalBytes: z.number().nullable(),
  /** Measured over the last seconds. */
  bytesPerSec: z.number().nullable(),
  etaMs: z.number().nullable(),
})
export type PushProgress = z.infer<typeof pushProgressSchema>

export const pushResultSchema = z.object({
  name: z.string(),
  /** The Space's page on the hub. */
  url: z.string(),
  revision: z.string(),
  /** Sent now, and what the hub had already from an earlier try or another repository. */
  sentBytes: z.number(),
  reusedBytes: z.number(),
})
export type PushResult = z.infer<typeof pushResultSchema>

/** A stream of these is a push; the last one is `done`. */
export const pushEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), progress: pushProgressSchema }),
  z.object({ type: z.literal('done'), result: pushResultSchema }),
])
export type PushEvent = z.infer<typeof pushEventSchema>

const workSchema = z.object({
  id: z.string().max(64),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  /** Why it failed. */
  error: labErrorInfoSchema.nullable(),
})

/** The lab writes a folder, or has done so. */
export const spaceWritingSchema = workSchema.extend({
  modelId: z.string(),
  checkpoint: z.string().nullable(),
  kind: spaceKindSchema,
  folderName: z.string(),
  title: z.string(),
  progress: exportProgressSchema,
  /** Null until it is done. */
  folder: spaceFolderSchema.nullable(),
})
export type SpaceWriting = z.infer<typeof spaceWritingSchema>

/** The lab sends a folder to the hub, or has done so. */
export const spacePushingSchema = workSchema.extend({
  /** As it was when the push began. */
  folder: spaceFolderSchema,
  name: z.string(),
  isPrivate: z.boolean(),
  progress: pushProgressSchema,
  /** Null until it is done. */
  result: pushResultSchema.nullable(),
})
export type SpacePushing = z.infer<typeof spacePushingSchema>

/** The newest of each; a push that lies before the newest writing is forgotten. At most one of them is running. */
export const spaceWorkSchema = z.object({ writing: spaceWritingSchema.nullable(), pushing: spacePushingSchema.nullable() })
export type SpaceWork = z.infer<typeof spaceWorkSchema>

/** What a deployed API answered to one headline. */
export const deployedAnswerSchema = z.object({
  text: z.string(),
  label: z.string(),
  confidence: z.number(),
  /** What the local model says; null where none was chosen. */
  local: z
    .object({
      label: z.string(),
      confidence: z.number(),
      /** Over all classes, between the two models' probabilities. */
      largestDifference: z.number(),
    })
    .nullable(),
})
export type DeployedAnswer = z.infer<typeof deployedAnswerSchema>

/** Deployed answers beside those of a model here. */
export const comparisonSchema = z.object({
  /** The very weights in a Docker Space's folder, or those of a model of the lab. */
  with: z.enum(['folder', 'model']),
  /** Name of the folder, or title of the model. */
  title: z.string(),
  /** Which weights; null where that is not known. */
  checkpoint: z.string().nullable(),
  labelsEqual: z.boolean(),
  largestDifference: z.number(),
})
export type Comparison = z.infer<typeof comparisonSchema>

export const fileCheckSchema = z.object({
  path: z.string(),
  bytes: z.int(),
  state: z.enum(['same', 'different', 'missing']),
})
export type FileCheck = z.infer<typeof fileCheckSchema>

export const deployedCheckSchema = z.discriminatedUnion('kind', [
  /** A Docker Space, or any server of the lab. */
  z.object({
    kind: z.literal('api'),
    /** Where it was asked. */
    url: z.string(),
    checkedAt: z.iso.datetime(),
    health: z.object({ status: z.string(), model: z.string(), version: z.string().nullable() }),
    answers: z.array(deployedAnswerSchema),
    /** Of single headlines, from the question to the whole answer, the way there and back included. Measured, milliseconds. */
    latency: z.object({
      /** Of requests, one after the other. */
      count: z.int(),
      p50Ms: z.number(),
      /** Null where there are too few requests for it. */
      p95Ms: z.number().nullable(),
    }),
    /** Null where no local model was chosen. */
    comparison: comparisonSchema.nullable(),
  }),
  /** A static Space answers in the visitor's browser: there is nothing to ask, so its files are compared. */
  z.object({
    kind: z.literal('static'),
    url: z.string(),
    checkedAt: z.iso.datetime(),
    title: z.string(),
    /** What its files were compared with: the folder on this machine, or only the list that the deployed Space itself has. */
    comparedWith: z.enum(['local folder', 'its own list']),
    files: z.array(fileCheckSchema),
    isSame: z.boolean(),
  }),
])
export type DeployedCheck = z.infer<typeof deployedCheckSchema>
