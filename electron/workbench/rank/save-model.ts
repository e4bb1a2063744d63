/** The model of a program as a folder, as a run leaves it. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeModelFolder } from '../../checkpoint/model-folder.ts'
import { tokenizerConfigJson } from '../../data/tokenizer-json.ts'
import type { RankBasics } from './context.ts'
import type { Model } from './model.ts'
import { maxLength, type News } from './news.ts'

/** Returns the folder. */
export async function saveModel({ directory }: Pick<RankBasics, 'directory'>, { tokenizer }: News, { arena }: Model): Promise<string> {
  const folder = join(directory, 'model')
  await mkdir(folder)
  await writeModelFolder(folder, {
    config: arena.config,
    tensors: arena.specs.map(({ name, shape }) => ({ name, shape, data: arena.parameter(name) })),
    tokenizerJson: tokenizer.json,
    tokenizerConfigJson: tokenizerConfigJson(maxLength, tokenizer.normalizer, arena.config.architecture),
    lab: {
      format: 1,
      runId: 'lesson',
      checkpoint: 'lesson',
      step: 0,
      epoch: 0,
      maxLength,
      validationAccuracy: null,
      createdAt: new Date().toISOString(),
    },
  })
  return folder
}
