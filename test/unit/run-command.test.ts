/** A program that is run: its lines, its end, and a signal that ends it and nothing else. */
import { expect, it } from 'vitest'
import { runCommand } from '../../electron/handoff/command.ts'

it('hands over lines and the exit code', async () => {
  const lines: string[] = []
  const result = await runCommand('sh', ['-c', 'echo one; echo two >&2; exit 3'], { onLine: (line) => lines.push(line) })
  expect(result.code).toBe(3)
  expect(lines.toSorted()).toEqual(['one', 'two'])
})

it('ends with the signal and its reason', async () => {
  const abort = new AbortController()
  const reason = new Error('enough')
  let pid = 0
  const running = runCommand('sh', ['-c', 'echo $$; exec sleep 60'], {
    signal: abort.signal,
    onLine: (line) => {
      pid = Number(line)
      abort.abort(reason)
    },
  })
  await expect(running).rejects.toBe(reason)
  await expect.poll(() => isAlive(pid)).toBe(false)
})

// Node's own signal option would send SIGTERM to this process and all of its group here.
it('that is not there can be given up at once', async () => {
  const abort = new AbortController()
  const running = runCommand('/nowhere/program', [], { signal: abort.signal })
  abort.abort()
  await expect(running).rejects.toBe(abort.signal.reason)
  await expect(runCommand('/nowhere/program', [])).rejects.toMatchObject({ info: { code: 'TOOL_NOT_FOUND' } })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
