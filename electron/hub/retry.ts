/** Tries again after a lost connection, with growing pauses; progress in between starts the count anew. Other errors pass. */
import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from '../../shared/contract/errors.ts'
import { ConnectionLost } from './http.ts'
import type { HubSettings } from './settings.ts'

/** The pauses between them: half a second, then 1, 2, 4 and 8. */
const tries = 6

/**
 * `progressed` says whether there was any since it was last asked. Without it this is a first question: where there is no
 * network, it is not repeated, so that the person hears it at once.
 */
export async function retrying<T>(
  settings: HubSettings,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
  progressed?: () => boolean,
): Promise<T> {
  const { firstRetryMs = 500 } = settings
  for (let failures = 1; ; failures++) {
    try {
      return await work()
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof ConnectionLost)) throw error
      if (progressed?.()) failures = 1
      if (failures >= tries || (!progressed && neverReached(error))) throw unreachable(settings, error)
      await sleep(firstRetryMs * 2 ** (failures - 1), undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted())
    }
  }
}

const offlineCodes = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH', 'ETIMEDOUT']

/** A refusal by the network itself, or no connection in time: another try a second later meets the same. */
function neverReached({ cause }: ConnectionLost): boolean {
  if (!(cause instanceof Error)) return false
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  return offlineCodes.includes(code) || cause.message.startsWith('no connection')
}

const unreachable = ({ endpoint }: HubSettings, error: ConnectionLost): LabError =>
  new LabError(
    {
      code: 'HUB_UNREACHABLE',
      title: 'The hub cannot be reached',
      cause: `${new URL(endpoint).host}: ${error.message}.`,
      suggestion: 'Check the connection to the internet (or HF_ENDPOINT), then try again: what was downloaded is kept.',
    },
    { cause: error },
  )
