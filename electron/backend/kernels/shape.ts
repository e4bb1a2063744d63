/** What moves elements without computing: views, permutations, cuts, joins, look-ups. */
import { indices, leaf, record, scalar } from '../graph.ts'
import { add, binary, cast, concat, multiply, pad, reshape, slice, transpose } from '../operators.ts'
import { registerKernel } from '../register.ts'
import { tf } from '../tf.ts'

export function registerShapeKernels(): void {
  registerKernel('Reshape', ({ x }, { shape }) => reshape(x!, tf.util.inferFromImplicitShape(shape as number[], x!.size)))
  registerKernel('ExpandDims', ({ input }, { dim }) => {
    const shape = [...input!.shape]
    shape.splice((dim as number) < 0 ? (dim as number) + shape.length + 1 : (dim as number), 0, 1)
    return reshape(input!, shape)
  })
  registerKernel('Transpose', ({ x }, { perm }) => transpose(x!, perm as number[]))
  registerKernel('Slice', ({ x }, { begin, size }) => {
    const from = begin as number[]
    return slice(
      x!,
      from,
      (size as number[]).map((length, axis) => (length < 0 ? x!.shape[axis]! - from[axis]! : length)),
    )
  })
  registerKernel('PadV2', ({ x }, { paddings, constantValue }) => {
    const sides = paddings as [number, number][]
    return pad(
      x!,
      sides.map(([before]) => before),
      sides.map(([, after]) => after),
      constantValue as number,
    )
  })
  registerKernel('Concat', (inputs, { axis }) => concat(Object.values(inputs), axis as number))
  registerKernel('Tile', ({ x }, { reps }) => {
    const repeats = reps as number[]
    return record(
      'Tile',
      [x!, indices(repeats)],
      {},
      x!.shape.map((dimension, axis) => dimension * repeats[axis]!),
      x!.type,
    )
  })
  registerKernel('GatherV2', ({ x, indices: rows }, { axis }) => {
    const at = axis as number
    return record('Gather', [x!, rows!], { axis: at }, [...x!.shape.slice(0, at), ...rows!.shape, ...x!.shape.slice(at + 1)], x!.type)
  })
  registerKernel('OneHot', ({ indices: classes }, { depth, onValue, offValue }) => {
    const [count, on, off] = [depth as number, onValue as number, offValue as number]
    const numbers = leaf(
      Int32Array.from({ length: count }, (_, index) => index),
      [count],
      'int32',
    )
    const isClass = binary('Equal', reshape(classes!, [...classes!.shape, 1]), numbers, 'bool')
    return add(multiply(cast(isClass, 'float32'), scalar(on - off)), scalar(off))
  })
}
