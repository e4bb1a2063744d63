/** Ranks that would not compute the same thing: what differs between them, as the failure of the first that does. Pure. */
import type { RankDigests } from '../rank/protocol.ts'
import type { RankFailure } from './failure.ts'

const names: Record<keyof RankDigests, string> = {
  config: 'configuration',
  data: 'data',
  model: 'pretrained model',
  tokenizer: 'vocabulary',
  checkpoint: 'checkpoint',
}

/** Null where all digests are those of rank 0. */
export function mismatchOf(digests: ReadonlyMap<number, RankDigests>): RankFailure | null {
  const ofRank0 = digests.get(0)
  for (const [rank, own] of digests) {
    const different = Object.keys(names).filter((name) => own[name as keyof RankDigests] !== ofRank0?.[name as keyof RankDigests])
    if (different.length === 0) continue
    const what = different.map((name) => names[name as keyof RankDigests]).join(' and ')
    return {
      rank,
      step: 0,
      atMs: 0,
      how: 'reported',
      error: {
        code: 'RANK_MISMATCH',
        title: `Rank ${rank} does not have the same ${what} as rank 0`,
        cause: `The digests of the ${what} differ, so the gradients of these ranks would not belong together. No step was made.`,
        suggestion: 'Perhaps a file was changed while the ranks were reading it: start again.',
      },
    }
  }
  return null
}
