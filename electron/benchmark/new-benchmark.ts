/** A benchmark before its first repetition. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Benchmark } from '../../shared/domain/benchmark.ts'
import { projectRoot } from '../paths.ts'
import { scheduleOf } from './plan.ts'

/** What is known before anything has run. */
export function newBenchmark({
  id,
  plan,
  hardware,
  command,
  commit,
}: Pick<Benchmark, 'id' | 'plan' | 'hardware' | 'command' | 'commit'>): Benchmark {
  return {
    format: 'distrinews-benchmark',
    version: 2,
    id,
    createdAt: new Date().toISOString(),
    endedAt: null,
    commit,
    command,
    plan,
    hardware,
    data: null,
    peakFlops: null,
    allReduce: null,
    inference: null,
    repetitions: scheduleOf(plan),
  }
}

/** The commit this lab is a checkout of, with '+' where files were changed; null where it is none, or git is not there. */
export async function commitOf(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', [
      '-C',
      projectRoot,
      'describe',
      '--always',
      '--dirty=+',
      '--abbrev=12',
      '--match=none',
    ])
    return stdout.trim() || null
  } catch {
    return null
  }
}
