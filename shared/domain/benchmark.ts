/**
 * A benchmark: arms that differ in one thing, each run several times in turn, and what was measured. The file
 * `benchmark.json` is one `Benchmark`; every report is a rendering of it.
 */
import { z } from 'zod'
import { labErrorInfoSchema } from '../contract/errors.ts'
import { datasetCardSchema } from './dataset.ts'
import { deviceSchema } from './device.ts'
import { hardwareSchema, provenanceSchema } from './hardware.ts'
import { inferenceOutcomeSchema, inferencePlanSchema } from './inference-sweep.ts'
import { modelConfigSchema } from './model-config.ts'
import { paddingSchema, runConfigSchema } from './run-config.ts'

/** What stays the same when ranks are added: the rows of a step (strong), or the rows of a rank (weak). */
export const scalingSchema = z.enum(['strong', 'weak'])
export type Scaling = z.infer<typeof scalingSchema>

/** The one thing in which the arms differ, and its values; the baseline's comes first. */
export const varySchema = z.discriminatedUnion('factor', [
  z.object({ factor: z.literal('ranks'), values: z.array(z.number()).max(16) }),
  z.object({ factor: z.literal('microBatch'), values: z.array(z.number()).max(16) }),
  z.object({ factor: z.literal('bucketCapBytes'), values: z.array(z.number()).max(16) }),
  z.object({ factor: z.literal('device'), values: z.array(deviceSchema).max(16) }),
  z.object({ factor: z.literal('padding'), values: z.array(paddingSchema).max(16) }),
])
export type Vary = z.infer<typeof varySchema>
export const factors = ['ranks', 'microBatch', 'bucketCapBytes', 'device', 'padding'] as const satisfies readonly Vary['factor'][]
export type Factor = (typeof factors)[number]

/** `full` is what a reviewer expects; `quick` says on every page that it is not. */
export const benchmarkFormSchema = z.enum(['full', 'quick'])
export type BenchmarkForm = z.infer<typeof benchmarkFormSchema>

export const benchmarkForms: Record<BenchmarkForm, { repetitions: number; warmupSteps: number; measuredSteps: number }> = {
  full: { repetitions: 5, warmupSteps: 20, measuredSteps: 200 },
  quick: { repetitions: 3, warmupSteps: 10, measuredSteps: 40 },
}

export const armSchema = z.object({
  id: z.string().max(64),
  /** In words: '2 ranks × 32'. */
  label: z.string().max(200),
  /** Without the seed, which every repetition has of its own. */
  config: runConfigSchema,
  /** Of an imported arm: where it ran, and the command that repeats it. Null: on the benchmark's machine. */
  imported: z.object({ hardware: hardwareSchema, command: z.string() }).nullable().default(null),
})
export type Arm = z.infer<typeof armSchema>

export const planSchema = z.object({
  name: z.string().max(120),
  form: benchmarkFormSchema,
  scaling: scalingSchema,
  /** In what the arms differ. */
  factor: z.enum(factors).default('ranks'),
  repetitions: z.int().min(1).max(100),
  warmupSteps: z.int().min(0).max(10_000),
  measuredSteps: z.int().min(1).max(1_000_000),
  /** The first is the baseline. */
  arms: z.array(armSchema).min(1).max(16),
  /** Null: the trained model is not served. */
  inference: inferencePlanSchema.nullable().default(null),
})
export type Plan = z.infer<typeof planSchema>

/** One validation of a repetition that trains to a target, and what it took to get there. */
export const targetCheckSchema = z.object({
  step: z.int().positive(),
  /** Rows trained on so far, those seen again included. */
  sampleCount: z.int(),
  /** Of all steps so far, those of the warm-up included: the sum of the slowest rank's times, milliseconds. */
  trainMs: z.number(),
  /** Of all validations so far, this one included, milliseconds. */
  validateMs: z.number(),
  accuracy: z.number(),
  rowCount: z.int(),
})
export type TargetCheck = z.infer<typeof targetCheckSchema>

/** What one repetition measured, over its measured steps. Times in milliseconds. */
export const measurementSchema = z.object({
  provenance: provenanceSchema,
  /** Of the slowest rank, one for each measured step. */
  stepMs: z.array(z.number()),
  /** Of the warm-up steps, which count for nothing else. */
  warmupMs: z.array(z.number()),
  sampleCount: z.int(),
  tokenCount: z.int(),
  paddedTokenCount: z.int(),
  /** Means over ranks and steps; with `idleMs` they add up to a step. */
  phases: z.object({
    dataMs: z.number(),
    forwardBackwardMs: z.number(),
    allReduceMs: z.number(),
    optimizerMs: z.number(),
    idleMs: z.number(),
  }),
  /** The part of `forwardBackwardMs` that the forward pass takes; null where it was not timed by itself, and in early files. */
  forwardMs: z.number().nullable().default(null),
  /** Median over the steps of slowest less fastest rank, communication left out. */
  stragglerGapMs: z.number().nullable(),
  /** Largest resident memory of a rank at the end, bytes. */
  rssBytes: z.number().nullable(),
  /** The most resident memory that each rank has had, by rank, bytes. Null where it was not told, and in early files. */
  peakRssBytes: z.array(z.number()).nullable().default(null),
  validation: z.object({ accuracy: z.number(), rowCount: z.int() }).nullable(),
  /** Mean of the global loss over the measured steps: arms that compute the same have the same. */
  meanLoss: z.number().nullable().default(null),
  /** In order; none where the plan has no target. */
  targetChecks: z.array(targetCheckSchema).max(100_000).default([]),
})
export type Measurement = z.infer<typeof measurementSchema>

