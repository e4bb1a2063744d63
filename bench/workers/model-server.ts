/** model-server DIRECTORY THREADS MAX_ROWS: serves a model on a free port until it is ended; 1 row computes text by text. */
import { serveModel } from '../../electron/serving/server.ts'
import { serve } from './serve.ts'

export default async function run([modelDirectory, threads, maxBatchRows]: string[]): Promise<void> {
  const server = await serveModel({
    modelDirectory: modelDirectory!,
    title: 'bench',
    port: 0,
    threads: Number(threads),
    maxBatchRows: Number(maxBatchRows),
    maxQueuedTexts: 20_000,
  })
  await server.predictor.ready
  await serve(() => undefined, { port: server.port })
}
