/**
 * The one benchmark that may be going on in this lab: started, watched, paused. What it has measured is on the disk after
 * every repetition; nothing here is needed to go on with it.
 */
import { LabError, type LabErrorInfo, toLabErrorInfo } from '../../shared/contract/errors.ts'
import type { BenchmarkProgress } from '../../shared/contract/benchmarks.ts'
import type { Benchmark } from '../../shared/domain/benchmark.ts'
import { doneCount } from '../../shared/domain/benchmark.ts'
import { benchmarkDirectory } from '../benchmark/files.ts'
import { runBenchmark } from '../benchmark/run-benchmark.ts'
import { holdBenchmark } from './hold-benchmark.ts'
import type { ModelShelf } from './model-shelf.ts'
import { News } from './news.ts'
import type { RunStore } from '../supervisor/run-store.ts'
import type { RunSupervisor } from '../supervisor/supervisor.ts'

interface Active {
  id: string
  abort: AbortController
  progress: BenchmarkProgress
  finished: Promise<void>
}

interface DeskOptions {
  labDirectory: string
  models: Pick<ModelShelf, 'directoryOf'>
  store: RunStore
  supervisor: RunSupervisor
}

export class BenchmarkDesk {
  readonly #options: DeskOptions
  #active: Active | null = null
  #starting = false
  readonly #errors = new Map<string, LabErrorInfo>()
  readonly #news = new News()

  constructor(options: DeskOptions) {
    this.#options = options
  }

  get isBusy(): boolean {
    return this.#active !== null || this.#starting
  }

  isActive(id: string): boolean {
    return this.#active?.id === id
  }

  /** Why `id` was last given up, if it was not a person who paused it. */
  errorOf(id: string): LabErrorInfo | null {
    return this.#errors.get(id) ?? null
  }

  /** Throws RUN_ALREADY_ACTIVE while a benchmark goes on: a run between two repetitions would spoil it. */
  refuseWhileBusy(): void {
    if (!this.isBusy) return
    throw alreadyActive('A benchmark is going on', 'A run beside it would slow it and spoil what it measures.')
  }

  /** Prepares with `prepare`, then goes on in the background. Throws RUN_ALREADY_ACTIVE where something is going on, and what `prepare` throws. */
  async start(prepare: () => Promise<Benchmark>): Promise<string> {
    const { labDirectory, models, store, supervisor } = this.#options
    this.refuseWhileBusy()
    if (supervisor.active !== null)
      throw alreadyActive('A run is going on', `Run ${supervisor.active.runId} has not ended yet, and would spoil what is measured.`)
    this.#starting = true
    try {
      const benchmark = await prepare()
      const { id } = benchmark
      const { initFrom } = benchmark.plan.arms[0]!.config
      const model = initFrom ? { modelDirectory: await models.directoryOf(initFrom) } : {}
      const directory = benchmarkDirectory(labDirectory, id)
      const letGo = await holdBenchmark(directory)
      this.#errors.delete(id)
      const abort = new AbortController()
      const active: Active = { id, abort, progress: progressAtFirst(benchmark), finished: Promise.resolve() }
      this.#active = active
      const work = runBenchmark({
        directory,
        benchmark,
        ...model,
        supervisor,
        store,
        signal: abort.signal,
        onProgress: ({ done, total, step, totalSteps, etaMs, activity }) => {
          active.progress = { done, total, step, totalSteps, etaMs, activity }
          this.#news.tell()
        },
      })
      active.finished = work
        .catch((error: unknown) => void this.#errors.set(id, toLabErrorInfo(error)))
        .then(() => {
          letGo()
          this.#active = null
          this.#news.tell()
        })
      return id
    } finally {
      this.#starting = false
    }
  }

  /** Resolves when its ranks are gone; a benchmark that is not going on is paused already. */
  async pause(id: string): Promise<void> {
    if (this.#active?.id !== id) return
    this.#active.abort.abort()
    await this.#active.finished
  }

  async close(): Promise<void> {
    if (this.#active) await this.pause(this.#active.id)
  }

  /** Progress of `id`: what is known now, then each change that the reader is quick enough to see; ends with it. */
  async *follow(id: string, signal?: AbortSignal): AsyncGenerator<BenchmarkProgress, void> {
    let shown: BenchmarkProgress | null = null
    while (this.#active?.id === id && !signal?.aborted) {
      const { progress }: Active = this.#active
      if (progress !== shown) {
        shown = progress
        yield progress
      } else await this.#news.next(signal)
    }
  }
}

const progressAtFirst = (benchmark: Benchmark): BenchmarkProgress => ({
  done: doneCount(benchmark),
  total: benchmark.repetitions.length,
  step: 0,
  totalSteps: benchmark.plan.arms[0]!.config.maxSteps ?? benchmark.plan.warmupSteps + benchmark.plan.measuredSteps,
  etaMs: null,
  activity: 'measuring how fast this machine multiplies matrices',
})

const alreadyActive = (title: string, cause: string): LabError =>
  new LabError({ code: 'RUN_ALREADY_ACTIVE', title, cause, suggestion: 'Wait for it, or pause or stop it first.' })
