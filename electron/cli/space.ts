/** `space`: writes a model as a Hugging Face Space, pushes it, and checks one that is deployed. */
import { resolve } from 'node:path'
import { Exporter } from '../export/exporter.ts'
import { hubSettings } from '../hub/hub.ts'
import { InferenceClient } from '../inference/client.ts'
import { labDirectory } from '../paths.ts'
import { checkDeployed } from '../spaces/check.ts'
import { verifiedSpaceFolder } from '../spaces/folder.ts'
import { folderModel, labModel } from '../spaces/local-model.ts'
import { publishedSpace, pushSpace } from '../spaces/push.ts'
import { SpaceHub } from '../spaces/space-hub.ts'
import { UnfinishedPushes } from '../spaces/unfinished.ts'
import { writeSpace } from '../spaces/write-space.ts'
import { spaceKindSchema, spaceKinds, spaceNameSchema, type DeployedCheck } from '../../shared/domain/space.ts'
import { argumentInvalid, nearest, readArguments, refusePositionals, type Arguments, type FlagTable } from './arguments.ts'
import { onInterrupt } from './interrupts.ts'
import { locateModel, runAround, titleOf } from './model-location.ts'
import { StagePrinter } from './stage-printer.ts'
import { bold, dim, plain, stdoutTerminal, table } from './terminal.ts'

const cancelledExitCode = 130

interface Work {
  flags: FlagTable
  /** Prints its result, as JSON where that is asked for. Returns the exit code. */
  run(given: Arguments, signal: AbortSignal): Promise<number>
}

const works: Record<string, Work> = {
  write: { flags: { model: 'text', kind: 'text', out: 'text', title: 'text', json: 'switch' }, run: write },
  push: { flags: { folder: 'text', name: 'text', public: 'switch', overwrite: 'switch', json: 'switch' }, run: push },
  check: { flags: { url: 'text', model: 'text', folder: 'text', json: 'switch' }, run: check },
}

export async function space([what = '', ...argv]: readonly string[]): Promise<number> {
  const work = Object.hasOwn(works, what) ? works[what] : undefined
  if (!work) {
    const meant = nearest(what, Object.keys(works))
    throw argumentInvalid(
      what === '' ? 'space needs to know what to do' : `space cannot ${JSON.stringify(what)}`,
      `It can ${Object.keys(works).join(', ')}.`,
      meant ? `Did you mean ${meant}?` : 'See npm run space -- --help.',
    )
  }
  const given = readArguments(argv, work.flags)
  refusePositionals(given)
  const abort = new AbortController()
  const release = onInterrupt(
    () => abort.abort(),
    () => process.exit(cancelledExitCode),
  )
  try {
    return await work.run(given, abort.signal)
  } catch (error) {
    if (!abort.signal.aborted) throw error
    console.error(
      what === 'push' ? 'Stopped. The same command goes on: what arrived whole is not sent again.' : 'Stopped. Nothing was kept of it.',
    )
    return cancelledExitCode
  } finally {
    release()
  }
}

function required({ values }: Arguments, flag: string, why: string, suggestion: string): string {
  const value = values.get(flag)
  if (value === undefined) throw argumentInvalid(`--${flag} is missing`, why, suggestion)
  return value
}

async function write(given: Arguments, signal: AbortSignal): Promise<number> {
  const target = resolve(required(given, 'out', 'A Space needs a place.', 'Add --out DIR, a new folder.'))
  const kindFlag = required(given, 'kind', 'There are two kinds of Spaces.', `Add --kind ${spaceKinds.join(' or --kind ')}.`)
  const kind = spaceKindSchema.safeParse(kindFlag)
  if (!kind.success) throw argumentInvalid(`--kind ${kindFlag} is not possible`, `There are ${spaceKinds.join(' and ')}.`)
  const modelDirectory = await locateModel(given.values.get('model'))
  const title = given.values.get('title') ?? titleOf(modelDirectory)
  const run = await runAround(modelDirectory)
  const json = given.switches.has('json')
  const printer = json ? null : new StagePrinter(stdoutTerminal)
  try {
    for await (const event of writeSpace(kind.data, { title, modelDirectory, run, target, exporter: new Exporter(), signal })) {
      if (event.type === 'progress') printer?.show(event.progress)
      else {
        printer?.end()
        const { path, bytes, facts } = event.folder
        if (json) console.log(JSON.stringify(event.folder, null, 2))
        else {
          console.log(bold(`A ${facts.kind} Space in ${plain(path)}: ${facts.files.length + 1} files, ${megabytes(bytes)}`))
          console.log(`  push  npm run space -- push --folder ${plain(path)} --name owner/name`)
        }
      }
    }
  } finally {
    printer?.end()
  }
  return 0
}

