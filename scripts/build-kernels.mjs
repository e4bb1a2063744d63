/**
 * Compiles electron/kernels/assembly (AssemblyScript, SIMD) to out/kernels.wasm, if its sources are newer than that.
 * Run as a program or call `buildKernels()`; a compile error is shown as the compiler words it.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const sourceDirectory = join(root, 'electron', 'kernels', 'assembly')
const outputFile = join(root, 'out', 'kernels.wasm')

function isFresh() {
  if (!existsSync(outputFile)) return false
  const builtAt = statSync(outputFile).mtimeMs
  const sources = readdirSync(sourceDirectory).map((name) => join(sourceDirectory, name))
  return [...sources, fileURLToPath(import.meta.url)].every((file) => statSync(file).mtimeMs < builtAt)
}

/** Returns whether anything had to be compiled. */
export async function buildKernels() {
  if (isFresh()) return false
  const { default: asc } = await import('assemblyscript/asc')
  const options = ['--runtime', 'stub', '--importMemory', '--noAssert', '--enable', 'simd', '-O3', '--converge']
  let binary = null
  const { error, stderr } = await asc.main(['index.ts', '--baseDir', sourceDirectory, ...options, '--outFile', 'kernels.wasm'], {
    writeFile: (_name, contents) => {
      binary = contents
    },
  })
  if (error || !binary) throw new Error(`The kernels do not compile:\n${stderr.toString() || error}`)
  mkdirSync(dirname(outputFile), { recursive: true })
  // Renamed into place, so that a build beside this one never reads half a file.
  const temporaryFile = `${outputFile}.${process.pid}`
  writeFileSync(temporaryFile, binary)
  renameSync(temporaryFile, outputFile)
  return true
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    if (await buildKernels()) console.log('Compiled out/kernels.wasm')
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}
