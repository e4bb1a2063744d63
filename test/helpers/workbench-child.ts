/** Child process: runs a program whose ranks wait for each other for long, and says so. Made to be killed. */
import { runProgram } from '../../electron/workbench/launcher.ts'
import { programInputSchema } from '../../shared/domain/workbench.ts'

const [cacheDirectory] = process.argv.slice(2) as [string]
const input = programInputSchema.parse({ program: 'barrier-in-if', arm: 'broken', deadlineMs: 10_000 })
await runProgram({
  input,
  cacheDirectory,
  besideRun: false,
  progress: (_, text) => {
    if (text.startsWith('waits')) console.log(text)
  },
})