async function push(given: Arguments, signal: AbortSignal): Promise<number> {
  const directory = resolve(required(given, 'folder', 'It names a folder that space write made.', 'Add --folder DIR.'))
  const nameFlag = required(given, 'name', 'The Space needs a name on the hub.', 'Add --name owner/name.')
  const name = spaceNameSchema.safeParse(nameFlag)
  if (!name.success)
    throw argumentInvalid(
      `--name ${nameFlag} is not possible`,
      `It ${name.error.issues[0]?.message ?? 'is no name'}.`,
      'Add --name owner/name.',
    )
  const hub = new SpaceHub(hubSettings())
  const unfinished = new UnfinishedPushes(labDirectory())
  const json = given.switches.has('json')
  // What is there at this moment is what --overwrite speaks of.
  const there = given.switches.has('overwrite') ? await publishedSpace(hub, unfinished, name.data, signal) : null
  const options = {
    hub,
    unfinished,
    directory,
    name: name.data,
    isPrivate: !given.switches.has('public'),
    overwriteRevision: there?.revision ?? null,
  }
  const printer = json ? null : new StagePrinter(stdoutTerminal)
  try {
    for await (const event of pushSpace(options, signal)) {
      if (event.type === 'progress') {
        const { stage, sentBytes, totalBytes, bytesPerSec, etaMs } = event.progress
        const amount = totalBytes ? ` · ${megabytes(sentBytes)} of ${megabytes(totalBytes)}` : ''
        const rate = bytesPerSec === null ? '' : ` · ${megabytes(bytesPerSec)}/s`
        printer?.show({ stage, fraction: totalBytes ? sentBytes / totalBytes : 0, etaMs }, `${amount}${rate}`)
      } else {
        printer?.end()
        const { url, revision, sentBytes, reusedBytes } = event.result
        if (json) console.log(JSON.stringify(event.result, null, 2))
        else {
          console.log(bold(`Pushed to ${plain(url)} as ${revision.slice(0, 8)}`))
          console.log(`  sent ${megabytes(sentBytes)}; the hub had ${megabytes(reusedBytes)} already`)
          console.log(`  check  npm run space -- check --url ${plain(url)}`)
        }
      }
    }
  } finally {
    printer?.end()
  }
  return 0
}

async function check(given: Arguments, signal: AbortSignal): Promise<number> {
  const url = required(given, 'url', 'It says what to check.', 'Add --url https://huggingface.co/spaces/owner/name, or where it answers.')
  const modelFlag = given.values.get('model')
  const folderFlag = given.values.get('folder')
  const modelDirectory = modelFlag === undefined ? null : await locateModel(modelFlag)
  const folder = folderFlag === undefined ? null : await verifiedSpaceFolder(resolve(folderFlag), signal)
  const inference = new InferenceClient()
  try {
    const result = await checkDeployed({
      url,
      hub: new SpaceHub(hubSettings()),
      localModel:
        modelDirectory !== null
          ? labModel(inference, modelDirectory, titleOf(modelDirectory), null)
          : folder?.facts.kind === 'docker'
            ? folderModel(inference, folder)
            : null,
      localFacts: folder?.facts ?? null,
      signal,
    })
    console.log(given.switches.has('json') ? JSON.stringify(result, null, 2) : describe(result))
    const isAsExpected =
      result.kind === 'static' ? result.isSame : result.health.status === 'ok' && result.comparison?.labelsEqual !== false
    return isAsExpected ? 0 : 1
  } finally {
    await inference.close()
  }
}

function describe(result: DeployedCheck): string {
  if (result.kind === 'static') {
    const odd = result.files.filter(({ state }) => state !== 'same')
    return [
      bold(
        `${plain(result.url)}: ${result.isSame ? 'every file is as it should be' : `${odd.length} of ${result.files.length} files are not as they should be`}`,
      ),
      ...odd.map(({ path, state }) => `  ${state.padEnd(9)} ${plain(path)}`),
      dim(
        `compared with ${result.comparedWith === 'local folder' ? 'the folder' : 'the list that the Space itself brings along'}; the page answers in the browser, so there is no API to ask`,
      ),
    ].join('\n')
  }
  const { health, answers, latency, comparison } = result
  const rows = answers.map(({ text, label, confidence, local }) => [
    plain(text),
    plain(label),
    `${(100 * confidence).toFixed(1)} %`,
    ...(local ? [plain(local.label), local.largestDifference.toExponential(1)] : []),
  ])
  const heads = ['headline', 'answer', 'probability', ...(comparison ? ['here', 'largest difference'] : [])]
  return [
    bold(
      `${plain(result.url)}: ${plain(health.status)}, ${plain(health.model)}${health.version === null ? '' : `, ${plain(health.version)}`}`,
    ),
    '',
    table([heads, ...rows]),
    '',
    `there and back, measured from here, of ${latency.count} requests: p50 ${latency.p50Ms.toFixed(0)} ms${latency.p95Ms === null ? '' : `, p95 ${latency.p95Ms.toFixed(0)} ms`}`,
    ...(comparison
      ? [
          `${comparison.with === 'folder' ? 'The weights in the folder' : 'The local model'} ${plain(comparison.title)}${comparison.checkpoint === null ? '' : ` (${plain(comparison.checkpoint)})`}: ${comparison.labelsEqual ? 'the same classes' : 'other classes'}; probabilities differ by ${comparison.largestDifference.toExponential(1)} at most.`,
        ]
      : []),
  ].join('\n')
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
