/**
 * How good a model comes out of ten minutes of `small` on AG News with two ranks, as a person would train it, and when it
 * reached which accuracy: the checkpoint of each epoch is measured on rows that training never saw.
 */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { projectRoot } from '../electron/paths.ts'
import { readMetrics } from '../electron/supervisor/metrics-file.ts'
import { evaluationSchema } from '../shared/domain/evaluation.ts'
import { devFile, trainFile } from './news.ts'
import type { BenchRow } from './report.ts'

const bench = 'accuracy'
const budgetMinutes = 10
const marks = [88, 89, 90, 91]

const cli = (...args: string[]) =>
  promisify(execFile)(process.execPath, [join(projectRoot, 'out', 'main', 'cli.js'), ...args], { maxBuffer: 64 * 1024 * 1024 })

export async function benchAccuracy(_pairs: number, report: (row: BenchRow) => void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'distrinews-bench-'))
  try {
    const runDirectory = join(directory, 'run')
    const kept = join(directory, 'kept')
    // Older checkpoints are removed while the run goes on: each is copied as soon as it is there.
    const keeping = setInterval(() => keepCheckpoints(runDirectory, kept), 500)
    try {
      await cli('train', '--ranks', '2', '--model', 'small', '--data', trainFile, '--out', runDirectory)
    } finally {
      clearInterval(keeping)
      keepCheckpoints(runDirectory, kept)
    }
    const { epochs } = await readMetrics(runDirectory)
    const curve: { minutes: number; percent: number; interval: [number, number] }[] = []
    for (const { elapsedMs, checkpoint } of epochs) {
      const { stdout } = await cli('evaluate', '--model', join(kept, checkpoint!), '--data', devFile, '--json')
      const { accuracy, accuracyInterval } = evaluationSchema.loose().parse(JSON.parse(stdout))
      curve.push({ minutes: elapsedMs / 60_000, percent: accuracy * 100, interval: accuracyInterval })
    }
    const last = curve.at(-1)!
    const interval = last.interval.map((share) => (share * 100).toFixed(2)).join('–')
    const note = `95 %: ${interval}, ${last.minutes.toFixed(1)} of ${budgetMinutes} minutes`
    const isInTime = last.minutes <= budgetMinutes
    const figures = { ours: last.percent, peer: 89.5, unit: '%', peerName: 'must', ratio: isInTime ? last.percent / 89.5 : 0, count: 1 }
    report({ bench, name: 'small, 2 ranks, dev.csv', ...figures, must: 1, goal: 91 / 89.5, note })
    for (const mark of marks) {
      const reached = curve.find(({ percent }) => percent >= mark)
      if (!reached) continue
      const row = { ours: reached.minutes, peer: null, unit: 'minutes', peerName: '', ratio: null, count: 1 }
      report({ bench, name: `time to ${mark} %`, ...row, note: `${reached.percent.toFixed(2)} %, measured after each epoch` })
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function keepCheckpoints(runDirectory: string, kept: string): void {
  const checkpoints = join(runDirectory, 'checkpoints')
  if (!existsSync(checkpoints)) return
  for (const name of readdirSync(checkpoints)) {
    if (/^step-\d+$/.test(name) && !existsSync(join(kept, name))) cpSync(join(checkpoints, name), join(kept, name), { recursive: true })
  }
}
