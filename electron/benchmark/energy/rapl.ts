/**
 * Energy of the processor packages from Linux's powercap tree (Intel and AMD). Packages only: cores, graphics and memory are
 * zones inside of them, and a whole platform's counter (psys) holds them all again. Counters start anew at their range.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode } from '../../checkpoint/file-errors.ts'

export const powercapDirectory = '/sys/class/powercap'

interface Package {
  file: string
  rangeMicrojoules: number
  lastMicrojoules: number
}

/** Joules of all packages since it was opened. */
export class RaplCounter {
  #joules = 0
  readonly #packages: Package[]

  private constructor(packages: Package[]) {
    this.#packages = packages
  }

  /** The counter, or why there is none. */
  static async open(directory = powercapDirectory): Promise<RaplCounter | string> {
    try {
      const zones = (await readdir(directory)).filter((name) => /^intel-rapl:\d+$/.test(name)).toSorted()
      const packages: Package[] = []
      for (const zone of zones) {
        const at = join(directory, zone)
        if (!(await readFile(join(at, 'name'), 'utf8')).startsWith('package-')) continue
        const file = join(at, 'energy_uj')
        const rangeMicrojoules = await readCount(join(at, 'max_energy_range_uj'))
        packages.push({ file, rangeMicrojoules, lastMicrojoules: await readCount(file) })
      }
      return packages.length > 0 ? new RaplCounter(packages) : `${directory} has no counter of a processor package`
    } catch (error) {
      return problemOf(error, directory)
    }
  }

  /** To be called more often than a counter starts anew: that takes minutes. Throws what `problemOf` puts in words. */
  async read(): Promise<number> {
    for (const each of this.#packages) {
      const now = await readCount(each.file)
      const grown = now - each.lastMicrojoules
      this.#joules += (grown >= 0 ? grown : grown + each.rangeMicrojoules) / 1e6
      each.lastMicrojoules = now
    }
    return this.#joules
  }
}

async function readCount(file: string): Promise<number> {
  const text = (await readFile(file, 'utf8')).trim()
  if (!/^\d+$/.test(text)) throw new Error(`${file} holds no count`)
  return Number(text)
}

/** In words, for a report. */
export function problemOf(error: unknown, directory = powercapDirectory): string {
  const code = systemErrorCode(error)
  if (code === 'ENOENT') return `this system has no energy counters of the processor (${directory})`
  if (code === 'EACCES' || code === 'EPERM') return 'the energy counters of the processor may be read by root only'
  return `the energy counters of the processor cannot be read (${code ?? (error instanceof Error ? error.message : String(error))})`
}
