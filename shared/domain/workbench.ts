/**
 * The workbench: small programs on real rank processes, by whose results lessons and experiments are judged. This file is
 * the list of them, and the types made of it; the schemas are in `workbench/`, one file for each group.
 */
import { z } from 'zod'
import { type LabErrorInfo, labErrorInfoSchema } from '../contract/errors.ts'
import * as data from './workbench/data-experiments.ts'
import * as ddp from './workbench/ddp.ts'
import * as deployment from './workbench/deployment.ts'
import * as foundation from './workbench/foundation.ts'
import * as measurements from './workbench/measurements.ts'
import * as sync from './workbench/sync-experiments.ts'

const all = [
  foundation.tokens,
  foundation.baselineStep,
  foundation.learningRates,
  foundation.samplerGrid,
  ddp.broadcast,
  ddp.ringTrace,
  ddp.buckets,
  ddp.naiveVsBucketed,
  ddp.sameAsOne,
  ddp.timeline,
  measurements.allReduceSweep,
  measurements.scaling,
  measurements.calibration,
  measurements.latencyBatches,
  deployment.httpApi,
  deployment.spaceFolders,
  deployment.torchBundle,
  data.setEpoch,
  data.noSampler,
  data.batchAndRate,
  data.evalPadding,
  data.dropoutSeeds,
  data.batchNorm,
  sync.unevenInputs,
  sync.sumLoss,
  sync.rank0Loss,
  sync.barrierInIf,
  sync.rankDown,
  sync.unusedBranch,
  sync.accumulationSync,
  sync.checkpointMistakes,
  sync.belowTwice,
  sync.preFlight,
] as const

type Program = (typeof all)[number]
export type ProgramId = Program['id']
type ProgramOf<Id extends ProgramId> = Extract<Program, { id: Id }>
/** What a program runs with, defaults filled in. */
export type ProgramInput<Id extends ProgramId = ProgramId> = z.output<ProgramOf<Id>['input']>
/** What may be asked for. */
export type ProgramRequest<Id extends ProgramId = ProgramId> = z.input<ProgramOf<Id>['input']>
export type ProgramResult<Id extends ProgramId = ProgramId> = z.output<ProgramOf<Id>['result']>
/** What one rank reports. */
export type Probe<Id extends ProgramId = ProgramId> = z.output<ProgramOf<Id>['probe']>
export type Arm<Id extends ProgramId = ProgramId> = ProgramOf<Id>['arms'][number]

const idOf = ({ id }: Program): ProgramId => id
export const programIds: readonly ProgramId[] = all.map(idOf)
export const programIdSchema = z.enum(all.map(idOf) as [ProgramId, ...ProgramId[]])

const tuple = <Of extends 'input' | 'result'>(of: Of) => all.map((program) => program[of]) as unknown as [Program[Of], ...Program[Of][]]
/** Named types: spelt out, the union of all programs is more than the compiler would write down. */
export const programInputSchema: z.ZodType<ProgramInput, ProgramRequest> = z.discriminatedUnion('program', tuple('input'))
export const programResultSchema: z.ZodType<ProgramResult> = z.discriminatedUnion('program', tuple('result'))

/** The arms of a program, the usual one first. */
export const armsOf = (id: ProgramId): readonly string[] => all.find((program) => program.id === id)!.arms
export const probeSchemaOf = (id: ProgramId): z.ZodType => all.find((program) => program.id === id)!.probe

export type WorkbenchEvent =
  | { type: 'progress'; rank: number | null; text: string }
  | { type: 'result'; result: ProgramResult }
  | { type: 'failed'; error: LabErrorInfo }

export const workbenchEventSchema: z.ZodType<WorkbenchEvent> = z.discriminatedUnion('type', [
  /** What a rank does now; `rank` null: the workbench itself. */
  z.object({ type: z.literal('progress'), rank: z.int().nullable(), text: z.string() }),
  z.object({ type: z.literal('result'), result: programResultSchema }),
  /** The program itself could not be run; a rank that fails as its experiment wants is a result. */
  z.object({ type: z.literal('failed'), error: labErrorInfoSchema }),
])
