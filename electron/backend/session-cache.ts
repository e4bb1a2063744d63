/**
 * ONNX Runtime sessions by structural key, least recently used first out. Bounded, because each session keeps the
 * memory of its largest run; one that was let go is made again from the model, which costs tens of milliseconds.
 */
import { InferenceSession } from 'onnxruntime-node'
import type { Device } from '../../shared/domain/device.ts'
import type { OnnxFetches, OnnxValueMap } from './executor.ts'

export interface SessionModel {
  key: string
  /** The model as ONNX; only asked where there is no session for `key` yet. */
  encode: () => Uint8Array
  /** Threads inside an operator. */
  threads: number
  device: Device
  /** Names of the outputs that stay on the device. */
  residentOutputs: readonly string[]
}

interface Entry {
  session: Promise<InferenceSession>
  /** Runs that have not returned: such a session must not be released. */
  pending: number
}

export class SessionCache {
  /** Sessions made so far, those made again included. */
  createdCount = 0
  readonly #entries = new Map<string, Entry>()
  readonly #maxSessions: number

  constructor(maxSessions: number) {
    this.#maxSessions = maxSessions
  }

  get size(): number {
    return this.#entries.size
  }

  /** Runs `model` once; `fetches` are written in place, unless an output stays on the device. */
  async run(model: SessionModel, feeds: OnnxValueMap, fetches: OnnxFetches): Promise<OnnxValueMap> {
    const entry = this.#acquire(model)
    try {
      return (await (await entry.session).run(feeds, fetches)) as OnnxValueMap
    } finally {
      entry.pending--
      await this.#evict()
    }
  }

  async clear(): Promise<void> {
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    for (const entry of entries) await (await entry.session).release()
  }

  #acquire(model: SessionModel): Entry {
    const key = [model.device, model.threads, ...model.residentOutputs, model.key].join('/')
    let entry = this.#entries.get(key)
    if (entry) this.#entries.delete(key)
    else {
      entry = { session: createSession(model), pending: 0 }
      this.createdCount++
    }
    this.#entries.set(key, entry)
    entry.pending++
    return entry
  }

  async #evict(): Promise<void> {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= this.#maxSessions) return
      if (entry.pending > 0) continue
      this.#entries.delete(key)
      await (await entry.session).release()
    }
  }
}

function createSession({ encode, threads, device, residentOutputs }: SessionModel): Promise<InferenceSession> {
  const common = { intraOpNumThreads: threads, logSeverityLevel: 3 } as const
  if (device === 'cpu') {
    return InferenceSession.create(encode(), {
      ...common,
      executionProviders: ['cpu'],
      executionMode: 'sequential',
      interOpNumThreads: 1,
      // Planned arenas hold a third more memory at the same speed.
      enableMemPattern: false,
      // Threads that spin between runs would take the cores that all-reduce and optimizer need.
      extra: { session: { force_spinning_stop: '1' } },
    })
  }
  return InferenceSession.create(encode(), {
    ...common,
    executionProviders: [device],
    preferredOutputLocation: Object.fromEntries(residentOutputs.map((name) => [name, 'gpu-buffer'])),
    // What the device cannot compute is an error, not a silent detour through the CPU.
    extra: { session: { disable_cpu_ep_fallback: '1' } },
  })
}
