/**
 * Breaks one rank's process from within, as bad hardware would: some code runs in it before its own. The product has no door
 * for that; Node has one.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { temporaryDirectory } from './temporary-directory.ts'

/** Runs `script` (CommonJS) in rank `rank` of whatever runs this test starts from now on. */
export async function breakRank(rank: number, script: string): Promise<void> {
  const file = join(await temporaryDirectory(), 'broken.cjs')
  await writeFile(file, `if (process.env.RANK === '${rank}') {\n${script}\n}\n`)
  vi.stubEnv('NODE_OPTIONS', `${process.env['NODE_OPTIONS'] ?? ''} --require=${JSON.stringify(file)}`)
  onTestFinished(() => void vi.unstubAllEnvs())
}

/** Its main thread, and only that, hangs at the end of its step number `step` (of this process), before it has told of it. */
export const hangsInStep = (step: number): string => `
  const rss = process.memoryUsage.rss
  let calls = 0
  process.memoryUsage.rss = () => {
    if (++calls === ${step}) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    return rss()
  }`

/** It reads other bytes than are in the files whose names end in `name`; `change` is an expression with the text as \`text\`. */
export const misreads = (name: string, change: string): string => `
  const fs = require('node:fs/promises')
  const { readFile } = fs
  fs.readFile = async (path, options) => {
    const content = await readFile(path, options)
    if (!String(path).endsWith(${JSON.stringify(name)})) return content
    const text = content.toString()
    const changed = ${change}
    return typeof content === 'string' ? changed : Buffer.from(changed)
  }
  require('node:module').syncBuiltinESMExports()`
