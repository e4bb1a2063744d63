/**
 * The report of a run: facts first (`collectRunReport`), then a rendering of them (`renderReport`). Pure functions;
 * writing the file is the caller's business.
 */
import type { ReportFormat, RunReport } from '../../shared/domain/report.ts'
import { renderHtml } from './html.ts'
import { renderJson } from './json.ts'
import { renderMarkdown } from './markdown.ts'

export { collectRunReport } from './collect.ts'

export interface RenderedReport {
  /** A safe name, whatever the run is called. */
  fileName: string
  mediaType: string
  text: string
}

const renderings: Record<ReportFormat, { extension: string; mediaType: string; render: (report: RunReport) => string }> = {
  html: { extension: 'html', mediaType: 'text/html; charset=utf-8', render: renderHtml },
  markdown: { extension: 'md', mediaType: 'text/markdown; charset=utf-8', render: renderMarkdown },
  json: { extension: 'json', mediaType: 'application/json', render: renderJson },
}

export function renderReport(report: RunReport, format: ReportFormat): RenderedReport {
  const { extension, mediaType, render } = renderings[format]
  const name = report.record.id.replace(/[^A-Za-z0-9-]+/g, '-').slice(0, 64)
  return { fileName: `distrinews-report-${name}.${extension}`, mediaType, text: render(report) }
}
