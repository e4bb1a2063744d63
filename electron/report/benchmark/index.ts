/** The report of a benchmark in every form: facts first, then renderings of them. Pure; writing files is the caller's business. */
import { type Arm, type Benchmark, type BenchmarkFormat, benchmarkFormatSchema, isImportedArm } from '../../../shared/domain/benchmark.ts'
import { LabError } from '../../../shared/contract/errors.ts'
import { revealHidden } from '../escape.ts'
import type { RenderedReport } from '../index.ts'
import { throughputChart, waterfallChart } from './charts.ts'
import { renderBenchmarkCsv } from './csv.ts'
import { type BenchmarkFacts, collectBenchmark } from './facts.ts'
import { renderBenchmarkHtml } from './html.ts'
import { inferenceChart, renderInferenceCsv } from './inference.ts'
import { renderArmMarkdown, renderBenchmarkMarkdown } from './markdown.ts'
import { standaloneSvg } from './standalone-svg.ts'
import { targetChart } from './target.ts'

const renderings: Record<BenchmarkFormat, { fileName: string; mediaType: string; render: (facts: BenchmarkFacts) => string }> = {
  html: { fileName: 'report.html', mediaType: 'text/html; charset=utf-8', render: renderBenchmarkHtml },
  markdown: { fileName: 'report.md', mediaType: 'text/markdown; charset=utf-8', render: renderBenchmarkMarkdown },
  json: {
    fileName: 'report.json',
    mediaType: 'application/json',
    // The file itself: what was measured, from which everything else follows.
    render: ({ benchmark }) => revealHidden(`${JSON.stringify(benchmark, null, 1)}\n`),
  },
  csv: { fileName: 'repetitions.csv', mediaType: 'text/csv; charset=utf-8', render: renderBenchmarkCsv },
  'csv-inference': {
    fileName: 'inference.csv',
    mediaType: 'text/csv; charset=utf-8',
    render: ({ benchmark }) => {
      if (!benchmark.inference?.measured) throw notServed()
      return renderInferenceCsv(benchmark)
    },
  },
  'svg-throughput': { fileName: 'throughput.svg', mediaType: 'image/svg+xml', render: (facts) => standaloneSvg(throughputChart(facts)) },
  'svg-waterfall': { fileName: 'waterfall.svg', mediaType: 'image/svg+xml', render: (facts) => standaloneSvg(waterfallChart(facts)) },
  'svg-target': {
    fileName: 'time-to-accuracy.svg',
    mediaType: 'image/svg+xml',
    render: ({ target }) => {
      if (target === null) throw noTarget()
      return standaloneSvg(targetChart(target))
    },
  },
  'svg-inference': {
    fileName: 'inference.svg',
    mediaType: 'image/svg+xml',
    render: ({ benchmark }) => {
      const chart = inferenceChart(benchmark)
      if (chart === null) throw notServed()
      return standaloneSvg(chart)
    },
  },
}

/** What only a benchmark has whose model was served. */
const ofInference: readonly BenchmarkFormat[] = ['csv-inference', 'svg-inference']

export function renderBenchmark(benchmark: Benchmark, format: BenchmarkFormat): RenderedReport {
  const { fileName, mediaType, render } = renderings[format]
  return {
    fileName: `distrinews-${benchmark.id.replace(/[^A-Za-z0-9-]+/g, '-').slice(0, 64)}-${fileName}`,
    mediaType,
    text: render(collectBenchmark(benchmark)),
  }
}

/** All of them, and one Markdown file for each arm, by the names they have in a folder. */
export function renderBenchmarkFolder(benchmark: Benchmark): Map<string, string> {
  const facts = collectBenchmark(benchmark)
  const isThere = (format: BenchmarkFormat): boolean =>
    format === 'svg-target' ? facts.target !== null : Boolean(benchmark.inference?.measured) || !ofInference.includes(format)
  const files = benchmarkFormatSchema.options
    .filter(isThere)
    .map((format): [string, string] => [renderings[format].fileName, renderings[format].render(facts)])
  const folder = new Map(files)
  for (const arm of benchmark.plan.arms) {
    const name = originalName(benchmark, arm)
    folder.set(name !== null && !folder.has(name) ? name : `${arm.id.replace(/[^A-Za-z0-9-]+/g, '-')}.md`, renderArmMarkdown(facts, arm.id))
  }
  return folder
}

/**
 * As the original named them: single_gpu.md and ddp_2gpu.md; on CPU ranks cpu, because that is what they were. Imported runs
 * have these names, too, unless an arm that was measured here has taken them. Null for other arms, which go by their id.
 */
function originalName({ plan }: Benchmark, { id, config: { worldSize, device } }: Arm): string | null {
  if (!isImportedArm({ id }) && (plan.factor !== 'ranks' || !id.startsWith('ranks-'))) return null
  const what = device === 'cpu' ? 'cpu' : 'gpu'
  return worldSize === 1 ? `single_${what}.md` : `ddp_${worldSize}${what}.md`
}

const notServed = (): LabError =>
  new LabError({
    code: 'BENCHMARK_NOT_FOUND',
    title: 'There is no such measurement',
    cause: 'The model of this benchmark was not served and asked.',
    suggestion: 'Start one that serves the trained model at the end.',
  })

const noTarget = (): LabError =>
  new LabError({
    code: 'BENCHMARK_NOT_FOUND',
    title: 'There is no such chart',
    cause: 'The benchmark has no target accuracy.',
    suggestion: 'Start one that trains to an accuracy.',
  })
