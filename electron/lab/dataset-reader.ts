/**
 * Reads data files in a thread of their own (data/reader-worker.ts), so that the lab goes on answering meanwhile, and so that
 * a file which exhausts the memory ends that thread and not the lab.
 */
import { Worker } from 'node:worker_threads'
import { LabError } from '../../shared/contract/errors.ts'
import type { DatasetCard, DatasetPreview } from '../../shared/domain/dataset.ts'
import type { ColumnMapping, DataRef, FileRef } from '../../shared/domain/run-config.ts'
import { jobAnswerSchema, type JobAnswer, type ReaderJob } from '../data/reader-messages.ts'
import { entryFile } from '../paths.ts'

/** A file of 1 GiB as strings, and some. */
const heapMegabytes = 3072

/** Throws the DATA_… errors of the readers. */
export async function readPreview({ kind, path }: Pick<FileRef, 'kind' | 'path'>, mapping?: ColumnMapping): Promise<DatasetPreview> {
  const answer = await run({ want: 'preview', kind, path, ...(mapping && { mapping }) })
  if (answer.type === 'preview') return answer.preview
  throw stopped('it gave another answer')
}

/** The card with its quality. Throws the DATA_… errors of `loadDataset`; at `signal`, its reason. */
export async function readCard(ref: DataRef, signal?: AbortSignal): Promise<DatasetCard> {
  const answer = await run({ want: 'card', ref }, signal)
  if (answer.type === 'card') return answer.card
  throw stopped('it gave another answer')
}

async function run(job: ReaderJob, signal?: AbortSignal): Promise<JobAnswer> {
  signal?.throwIfAborted()
  const worker = new Worker(entryFile('data-reader'), { workerData: job, resourceLimits: { maxOldGenerationSizeMb: heapMegabytes } })
  try {
    const answer = await new Promise<JobAnswer>((resolve, reject) => {
      worker.once('message', (message) => resolve(jobAnswerSchema.parse(message)))
      worker.once('error', (error: NodeJS.ErrnoException) =>
        reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? exhausted() : stopped(error.message)),
      )
      worker.once('exit', (code) => reject(stopped(`it ended with code ${code}`)))
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
    if (answer.type === 'error') throw new LabError(answer.error)
    return answer
  } finally {
    await worker.terminate()
  }
}

const exhausted = (): LabError =>
  new LabError({
    code: 'DATA_UNREADABLE',
    title: 'The file needs more memory than the lab gives it',
    cause: `Read, it takes more than ${heapMegabytes / 1024} GiB.`,
    suggestion: 'Take a part of its rows, or only the columns of text and label.',
  })

const stopped = (cause: string): LabError =>
  new LabError({
    code: 'INTERNAL',
    title: 'The part of the lab that reads data files stopped',
    cause: `Its thread gave no answer: ${cause}.`,
    suggestion: 'Try again; if it happens again, report it together with this text.',
  })
