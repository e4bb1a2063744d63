/**
 * What a person has found out, in sentences for an interview, each made of a stored result and its numbers. A sentence
 * without a measurement does not exist. Pure.
 */
import type { ProgramId } from '../../shared/domain/workbench.ts'
import { verdict } from '../../shared/lessons/check.ts'
import { exposedCommunication } from '../../shared/lessons/checks/ddp.ts'
import { scalingFacts, scoreSweep } from '../../shared/lessons/checks/measurements.ts'
import { judge } from '../../shared/lessons/checks.ts'
import type { Evidence } from './evidence.ts'
import { firstProbe } from './evidence.ts'
import type { Check, StepRun } from './lesson.ts'
import { median } from '../../shared/domain/series.ts'

export interface Finding {
  /** What it is about. */
  title: string
  /** Null where it was not measured. */
  text: string | null
  /** Where it is measured. */
  lesson: string
  step: string
}

type Source = Omit<Finding, 'text'> & { program: ProgramId; arms: readonly string[]; text: (evidence: Evidence) => string | null }

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`

const sources: readonly Source[] = [
  {
    title: 'Padding',
    lesson: 'foundation',
    step: 'padding',
    program: 'tokens',
    arms: ['measured'],
    text: (evidence) => {
      const probe = firstProbe(evidence.result('tokens', 'measured'))
      const of = (way: string) => probe?.costs.find((cost) => cost.way === way)
      const [longest, max] = [of('longest'), of('maxLength')]
      if (!probe || !longest || !max) return null
      return `Padding ${probe.rows.length} headlines to ${max.length} instead of to the longest (${longest.length}) made ${percent(1 - probe.tokenCount / max.places)} of all places padding and a pass ${(max.ms / longest.ms).toFixed(1)} times as long, so I pad each batch to its own longest row.`
    },
  },
  {
    title: 'Correctness',
    lesson: 'ddp',
    step: 'same-as-one',
    program: 'same-as-one',
    arms: ['fixed'],
    text: (evidence) => {
      const result = evidence.result('same-as-one', 'fixed')
      const probe = firstProbe(result)
      if (!result || !probe || !judge(result).met) return null
      return `Two ranks with ${result.input.shares.join(' and ')} rows made the same update as one rank with all of them: with dropout off, no gradient differed by more than ${probe.largestGradientDifference.toExponential(1)} of its largest value. That is rounding.`
    },
  },
  {
    title: 'A mean of means',
    lesson: 'ddp',
    step: 'mean-of-means',
    program: 'same-as-one',
    arms: ['mean-of-means'],
    text: (evidence) => {
      const probe = firstProbe(evidence.result('same-as-one', 'mean-of-means'))
      return (
        probe &&
        `Averaging the ranks’ means on uneven shares was off by up to ${percent(probe.largestGradientDifference)} of a gradient, without any error. So I sum, count, and divide once.`
      )
    },
  },
  {
    title: 'Ring all-reduce',
    lesson: 'ddp',
    step: 'ring',
    program: 'ring-trace',
    arms: ['measured'],
    text: (evidence) => {
      const result = evidence.result('ring-trace', 'measured')
      const probe = firstProbe(result)
      if (!result || !probe) return null
      return `I stepped through a ring all-reduce of my own gradients: ${result.worldSize} ranks, ${probe.rounds.length} rounds, each rank sent ${probe.payloadBytesSent} bytes of ${probe.start.length * 4}, and all ended with the same bits.`
    },
  },
  {
    title: 'Buckets',
    lesson: 'ddp',
    step: 'naive-or-bucketed',
    program: 'naive-vs-bucketed',
    arms: ['naive', 'bucketed'],
    text: (evidence) => {
      const [naive, bucketed] = [
        firstProbe(evidence.result('naive-vs-bucketed', 'naive')),
        firstProbe(evidence.result('naive-vs-bucketed', 'bucketed')),
      ]
      if (!naive || !bucketed) return null
      return `One all-reduce per parameter took ${naive.callsPerStep} calls and ${median(naive.allReduceMs)?.toFixed(1)} ms a step; in buckets it was ${bucketed.callsPerStep} and ${median(bucketed.allReduceMs)?.toFixed(1)} ms for the same bytes.`
    },
  },
  {
    title: 'Exposed communication',
    lesson: 'ddp',
    step: 'timeline',
    program: 'timeline',
    arms: ['measured'],
    text: (evidence) => {
      const result = evidence.result('timeline', 'measured')
      return (
        result &&
        `In my timeline ${exposedCommunication(result)
          .map(({ rank, exposedMs, stepMs }) => `rank ${rank} spent ${percent(exposedMs / stepMs)}`)
          .join(' and ')} of its steps waiting for sums.`
      )
    },
  },
  {
    title: 'Scaling',
    lesson: 'benchmark',
    step: 'scaling',
    program: 'scaling',
    arms: ['measured'],
    text: (evidence) => {
      const result = evidence.result('scaling', 'measured')
      const facts = result && scalingFacts(result)
      return (
        facts &&
        `On one machine, ${facts.ranks} ranks were ${facts.strongSpeedup.toFixed(2)} times as fast with the same global batch (strong scaling) and did ${facts.weakSpeedup.toFixed(2)} times as much with a batch each (weak). By Amdahl’s law ${percent(facts.serialShare)} of a step do not shrink.`
      )
    },
  },
  {
    title: 'Prediction',
    lesson: 'benchmark',
    step: 'cost-model',
    program: 'allreduce-sweep',
    arms: ['measured'],
    text: (evidence) => {
      const result = evidence.result('allreduce-sweep', 'measured')
      const score = result && scoreSweep(result)
      return (
        score &&
        `I fitted α = ${(score.fit.alphaMs * 1000).toFixed(0)} µs and β = ${(score.fit.betaMsPerByte * 1e6).toFixed(2)} ms per MB to two ranks and predicted larger rings; the prediction was off by a factor of ${score.offBy.toFixed(1)}.`
      )
    },
  },
  {
    title: 'Calibration',
    lesson: 'inference',
    step: 'calibration',
    program: 'calibration',
    arms: ['measured'],
    text: (evidence) => {
      const probe = firstProbe(evidence.result('calibration', 'measured'))
      return (
        probe &&
        `After ${probe.trainSteps} steps the model was right on ${percent(probe.accuracy)} of ${probe.rowCount} unseen headlines, and its confidence was off by ${percent(probe.expectedCalibrationError)} on average.`
      )
    },
  },
  {
    title: 'Latency',
    lesson: 'inference',
    step: 'batching',
    program: 'latency-batches',
    arms: ['measured'],
    text: (evidence) => {
      const probe = firstProbe(evidence.result('latency-batches', 'measured'))
      const single = probe?.batches[0]
      const best = probe?.batches.reduce((a, b) => (b.textsPerSec > a.textsPerSec ? b : a))
      return single && best
        ? `One answer takes ${single.p50Ms.toFixed(1)} ms (median); ${best.rows} at a time give ${(best.textsPerSec / single.textsPerSec).toFixed(1)} times the throughput at ${best.p50Ms.toFixed(1)} ms.`
        : null
    },
  },
]

export const findings = (evidence: Evidence): Finding[] =>
  sources.map(({ title, lesson, step, text }) => ({ title, lesson, step, text: text(evidence) }))

/** The programs whose results are needed: nothing is run, they are only looked up. */
export const findingRuns: readonly StepRun[] = sources.map(({ program, arms }) => ({
  kind: 'programs',
  label: '',
  requests: arms.map((arm) => ({ program, arm }) as never),
}))

const enough = 5

export const enoughFindings: Check = (evidence) => {
  const all = findings(evidence)
  const known = all.filter(({ text }) => text !== null)
  return verdict(known.length >= enough, `${known.length} of ${all.length} findings are measured; ${enough} are asked for.`)
}

/** The summary as Markdown, to be taken along. */
export const summaryText = (evidence: Evidence): string =>
  [
    '# What I measured',
    '',
    ...findings(evidence).flatMap(({ title, text }) => (text === null ? [] : [`**${title}.** ${text}`, ''])),
    'All numbers are from runs of my own, on one machine.',
  ].join('\n')
