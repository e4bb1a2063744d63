/** What computes a rank's graphs. */
import { z } from 'zod'

/** `webgpu` and `cuda` are execution providers of ONNX Runtime. */
export const deviceSchema = z.enum(['cpu', 'webgpu', 'cuda'])
export type Device = z.infer<typeof deviceSchema>
export const gpuDeviceSchema = deviceSchema.exclude(['cpu'])
export type GpuDevice = z.infer<typeof gpuDeviceSchema>

export const deviceTitles: Record<Device, string> = { cpu: 'CPU', webgpu: 'WebGPU', cuda: 'CUDA' }
