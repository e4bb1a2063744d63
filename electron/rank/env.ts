/**
 * What a rank is told at birth: environment variables, torchrun's names where torchrun has one. Parsed before use, like
 * everything that comes from outside a process.
 */
import { z } from 'zod'
import { type RunConfig, runConfigSchema } from '../../shared/domain/run-config.ts'

const count = z
  .string()
  .regex(/^\d{1,6}$/)
  .transform(Number)

const rankEnvSchema = z
  .object({
    RANK: count,
    /** Rank among those of the same machine; the lab's own ranks all share one. */
    LOCAL_RANK: count,
    WORLD_SIZE: count.refine((worldSize) => worldSize > 0),
    DISTRINEWS_RUN_ID: z.string().min(1),
    /** `RunConfig` as JSON. */
    DISTRINEWS_CONFIG: z.string().transform((json) => runConfigSchema.parse(JSON.parse(json))),
    /** Names this start of the run; ranks of another start are strangers. */
    DISTRINEWS_ATTEMPT: z.string().min(1),
    /** Where the sockets of the ring are. */
    DISTRINEWS_RENDEZVOUS: z.string().min(1),
    DISTRINEWS_RUN_DIRECTORY: z.string().min(1),
    DISTRINEWS_CACHE_DIRECTORY: z.string().min(1),
    /** What is shown as the device of this rank. */
    DISTRINEWS_DEVICE_NAME: z.string().min(1),
    DISTRINEWS_THREADS: count.refine((threads) => threads > 0),
    /** Directory of the checkpoint to go on from; empty for a fresh start. */
    DISTRINEWS_RESUME_FROM: z.string(),
    /** Directory of the pretrained model that `initFrom` names; empty where there is none. */
    DISTRINEWS_MODEL_DIRECTORY: z.string(),
    DISTRINEWS_TIMES_FORWARD: z.enum(['yes', 'no']),
  })
  .refine((env) => env.RANK < env.WORLD_SIZE, 'RANK must be below WORLD_SIZE')

export interface RankEnv {
  rank: number
  localRank: number
  worldSize: number
  runId: string
  config: RunConfig
  attempt: string
  rendezvousDirectory: string
  runDirectory: string
  cacheDirectory: string
  /** Which device of `config.device`'s kind: in words, for the person. */
  deviceName: string
  /** ONNX Runtime threads of this rank. */
  threads: number
  resumeFrom: string | null
  /** Of the pretrained model to begin with; null for random weights. */
  modelDirectory: string | null
  /** Whether it times the forward pass by itself after the last step. */
  timesForward: boolean
}

/** Throws where a variable is missing or senseless; that is a fault of whoever started the process. */
export function readRankEnv(variables: NodeJS.ProcessEnv): RankEnv {
  const env = rankEnvSchema.parse(variables)
  return {
    rank: env.RANK,
    localRank: env.LOCAL_RANK,
    worldSize: env.WORLD_SIZE,
    runId: env.DISTRINEWS_RUN_ID,
    config: env.DISTRINEWS_CONFIG,
    attempt: env.DISTRINEWS_ATTEMPT,
    rendezvousDirectory: env.DISTRINEWS_RENDEZVOUS,
    runDirectory: env.DISTRINEWS_RUN_DIRECTORY,
    cacheDirectory: env.DISTRINEWS_CACHE_DIRECTORY,
    deviceName: env.DISTRINEWS_DEVICE_NAME,
    threads: env.DISTRINEWS_THREADS,
    resumeFrom: env.DISTRINEWS_RESUME_FROM || null,
    modelDirectory: env.DISTRINEWS_MODEL_DIRECTORY || null,
    timesForward: env.DISTRINEWS_TIMES_FORWARD === 'yes',
  }
}

/** The inverse, for whoever starts the process. */
export function writeRankEnv(env: RankEnv): Record<string, string> {
  return {
    RANK: String(env.rank),
    LOCAL_RANK: String(env.localRank),
    WORLD_SIZE: String(env.worldSize),
    DISTRINEWS_RUN_ID: env.runId,
    DISTRINEWS_CONFIG: JSON.stringify(env.config),
    DISTRINEWS_ATTEMPT: env.attempt,
    DISTRINEWS_RENDEZVOUS: env.rendezvousDirectory,
    DISTRINEWS_RUN_DIRECTORY: env.runDirectory,
    DISTRINEWS_CACHE_DIRECTORY: env.cacheDirectory,
    DISTRINEWS_DEVICE_NAME: env.deviceName,
    DISTRINEWS_THREADS: String(env.threads),
    DISTRINEWS_RESUME_FROM: env.resumeFrom ?? '',
    DISTRINEWS_MODEL_DIRECTORY: env.modelDirectory ?? '',
    DISTRINEWS_TIMES_FORWARD: env.timesForward ? 'yes' : 'no',
  } satisfies z.input<typeof rankEnvSchema>
}
