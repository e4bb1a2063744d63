/** allreduce RANK WORLD_SIZE DIRECTORY MAX_BYTES: all-reduce of float32 vectors; `run N BYTES` says of which size. */
import { joinSocketRing } from '../../electron/collectives/socket-ring.ts'
import { instantiateKernels, scratchLength } from '../../electron/kernels/index.ts'
import { serve } from './serve.ts'

export default async function run([rank, worldSize, directory, maxBytes]: string[]): Promise<void> {
  const group = await joinSocketRing({ rank: Number(rank), worldSize: Number(worldSize), attempt: 'bench', directory: directory! })
  const length = Number(maxBytes) / 4
  // As the parameter arena is laid out: the kernels add and check in place.
  const memory = new WebAssembly.Memory({ initial: Math.ceil(((length + scratchLength) * 4) / 65_536) })
  instantiateKernels(memory, length * 4)
  const data = new Float32Array(memory.buffer, 0, length)
  let step = 0
  const reduce = (bytes: number): Promise<void> => group.allReduce(data.subarray(0, bytes / 4), { step: step++, bucket: 0 })
  for (let warmUp = 0; warmUp < 3; warmUp++) await reduce(data.byteLength)
  await serve(([bytes]) => reduce(Number(bytes)))
}
