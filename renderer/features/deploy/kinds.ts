/** The two kinds of Spaces, in words: what each is, and what it costs. */
import type { SpaceKind } from '../../../shared/domain/space.ts'

interface KindInWords {
  title: string
  what: string
  tradeOff: string
  /** Of the weights that it brings along. */
  bytesPerWeight: number
  weights: string
}

export const kindsInWords: Record<SpaceKind, KindInWords> = {
  static: {
    title: 'Static',
    what: 'A page that answers in the visitor’s own browser.',
    tradeOff: 'Free for good and never asleep; but each visitor first downloads the weights, rounded to int8, and no program can ask it.',
    bytesPerWeight: 1,
    weights: 'int8',
  },
  docker: {
    title: 'Docker',
    what: 'The HTTP API, on a free CPU machine of the hub.',
    tradeOff: 'Programs can ask it, and it answers with the very weights of the lab; but unused it falls asleep, and who wakes it waits.',
    bytesPerWeight: 4,
    weights: 'float32',
  },
}
