/** What the engine's tests need: small models, random batches, and the kernels built. */
import { buildKernels } from '../../scripts/build-kernels.mjs'

await buildKernels()

export * from '../helpers/small-models.ts'
