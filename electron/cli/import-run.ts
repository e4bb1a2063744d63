/** `import-run`: takes in what torchrun wrote. */
import { resolve } from 'node:path'
import { importRun } from '../handoff/import-run.ts'
import { labDirectory } from '../paths.ts'
import { RunStore } from '../supervisor/run-store.ts'
import { argumentInvalid, readArguments, refusePositionals } from './arguments.ts'
import { bold, plain } from './terminal.ts'

export async function importRunCommand(argv: readonly string[]): Promise<number> {
  const given = readArguments(argv, { from: 'text' })
  refusePositionals(given)
  const from = given.values.get('from')
  if (from === undefined) throw argumentInvalid('--from is missing', 'It names the folder that train_ddp.py wrote.', 'Add --from DIR/out')
  return importFrom(resolve(from))
}

/** Takes in the folder `directory` and says what it is. */
export async function importFrom(directory: string): Promise<number> {
  const store = new RunStore(labDirectory())
  const { id, imported, hardware } = await importRun(store, directory)
  const gpus = hardware.gpus.filter(({ usable }) => usable)
  const versions = Object.entries(hardware.versions).map(([name, version]) => `${name} ${version}`)
  console.log(bold(`Imported as ${id}`))
  console.log(plain(`  made by  ${imported!.worldSize} ranks over ${imported!.backend}, PyTorch ${imported!.torch}`))
  for (const { name, pciAddress, note } of gpus) console.log(plain(`  on       ${name}${pciAddress ? ` at ${pciAddress}` : ''}: ${note}`))
  if (gpus.length === 0) console.log(plain(`  on       ${hardware.cpuModel}, no GPU`))
  console.log(plain(`  with     ${versions.join(', ')}`))
  console.log(`  in       ${store.directory(id)}`)
  return 0
}
