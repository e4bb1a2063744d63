/** What `--from` may be: a model folder, a run of the lab, or a repository of the hub, which is downloaded if it is not here yet. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { LabError } from '../../shared/contract/errors.ts'
import type { ModelSource, RunConfig } from '../../shared/domain/run-config.ts'
import { Hub, hubSettings, type DownloadProgress } from '../hub/hub.ts'
import { fetchModel } from '../pretrained/hub-model.ts'
import { modelFolders } from './model-location.ts'
import { bar, duration, percent, plain, type Terminal } from './terminal.ts'

/** By what is on the disk; else it is taken for a name on the hub, `org/name` or `org/name@revision`. */
export function sourceFrom(given: string): ModelSource {
  const folder = modelFolders(given).find((directory) => existsSync(join(directory, 'config.json')))
  if (folder !== undefined) return { kind: 'folder', path: folder }
  // A path that is not there is better missed as a folder than looked for on the hub.
  if (/^[./~\\]|^[A-Za-z]:/.test(given) || existsSync(resolve(given))) return { kind: 'folder', path: resolve(given) }
  const [id = '', revision = 'main'] = given.split('@')
  return { kind: 'hub', id, revision }
}

/**
 * Makes sure that the model of `config.initFrom` is here. A model of the hub is pinned to the commit that was fetched: the
 * same command, later, trains the same model. Throws the HUB_… errors and MODEL_NOT_FOUND.
 */
export async function provideModel(config: RunConfig, terminal: Terminal | null): Promise<{ config: RunConfig; modelDirectory?: string }> {
  const { initFrom } = config
  if (initFrom?.kind !== 'hub') return { config }
  const interrupted = new AbortController()
  const stop = (): void => interrupted.abort(stopped())
  process.once('SIGINT', stop)
  const printer = terminal && new DownloadPrinter(terminal, initFrom.id)
  try {
    const { directory, commit } = await fetchModel(new Hub(hubSettings()), initFrom, {
      signal: interrupted.signal,
      onProgress: (progress) => printer?.show(progress),
    })
    return { config: { ...config, initFrom: { ...initFrom, revision: commit } }, modelDirectory: directory }
  } finally {
    process.off('SIGINT', stop)
    printer?.end()
  }
}

const stopped = (): LabError =>
  new LabError({
    code: 'HUB_UNREACHABLE',
    title: 'The download was stopped',
    cause: 'Ctrl-C was pressed.',
    suggestion: 'Start the same command again: it goes on where it stopped.',
  })

const barWidth = 24
const logLines = 10

/** A line that is rewritten on a terminal, a line every tenth elsewhere. */
class DownloadPrinter {
  readonly #terminal: Terminal
  readonly #title: string
  #tenths = 0

  constructor(terminal: Terminal, title: string) {
    this.#terminal = terminal
    this.#title = plain(title)
  }

  show({ receivedBytes, totalBytes, bytesPerSec, etaMs }: DownloadProgress): void {
    const share = totalBytes === 0 ? 0 : receivedBytes / totalBytes
    const rate = bytesPerSec === null ? [] : [`${megabytes(bytesPerSec)}/s`]
    const line = [
      `${bar(share, barWidth)} ${percent(share, 0).padStart(5)}`,
      `downloading ${this.#title}`,
      `${megabytes(receivedBytes)} of ${megabytes(totalBytes)}`,
      ...rate,
      ...(etaMs === null ? [] : [`ETA ${duration(etaMs)}`]),
    ].join(' · ')
    if (this.#terminal.live) return this.#terminal.write(`\r\x1b[K${line.slice(0, this.#terminal.columns - 1)}`)
    const tenths = Math.floor(share * logLines)
    if (tenths <= this.#tenths) return
    this.#tenths = tenths
    this.#terminal.write(`${line}\n`)
  }

  end(): void {
    if (this.#terminal.live) this.#terminal.write('\r\x1b[K')
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
