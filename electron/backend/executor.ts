/**
 * Turns lazy values into something that runs. `capture` plans and encodes once; the captured graph is then run as
 * often as wished, reading its leaves' buffers and writing its destinations in place, without tracing again.
 */
import { Tensor } from 'onnxruntime-node'
import { allocate, record, type LazyValue, type TypedData } from './graph.ts'
import { encodeModel } from './onnx-model.ts'
import { makePlan } from './plan.ts'
import { SessionCache } from './session-cache.ts'

export type OnnxValueMap = Record<string, Tensor>

/** A wanted value and, where it must land in a buffer of the caller, that buffer. */
export interface Wanted {
  value: LazyValue
  destination?: TypedData
}

export interface CapturedGraph {
  /** One buffer for each wanted value, the caller's or its own; rewritten by every run. */
  readonly results: readonly TypedData[]
  run(): Promise<void>
}

export class Executor {
  readonly sessions: SessionCache
  /** Graphs planned and encoded so far. */
  captureCount = 0

  constructor(sessions: SessionCache) {
    this.sessions = sessions
  }

  capture(wanted: readonly Wanted[], threads: number): CapturedGraph {
    this.captureCount++
    const outputs = new OutputList()
    const hostSteps: (() => void)[] = []
    const results = wanted.map(({ value, destination }) => {
      const result = destination ?? allocate(value.type, value.size)
      if (result.length !== value.size) throw new Error(`A destination of ${result.length} elements cannot take [${value.shape}]`)
      const { source } = value
      if (source.kind === 'host') {
        const inputs = source.inputs.map((input) => outputs.add(input, allocate(input.type, input.size)))
        hostSteps.push(() => {
          source.step(inputs, result)
        })
      } else outputs.add(value, result)
      return result
    })

    const plan = makePlan(outputs.values)
    const model = { key: plan.key, bytes: encodeModel(plan), threads }
    const feeds: OnnxValueMap = {}
    for (const [index, value] of plan.leaves.entries()) feeds[`L${index}`] = tensorOver(leafData(value), value)
    const fetches: OnnxValueMap = {}
    for (const [index, value] of plan.outputs.entries()) fetches[`O${index}`] = tensorOver(outputs.buffers[index]!, value)

    return {
      results,
      run: async () => {
        await this.sessions.run(model, feeds, fetches)
        for (const step of hostSteps) step()
      },
    }
  }
}

/** Outputs of a model must be distinct values of nodes: others go through an Identity. */
class OutputList {
  readonly values: LazyValue[] = []
  readonly buffers: TypedData[] = []

  add(value: LazyValue, buffer: TypedData): TypedData {
    const isDistinctNode = value.source.kind === 'node' && !this.values.includes(value)
    this.values.push(isDistinctNode ? value : record('Identity', [value], {}, value.shape, value.type))
    this.buffers.push(buffer)
    return buffer
  }
}

function leafData(value: LazyValue): TypedData {
  if (value.source.kind !== 'leaf') throw new Error('Not a leaf')
  return value.source.data
}

function tensorOver(data: TypedData, { type, shape }: LazyValue): Tensor {
  return new Tensor(type, data, [...shape])
}
