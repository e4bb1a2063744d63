/** Peak memory is a process's own, however large the one that started it. */
import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { peakRssBytes } from '../../electron/rank/peak-memory.ts'

it('counts what this process had, and nothing of its parent’s', (ctx) => {
  ctx.skip(process.platform !== 'linux', 'the kernel of Linux counts it')
  const before = peakRssBytes()!
  const block = Buffer.alloc(200 * 2 ** 20, 1)
  expect(peakRssBytes()! - before).toBeGreaterThan(150 * 2 ** 20)
  expect(block[0]).toBe(1)
  const script = `const { readFileSync } = require('node:fs'); console.log(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1] * 1024)`
  const child = Number(spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' }).stdout)
  expect(child).toBeGreaterThan(10 * 2 ** 20)
  expect(child).toBeLessThan(150 * 2 ** 20)
})
