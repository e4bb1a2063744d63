// The kernels that run on the host between two graphs, in AssemblyScript with SIMD, compiled by
// scripts/build-kernels.mjs. They work in place on a memory that is handed in; pointers are byte offsets, counts are
// elements, any count will do. No allocation, no static data: the memory belongs to the caller from its first byte.
export { adamW } from './adamw'
export { checksum, addChecked, lastSumsChecksum } from './checksum'
export { add, sumOfSquares } from './vector'
export { philox, dropoutMask } from './philox'
