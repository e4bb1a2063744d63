/**
 * Writes a model as the folder of a Hugging Face Space, ready to be pushed. The stream is the work: progress, then `done`.
 * Whatever fails or is cancelled, nothing of it is left, and an earlier Space in that place is there still.
 */
import { LabError } from '../../shared/contract/errors.ts'
import type { RunDetail } from '../../shared/domain/run.ts'
import type { SpaceKind, SpaceWriteEvent } from '../../shared/domain/space.ts'
import type { Exporter } from '../export/exporter.ts'
import { assertReplaceable, withFolderErrors } from '../checkpoint/replace-folder.ts'
import { writeDockerSpace } from './docker-space.ts'
import { spaceFolder } from './folder.ts'
import { writeStaticSpace } from './static-space.ts'

export interface SpaceOptions {
  /** Shown on its page. */
  title: string
  /** A model folder or a checkpoint. */
  modelDirectory: string
  /** The run that trained it; null: not known. */
  run: RunDetail | null
  /** Of the data that it was trained on; null: not known. */
  license: string | null
  target: string
  exporter: Pick<Exporter, 'run'>
  signal?: AbortSignal | undefined
}

/** Throws MODEL_NOT_FOUND, MODEL_INVALID, OUTPUT_NOT_WRITABLE, DISK_FULL, CANCELLED, and what an export throws. */
export async function* writeSpace(kind: SpaceKind, options: Omit<SpaceOptions, 'license'>): AsyncGenerator<SpaceWriteEvent, void> {
  const withLicense = { ...options, license: options.run?.record.dataset?.license ?? null }
  try {
    // Also at the end; a mistake here is no reason to wait.
    await withFolderErrors(options.target, () => assertReplaceable(spaceFolder, options.target))
    yield* kind === 'static' ? writeStaticSpace(withLicense) : writeDockerSpace(withLicense)
  } catch (error) {
    if (options.signal?.aborted) throw cancelled()
    throw error
  }
}

const cancelled = (): LabError =>
  new LabError({
    code: 'CANCELLED',
    title: 'The Space was not written',
    cause: 'It was asked to stop before it was finished.',
    suggestion: 'Nothing of it was kept. Write it again whenever you like.',
  })
