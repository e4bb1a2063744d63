/**
 * Contestants as processes that stay: started and warmed up once, then asked in turn, so that a machine whose speed
 * drifts slows both alike. A contestant may be a group of ranks, whose step takes as long as its slowest rank's.
 *
 * Each process prints `{"ready": true, …}`, then for each line `run N …` on its input one line `{"ms": [N numbers]}`.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { median } from '../shared/domain/series.ts'

export interface ProcessSpec {
  command: string
  args: readonly string[]
  /** Added to the environment; undefined takes a variable away. */
  env?: Readonly<Record<string, string | undefined>>
}

const readySchema = z.looseObject({ ready: z.literal(true) })
export type ReadyFacts = z.infer<typeof readySchema>
const answerSchema = z.looseObject({ ms: z.array(z.number()) })

class Contestant {
  readonly ready: Promise<ReadyFacts>
  readonly #child: ChildProcess
  readonly #waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = []
  #ended: Error | null = null

  constructor({ command, args, env }: ProcessSpec) {
    this.#child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'inherit'] })
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.#waiting.shift()?.resolve(line))
    const end = (why: string): void => {
      this.#ended ??= new Error(`${command} ${args.join(' ')}: ${why}`)
      for (const { reject } of this.#waiting.splice(0)) reject(this.#ended)
    }
    this.#child.once('error', (error) => end(error.message))
    this.#child.once('exit', (code, signal) => end(`ended with ${signal ?? `exit code ${code}`}`))
    this.ready = this.#line().then((line) => readySchema.parse(JSON.parse(line)))
    // Heard of where it is awaited.
    this.ready.catch(() => undefined)
  }

  async run(count: number, args: readonly (string | number)[]): Promise<z.infer<typeof answerSchema>> {
    const line = this.#line()
    this.#child.stdin!.write(`${['run', count, ...args].join(' ')}\n`)
    return answerSchema.parse(JSON.parse(await line))
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #line(): Promise<string> {
    if (this.#ended) return Promise.reject(this.#ended)
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }
}

export class Group {
  readonly #members: Contestant[]

  constructor(specs: readonly ProcessSpec[]) {
    this.#members = specs.map((spec) => new Contestant(spec))
  }

  /** What the first member says of itself; resolves when all are ready. */
  async ready(): Promise<ReadyFacts> {
    const facts = await Promise.all(this.#members.map(({ ready }) => ready))
    return facts[0]!
  }

  /** Milliseconds of `count` repetitions, each that of the slowest member; with the first member's other figures. */
  async run(count: number, ...args: (string | number)[]): Promise<{ ms: number[]; first: z.infer<typeof answerSchema> }> {
    const answers = await Promise.all(this.#members.map((member) => member.run(count, args)))
    return { ms: Array.from({ length: count }, (_, index) => Math.max(...answers.map(({ ms }) => ms[index]!))), first: answers[0]! }
  }

  end(): void {
    for (const member of this.#members) member.kill()
  }
}

export interface PairedTimes {
  /** Medians over all repetitions, milliseconds. */
  oursMs: number
  peerMs: number
  /** Median over pairs of peer / ours. */
  ratio: number
  pairs: number
}

/** Runs both in turn, `pairs` times, `perTurn` repetitions each, the order swapped every time. Both must be warm. */
export async function alternate(
  ours: Group,
  peer: Group,
  pairs: number,
  perTurn: number,
  ...args: (string | number)[]
): Promise<PairedTimes> {
  const all: { ours: number[]; peer: number[] } = { ours: [], peer: [] }
  const ratios: number[] = []
  for (let pair = 0; pair < pairs; pair++) {
    const turns = { ours: 0, peer: 0 }
    for (const who of pair % 2 === 0 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const)) {
      const { ms } = await (who === 'ours' ? ours : peer).run(perTurn, ...args)
      all[who].push(...ms)
      turns[who] = median(ms)!
    }
    ratios.push(turns.peer / turns.ours)
  }
  return { oursMs: median(all.ours)!, peerMs: median(all.peer)!, ratio: median(ratios)!, pairs }
}
