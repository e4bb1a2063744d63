/** exports.*: a run's model as a folder that loads elsewhere, its measurements for other people's readers. */
import { join } from 'node:path'
import type { ExportEvent, ExportFormat } from '../../shared/domain/export.ts'
import type { RunDetail } from '../../shared/domain/run.ts'
import { resolveInside } from '../checkpoint/resolve-inside.ts'
import { readExportedFolder } from '../export/read-folder.ts'
import { exportRunFile } from '../export/run-files.ts'
import { modelDirectory } from '../supervisor/run-directory.ts'
import type { LabParts } from './parts.ts'
import { os } from './parts.ts'
import { streamWithTypedErrors } from './typed-errors.ts'

export const exportHandlers = ({ labDirectory, store, supervisor, exporter }: LabParts) => ({
  run: os.exports.run.handler(async ({ input: { runId, format, folderName }, signal }) => {
    const run = supervisor.active?.runId === runId ? supervisor.active.detail() : await store.get(runId)
    const target = resolveInside(join(labDirectory, 'exports'), folderName)
    return streamWithTypedErrors(
      format === 'folder'
        ? exporter.run({ modelDirectory: modelDirectory(store.directory(runId)), target, run }, signal)
        : runFile(format, run, target),
    )
  }),
  read: os.exports.read.handler(({ input: { folderName } }) =>
    readExportedFolder(resolveInside(join(labDirectory, 'exports'), folderName)),
  ),
})

async function* runFile(format: Exclude<ExportFormat, 'folder'>, run: RunDetail, directory: string): AsyncGenerator<ExportEvent, void> {
  yield { type: 'done', result: await exportRunFile(format, run, directory) }
}
