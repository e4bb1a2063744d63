/** What moves elements without computing: views, permutations, cuts, joins, look-ups. */
import { filled, indices, record } from '../graph.ts'
import { pad, reshape, slice, transpose } from '../operators.ts'
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
  registerKernel('Concat', (inputs, { axis }) => {
    const values = Object.values(inputs)
    const joined = values.reduce((sum, value) => sum + value.shape[axis as number]!, 0)
    return record('Concat', values, { axis: axis as number }, values[0]!.shape.with(axis as number, joined), values[0]!.type)
  })
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
    const onOff = record('Concat', [filled([1], offValue as number), filled([1], onValue as number)], { axis: 0 }, [2])
    return record('OneHot', [classes!, filled([], depth as number, 'int32'), onOff], { axis: -1 }, [...classes!.shape, depth as number])
  })
}
