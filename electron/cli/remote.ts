/** `remote`: trains a bundle elsewhere, on Kaggle's GPUs or over ssh, and takes the run in. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { LabError } from '../../shared/contract/errors.ts'
import { runRecordSchema } from '../../shared/domain/run.ts'
import { systemErrorCode } from '../checkpoint/file-errors.ts'
import { trainOnKaggle } from '../handoff/kaggle.ts'
import { placeOf, trainOverSsh } from '../handoff/ssh.ts'
import { argumentInvalid, readArguments, refusePositionals, toNumber } from './arguments.ts'
import { importFrom } from './import-run.ts'
import { onInterrupt } from './interrupts.ts'
import { plain } from './terminal.ts'

const flags = { bundle: 'text', kaggle: 'switch', host: 'text', dir: 'text', ranks: 'text', python: 'text', out: 'text' } as const

export async function remote(argv: readonly string[]): Promise<number> {
  const given = readArguments(argv, flags)
  refusePositionals(given)
  const { values, switches } = given
  const bundleFlag = values.get('bundle')
  if (bundleFlag === undefined)
    throw argumentInvalid('--bundle is missing', 'It names a folder that handoff wrote.', 'npm run handoff -- --out DIR')
  const host = values.get('host')
  if (switches.has('kaggle') === (host !== undefined))
    throw argumentInvalid('Where to?', 'Give --kaggle or --host user@host, one of the two.')
  const ranks = values.get('ranks')
  const count = ranks === undefined ? {} : { ranks: ranksFrom(ranks) }
  const bundle = resolve(bundleFlag)
  const { id: runId } = await bundleRecord(bundle)
  const out = resolve(values.get('out') ?? join(bundle, 'out'))
  const folder = values.get('dir') ?? '~/distrinews'
  const python = values.get('python')
  const aborted = new AbortController()
  const onLine = (line: string): void => console.log(plain(line))
  const release = onInterrupt(
    () => aborted.abort(new Error('interrupted')),
    () => process.exit(130),
  )
  try {
    const common = { bundle, runId, out, onLine, signal: aborted.signal }
    if (host === undefined) await trainOnKaggle(common)
    else await trainOverSsh({ ...common, host, folder, ...count, ...(python !== undefined && { python }) })
  } catch (error) {
    if (!aborted.signal.aborted) throw error
    if (host === undefined) console.log('No longer waiting. Kaggle goes on: the same command picks it up.')
    else {
      console.log('No longer waiting. A training that was started goes on over there: the same command picks it up. To end it:')
      console.log(`  ssh ${host} 'kill $(cat ${placeOf({ folder, runId, ...count })}/remote.pid)'`)
    }
    return 130
  } finally {
    release()
  }
  return importFrom(out)
}

function ranksFrom(text: string): number {
  const ranks = toNumber('--ranks', text)
  if (Number.isInteger(ranks) && ranks >= 1 && ranks <= 64) return ranks
  throw argumentInvalid(`--ranks ${text} is not possible`, '--ranks must be a whole number from 1 to 64.')
}

const bundleSchema = z.object({ format: z.literal('distrinews-torch-bundle'), version: z.literal(1), record: runRecordSchema })

async function bundleRecord(bundle: string) {
  try {
    return bundleSchema.parse(JSON.parse(await readFile(join(bundle, 'bundle.json'), 'utf8'))).record
  } catch (error) {
    if (systemErrorCode(error) === null && !(error instanceof z.ZodError) && !(error instanceof SyntaxError)) throw error
    throw new LabError({
      code: 'IMPORT_INVALID',
      title: 'That is no bundle',
      cause: `${bundle} has no bundle.json that can be read.`,
      suggestion: 'Write one with npm run handoff -- --out DIR.',
    })
  }
}
