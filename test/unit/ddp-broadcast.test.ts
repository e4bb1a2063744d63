/**
 * Equal parameters on every rank: given out by rank 0, and verified to the bit, with a rank that differs seen to be
 * named by all.
 */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { singleProcessGroup } from '../../electron/collectives/single.ts'
import { broadcastParameters, verifySameParameters } from '../../electron/ddp/broadcast.ts'
import { labError, memoryRing, socketRing } from '../helpers/process-groups.ts'

const parametersOf = (rank: number): Float32Array => Float32Array.from({ length: 10_000 }, (_, i) => Math.sin(i + rank))

describe('broadcasting parameters', () => {
  it('gives every rank those of rank 0', async () => {
    for (const groups of [[singleProcessGroup()], memoryRing(3), await socketRing(2)]) {
      const parameters = groups.map((group) => parametersOf(group.rank))
      await Promise.all(groups.map((group) => broadcastParameters(group, parameters[group.rank])))
      for (const values of parameters) expect(values).toEqual(parametersOf(0))
    }
  })

  it('works on a view in the middle of a larger memory', async () => {
    const groups = memoryRing(2)
    const memories = groups.map((group) => new Float32Array(100).fill(group.rank))
    await Promise.all(groups.map((group) => broadcastParameters(group, memories[group.rank].subarray(10, 20))))
    expect([...memories[1].subarray(9, 21)]).toEqual([1, ...Array<number>(10).fill(0), 1])
  })
})

describe('verifying parameters', () => {
  it('passes where they are the same, and gives their SHA-256', async () => {
    const digests = await Promise.all(memoryRing(3).map((group) => verifySameParameters(group, parametersOf(0), 5)))
    const expected = createHash('sha256')
      .update(new Uint8Array(parametersOf(0).buffer))
      .digest('hex')
    expect(digests).toEqual([expected, expected, expected])
  })

  it('notices a single bit, on every rank, and names the rank that differs', async () => {
    const groups = memoryRing(3)
    const failures = await Promise.all(
      groups.map((group) => {
        const parameters = parametersOf(0)
        if (group.rank === 2) new Uint32Array(parameters.buffer)[1234] ^= 1
        return labError(verifySameParameters(group, parameters, 5))
      }),
    )
    for (const failure of failures) {
      expect(failure.code).toBe('COLLECTIVE_DESYNC')
      expect(failure.cause).toContain('The parameters of rank 2 are not those of rank 0')
    }
  })
})
