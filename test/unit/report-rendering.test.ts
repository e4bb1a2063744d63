import { describe, expect, it } from 'vitest'
import { collectRunReport, renderReport } from '../../electron/report/index.ts'
import { markdownText, visible } from '../../electron/report/escape.ts'
import { formatBytes, formatDate, formatDuration, formatMs, formatPercent, formatQuantity } from '../../electron/report/format.ts'
import { reportFormatSchema, runReportSchema } from '../../shared/domain/report.ts'
import type { RunDetail } from '../../shared/domain/run.ts'
import { fakeRun } from '../helpers/fake-run.ts'
import { hostileText, hostileRun } from '../helpers/hostile-run.ts'
import { scanHtml } from '../helpers/scan-html.ts'

const now = new Date('2026-03-14T10:00:00.000Z')
const render = (detail: RunDetail, format: 'html' | 'markdown' | 'json'): string => renderReport(collectRunReport(detail, now), format).text
const error = { code: 'RANK_FAILED', title: 'Rank 1 ended', cause: 'It was killed.', suggestion: 'Resume the run.' } as const

const runs: Record<string, RunDetail> = {
  finished: fakeRun(),
  'with one rank': fakeRun({ config: { worldSize: 1, name: '' } }),
  'with sixteen ranks': fakeRun({ config: { worldSize: 16 } }),
  'of one step': fakeRun({ completedSteps: 1 }),
  stopped: fakeRun({ completedSteps: 40, record: { state: 'stopped' } }),
  failed: fakeRun({ completedSteps: 95, record: { state: 'failed', error } }),
  'failed before it knew anything': fakeRun({
    completedSteps: 0,
    record: {
      state: 'failed',
      error,
      endedAt: null,
      dataset: null,
      trainCount: null,
      validationCount: null,
      tokenizerDigest: null,
      modelConfig: null,
      parameterCount: null,
      threadsPerRank: null,
      totalSteps: null,
      timeToFirstStepMs: null,
    },
  }),
  hostile: hostileRun(),
}

