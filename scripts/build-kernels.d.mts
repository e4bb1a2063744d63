/** Compiles the WebAssembly kernels if their sources are newer than the result; returns whether it had to. */
export function buildKernels(): Promise<boolean>
