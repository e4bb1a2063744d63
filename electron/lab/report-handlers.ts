/** reports.*: the report of a run, handed over and kept in the run's own directory. */
import { join } from 'node:path'
import { benchmarkDirectory, readBenchmark } from '../benchmark/files.ts'
import { writeFileAtomic } from '../checkpoint/atomic.ts'
import { makeDirectory } from '../checkpoint/make-directory.ts'
import { withWriteErrors } from '../checkpoint/file-errors.ts'
import { resolveInside } from '../checkpoint/resolve-inside.ts'
import { renderBenchmark } from '../report/benchmark/index.ts'
import { collectRunReport, renderReport } from '../report/index.ts'
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'

export const reportHandlers = ({ labDirectory, printPdf, store, supervisor }: LabParts) => ({
  print: os.reports.print.handler(async ({ input: { of, id } }) => {
    const { fileName, text } =
      of === 'run'
        ? renderReport(
            collectRunReport(supervisor.active?.runId === id ? supervisor.active.detail() : await store.get(id), new Date()),
            'html',
          )
        : renderBenchmark(await readBenchmark(benchmarkDirectory(labDirectory, id)), 'html')
    const pdf = printPdf === null ? null : Buffer.from(await printPdf(text)).toString('base64')
    return { fileName: fileName.replace(/html$/, 'pdf'), pdf, html: text }
  }),
  export: os.reports.export.handler(async ({ input: { runId, format } }) => {
    const detail = supervisor.active?.runId === runId ? supervisor.active.detail() : await store.get(runId)
    const rendered = renderReport(collectRunReport(detail, new Date()), format)
    const directory = join(store.directory(runId), 'report')
    await withWriteErrors(directory, async () => {
      await makeDirectory(directory)
      await writeFileAtomic(resolveInside(directory, rendered.fileName), rendered.text)
    })
    return rendered
  }),
})
