/** Entry of a process that measures how fast this machine multiplies matrices with so many threads: FLOP/s, sent to its parent. */
import { z } from 'zod'
import { createBackend, tf } from '../backend/index.ts'

const size = 1024
const tries = 20

process.on('disconnect', () => process.exit(1))
createBackend({ threads: z.coerce.number().int().positive().parse(process.argv[2]) })
const [a, b] = [tf.randomUniform([size, size]), tf.randomUniform([size, size])]
let bestMs = Infinity
for (let index = 0; index < tries; index++) {
  const began = performance.now()
  const product = tf.matMul(a, b)
  await product.data()
  bestMs = Math.min(bestMs, performance.now() - began)
  product.dispose()
}
process.send?.({ flops: (2 * size ** 3) / (bestMs / 1000) }, () => process.exit(0))
