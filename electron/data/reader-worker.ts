/**
 * Entry of the worker thread that reads data files for the lab: parsing blocks the thread it runs on, and a hostile file may
 * exhaust its memory. One job for each worker; nothing else may import this file.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { toLabErrorInfo } from '../../shared/contract/errors.ts'
import { basename } from 'node:path'
import { readTable } from './data-file.ts'
import { loadDataset } from './dataset.ts'
import { previewOf } from './labelled-rows.ts'
import { describeQuality } from './quality.ts'
import { jobSchema, type JobAnswer, type ReaderJob } from './reader-messages.ts'

if (!parentPort) throw new Error('The reader runs as a worker thread only')
const port = parentPort

async function answer(job: ReaderJob): Promise<JobAnswer> {
  if (job.want === 'preview') {
    const { kind, path, mapping } = job
    return { type: 'preview', preview: previewOf(await readTable({ kind, path }, mapping), basename(path), mapping) }
  }
  const { card, examples } = await loadDataset(job.ref)
  const test = job.ref.kind === 'hub' ? (await loadDataset({ ...job.ref, split: 'test' })).examples : undefined
  return { type: 'card', card: { ...card, quality: describeQuality(card.labels, examples, test) } }
}

answer(jobSchema.parse(workerData)).then(
  (result) => port.postMessage(result),
  (error: unknown) => port.postMessage({ type: 'error', error: toLabErrorInfo(error) } satisfies JobAnswer),
)
