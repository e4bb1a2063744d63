/**
 * What every program of the workbench has in common: how it is asked for, and how its result is wrapped. A program is a
 * small piece of distributed training that runs on real rank processes; an experiment is one with a broken and a fixed arm.
 */
import { z } from 'zod'
import { labErrorInfoSchema } from '../../contract/errors.ts'

/** One call of a collective on one rank, as that rank saw it. */
export const collectiveSchema = z.object({
  kind: z.enum(['allReduce', 'broadcast', 'barrier']),
  step: z.int(),
  bucket: z.int(),
  /** Of the data handed over, not of what travelled. */
  bytes: z.int().min(0),
  /** Milliseconds since the program was started; one clock for all ranks. */
  startMs: z.number(),
  /** Null: the rank never came out of it. */
  endMs: z.number().nullable(),
})
export type Collective = z.infer<typeof collectiveSchema>

/**
 * How a rank ended. `failed`: it reported an error; `died`: its process was gone without a word; `ended`: it was still
 * working, or waiting, when the workbench ended it.
 */
export const rankOutcomeSchema = z.enum(['finished', 'failed', 'died', 'ended'])
export type RankOutcome = z.infer<typeof rankOutcomeSchema>

const rankReportFields = {
  rank: z.int().min(0),
  outcome: rankOutcomeSchema,
  error: labErrorInfoSchema.nullable(),
  /** What it did last, in its own words; empty where it died. */
  activity: z.string(),
  /** In the order of the calls; the first `maxCollectives` at most. */
  collectives: z.array(collectiveSchema),
  /** All of them. */
  collectiveCount: z.int().min(0),
}

export const maxCollectives = 200

interface ProgramSpec<
  Id extends string,
  Arms extends readonly [string, ...string[]],
  Fields extends z.ZodRawShape,
  Probe extends z.ZodType,
> {
  id: Id
  /** The first is run unless another is asked for. */
  arms: Arms
  /** Ranks: fewest, usual, most. */
  worldSize: readonly [number, number, number]
  /** What a person may set besides. All of it has defaults. */
  fields: Fields
  /** What one rank reports when it has finished. Nullable where ranks may fail, because that is the experiment. */
  probe: Probe
}

/** The schemas of one program. */
export function defineProgram<
  const Id extends string,
  const Arms extends readonly [string, ...string[]],
  Fields extends z.ZodRawShape,
  Probe extends z.ZodType,
>({ id, arms, worldSize: [min, usual, max], fields, probe }: ProgramSpec<Id, Arms, Fields, Probe>) {
  const arm = z.enum(arms)
  const input = z.object({
    program: z.literal(id),
    arm: arm.default(arms[0] as never),
    worldSize: z.int().min(min).max(max).default(usual),
    ...fields,
  })
  const result = z.object({
    program: z.literal(id),
    arm,
    worldSize: z.int(),
    input,
    /** When it was measured, and how long it took from the first process to the last report. */
    at: z.iso.datetime(),
    durationMs: z.number(),
    /** A training run was going on at the same time: times say little. */
    besideRun: z.boolean(),
    ranks: z.array(z.object({ ...rankReportFields, probe })),
  })
  return { id, arms, input, result, probe }
}

/** For programs that measure and have nothing to break. */
export const measured = ['measured'] as const
/** Of most experiments. */
export const brokenOrFixed = ['fixed', 'broken'] as const

/** A few of a tensor's elements, so that a person can read them. */
export const valuesSchema = z.array(z.number()).max(64)
export const seedField = z.int().min(0).max(0xffffffff).default(42)
/** Headlines of the person; where there are none, starter headlines stand in. */
export const textsField = z.array(z.string().min(1).max(300)).max(16).default([])
