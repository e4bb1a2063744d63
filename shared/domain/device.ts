/** What computes a rank's graphs. */
import { z } from 'zod'

/** The first three are execution providers of ONNX Runtime, the last is another runtime, which chooses its device itself. */
export const deviceSchema = z.enum(['cpu', 'webgpu', 'cuda', 'tensorflow'])
export type Device = z.infer<typeof deviceSchema>
/** What is a way to a GPU, and nothing else. */
export const gpuDeviceSchema = deviceSchema.extract(['webgpu', 'cuda'])
export type GpuDevice = z.infer<typeof gpuDeviceSchema>

export const deviceTitles: Record<Device, string> = { cpu: 'CPU', webgpu: 'WebGPU', cuda: 'CUDA', tensorflow: 'TensorFlow' }