/** How the machine was while a repetition ran. */
export const conditionsSchema = z.object({
  /** Share of all cores that other programs took just before. */
  busyShare: z.number().nullable(),
  /** Time of a fixed piece of work before and after: longer means a slower clock. */
  calibrationMs: z.tuple([z.number(), z.number()]).nullable(),
  /** Joules of all processor packages over the measured steps, background included; null where the machine does not tell. */
  energyJoules: z.number().nullable(),
  /** The same of all GPUs. */
  gpuJoules: z.number().nullable().default(null),
  /** How long that was. Null in files of an early version, whose joules were those of the whole repetition. */
  energySeconds: z.number().nullable().default(null),
  /** Why something of it is not measured; null where all is, and in early files. */
  energyMissing: z.string().max(1000).nullable().default(null),
})
export type Conditions = z.infer<typeof conditionsSchema>

export const repetitionSchema = z.object({
  arm: z.string(),
  /** 1-based. */
  repetition: z.int().positive(),
  seed: z.int(),
  state: z.enum(['pending', 'done', 'failed']),
  startedAt: z.iso.datetime().nullable(),
  error: labErrorInfoSchema.nullable(),
  /** SHA-256 of the weights before its first step and after its last; null where not known. */
  firstWeightsDigest: z.string().nullable().default(null),
  lastWeightsDigest: z.string().nullable().default(null),
  /** With which each rank computed; null where not known. */
  threadsPerRank: z.int().nullable().default(null),
  conditions: conditionsSchema.nullable(),
  measured: measurementSchema.nullable(),
})
export type Repetition = z.infer<typeof repetitionSchema>

/** All-reduces of several sizes among so many ranks of this machine, and the α–β model fitted to them. */
export const allReduceSweepSchema = z.object({
  worldSize: z.int().min(2),
  samples: z.array(z.object({ bytes: z.number().positive(), ms: z.number().positive() })).max(100),
  fit: z.object({ alphaMs: z.number(), betaMsPerByte: z.number(), r2: z.number() }),
})
export type AllReduceSweep = z.infer<typeof allReduceSweepSchema>

const benchmarkFields = z.object({
  format: z.literal('distrinews-benchmark'),
  /** In version 1 the padded tokens are those of the whole grid, although less of it was computed. */
  version: z.union([z.literal(1), z.literal(2)]),
  id: z.string(),
  createdAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  /** Of the lab, and where it is known the commit it was built from. */
  commit: z.string().nullable(),
  command: z.string(),
  plan: planSchema,
  hardware: hardwareSchema,
  /** Of the first repetition that ended; the same in all, or a gate says so. */
  data: z
    .object({
      dataset: datasetCardSchema,
      tokenizerDigest: z.string(),
      modelConfig: modelConfigSchema,
      parameterCount: z.int(),
    })
    .nullable(),
  /** Highest measured rate of matrix products with as many threads as all ranks of an arm have together, FLOP/s. */
  peakFlops: z.number().nullable(),
  /** Null: not measured. */
  allReduce: allReduceSweepSchema.nullable().default(null),
  /** Null: not asked for, or not yet. */
  inference: inferenceOutcomeSchema.nullable().default(null),
  /** In the order in which they run. */
  repetitions: z.array(repetitionSchema),
})

export const benchmarkSchema = benchmarkFields.refine(
  ({ plan, repetitions }) => repetitions.every(({ arm }) => plan.arms.some(({ id }) => id === arm)),
  { error: 'A repetition is of an arm that the plan does not have' },
)
export type Benchmark = z.infer<typeof benchmarkSchema>

/** Which share is done, for lists and progress. */
export const doneCount = ({ repetitions }: Benchmark): number => repetitions.filter(({ state }) => state !== 'pending').length

export const benchmarkFormatSchema = z.enum([
  'html',
  'markdown',
  'json',
  'csv',
  'csv-inference',
  'svg-throughput',
  'svg-waterfall',
  'svg-target',
  'svg-inference',
])
export type BenchmarkFormat = z.infer<typeof benchmarkFormatSchema>
