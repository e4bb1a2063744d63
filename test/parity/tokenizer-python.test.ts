/** Our vocabulary and tokens against Hugging Face's own `tokenizers` for Python, where it can be imported. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { loadDataset } from '../../electron/data/dataset.ts'
import { createTokenizer } from '../../electron/data/tokenizer.ts'
import { trainWordPiece } from '../../electron/data/wordpiece-trainer.ts'
import { projectRoot } from '../../electron/paths.ts'
import { headlines } from '../fixtures/data/headlines.ts'

const python = process.env['DISTRINEWS_PYTHON'] ?? '/usr/bin/python3'
const importable = existsSync(python) && spawnSync(python, ['-c', 'import tokenizers']).status === 0
const missing = `${python} cannot import tokenizers`
const oddTexts = ['', 'x'.repeat(200), 'A [MASK] in [SEP] text', 'Zoë 😀 ﬁ \u0007 bell', 'naïve—“quotes” … 東京で']

/** Trains on `texts` with the library's own trainer, and encodes them with the tokenizer.json of ours. */
const script = `
import json, sys
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
folder, size = sys.argv[1], int(sys.argv[2])
texts = json.load(open(folder + '/texts.json', encoding='utf8'))
ours = Tokenizer.from_file(folder + '/tokenizer.json')
theirs = Tokenizer(models.WordPiece(unk_token='[UNK]'))
theirs.normalizer = normalizers.BertNormalizer()
theirs.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']
theirs.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=size, min_frequency=2, limit_alphabet=1000, special_tokens=special, show_progress=False))
print(json.dumps({'ids': [ours.encode(text).ids for text in texts], 'vocabulary': list(theirs.get_vocab())}))
`
const answerSchema = z.object({ ids: z.array(z.array(z.int())), vocabulary: z.array(z.string()) })

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tokenizers-'))
})
afterAll(() => rm(directory, { recursive: true }))

interface Comparison {
  ourIds: number[][]
  theirIds: number[][]
  /** Tokens of our vocabulary that theirs lacks. */
  different: string[]
  sizes: [number, number]
}

async function compare(texts: readonly string[], vocabSize: number): Promise<Comparison> {
  const json = trainWordPiece(texts, vocabSize)
  const tokenizer = createTokenizer(json)
  await writeFile(join(directory, 'texts.json'), JSON.stringify(texts))
  await writeFile(join(directory, 'tokenizer.json'), tokenizer.json)
  const output = execFileSync(python, ['-c', script, directory, String(vocabSize)], { encoding: 'utf8', maxBuffer: 2 ** 28 })
  const { ids, vocabulary } = answerSchema.parse(JSON.parse(output))
  const theirs = new Set(vocabulary)
  return {
    ourIds: texts.map((text) => [...tokenizer.encode(text, 1000).ids]),
    theirIds: ids,
    different: Object.keys(json.model.vocab).filter((token) => !theirs.has(token)),
    sizes: [tokenizer.vocabSize, vocabulary.length],
  }
}

describe('the tokenizers library for Python', () => {
  it('gives the same ids from our tokenizer.json', async (ctx) => {
    ctx.skip(!importable, missing)
    const { ourIds, theirIds } = await compare([...headlines, ...oddTexts], 140)
    expect(ourIds).toEqual(theirIds)
  })

  it('trains the same vocabulary on AG News, up to the order of equal counts, and reads ours alike', async (ctx) => {
    const path = join(projectRoot, '../shared/data/ag_news/dev.csv')
    ctx.skip(!importable, missing)
    ctx.skip(!existsSync(path), '../shared/data/ag_news is not here')
    const { examples } = await loadDataset({ kind: 'csv', path, onBadRow: 'refuse' })
    const { ourIds, theirIds, different, sizes } = await compare(
      examples.map(({ text }) => text),
      3000,
    )
    expect(ourIds).toEqual(theirIds)
    expect(sizes).toEqual([3000, 3000])
    // The library numbers letters within words anew in every run, and with them goes which of two equal pairs is merged first.
    expect(different.length).toBeLessThan(30)
  })
})
