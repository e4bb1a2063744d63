/**
 * Turns lazy values into something that runs. `capture` plans and encodes once; the captured graph is then run as
 * often as wished, reading its leaves' buffers and writing its destinations in place, without tracing again. What is
 * resident on a device is read and left there.
 */
import { Tensor } from 'onnxruntime-node'
import type { Device } from '../../shared/domain/device.ts'
import { allocate, onDevice, record, type LazyValue, type TypedData } from './graph.ts'
import { encodeModel } from './onnx-model.ts'
import { makePlan, type Plan } from './plan.ts'
import { Resident } from './resident.ts'
import type { SessionCache, SessionModel } from './session-cache.ts'
import { runOnStock } from './stock-runner.ts'
import { loadTensorFlow, tensorFlowBackend } from './tensorflow.ts'

export type OnnxValueMap = Record<string, Tensor>
/** Outputs by name and the tensors that they are written into; null: a new one. */
export type OnnxFetches = Record<string, Tensor | null>

/** Where an output goes: a buffer of the host, or the device. */
type Place = TypedData | Resident

/** A wanted value and, where it must land in a buffer of the caller or stay on the device, that place. */
export interface Wanted {
  value: LazyValue
  destination?: Place
}

export interface CapturedGraph {
  /** One buffer for each wanted value that comes to the host, the caller's or its own; rewritten by every run. */
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

  capture(wanted: readonly Wanted[], threads: number, device: Device = 'cpu'): CapturedGraph {
    this.captureCount++
    const outputs = new OutputList()
    const hostSteps: (() => void)[] = []
    const results: TypedData[] = []
    for (const { value, destination } of wanted) {
      if (destination instanceof Resident) {
        outputs.add(onDevice(value), destination)
        continue
      }
      const result = destination ?? allocate(value.type, value.size)
      if (result.length !== value.size) throw new Error(`A destination of ${result.length} elements cannot take [${value.shape}]`)
      results.push(result)
      const { source } = value
      if (source.kind === 'host') {
        const inputs = source.inputs.map((input) => outputs.add(input, allocate(input.type, input.size)))
        hostSteps.push(() => {
          source.step(inputs, result)
        })
      } else outputs.add(value, result)
    }

    const plan = makePlan(outputs.values, device)
    const compute = device === 'tensorflow' ? onStock(plan, outputs.places) : this.#inSession(plan, outputs.places, threads, device)
    return {
      results,
      run: async () => {
        await compute()
        for (const step of hostSteps) step()
      },
    }
  }

  #inSession(plan: Plan, places: readonly Place[], threads: number, device: Device): () => Promise<void> {
    const inputs = new Inputs(plan.leaves)
    const fetches: OnnxFetches = {}
    const residents = new Map<string, Resident>()
    for (const [index, value] of plan.outputs.entries()) {
      const place = places[index]!
      if (place instanceof Resident) residents.set(`O${index}`, place)
      fetches[`O${index}`] = place instanceof Resident ? null : tensorOver(place, value)
    }
    const model: SessionModel = { key: plan.key, encode: () => encodeModel(plan), threads, device, residentOutputs: [...residents.keys()] }
    return async () => {
      const made = await this.sessions.run(model, inputs.feeds(), fetches)
      for (const [name, resident] of residents) resident.replace(made[name]!)
      // ONNX Runtime ignores the buffers it was given as soon as one output stays on the device.
      if (residents.size === 0) return
      for (const [index, place] of places.entries()) if (!(place instanceof Resident)) place.set(made[`O${index}`]!.data as never)
    }
  }
}

function onStock(plan: Plan, places: readonly Place[]): () => Promise<void> {
  loadTensorFlow()
  return async () => {
    for (const [index, data] of (await runOnStock(plan, tensorFlowBackend)).entries()) (places[index] as TypedData).set(data as never)
  }
}

/** Outputs of a model must be distinct values of nodes: others go through an Identity. */
class OutputList {
  readonly values: LazyValue[] = []
  readonly places: Place[] = []

  add<Kind extends Place>(value: LazyValue, place: Kind): Kind {
    const isDistinctNode = value.source.kind === 'node' && !this.values.includes(value)
    this.values.push(isDistinctNode ? value : record('Identity', [value], {}, value.shape, value.type))
    this.places.push(place)
    return place
  }
}

/** What a graph is fed with at each run. */
class Inputs {
  readonly #feeds: OnnxValueMap = {}
  readonly #residents: [name: string, Resident][] = []
  readonly #refreshes: (() => void)[] = []

  constructor(leaves: readonly LazyValue[]) {
    for (const [index, value] of leaves.entries()) {
      const { source } = value
      if (source.kind === 'resident') this.#residents.push([`L${index}`, source.resident])
      else if (source.kind === 'leaf') {
        this.#feeds[`L${index}`] = tensorOver(source.data, value)
        if (source.refresh) this.#refreshes.push(source.refresh)
      } else throw new Error('Not a leaf')
    }
  }

  feeds(): OnnxValueMap {
    for (const refresh of this.#refreshes) refresh()
    for (const [name, resident] of this.#residents) this.#feeds[name] = resident.tensor
    return this.#feeds
  }
}

function tensorOver(data: TypedData, { type, shape }: LazyValue): Tensor {
  return new Tensor(type, data, [...shape])
}
