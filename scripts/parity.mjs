/**
 * `npm run test:parity`: makes a Python environment in test-artifacts/python (once), then runs the tests against other
 * people's readers. Debian's torch is taken from the system; transformers is the newest that runs with it. Where Python,
 * torch or the package index cannot be had, those tests are skipped by name.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, root, runNode } from './setup.mjs'

const packages = ['transformers==4.44.2', 'onnxruntime', 'tensorboard', 'numpy<2']
const directory = join(root, 'test-artifacts', 'python')
const systemPython = process.env.DISTRINEWS_PYTHON ?? '/usr/bin/python3'

const succeeds = (program, args) => spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
const python = join(directory, 'bin', 'python')

function prepare() {
  if (existsSync(python) && succeeds(python, ['-c', 'import torch, transformers'])) return null
  if (!existsSync(systemPython) || !succeeds(systemPython, ['-c', 'import torch'])) return `${systemPython} has no torch`
  console.log('Preparing Python (once) …')
  if (!succeeds(systemPython, ['-m', 'venv', '--system-site-packages', directory])) return 'a virtual environment cannot be made'
  if (!succeeds(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]))
    return 'the Python packages cannot be installed'
  return null
}

ensureInstalled()
await ensureBuilt()
const reason = prepare()
if (reason !== null) {
  // Half an environment would fail the tests that it is for.
  rmSync(directory, { recursive: true, force: true })
  console.log(`The tests that need Python are skipped: ${reason}.`)
}
process.exit(await runNode(['node_modules/vitest/vitest.mjs', 'run', '--project', 'parity', ...process.argv.slice(2)]))
