/** A run's measurements as files for other people's readers, into a folder that may hold other files too. */
import { join, resolve } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'
import type { ExportFormat, ExportResult } from '../../shared/domain/export.ts'
import type { RunDetail, RunRecord } from '../../shared/domain/run.ts'
import { writeFileAtomic } from '../checkpoint/atomic.ts'
import { type FileSystem, nodeFileSystem } from '../checkpoint/file-system.ts'
import { makeDirectory } from '../checkpoint/make-directory.ts'
import { withFolderErrors } from '../checkpoint/replace-folder.ts'
import { chromeTraceChunks } from './chrome-trace.ts'
import { tensorboardChunks } from './tensorboard.ts'

type RunFileFormat = Exclude<ExportFormat, 'folder'>

const formats: Record<RunFileFormat, { nameOf: (record: RunRecord) => string; chunksOf: (run: RunDetail) => Iterable<Uint8Array> }> = {
  tensorboard: {
    // TensorBoard looks for this beginning.
    nameOf: ({ createdAt, id }) => `events.out.tfevents.${Math.floor(Date.parse(createdAt) / 1000)}.${id}`,
    chunksOf: tensorboardChunks,
  },
  trace: { nameOf: ({ id }) => `trace-${id}.json`, chunksOf: chromeTraceChunks },
}

/**
 * Writes the file into `directory`. The run's id is in its name: exported again, a run replaces its own file and no other.
 * Throws RUN_NOT_FOUND for a run without a step, OUTPUT_NOT_WRITABLE, DISK_FULL; nothing partial is left.
 */
export async function exportRunFile(
  format: RunFileFormat,
  run: RunDetail,
  directory: string,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<ExportResult> {
  if (run.steps.length === 0) throw nothingMeasured(run.record)
  const { nameOf, chunksOf } = formats[format]
  const path = join(resolve(directory), nameOf(run.record))
  return withFolderErrors(path, async () => {
    await makeDirectory(resolve(directory))
    const { bytes } = await writeFileAtomic(path, chunksOf(run), fileSystem)
    return { path, bytes, facts: null }
  })
}

const nothingMeasured = ({ id }: RunRecord): LabError =>
  new LabError({
    code: 'RUN_NOT_FOUND',
    title: 'The run has measured nothing yet',
    cause: `Run ${id} has not made a step.`,
    suggestion: 'Wait for its first step, or choose another run.',
  })
