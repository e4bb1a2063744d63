/** The small parts of a rank's course: patience, deadlines, what it says through its heartbeat, what it notices of its surroundings. */
import { describe, expect, it } from 'vitest'
import type { CheckpointState } from '../../electron/checkpoint/state.ts'
import { afterEvaluation, isPatienceOver } from '../../electron/rank/early-stop.ts'
import { otherEnvironment } from '../../electron/rank/environment.ts'
import { StepDeadline } from '../../electron/rank/step-deadline.ts'
import { watchedGroup } from '../../electron/rank/watched-group.ts'
import { checkpointContent } from '../helpers/checkpoint-content.ts'
import { memoryRing } from '../helpers/process-groups.ts'

describe('patience', () => {
  const fresh: CheckpointState['earlyStop'] = { best: null, epochsWithout: 0 }
  const waits = (results: number[], metric: 'accuracy' | 'loss'): number[] => {
    let state = fresh
    return results.map((result) => (state = afterEvaluation(state, result, metric)).epochsWithout)
  }

  it('counts the epochs since the best, upwards for accuracy, downwards for loss; equal is not better', () => {
    expect(waits([0.5, 0.6, 0.6, 0.55, 0.7], 'accuracy')).toEqual([0, 0, 1, 2, 0])
    expect(waits([0.5, 0.6, 0.5, 0.4], 'loss')).toEqual([0, 1, 2, 0])
  })

  it('is over after as many, and endless where none was asked for', () => {
    expect(isPatienceOver({ best: 1, epochsWithout: 2 }, 3)).toBe(false)
    expect(isPatienceOver({ best: 1, epochsWithout: 3 }, 3)).toBe(true)
    expect(isPatienceOver({ best: 1, epochsWithout: 300 }, undefined)).toBe(false)
  })
})

describe('the deadline of a collective', () => {
  it('follows the steps while training, and is long while a rank saves or evaluates', () => {
    const deadline = new StepDeadline()
    const unhurried = deadline.ms
    for (let step = 0; step < 30; step++) deadline.step(4000)
    expect(deadline.ms).toBe(unhurried)
    deadline.hurried = true
    expect(deadline.ms).toBe(20_000)
  })
})

describe('a watched group', () => {
  it('says that it waits from the first collective to the end of the last, also of one that fails', async () => {
    const beat = new Int32Array(new SharedArrayBuffer(4))
    const groups = memoryRing(2)
    const watched = watchedGroup(groups[0]!, beat)
    const both = Promise.all([watched.barrier({ step: 1, bucket: 0 }), watched.allReduce(Float32Array.of(1), { step: 1, bucket: 0 })])
    expect(beat[0]).toBe(1)
    await groups[1]!.barrier({ step: 1, bucket: 0 })
    await groups[1]!.allReduce(Float32Array.of(2), { step: 1, bucket: 0 })
    await both
    expect(beat[0]).toBe(0)
    const lonely = watched.barrier({ step: 2, bucket: 0 })
    groups[1]!.close()
    await expect(lonely).rejects.toThrow()
    expect(beat[0]).toBe(0)
  })
})

describe('another environment', () => {
  const { state } = checkpointContent(7)
  const environment = { versions: { node: '20.0.0', 'onnxruntime-node': '1.30.0' }, threads: 2, bucketSizes: [10, 20] }
  const saved: CheckpointState = { ...state, environment }

  it('is not mentioned where it is the same', () => {
    expect(otherEnvironment(saved, saved)).toEqual([])
  })

  it('is named with everything that changed', () => {
    const now = { ...environment, versions: { ...environment.versions, 'onnxruntime-node': '1.31.0' }, threads: 1, bucketSizes: [30] }
    expect(otherEnvironment(saved, { ...saved, environment: now })).toEqual([
      'From step 7 on with onnxruntime-node 1.31.0 instead of 1.30.0, 1 thread in each rank instead of 2, other gradient buckets: results are not the same to the bit as without the interruption.',
    ])
    expect(otherEnvironment(saved, { ...saved, worldSize: 1 })[0]).toContain('1 rank instead of 2')
  })
})
