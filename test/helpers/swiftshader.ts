/**
 * A WebGPU adapter without a GPU: Chromium brings SwiftShader, a Vulkan driver in software. It is slow and good for tiny
 * shapes only, but it runs the very kernels that a GPU would. The variables must be set before a process starts.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

const driver = process.env['DISTRINEWS_SWIFTSHADER'] ?? '/usr/lib/chromium/vk_swiftshader_icd.json'

/** Null where it is there; else why it is not. */
export const swiftShaderMissing: string | null = existsSync(driver)
  ? null
  : `no software WebGPU adapter: ${driver} is missing (it comes with Chromium; DISTRINEWS_SWIFTSHADER names another)`

/** Chromium's own Vulkan loader serves where the system has none. */
export const swiftShaderVariables = (): Record<string, string> => ({
  VK_ICD_FILENAMES: driver,
  LD_LIBRARY_PATH: [process.env['LD_LIBRARY_PATH'], existsSync(join(dirname(driver), 'libvulkan.so.1')) ? dirname(driver) : undefined]
    .filter(Boolean)
    .join(':'),
})
