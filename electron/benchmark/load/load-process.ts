/** The lab's side of the process that makes load: one load after the other, and an end to it when the signal says so. */
import { type ChildProcess, fork } from 'node:child_process'
import { LabError } from '../../../shared/contract/errors.ts'
import { entryFile } from '../../paths.ts'
import { type LoadAnswer, loadAnswerSchema, type LoadJob } from './messages.ts'

/** To connect, and to wait for the last answers. */
const patienceMs = 30_000

export class LoadProcess {
  readonly #child: ChildProcess

  constructor() {
    this.#child = fork(entryFile('benchmark-load'), [], {
      execArgv: [],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
  }

  /** Throws INTERNAL where the process gave no answer or reached no server, and the signal's reason. */
  async load(job: LoadJob, signal: AbortSignal): Promise<Exclude<LoadAnswer, { problem: string }>> {
    signal.throwIfAborted()
    const answer = await this.#ask(job, signal)
    if ('problem' in answer) throw stopped(answer.problem)
    return answer
  }

  end(): void {
    this.#child.kill('SIGKILL')
  }

  #ask(job: LoadJob, signal: AbortSignal): Promise<LoadAnswer> {
    const until = AbortSignal.any([signal, AbortSignal.timeout(job.durationMs + patienceMs)])
    const child = this.#child
    return new Promise<LoadAnswer>((resolve, reject) => {
      const settle = (act: () => void): void => {
        until.removeEventListener('abort', onAbort)
        child.off('message', onMessage).off('exit', onExit).off('error', onError)
        act()
      }
      const onMessage = (raw: unknown): void => {
        const answer = loadAnswerSchema.safeParse(raw)
        settle(() => (answer.success ? resolve(answer.data) : reject(stopped('its answer could not be read'))))
      }
      const onAbort = (): void => settle(() => reject(signal.aborted ? (signal.reason as Error) : stopped('it gave no answer in time')))
      const onExit = (code: number | null): void => settle(() => reject(stopped(`it ended with ${code ?? 'a signal'}`)))
      const onError = (error: Error): void => settle(() => reject(stopped(error.message)))
      child.on('message', onMessage).on('exit', onExit).on('error', onError)
      until.addEventListener('abort', onAbort)
      if (child.connected) child.send(job)
      else onExit(child.exitCode)
    })
  }
}

const stopped = (cause: string): LabError =>
  new LabError({
    code: 'INTERNAL',
    title: 'The served model could not be measured',
    cause: `The process that asks it stopped: ${cause}.`,
    suggestion: 'Start the benchmark again; the repetitions that were measured are kept.',
  })
