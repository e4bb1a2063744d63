/** Small pure parts of the lessons' page: keys, palette, differences of code, ring, timeline, arithmetic. */
import { describe, expect, test } from 'vitest'
import { tokensOfLine } from '../../../renderer/features/learn/code-text.ts'
import { lineDiff } from '../../../renderer/features/learn/line-diff.ts'
import { actionOf, keyHelp } from '../../../renderer/features/shell/keys.ts'
import { readable, relativeText } from '../../../renderer/lessons/widgets/parts/numbers.ts'
import { findEntries } from '../../../renderer/features/shell/palette-search.ts'
import { freeTier, parameters } from '../../../renderer/lessons/widgets/free-tier-arithmetic.ts'
import { contributions } from '../../../renderer/lessons/widgets/ring-contributions.ts'
import { exposedShares, limited, zoomed } from '../../../renderer/lessons/widgets/timeline-spans.ts'
import type { Span } from '../../../renderer/lessons/widgets/timeline-spans.ts'
import { href, parseRoute } from '../../../renderer/ui/route.ts'

const pressed = (key: string, more: object = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more })
const nothing = { typing: false, pressable: false, arrows: false }

describe('keys', () => {
  test.each([
    ['k with Ctrl opens the palette', pressed('k', { ctrlKey: true }), 'palette'],
    ['k with ⌘ opens the palette', pressed('K', { metaKey: true }), 'palette'],
    ['Enter with Ctrl runs', pressed('Enter', { ctrlKey: true }), 'run'],
    ['[ goes back', pressed('['), 'previous'],
    ['] goes on', pressed(']'), 'next'],
    ['] with AltGr goes on', pressed(']', { ctrlKey: true, altKey: true }), 'next'],
    ['← steps back', pressed('ArrowLeft'), 'left'],
    ['→ steps on', pressed('ArrowRight'), 'right'],
    ['Space pauses', pressed(' '), 'pause'],
    ['? helps', pressed('?'), 'help'],
    ['a letter does nothing', pressed('a'), null],
    ['r with Ctrl is the browser’s', pressed('r', { ctrlKey: true }), null],
    ['← with Alt is the browser’s', pressed('ArrowLeft', { altKey: true }), null],
  ])('%s', (_, event, action) => {
    expect(actionOf(event, nothing)).toBe(action)
  })

  test('what is typed stays text, but running and the palette work from a text field too', () => {
    const typing = { ...nothing, typing: true }
    for (const key of [' ', '[', ']', '?', 'ArrowLeft']) expect(actionOf(pressed(key), typing)).toBeNull()
    expect(actionOf(pressed('Enter', { ctrlKey: true }), typing)).toBe('run')
    expect(actionOf(pressed('k', { ctrlKey: true }), typing)).toBe('palette')
  })

  test('Space presses the button that has the focus, arrows move in tabs', () => {
    expect(actionOf(pressed(' '), { ...nothing, pressable: true })).toBeNull()
    expect(actionOf(pressed('ArrowRight'), { ...nothing, arrows: true })).toBeNull()
    expect(actionOf(pressed(']'), { ...nothing, pressable: true, arrows: true })).toBe('next')
  })

  test('all of them are in the help', () => {
    const named = keyHelp.flatMap(({ keys }) => keys)
    for (const key of ['K', 'Enter', 'Space', '[', ']', '←', '→', '?']) expect(named).toContain(key)
  })
})

describe('a difference of code', () => {
  test('keeps what is the same and marks the rest', () => {
    expect(lineDiff('a\nb\nc', 'a\nx\nc\nd')).toEqual([
      { kind: 'same', text: 'a' },
      { kind: 'removed', text: 'b' },
      { kind: 'added', text: 'x' },
      { kind: 'same', text: 'c' },
      { kind: 'added', text: 'd' },
    ])
  })

  test('gives both texts back', () => {
    const [before, after] = ['if (x) {\n  y()\n}\nz()', 'y()\nz()\nw()']
    const lines = lineDiff(before, after)
    const without = (kind: string): string =>
      lines
        .filter((line) => line.kind !== kind)
        .map(({ text }) => text)
        .join('\n')
    expect(without('added')).toBe(before)
    expect(without('removed')).toBe(after)
  })
})

describe('code to be shown', () => {
  test.each([
    ['const x = 42 // why', 'typescript'],
    ["  loss = F.cross_entropy(a, 'mean')  # right", 'python'],
    [' * a line of a comment', 'typescript'],
    ['', 'python'],
  ] as const)('%s loses no character', (line, language) => {
    expect(
      tokensOfLine(line, language)
        .map(({ text }) => text)
        .join(''),
    ).toBe(line)
  })

  test('sets off comments, strings, keywords and numbers', () => {
    expect(tokensOfLine("const x = 'a' + 42 // why", 'typescript').map(({ kind }) => kind)).toEqual([
      'keyword',
      'plain',
      'string',
      'plain',
      'number',
      'plain',
      'comment',
    ])
  })
})

