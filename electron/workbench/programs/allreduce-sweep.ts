/** How long an all-reduce of so many bytes takes, on rings of two ranks and more. */
import { instantiateKernels, scratchLength } from '../../kernels/index.ts'
import type { RankProgram } from '../rank/context.ts'
import { median } from '../rank/model.ts'

const sizes = [1, 4, 16, 64, 256, 1024, 4096].map((kilobytes) => kilobytes * 1024)
/** Rounds over all sizes before the first that counts: the code becomes fast only when it has run a while. */
const warmUp = 30
const wasmPageBytes = 65_536

const program: RankProgram<'allreduce-sweep'> = async (context) => {
  const { rank, worldSize, input, setupGroup } = context
  // As the parameters lie in a run: where the kernels can add and check in place.
  const largest = sizes.at(-1)!
  const memory = new WebAssembly.Memory({ initial: Math.ceil((largest + scratchLength * 4) / wasmPageBytes) })
  instantiateKernels(memory, largest)
  const data = new Float32Array(memory.buffer, 0, largest / 4)

  const rings = []
  for (let size = 2; size <= worldSize; size++) {
    if (rank < size) {
      const ring = await context.joinRing(`ring-${size}`, size)
      const times = sizes.map((): number[] => [])
      let step = 0
      // region measure
      // Size after size in each round, so that a machine that is busy for a while slows all sizes alike.
      for (let round = -warmUp; round < input.repeats; round++) {
        for (const [index, bytes] of sizes.entries()) {
          await ring.barrier({ step, bucket: 0 })
          const start = performance.now()
          await ring.allReduce(data.subarray(0, bytes / 4), { step: step++, bucket: 0 })
          if (round >= 0) times[index]!.push(performance.now() - start)
        }
      }
      // endregion
      rings.push({ worldSize: size, samples: sizes.map((bytes, index) => ({ bytes, ms: median(times[index]!) })) })
      ring.close()
    }
    // Ranks outside the ring wait without computing.
    await setupGroup.barrier({ step: size, bucket: 0 })
  }
  return { rings }
}

export default program
