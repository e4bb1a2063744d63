/** Reports of runs that PyTorch made elsewhere: whose machine, whose figures, and what an all-reduce of DDP's means. */
import { describe, expect, it } from 'vitest'
import { withImportedArm } from '../../electron/benchmark/imported-arm.ts'
import { renderBenchmarkFolder } from '../../electron/report/benchmark/index.ts'
import { collectRunReport } from '../../electron/report/collect.ts'
import { renderHtml } from '../../electron/report/html.ts'
import { renderMarkdown } from '../../electron/report/markdown.ts'
import type { RunDetail } from '../../shared/domain/run.ts'
import { fakeBenchmark } from '../helpers/fake-benchmark.ts'
import { importedRun } from '../helpers/imported-run.ts'

const markdown = (detail: RunDetail): string => renderMarkdown(collectRunReport(detail))

describe.each([1, 2])('the report of an imported run of %i rank(s)', (worldSize) => {
  const text = markdown(importedRun(worldSize))

  it('names the cards, the driver, the libraries and the digests', () => {
    for (let rank = 0; rank < worldSize; rank++) expect(text).toContain(`Tesla T4 at 0000:00:0${4 + rank}.0`)
    for (const fact of ['560.35.03', '12.4', '9.1.0', '2.21.5', '2.6.0+cu124', 'a1'.repeat(32), 'e5'.repeat(32)])
      expect(text).toContain(fact)
    expect(text).toContain(`measured by PyTorch 2.6.0+cu124 with ${worldSize} rank${worldSize === 1 ? '' : 's'} over nccl`)
  })

  it('claims nothing as measured here, in Markdown nor in a figure of the HTML', () => {
    expect(text).toContain('All results **imported**')
    expect(text).not.toMatch(/onnxruntime|node\b/)
    expect(renderHtml(collectRunReport(importedRun(worldSize)))).not.toMatch(/class="tag">measured/)
  })

  it('says what the time of the all-reduce is', () => {
    expect(text).toContain('the part of it that the backward pass did not hide')
    expect(text).not.toContain('All-reduce includes waiting for the other ranks.')
  })
})

it('a run whose all-reduce was not timed claims no 0 ms for it', () => {
  const detail = importedRun(2)
  for (const rank of detail.steps.flatMap(({ ranks }) => ranks)) rank.phases.allReduceMs = 0
  const text = markdown(detail)
  expect(text).toContain('was not timed by itself')
  expect(text).not.toMatch(/\| 0\.0+ ms|\| 0(\.0)? %/)
})

it('a run of the lab says measured, as before', () => {
  const detail = importedRun(2)
  const html = renderHtml(collectRunReport({ ...detail, record: { ...detail.record, imported: null } }))
  expect(html).toMatch(/class="tag">measured/)
  expect(html).not.toMatch(/class="tag">imported/)
})

describe('imported runs as arms of a benchmark', () => {
  const { parameterCount } = fakeBenchmark().data!
  const { dataset } = importedRun(1).record
  const withRun = (benchmark: ReturnType<typeof fakeBenchmark>, worldSize: number) =>
    withImportedArm(benchmark, importedRun(worldSize, { record: { id: `20260312-10265${worldSize}-tiny-0002`, parameterCount, dataset } }))
  const folder = renderBenchmarkFolder(withRun(withRun(fakeBenchmark(), 1), 2))

  it('are single_gpu.md and ddp_2gpu.md, beside what was measured on CPU ranks', () => {
    expect([...folder.keys()]).toEqual(expect.arrayContaining(['single_cpu.md', 'ddp_2cpu.md', 'single_gpu.md', 'ddp_2gpu.md']))
  })

  it('are compared with each other, claim no speed-up, and bear the machine that they ran on, not this lab’s', () => {
    const text = folder.get('ddp_2gpu.md')!
    expect(text).toContain('this lab measured none of these figures')
    expect(text).toContain('20260312-102652-tiny-0002')
    expect(text).toMatch(/Ratio of throughputs[\s\S]*2 ranks × 32, imported[^|]*\|[^\n]*1 rank × 64, imported/)
    expect(text).not.toMatch(/speed-up|measured\./i)
    expect(text).toMatch(/Machine and software[^]*Xeon[^]*Tesla T4 at 0000:00:05\.0, driver NVIDIA 560\.35\.03/)
    expect(text).not.toContain(fakeBenchmark().hardware.cpuModel)
    expect(folder.get('single_gpu.md')!).not.toContain('Ratio of throughputs')
    expect(folder.get('ddp_2cpu.md')!).toContain('Machine and software')
  })

  it('of one size twice keep both files', () => {
    const twice = withImportedArm(
      withRun(fakeBenchmark(), 2),
      importedRun(2, { record: { id: '20260313-102652-tiny-0003', parameterCount, dataset } }),
    )
    expect([...renderBenchmarkFolder(twice).keys()]).toEqual(
      expect.arrayContaining(['ddp_2gpu.md', 'imported-20260313-102652-tiny-0003.md']),
    )
  })
})