describe('the palette', () => {
  const all = [
    { title: 'What is a rank?', kind: 'phase 3' },
    { title: 'rank', kind: 'word' },
    { title: 'Forget set_epoch', kind: 'experiment 1' },
  ]
  test('finds entries that have every typed word, in title or kind', () => {
    expect(findEntries(all, 'rank')).toHaveLength(2)
    expect(findEntries(all, 'PHASE rank')).toEqual([all[0]])
    expect(findEntries(all, ' ')).toEqual(all)
    expect(findEntries(all, 'gpu')).toEqual([])
  })
})

describe('addresses', () => {
  test('of steps, experiments and words are read as they are written', () => {
    for (const parts of [
      ['ddp', 'ring'],
      ['experiments', 'set-epoch'],
      ['glossary', 'all-reduce'],
    ])
      expect(parseRoute(href('learn', ...parts))).toEqual({ place: 'learn', id: parts[0], part: parts[1] })
    expect(parseRoute(href('learn'))).toEqual({ place: 'learn', id: null, part: null })
    expect(parseRoute('#/')).toEqual({ place: 'lab', id: null, part: null })
  })
})

describe('the ring', () => {
  /** What rank `rank` of `worldSize` receives in each round (Patarasuk and Yuan 2009). */
  const traceOf = (rank: number, worldSize: number) => ({
    rounds: Array.from({ length: 2 * (worldSize - 1) }, (_, round) => ({
      round,
      phase: round < worldSize - 1 ? ('reduceScatter' as const) : ('allGather' as const),
      receives: { segment: (rank - round - 1 + 2 * worldSize) % worldSize },
    })),
  })

  test.each([2, 3, 4])('of %i ranks: every chunk begins with one gradient and ends with all of them', (worldSize) => {
    for (let rank = 0; rank < worldSize; rank++) {
      const trace = traceOf(rank, worldSize)
      for (let segment = 0; segment < worldSize; segment++) {
        expect(contributions(trace, segment, 0, worldSize)).toBe(1)
        expect(contributions(trace, segment, trace.rounds.length, worldSize)).toBe(worldSize)
      }
    }
  })

  test('after reduce-scatter each rank holds the full sum of one chunk only', () => {
    const full = [0, 1, 2].map((rank) => [0, 1, 2].filter((segment) => contributions(traceOf(rank, 3), segment, 2, 3) === 3))
    expect(full).toEqual([[1], [2], [0]])
  })
})

describe('the timeline', () => {
  test('zooms about the pointer and stays within what was recorded', () => {
    expect(zoomed({ fromMs: 0, toMs: 100 }, 2, 0.25)).toEqual({ fromMs: 12.5, toMs: 62.5 })
    expect(limited({ fromMs: -20, toMs: 40 }, 100)).toEqual({ fromMs: 0, toMs: 60 })
    expect(limited({ fromMs: 80, toMs: 140 }, 100)).toEqual({ fromMs: 40, toMs: 100 })
    expect(limited({ fromMs: 50, toMs: 50.1 }, 100)).toEqual({ fromMs: 50, toMs: 51 })
  })

  test('counts the exposed communication of each rank', () => {
    const span = (rank: number, name: Span['name'], startMs: number, endMs: number): Span => ({ rank, step: 1, name, startMs, endMs })
    const spans = [span(0, 'forwardBackward', 0, 6), span(0, 'reduce', 6, 10), span(1, 'forwardBackward', 0, 9), span(1, 'reduce', 9, 10)]
    expect(exposedShares(spans, 2)).toEqual([0.4, 0.1])
  })
})

describe('the arithmetic of two free GPUs', () => {
  test('a transfer that is not hidden costs what bytes by bandwidth say', () => {
    const { bytes, transferMs, speedup } = freeTier({ computeMs: 100, bandwidthGBs: 10, bytesPerValue: 4, overlap: false })
    expect(bytes).toBe(4 * parameters)
    expect(transferMs).toBeCloseTo(bytes / 1e7, 6)
    expect(speedup).toBeCloseTo(200 / (100 + transferMs), 6)
  })

  test('one that the backward pass hides costs nothing, and two are never more than twice as fast', () => {
    const hidden = freeTier({ computeMs: 600, bandwidthGBs: 16, bytesPerValue: 2, overlap: true })
    expect(hidden.exposedMs).toBe(0)
    expect(hidden.speedup).toBe(2)
  })
})

describe('numbers', () => {
  test('of one table are written in one way, so that they can be added', () => {
    const { factor, write } = readable([0.00071, -0.0009, 0.0025])
    expect(factor).toBe(1000)
    expect([0.00071, -0.0009].map(write)).toEqual(['0.71', '−0.90'])
    expect(readable([3.2]).factor).toBe(1)
  })

  test.each([
    [0.493, '49 %'],
    [0.0031, '0.31 %'],
    [6e-8, '6.0 · 10⁻⁸'],
    [1.2e-12, '1.2 · 10⁻¹²'],
    [0, '0'],
  ])('a relative difference of %s reads %s', (value, words) => {
    expect(relativeText(value)).toBe(words)
  })
})
