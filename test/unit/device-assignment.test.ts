/** Which GPU each rank is bound to, and how GPUs, drivers and failures are read. */
import { describe, expect, it } from 'vitest'
import {
  adviseCuda,
  adviseTensorFlow,
  adviseWebGpu,
  installCuda,
  installTensorFlow,
  type Surroundings,
} from '../../electron/lab/device-advice.ts'
import { parseNvidiaList } from '../../electron/lab/gpu-list.ts'
import { isSoftwareDriver } from '../../electron/probe/drivers.ts'
import type { ProbeResult } from '../../electron/probe/protocol.ts'
import { assignDevices, likeGpus, selectionVariables } from '../../electron/supervisor/device-assignment.ts'
import type { Gpu, Hardware } from '../../shared/domain/hardware.ts'

const gpu = (change: Partial<Gpu> = {}): Gpu => ({
  name: 'Tesla T4',
  pciAddress: '0000:00:04.0',
  cudaIndex: 0,
  driver: 'NVIDIA 550.54.15',
  through: ['webgpu', 'cuda'],
  usable: true,
  note: '',
  ...change,
})
const machine = (...gpus: Gpu[]): Hardware => ({ cpuModel: '', cpuCores: 4, ramBytes: 1, os: '', gpus, backends: [], versions: {} })
const second = gpu({ pciAddress: '0000:00:05.0', cudaIndex: 1 })

describe('assignment', () => {
  it('gives two ranks two GPUs, and shares them out where there are more ranks', () => {
    const ranks = assignDevices('cuda', 3, 1, machine(gpu(), second))
    expect(ranks.map(({ name }) => name)).toEqual(['Tesla T4 (CUDA)', 'Tesla T4 (CUDA)', 'Tesla T4 (CUDA)'])
    expect(ranks.map(({ variables }) => variables['CUDA_VISIBLE_DEVICES'])).toEqual(['0', '1', '0'])
    expect(ranks[0]!.variables['CUDA_DEVICE_ORDER']).toBe('PCI_BUS_ID')
  })

  it('names a Vulkan GPU to the driver by its place on the bus', () => {
    expect(selectionVariables(second, 'webgpu')).toEqual({ DRI_PRIME: 'pci-0000_00_05_0', MESA_VK_DEVICE_SELECT_FORCE_DEFAULT_DEVICE: '1' })
    expect(selectionVariables(gpu({ pciAddress: null }), 'webgpu')).toEqual({})
  })

  it('never mixes models, nor takes a GPU that nothing computed on', () => {
    const [a10, l4] = [gpu({ name: 'A10' }), gpu({ name: 'L4' })]
    expect(likeGpus(machine(a10, l4, l4), 'webgpu')).toEqual([l4, l4])
    expect(likeGpus(machine(a10, gpu({ name: 'A10', through: ['cuda'] })), 'webgpu')).toEqual([a10])
  })

  it('binds CPU ranks to nothing', () => {
    expect(assignDevices('cpu', 2, 1, machine(gpu()))).toEqual([
      { name: 'CPU, 1 thread', variables: {} },
      { name: 'CPU, 1 thread', variables: {} },
    ])
  })

  it('refuses a device that nothing computes on, with the reason that was found', () => {
    const hardware = {
      ...machine(gpu({ through: [] })),
      backends: [{ name: 'onnxruntime (WebGPU)', available: false, note: 'Install a driver.' }],
    }
    expect(() => assignDevices('webgpu', 1, 1, hardware)).toThrow(
      expect.objectContaining({
        info: expect.objectContaining({ code: 'BACKEND_UNAVAILABLE', cause: 'Found: Tesla T4. Install a driver.' }),
      }),
    )
  })
})

describe('reading what is there', () => {
  it('reads nvidia-smi, whose bus ids are longer than the kernel’s', () => {
    const cards = parseNvidiaList('0, 00000000:00:04.0, 550.54.15, Tesla T4\n1, 00000000:3B:00.0, 550.54.15, NVIDIA A100, 40GB\nnothing\n')
    expect(cards.map(({ name, pciAddress, cudaIndex, driver, through }) => [name, pciAddress, cudaIndex, driver, through])).toEqual([
      ['Tesla T4', '0000:00:04.0', 0, 'NVIDIA 550.54.15', []],
      ['NVIDIA A100, 40GB', '0000:3b:00.0', 1, 'NVIDIA 550.54.15', []],
    ])
  })

  it('takes no driver in software for a GPU', () => {
    const common = ['/lib/libc.so.6', '/usr/lib/libvulkan.so.1']
    expect(isSoftwareDriver([...common, '/usr/lib/chromium/libvk_swiftshader.so'])).toBe(true)
    expect(isSoftwareDriver([...common, '/usr/lib/libvulkan_lvp.so'])).toBe(true)
    expect(isSoftwareDriver(['C:\\Windows\\System32\\d3d10warp.dll'])).toBe(true)
    // The loader may look at all drivers there are.
    expect(isSoftwareDriver([...common, '/usr/lib/libvulkan_lvp.so', '/usr/lib/libvulkan_radeon.so'])).toBe(false)
    expect(isSoftwareDriver(['C:\\Windows\\System32\\d3d10warp.dll', 'C:\\Windows\\System32\\nvwgf2umx.dll'])).toBe(false)
    expect(isSoftwareDriver(['/System/Library/Extensions/AGXMetalG14X.bundle/AGXMetalG14X'])).toBe(false)
  })
})

describe('advice', () => {
  const linux: Surroundings = { platform: 'linux', arch: 'x64', hasGraphicsDevice: true, hasNvidiaGpu: true, hasCudaProvider: false }
  const failed = (error: string): ProbeResult => ({ works: false, onGpu: false, version: null, error })
  const worked: ProbeResult = { works: true, onGpu: true, version: '4.22.0', error: null }

  it('names the command that fetches the CUDA libraries, where they are what is missing', () => {
    expect(adviseCuda(null, linux)).toContain(installCuda)
    expect(adviseCuda(null, { ...linux, hasNvidiaGpu: false })).toContain('nvidia-smi')
    expect(adviseCuda(failed('Failed to load shared library'), { ...linux, hasCudaProvider: true })).toContain('cuDNN 9')
    expect(adviseCuda(null, { ...linux, platform: 'darwin' })).toContain('Linux x64 only')
  })

  it('tells a missing driver, a driver in software and a missing operator apart', () => {
    expect(adviseWebGpu(failed('Failed to get a WebGPU adapter: No supported adapters'), linux)).toContain('mesa-vulkan-drivers')
    expect(adviseWebGpu({ ...worked, onGpu: false }, linux)).toContain('in software')
    expect(adviseWebGpu(failed('fallback to CPU EP has been explicitly disabled'), linux)).toContain('lacks an operator')
    expect(adviseWebGpu(null, { ...linux, hasGraphicsDevice: false })).toContain('/dev/dri')
    expect(adviseWebGpu(worked, linux)).toContain('A training step ran on it')
  })

  it('names the command that fetches TensorFlow’s library, and does not promise more than it does', () => {
    expect(adviseTensorFlow(failed('The Node.js native addon module (tfjs_binding.node) can not be found'))).toContain(installTensorFlow)
    expect(adviseTensorFlow(failed("Cannot find module '@tensorflow/tfjs-node-gpu'"))).toContain('--include=optional')
    expect(adviseTensorFlow(failed('libcudart.so.11.0: cannot open shared object file'))).toContain('CUDA 11.2')
    expect(adviseTensorFlow({ ...worked, onGpu: false })).toContain('on the CPU')
  })
})
