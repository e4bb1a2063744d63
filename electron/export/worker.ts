/**
 * Entry of the export worker thread: one export, then it ends. Recording, rounding and measuring block the thread they run
 * on, so the lab must not. Nothing else may import this file.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { toLabErrorInfo } from '../../shared/contract/errors.ts'
import { exportModel } from './export-model.ts'
import { cancelMessage, exportJobSchema, type WorkerMessage } from './messages.ts'

if (!parentPort) throw new Error('The export worker runs as a worker thread only')
const port = parentPort
const tell = (message: WorkerMessage): void => port.postMessage(message)

const abort = new AbortController()
port.on('message', (message) => {
  if (message === cancelMessage) abort.abort()
})

try {
  const job = exportJobSchema.parse(workerData)
  const result = await exportModel({ ...job, signal: abort.signal, onProgress: (progress) => tell({ type: 'progress', progress }) })
  tell({ type: 'done', result })
} catch (error) {
  tell({ type: 'error', error: toLabErrorInfo(error) })
} finally {
  port.close()
}
