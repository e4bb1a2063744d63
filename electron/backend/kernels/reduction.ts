/** What makes many numbers into one, and the normalisations over the last axis. */
import type { LazyValue } from '../graph.ts'
import { record } from '../graph.ts'
import { cast, reduce, softmax } from '../operators.ts'
import { registerKernel, type KernelAttributes } from '../register.ts'

export function registerReductionKernels(): void {
  registerKernel('Sum', ({ x }, attributes) => reduce('ReduceSum', x!, axesOf(x!, attributes['axis']), keepDimensions(attributes)))
  registerKernel('Mean', ({ x }, attributes) => reduce('ReduceMean', x!, axesOf(x!, attributes['axis']), keepDimensions(attributes)))
  registerKernel('Max', ({ x }, attributes) =>
    reduce('ReduceMax', x!, axesOf(x!, attributes['reductionIndices']), keepDimensions(attributes)),
  )
  registerKernel('Min', ({ x }, attributes) => reduce('ReduceMin', x!, axesOf(x!, attributes['axis']), keepDimensions(attributes)))
  registerKernel('ArgMax', ({ x }, { axis }) => {
    const shape = x!.shape.filter((_, index) => index !== axis)
    return cast(record('ArgMax', [x!], { axis: axis as number, keepdims: 0 }, shape, 'int64'), 'int32')
  })
  registerKernel('Softmax', ({ logits }) => softmax(logits!))
  registerKernel('LogSoftmax', ({ logits }) => softmax(logits!, 'LogSoftmax'))
}

const keepDimensions = ({ keepDims }: KernelAttributes): boolean => keepDims === true

/** TensorFlow.js' axis argument: absent means all. */
function axesOf(x: LazyValue, axis: unknown): number[] {
  if (axis === null || axis === undefined) return x.shape.map((_, index) => index)
  return Array.isArray(axis) ? (axis as number[]) : [axis as number]
}
