/** Where the hub is, who asks, and where its files are kept: the environment variables that huggingface_hub reads, too. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { LabError } from '../../shared/contract/errors.ts'

export interface HubSettings {
  /** Without a slash at its end. */
  endpoint: string
  /** Never shown and never written down. */
  token: string | null
  /** Holds `models--org--name` and `datasets--org--name`. */
  cacheDirectory: string
  /** Waits between tries; doubles from the first to the last. Tests make it short. */
  firstRetryMs?: number
  /** After so long without a byte a connection that uploads is given up. Tests make it short. */
  silentMs?: number
}

const endpointSchema = z.url({ protocol: /^https?$/ })

/** Throws CONFIG_INVALID where HF_ENDPOINT is no address. */
export function hubSettings(environment: NodeJS.ProcessEnv = process.env): HubSettings {
  const { HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE } = environment
  const endpoint = endpointSchema.safeParse(HF_ENDPOINT?.trim() || 'https://huggingface.co')
  if (!endpoint.success) {
    throw new LabError({
      code: 'CONFIG_INVALID',
      title: 'HF_ENDPOINT is not an address of a hub',
      cause: 'The environment variable HF_ENDPOINT must be an address that begins with https:// or http://.',
      suggestion: 'Correct it, or leave it away for https://huggingface.co.',
    })
  }
  return {
    endpoint: endpoint.data.replace(/\/+$/, ''),
    token: HF_TOKEN?.trim() || null,
    cacheDirectory: HF_HUB_CACHE || join(HF_HOME || join(homedir(), '.cache', 'huggingface'), 'hub'),
  }
}
