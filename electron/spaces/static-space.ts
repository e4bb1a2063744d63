/** A static Space: the page, the libraries that it runs, and the model as int8 ONNX, made by the lab's own exporter. */
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { ExportFacts } from '../../shared/domain/export.ts'
import type { SpaceWriteEvent } from '../../shared/domain/space.ts'
import { temporaryName } from '../checkpoint/atomic.ts'
import { spacePartsDirectory } from '../paths.ts'
import { bytesBelow, writeSpaceFolder } from './folder.ts'
import app from './page/app.js?raw'
import index from './page/index.html?raw'
import style from './page/style.css?raw'
import { renderSpaceReadme } from './readme.ts'
import type { SpaceOptions } from './write-space.ts'

/** Of the export, what the page reads. */
const modelFiles = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model_quantized.onnx']
/** Of the work, what the export takes; the rest is copying. */
const exportShare = 0.95

export async function* writeStaticSpace({
  title,
  modelDirectory,
  run,
  license,
  target,
  exporter,
  signal,
}: SpaceOptions): AsyncGenerator<SpaceWriteEvent, void> {
  const parts = spacePartsDirectory('static')
  // Beside its place: on the same disk, and cleared by the next one should this be killed.
  const exported = join(dirname(target), temporaryName(basename(target)))
  try {
    let facts: ExportFacts | null = null
    for await (const event of exporter.run({ modelDirectory, target: exported, run, precisions: ['int8'] }, signal)) {
      if (event.type === 'done') facts = event.result.facts
      else {
        const { stage, fraction, etaMs } = event.progress
        yield { type: 'progress', progress: { stage, fraction: fraction * exportShare, etaMs } }
      }
    }
    yield { type: 'progress', progress: { stage: 'writing the folder', fraction: exportShare, etaMs: null } }
    const bytes = (await bytesBelow(parts)) + (await bytesBelow(exported))
    const { runId, checkpoint, step, architecture, parameterCount, labels, maxLength } = facts!
    const folder = await writeSpaceFolder({ target, bytes, signal }, async (write) => {
      const about = {
        format: 'distrinews-space',
        version: 1,
        kind: 'static',
        createdAt: new Date().toISOString(),
        title,
        model: { runId, checkpoint, step, architecture, parameterCount, labels, maxLength, precision: 'int8', license },
      } as const
      await write.text('README.md', renderSpaceReadme(about))
      await write.text('index.html', index)
      await write.text('app.js', app)
      await write.text('style.css', style)
      await write.copyAll(parts)
      for (const name of modelFiles) await write.copy(`model/${name}`, join(exported, name))
      return about
    })
    yield { type: 'done', folder }
  } finally {
    await rm(exported, { recursive: true, force: true })
  }
}
