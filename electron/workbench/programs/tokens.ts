/** From headlines to tokens, ids and attention mask, and what padding them costs. One rank. */
import { padId } from '../../data/tokenizer-json.ts'
import { tokenizeExamples } from '../../data/tokenizer.ts'
import { makeBatch } from '../../data/batching.ts'
import type { Batch } from '../../data/types.ts'
import type { RankProgram } from '../rank/context.ts'
import { makeLocalModel, median } from '../rank/model.ts'
import { readNews } from '../rank/news.ts'

const usualTexts = 8
const passes = 7

const program: RankProgram<'tokens'> = async (context) => {
  const { texts: own, maxLength } = context.input
  const news = await readNews(context, { rows: usualTexts })
  const texts = own.length > 0 ? own : news.rows.map(({ text }) => text)

  // region tokenize
  const encodings = texts.map((text) => news.tokenizer.encode(text, maxLength))
  const longest = Math.max(...encodings.map(({ ids }) => ids.length))
  const rows = encodings.map(({ ids, truncatedTokens }, row) => {
    const padded = [...ids, ...Array<number>(longest - ids.length).fill(padId)]
    const attentionMask = padded.map((_, position) => (position < ids.length ? 1 : 0))
    return { text: texts[row]!, tokens: padded.map((id) => news.tokenizer.chip(id)), attentionMask, truncatedTokens }
  })
  // endregion

  const examples = tokenizeExamples(
    news.tokenizer,
    texts.map((text) => ({ text, label: 0 })),
    maxLength,
  )
  const all = Array.from(texts.keys())
  /** Padded to a multiple of `length`, which is at least the longest. */
  const padded = (length: number): Batch => makeBatch(examples, all, { rows: all.length, lengthMultiple: length })

  // region cost
  const measure = async (way: 'longest' | 'maxLength' | 'packed', length: number) => {
    // Other implementations compute padding like anything else; the lab leaves it out, `packed`.
    const { classifier } = makeLocalModel(context, news, { comparison: { keepPadding: way !== 'packed' } })
    const batch = padded(length)
    await classifier.gradients(batch, null) // Compiles.
    const times: number[] = []
    for (let pass = 0; pass < passes; pass++) {
      const start = performance.now()
      await classifier.gradients(batch, null)
      times.push(performance.now() - start)
    }
    classifier.dispose()
    const places = way === 'packed' ? batch.tokenCount : batch.rows * batch.length
    return { way, length: batch.length, places, ms: median(times) }
  }
  context.progress('computes the batch, padded in three ways')
  const costs = [await measure('packed', longest), await measure('longest', longest), await measure('maxLength', maxLength)]
  // endregion

  return { vocabSize: news.tokenizer.vocabSize, rows, tokenCount: padded(longest).tokenCount, costs }
}

export default program
