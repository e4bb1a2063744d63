/**
 * Where the model drops out, and the masks for it. Masks are made on the host from a counter and fed as factors
 * (0 or 1/(1 − rate)): a captured graph can then be run again with new masks, and any pass can be repeated exactly.
 */
import type { ModelConfig } from '../../shared/domain/model-config.ts'
import { instantiateKernels, type Kernels } from '../kernels/index.ts'
import type { PackedShape } from './packing.ts'
import { dropoutCounter, type DropoutCounter } from './random.ts'

export interface DropoutSite {
  name: string
  /** Number of the site in the model: part of the counter. */
  op: number
  shape: readonly number[]
  rate: number
}

export interface DropoutMask extends DropoutSite {
  /** View of `shape`'s size, on the pool's memory. */
  factors: Float32Array
  /** `factors` and the padding up to a whole number of random blocks. */
  padded: Float32Array
}

// region sites
/**
 * As in transformers: after the embeddings, on attention probabilities, with BERT on attention's output too, after the
 * feed-forward layers, before the classifier. Sites of rate 0 are left out.
 */
export function dropoutSites(config: ModelConfig, { rows, length, flat }: PackedShape, wholeLastLayer = false): DropoutSite[] {
  const layers = Array.from({ length: config.nLayers }, (_, layer) => {
    const firstOnly = layer === config.nLayers - 1 && !wholeLastLayer
    const perToken = [firstOnly ? rows : flat, config.dim]
    return [
      { name: `attention.${layer}`, shape: [rows, config.nHeads, firstOnly ? 1 : length, length], rate: config.attentionDropout },
      ...(config.architecture === 'bert' ? [{ name: `attention_output.${layer}`, shape: perToken, rate: config.dropout }] : []),
      { name: `ffn.${layer}`, shape: perToken, rate: config.dropout },
    ]
  })
  const sites = [
    { name: 'embeddings', shape: [flat, config.dim], rate: config.dropout },
    ...layers.flat(),
    { name: 'classifier', shape: [rows, config.dim], rate: config.seqClassifDropout },
  ]
  return sites.map((site, op) => ({ ...site, op })).filter((site) => site.rate > 0)
}
// endregion

const blockFloats = 32
const wasmPageBytes = 65_536

/** One memory for the masks of all batch shapes: they are never needed at the same time. */
export class MaskPool {
  #memory = new WebAssembly.Memory({ initial: 0 })
  #kernels: Kernels | undefined

  /** Whether `sites` fit; if not, `allocate` moves the pool to a larger memory and masks handed out before are stale. */
  fits(sites: readonly DropoutSite[]): boolean {
    return bytesOf(sites) <= this.#memory.buffer.byteLength
  }

  allocate(sites: readonly DropoutSite[]): DropoutMask[] {
    if (!this.fits(sites)) {
      this.#memory = new WebAssembly.Memory({ initial: Math.ceil(bytesOf(sites) / wasmPageBytes) })
      this.#kernels = instantiateKernels(this.#memory)
    }
    let offset = 0
    return sites.map((site) => {
      const padded = new Float32Array(this.#memory.buffer, offset, paddedSize(site))
      offset += padded.byteLength
      return { ...site, padded, factors: padded.subarray(0, sizeOf(site)) }
    })
  }

  fill(masks: readonly DropoutMask[], counter: DropoutCounter): void {
    for (const mask of masks) this.#kernels!.dropoutMask(mask.padded, mask.rate, dropoutCounter(counter, mask.op))
  }
}

const sizeOf = ({ shape }: DropoutSite): number => shape.reduce((product, dimension) => product * dimension, 1)
const paddedSize = (site: DropoutSite): number => Math.ceil(sizeOf(site) / blockFloats) * blockFloats
const bytesOf = (sites: readonly DropoutSite[]): number => sites.reduce((sum, site) => sum + paddedSize(site) * 4, 0)
