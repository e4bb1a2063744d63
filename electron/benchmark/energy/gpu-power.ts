/** Energy of NVIDIA GPUs: the power that nvidia-smi reports several times a second, added up over time. */
import { toLabErrorInfo } from '../../../shared/contract/errors.ts'
import { runCommand } from '../../handoff/command.ts'
import type { EnergySample, EnergySeries } from './series.ts'

const everyMs = 200

/** Adds up what lines like '0, 71.32' say: GPU, watts. Pure. */
export class PowerIntegral {
  readonly samples: EnergySample[] = []
  readonly #last = new Map<number, { atMs: number; watts: number }>()
  #joules = 0

  add(line: string, atMs: number): void {
    const [, gpu, power] = /^\s*(\d+)\s*,\s*(\d+(?:\.\d+)?)\s*$/.exec(line) ?? []
    if (gpu === undefined || power === undefined) return
    const [index, watts] = [Number(gpu), Number(power)]
    const last = this.#last.get(index)
    if (last) this.#joules += (((watts + last.watts) / 2) * (atMs - last.atMs)) / 1000
    this.#last.set(index, { atMs, watts })
    this.samples.push({ atMs, joules: this.#joules })
  }
}

/** Samples until `stop`, which gives the series, or why there is none. */
export function watchGpuPower(program = 'nvidia-smi'): { stop: () => Promise<EnergySeries | string> } {
  const abort = new AbortController()
  const integral = new PowerIntegral()
  const args = ['--query-gpu=index,power.draw', '--format=csv,noheader,nounits', `--loop-ms=${everyMs}`]
  const ended = runCommand(program, args, { signal: abort.signal, onLine: (line) => integral.add(line, performance.now()) }).then(
    ({ code, output }) => `${program} ended with ${code} (${output.split('\n').at(-1)?.slice(0, 200) ?? ''})`,
    (error: unknown) => {
      if (abort.signal.aborted) return null
      const { code, cause } = toLabErrorInfo(error)
      return code === 'TOOL_NOT_FOUND' ? `there is no ${program}` : `${program} failed: ${cause.slice(0, 200)}`
    },
  )
  return {
    stop: async () => {
      abort.abort()
      const problem = await ended
      if (integral.samples.length > 1) return integral.samples
      return problem ?? `${program} tells no power of a GPU`
    },
  }
}
