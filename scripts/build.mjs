/** Builds everything into out/: the WebAssembly kernels, then the Node side, the preload and the page, then what Spaces bring along. Quiet unless it fails. */
import { spawn } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { ensureInstalled, root, sourceDigest, stampBuild } from './setup.mjs'

const steps = [
  ['kernels', ['scripts/build-kernels.mjs']],
  ['application', ['node_modules/electron-vite/bin/electron-vite.js', 'build', '--logLevel', 'warn']],
  ['page of a static Space', ['node_modules/vite/bin/vite.js', 'build', '-c', 'scripts/vite/space-page.config.ts']],
  ['server of a Docker Space', ['node_modules/vite/bin/vite.js', 'build', '-c', 'scripts/vite/space-server.config.ts']],
]

/** Resolves with whether it worked; what went wrong has been printed. */
export async function build() {
  const digest = sourceDigest()
  for (const [name, args] of steps) {
    const { code, output } = await capture(args)
    if (code !== 0) {
      console.error(`${output}\n✖ Building the ${name} failed (exit code ${code}), see above`)
      return false
    }
  }
  stampBuild(digest)
  return true
}

function capture(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  ensureInstalled()
  process.exit((await build()) ? 0 : 1)
}
