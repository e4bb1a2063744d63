/** reports.*: the report of a run, handed over and kept in the run's own directory. */
import { join } from 'node:path'
import { writeFileAtomic } from '../checkpoint/atomic.ts'
import { makeDirectory } from '../checkpoint/make-directory.ts'
import { withWriteErrors } from '../checkpoint/file-errors.ts'
import { resolveInside } from '../checkpoint/resolve-inside.ts'
import { collectRunReport, renderReport } from '../report/index.ts'
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'

export const reportHandlers = ({ store, supervisor }: LabParts) => ({
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
