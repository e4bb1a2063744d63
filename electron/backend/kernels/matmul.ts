/** Matrix products. */
import { matMul } from '../operators.ts'
import { registerKernel } from '../register.ts'

export function registerMatMulKernels(): void {
  registerKernel('BatchMatMul', ({ a, b }, { transposeA, transposeB }) =>
    matMul(a!, b!, { transposeA: transposeA === true, transposeB: transposeB === true }),
  )
}
