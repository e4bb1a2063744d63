import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { benchmarkFormatSchema, benchmarkFormSchema, planSchema, scalingSchema, varySchema } from '../domain/benchmark.ts'
import { provenanceSchema } from '../domain/hardware.ts'
import { runConfigSchema } from '../domain/run-config.ts'
import { procedure } from './base.ts'
import { labErrorInfoSchema } from './errors.ts'

const id = z.object({ id: z.string().max(64) })

const asked = z.object({
  name: z.string().max(120).default(''),
  /** What the arms share. */
  config: runConfigSchema,
  vary: varySchema,
  scaling: scalingSchema,
  form: benchmarkFormSchema,
  /** Serves the trained model at the end and asks it. */
  inference: z.boolean().default(false),
})

export const benchmarkStateSchema = z.enum(['running', 'paused', 'done'])

export const benchmarkSummarySchema = z.object({
  id: z.string(),
  title: z.string(),
  state: benchmarkStateSchema,
  createdAt: z.iso.datetime(),
  done: z.int(),
  failed: z.int(),
  total: z.int(),
  /** The result's first sentence; null before the end. */
  result: z.string().nullable(),
})
export type BenchmarkSummary = z.infer<typeof benchmarkSummarySchema>

export const benchmarkProgressSchema = z.object({
  done: z.int(),
  total: z.int(),
  /** Of the repetition that is going on. */
  step: z.int(),
  totalSteps: z.int(),
  /** Null until a repetition has ended. */
  etaMs: z.number().nullable(),
  /** In words: which arm, which repetition, and what it does. */
  activity: z.string(),
})
export type BenchmarkProgress = z.infer<typeof benchmarkProgressSchema>

const tableSchema = z.object({
  title: z.string(),
  columns: z.array(z.string()),
  textColumns: z.array(z.int()).optional(),
  rows: z.array(z.array(z.string())),
  /** How its figures are to be read. */
  note: z.string().optional(),
})
export type BenchmarkTable = z.infer<typeof tableSchema>

/** The report as the page shows it: the same words, tables and charts as in the exported files. */
export const benchmarkViewSchema = benchmarkSummarySchema.extend({
  sentences: z.array(z.string()),
  maySaySpeedUp: z.boolean(),
  /** Where the figures come from. */
  provenances: z.array(provenanceSchema),
  gates: z.array(z.object({ name: z.string(), isOpen: z.boolean(), found: z.string() })),
  notMeasured: z.array(z.string()),
  failures: z.array(z.object({ arm: z.string(), repetition: z.int(), error: labErrorInfoSchema })),
  tables: z.array(tableSchema),
  /** SVG elements and the lists of their colours, drawn with the classes of the report's style sheet; null where it was not measured. */
  charts: z.object({
    throughput: z.string(),
    waterfall: z.string(),
    legend: z.string(),
    target: z.string().nullable(),
    inference: z.string().nullable(),
  }),
  /** How to read the time to accuracy; none without a target. */
  targetNotes: z.array(z.string()),
  protocol: z.array(z.object({ label: z.string(), value: z.string() })),
  command: z.string(),
  /** What went wrong when it was paused by other than a person. */
  error: labErrorInfoSchema.nullable(),
  /** The form's own counts, for the words beside a pause. */
  plan: planSchema.pick({ repetitions: true, form: true }),
})
export type BenchmarkView = z.infer<typeof benchmarkViewSchema>

export const benchmarkPlanSchema = z.object({
  plan: planSchema,
  predictedMs: z.number(),
  /** What the prediction rests on, a sentence. */
  basis: z.string(),
})
export type PredictedPlan = z.infer<typeof benchmarkPlanSchema>

export const benchmarks = {
  /** Newest first. */
  list: procedure.output(z.array(benchmarkSummarySchema)),
  /** What would be done and how long it would take. Starts nothing; CONFIG_INVALID says what cannot be compared. */
  plan: procedure.input(asked).output(benchmarkPlanSchema),
  /** One at a time, and not beside a run: RUN_ALREADY_ACTIVE. */
  start: procedure.input(asked).output(id),
  get: procedure.input(id).output(benchmarkViewSchema),
  /** Gives up the repetition that is going on; it stays pending. Returns when its ranks are gone. */
  pause: procedure.input(id).output(z.object({})),
  /** Goes on with the first pending repetition, also after the lab was ended or killed. */
  resume: procedure.input(id).output(z.object({})),
  remove: procedure.input(id).output(z.object({})),
  /** An imported run as one more arm. */
  addImported: procedure.input(id.extend({ runId: z.string().max(64) })).output(z.object({})),
  /** What is known, then what is new, until it ends or is paused. */
  watch: procedure.input(id).output(eventIterator(benchmarkProgressSchema)),
  export: procedure
    .input(id.extend({ format: benchmarkFormatSchema }))
    .output(z.object({ fileName: z.string(), mediaType: z.string(), text: z.string() })),
}
