/**
 * GELU in its exact (erf) form, in the scaled variable a = x / √2: h = a (1 + erf a), and GELU(x) = h / √2. Both
 * factors cost nothing where the layers before and after are linear: pass them as `linear`'s `scale` and `inputScale`.
 */
import { scalar, type LazyValue } from '../graph.ts'
import { add, divide, exp, multiply, unary } from '../operators.ts'
import type { tf } from '../tf.ts'
import { fuse } from './fused.ts'

export const geluScale = Math.SQRT1_2

/** a = x / √2 → √2 · GELU(x), same shape. */
export function scaledGelu(a: tf.Tensor): tf.Tensor {
  return fuse([a], (A) => {
    const onePlusErf = add(unary('Erf', A), scalar(1))
    const gradients = (dy: LazyValue): LazyValue[] => {
      // a / exp(a²) and not a · exp(−a²): one pass less, and an overflow ends as 0, which is right.
      const density = multiply(divide(A, exp(multiply(A, A))), scalar(2 / Math.sqrt(Math.PI)))
      return [multiply(add(onePlusErf, density), dy)]
    }
    return { value: multiply(A, onePlusErf), gradients }
  })
}
