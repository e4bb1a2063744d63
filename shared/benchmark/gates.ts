/**
 * What must hold before a report may say "speed-up". Each gate says in words what was found. Where one is closed, the
 * figures stand all the same, as a ratio of throughputs that proves nothing more.
 */
import type { Benchmark } from '../domain/benchmark.ts'
import { paddingTitles } from '../domain/run-config.ts'
import type { ArmResult } from './analysis.ts'

export interface Gate {
  name: string
  isOpen: boolean
  /** What was found, in a sentence. */
  found: string
}

const fewestRepetitions = 3
const mostBusy = 0.15
const mostDrift = 1.15

export function gatesOf(benchmark: Benchmark, results: readonly ArmResult[]): Gate[] {
  return [
    repetitionsGate(results),
    batchGate(benchmark, results),
    sameGate('precision', 'All arms compute in 32-bit floating point.', []),
    seedsGate(results),
    beginningGate(results),
    paddingGate(benchmark, results),
    machineGate(benchmark),
    utilisationGate(results),
    provenanceGate(results),
  ]
}

export const maySaySpeedUp = (gates: readonly Gate[]): boolean => gates.every(({ isOpen }) => isOpen)

function repetitionsGate(results: readonly ArmResult[]): Gate {
  const fewest = Math.min(...results.map(({ done }) => done.length))
  const failed = results.reduce((sum, result) => sum + result.failed.length, 0)
  return {
    name: 'repetitions',
    isOpen: fewest >= fewestRepetitions,
    found: `The arm with the fewest has ${fewest} repetitions that ended well; at least ${fewestRepetitions} are needed.${failed > 0 ? ` ${failed} failed and are listed.` : ''}`,
  }
}

function batchGate({ plan }: Benchmark, results: readonly ArmResult[]): Gate {
  const sizes = [...new Set(results.map(({ rowsPerStep }) => rowsPerStep))]
  const isSame = sizes.length <= 1
  const isWeak = plan.scaling === 'weak' && plan.factor === 'ranks'
  return {
    name: 'global batch',
    isOpen: isSame || isWeak,
    found: isSame
      ? `A step has ${sizes[0] ?? 0} rows in every arm.`
      : `A step has ${sizes.join(', ')} rows: ${isWeak ? 'weak scaling, and labelled so' : 'the arms make different updates'}.`,
  }
}

function sameGate(name: string, found: string, values: readonly unknown[]): Gate {
  const isOpen = new Set(values).size <= 1
  return { name, isOpen, found: isOpen ? found : `The arms differ: ${values.join(', ')}.` }
}

function paddingGate({ plan }: Benchmark, results: readonly ArmResult[]): Gate {
  const configs = results.map(({ arm }) => arm.config)
  const lengths = [...new Set(configs.map(({ maxLength }) => maxLength))]
  const policies = [...new Set(configs.map(({ padding }) => paddingTitles[padding]))]
  const isSame = policies.length <= 1
  const isLabelled = plan.factor === 'padding'
  return {
    name: 'length and padding',
    isOpen: lengths.length <= 1 && (isSame || isLabelled),
    found:
      lengths.length > 1
        ? `The arms differ: they take at most ${lengths.join(', ')} tokens of a headline.`
        : `Every arm takes at most ${lengths[0] ?? 0} tokens of a headline; ${isSame ? `batches are ${policies[0] ?? 'none'} in all` : `batches are ${policies.join(' or ')}: ${isLabelled ? 'that is what is compared, and labelled so' : 'the arms differ'}`}.`,
  }
}

function seedsGate(results: readonly ArmResult[]): Gate {
  const seeds = results.map(({ done }) => done.map(({ seed }) => seed).toSorted((a, b) => a - b))
  const isSame = new Set(seeds.map(String)).size <= 1
  const isDistinct = seeds.every((own) => new Set(own).size === own.length)
  return {
    name: 'seeds',
    isOpen: isSame && isDistinct,
    found: !isSame
      ? 'The repetitions that ended well do not have the same seeds in all arms.'
      : isDistinct
        ? `Every arm ran with the seeds ${seeds[0]?.join(', ') ?? ''}.`
        : 'A seed was used twice.',
  }
}

function beginningGate(results: readonly ArmResult[]): Gate {
  const done = results.flatMap((result) => result.done)
  const known = done.flatMap(({ seed, firstWeightsDigest }) => (firstWeightsDigest === null ? [] : [{ seed, firstWeightsDigest }]))
  const seeds = [...new Set(known.map(({ seed }) => seed))]
  const different = seeds.filter((seed) => new Set(known.filter((of) => of.seed === seed).map((of) => of.firstWeightsDigest)).size > 1)
  const unknown = done.length - known.length
  return {
    name: 'first weights',
    isOpen: different.length === 0,
    found:
      different.length > 0
        ? `With seed ${different.join(', ')} the arms did not begin with the same weights.`
        : known.length === 0
          ? 'With which weights the repetitions began was not recorded.'
          : `With the same seed all arms began with the same weights, by their SHA-256.${unknown > 0 ? ` Of ${unknown} repetitions they were not recorded.` : ''}`,
  }
}

function machineGate({ repetitions }: Benchmark): Gate {
  const done = repetitions.filter(({ state }) => state === 'done')
  const conditions = done.flatMap(({ conditions }) => conditions ?? [])
  const unknown = done.length - conditions.length
  const busiest = Math.max(0, ...conditions.map(({ busyShare }) => busyShare ?? 0))
  const times = conditions.flatMap(({ calibrationMs }) => calibrationMs ?? [])
  const drift = times.length === 0 ? 1 : Math.max(...times) / Math.min(...times)
  const percent = (share: number): string => `${(share * 100).toFixed(0)} %`
  const isBusy = busiest > mostBusy
  const isThrottled = drift > mostDrift
  return {
    name: 'quiet machine',
    isOpen: !isBusy && !isThrottled && conditions.length > 0 && unknown === 0,
    found:
      conditions.length === 0
        ? 'How busy the machine was is not known.'
        : `Other programs took at most ${percent(busiest)} of the cores${isBusy ? ` (more than ${percent(mostBusy)})` : ''}, and a fixed piece of work took at most ${percent(drift - 1)} longer than at best${isThrottled ? `: the clock was lowered or shared (more than ${percent(mostDrift - 1)})` : ''}.${unknown > 0 ? ` Of ${unknown} repetitions that were not measured here nothing is known.` : ''}`,
  }
}

function utilisationGate(results: readonly ArmResult[]): Gate {
  const highest = Math.max(0, ...results.map(({ flopsUtilisation }) => flopsUtilisation ?? 0))
  return {
    name: 'possible speed',
    isOpen: highest <= 1,
    found:
      highest > 1
        ? `An arm would have computed at ${(highest * 100).toFixed(0)} % of the measured peak, which is impossible.`
        : `No arm computed faster than the measured peak (at most ${(highest * 100).toFixed(0)} %).`,
  }
}

function provenanceGate(results: readonly ArmResult[]): Gate {
  const others = results
    .flatMap(({ done }) => done)
    .filter(({ measured }) => measured.provenance !== 'measured' && measured.provenance !== 'imported')
  return {
    name: 'provenance',
    isOpen: others.length === 0,
    found:
      others.length === 0 ? 'Every figure was measured or imported.' : `${others.length} repetitions were neither measured nor imported.`,
  }
}