describe.each(Object.entries(runs))('the report of a run %s', (_, detail) => {
  it.each(reportFormatSchema.options)('renders as %s without a hole', (format) => {
    const text = render(detail, format)
    expect(text.length).toBeGreaterThan(1000)
    if (format !== 'json') expect(text).not.toMatch(/\bNaN\b|\bInfinity\b|\bundefined\b|\bnull\b|\[object/)
  })

  it('is well-formed HTML that runs nothing and loads nothing', () => {
    const text = render(detail, 'html')
    const tags = scanHtml(text)
    const allowed =
      'html head meta title style body main header footer section h1 h2 h3 p span strong code pre ul li dl div dt dd figure figcaption svg desc path polyline circle rect text table thead tbody tr th td'
    expect(tags.map((tag) => tag.name).filter((name) => !allowed.split(' ').includes(name))).toEqual([])
    const attributes = tags.flatMap((tag) => Object.keys(tag.attributes))
    expect(attributes.filter((name) => /^on|href|src|action|style|data/i.test(name))).toEqual([])
    expect(text).toContain(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />`)
    expect(text.match(/<style>[^]*<\/style>/)?.[0]).not.toMatch(/url\(|@import|expression/)
  })

  it('gives every chart a name and a description of its own', () => {
    const text = render(detail, 'html')
    const charts = scanHtml(text).filter((tag) => tag.attributes['role'] === 'img')
    expect(charts).toHaveLength(5)
    for (const chart of charts)
      for (const id of chart.attributes['aria-labelledby']!.split(' ')) expect(text.split(`id="${id}"`)).toHaveLength(2)
  })

  it('comes back from JSON as it went in', () => {
    const report = collectRunReport(detail, now)
    expect(runReportSchema.parse(JSON.parse(renderReport(report, 'json').text))).toEqual(report)
  })

  it('has Markdown tables with the same number of cells in every row', () => {
    const rows = render(detail, 'markdown')
      .split('\n')
      .filter((line) => line.startsWith('|'))
    const cells = rows.map((row) => row.replace(/\\[\\|]/g, '').split('|').length - 2)
    rows.forEach((row, index) => {
      if (/^\| -/.test(row)) expect(cells[index], rows[index - 1]).toBe(cells[index - 1])
    })
    expect(new Set(cells).size).toBeLessThanOrEqual(4)
  })
})

describe('the scan that looks for live markup', () => {
  it('sees what an unescaped name would bring in', () => {
    expect(scanHtml('<p>a</p><script>1</script>').map((tag) => tag.name)).toContain('script')
    expect(scanHtml('<p onclick="1">a</p>')[0]?.attributes).toHaveProperty('onclick')
    expect(() => scanHtml('<p>a<img src=x onerror=alert(2)></p>')).toThrow('not a tag')
  })
})

describe('hostile names', () => {
  it('stand in the HTML as the text that they are', () => {
    const text = render(hostileRun(), 'html')
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(text).not.toContain('<script')
    expect(text).not.toContain('onerror=alert(2)>')
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\u200f]/)
    expect(text).toContain('\\u202e')
  })

  it('make no markup, link or cell in Markdown', () => {
    const escaped = markdownText(hostileText)
    const bare = escaped.replace(/\\[\\`*_[\]<>&~|#$!]/g, '')
    expect(bare).not.toMatch(/[\\`*_[\]<>&~|#$!]|:\/\/|www\.|\w@\w|[\n\r]/)
    expect(escaped).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
  })

  it('cannot end the block of the command', () => {
    const detail = fakeRun({ record: { command: 'npm run train -- --name "```\n# not a heading\n````"' } })
    const lines = render(detail, 'markdown').split('\n')
    const opened = lines.findIndex((line) => line.endsWith('`sh'))
    const fence = lines[opened]!.replace('sh', '')
    expect(fence).toBe('`````')
    expect(lines.indexOf(fence, opened)).toBe(lines.indexOf('# not a heading') + 2)
  })

  it('do not reach the file name', () => {
    const { fileName } = renderReport(collectRunReport(fakeRun({ record: { id: '../../etc/passwd\u0000"<x>' } }), now), 'html')
    expect(fileName).toMatch(/^distrinews-report-[A-Za-z0-9-]+\.html$/)
  })

  it('are shown with their invisible characters as escapes, but keep emoji and joiners', () => {
    expect(visible('a\u202eb\u0000c\n\ud800')).toBe('a\\u202eb\\u0000c\\u000a\\ud800')
    expect(visible('👩‍🔬 é 日本')).toBe('👩‍🔬 é 日本')
  })
})

describe('the report of 20,000 steps', () => {
  it('is below 2 MB as HTML and as Markdown, and keeps the spike of one step', () => {
    const detail = fakeRun({ stepsPerEpoch: 6_667, config: { worldSize: 4 } })
    expect(detail.steps.length).toBeGreaterThanOrEqual(20_000)
    const before = render(detail, 'html')
    detail.steps[11_111]!.ranks[2]!.localLoss = 9.5
    const after = render(detail, 'html')
    expect(after.length).toBeLessThan(2_000_000)
    expect(render(detail, 'markdown').length).toBeLessThan(2_000_000)
    expect(before).not.toContain('>10</text>')
    expect(after).toContain('>10</text>')
    // 9.5 of 10 on an axis from 246 up to 30 pixels.
    expect(after).toMatch(/points="[^"]*,40\.8 /)
  })
})

describe('numbers that are not there', () => {
  it('are shown as a dash', () => {
    const detail = fakeRun({ completedSteps: 30 })
    detail.steps.at(-1)!.globalLoss = Number.NaN
    detail.steps.at(-1)!.ranks[0]!.localLoss = Number.POSITIVE_INFINITY
    const text = render(detail, 'html')
    expect(text).toMatch(/Training loss, last step\s*<\/dt>\s*<dd>\s*<span class="value">–<\/span>/)
    expect(text).not.toMatch(/NaN|Infinity/)
    expect(render(detail, 'markdown')).toContain('| Training loss, last step | – |')
  })
})

describe('numbers', () => {
  it('carry units and no more digits than they are worth', () => {
    expect([0, 0.01234, 12.345, 1234.5, 66_956_548, Number.NaN, null].map(formatQuantity)).toEqual([
      '0',
      '0.0123',
      '12.3',
      '1,235',
      '66,956,548',
      '–',
      '–',
    ])
    expect([0.92345, 1, null].map(formatPercent)).toEqual(['92.3 %', '100.0 %', '–'])
    expect([0.754, 81.62, 1234].map(formatMs)).toEqual(['0.754 ms', '81.6 ms', '1,234 ms'])
    expect([0, 850, 12_340, 59_960, 125_000, 3_720_000, null].map(formatDuration)).toEqual([
      '0 ms',
      '850 ms',
      '12.3 s',
      '1 min 00 s',
      '2 min 05 s',
      '1 h 02 min',
      '–',
    ])
    expect([512, 4 * 1024 ** 2, 16 * 1024 ** 3, undefined].map(formatBytes)).toEqual(['512 bytes', '4.00 MiB', '16.0 GiB', '–'])
    expect(formatDate('2026-03-14T09:26:53.000Z')).toBe('14 March 2026, 09:26 UTC')
    expect(formatDate(null)).toBe('–')
  })
})
