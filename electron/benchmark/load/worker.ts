/** Entry of the process that asks a served model: what it costs to ask is not taken from those who answer. The starter headlines, in turn. */
import { readStarter } from '../../data/starter.ts'
import { closedLoop, openLoop } from './load.ts'
import { type LoadAnswer, type LoadJob, loadJobSchema } from './messages.ts'

const texts = readStarter().then(({ examples }) => examples.map(({ text }) => text))

async function answerTo(job: LoadJob): Promise<LoadAnswer> {
  const asked = await texts
  const { port, durationMs } = job
  const turn =
    job.loop === 'closed'
      ? await closedLoop(port, asked, job.clients, durationMs)
      : await openLoop(port, asked, job.connections, job.perSec, durationMs)
  return { turn, textCount: asked.length }
}

process.on('disconnect', () => process.exit(1))
process.on('message', (raw) => {
  void answerTo(loadJobSchema.parse(raw))
    .catch((error: unknown): LoadAnswer => ({ problem: error instanceof Error ? error.message : String(error) }))
    .then((answer) => process.send?.(answer))
})
