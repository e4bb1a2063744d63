/** The interview summary has a sentence for what was measured, and none for what was not. */
import { describe, expect, test } from 'vitest'
import { Evidence } from '../../../renderer/lessons/evidence.ts'
import { enoughFindings, findings, summaryText } from '../../../renderer/lessons/findings.ts'
import { placeOf } from '../../../renderer/lessons/course.ts'
import type { ProgramResult } from '../../../shared/domain/workbench.ts'

const latency = {
  program: 'latency-batches',
  arm: 'measured',
  ranks: [
    {
      rank: 0,
      probe: {
        batches: [
          { rows: 1, p50Ms: 2, p95Ms: 3, textsPerSec: 500 },
          { rows: 16, p50Ms: 8, p95Ms: 9, textsPerSec: 2000 },
        ],
      },
    },
  ],
} as unknown as ProgramResult

describe('findings', () => {
  test('without measurements have no text, and lead to the step that measures them', () => {
    const none = findings(new Evidence({}))
    expect(none.filter(({ text }) => text !== null)).toEqual([])
    for (const { lesson, step, title } of none) expect(placeOf(lesson, step), title).not.toBeNull()
    expect(enoughFindings(new Evidence({}))?.met).toBe(false)
  })

  test('say what was measured, with its own numbers', () => {
    const evidence = new Evidence({ 'latency-batches/measured': latency })
    const known = findings(evidence).filter(({ text }) => text !== null)
    expect(known.map(({ title }) => title)).toEqual(['Latency'])
    expect(known[0]!.text).toBe('One answer takes 2.0 ms (median); 16 at a time give 4.0 times the throughput at 8.0 ms.')
    expect(summaryText(evidence)).toContain('**Latency.** One answer takes 2.0 ms')
    expect(enoughFindings(evidence)?.because).toBe('1 of 10 findings are measured; 5 are asked for.')
  })
})
