/**
 * The command line. `help` lists its commands. It owns the process (exit code, the one place where errors
 * are printed); the commands return a number. Exit codes: 0 done, 1 failed, 2 cannot be asked like that, 130 stopped.
 */
import type { ErrorCode } from '../shared/contract/errors.ts'
import { toLabErrorInfo } from '../shared/contract/errors.ts'
import { argumentInvalid, nearest } from './cli/arguments.ts'
import { help } from './cli/help.ts'
import { printError } from './cli/terminal.ts'

type Command = (argv: readonly string[]) => Promise<number>

/** Loaded when asked for: a mistyped flag need not wait for the engine. */
const commands: Record<string, () => Promise<Command>> = {
  train: async () => (await import('./cli/train.ts')).train,
  predict: async () => (await import('./cli/predict.ts')).predict,
  evaluate: async () => (await import('./cli/evaluate.ts')).evaluate,
  export: async () => (await import('./cli/export.ts')).exportRun,
  serve: async () => (await import('./cli/serve.ts')).serve,
  benchmark: async () => (await import('./cli/benchmark.ts')).benchmark,
  report: async () => (await import('./cli/report.ts')).report,
  handoff: async () => (await import('./cli/handoff.ts')).handoff,
  remote: async () => (await import('./cli/remote.ts')).remote,
  'import-run': async () => (await import('./cli/import-run.ts')).importRunCommand,
  space: async () => (await import('./cli/space.ts')).space,
  'serve-model': async () => (await import('./cli/serve-model.ts')).serveModelCommand,
}

const askedWrongly: readonly ErrorCode[] = ['ARGUMENT_INVALID', 'CONFIG_INVALID', 'PORT_IN_USE']

async function run([name, ...argv]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || argv.includes('--help') || argv.includes('-h')) {
    console.log(help(name === 'help' ? argv[0] : name))
    return 0
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command) return (await command())(argv)
  const meant = nearest(name, Object.keys(commands))
  throw argumentInvalid(
    `There is no command "${name}"`,
    `There are ${Object.keys(commands).join(', ')} and help.`,
    meant ? `Did you mean ${meant}?` : 'Try help.',
  )
}

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  const info = toLabErrorInfo(error)
  printError(info)
  if (info.code === 'INTERNAL') console.error(error)
  process.exitCode = askedWrongly.includes(info.code) ? 2 : 1
}
