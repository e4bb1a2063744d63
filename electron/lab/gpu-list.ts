/**
 * The GPUs that the system names without any installation: nvidia-smi where there is one, the kernel's list on Linux.
 * Named is not usable: that is for device-trials.ts to find out.
 */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import type { Gpu } from '../../shared/domain/hardware.ts'

const nvidiaTimeoutMs = 1500
const untried: Pick<Gpu, 'through' | 'usable' | 'note'> = { through: [], usable: false, note: 'Not tried yet.' }

export async function listGpus(): Promise<Gpu[]> {
  const nvidia = await nvidiaGpus()
  const others = linuxGpus().filter(({ pciAddress }) => !nvidia.some((card) => card.pciAddress === pciAddress))
  return [...nvidia, ...others]
}

async function nvidiaGpus(): Promise<Gpu[]> {
  try {
    const query = ['--query-gpu=index,pci.bus_id,driver_version,name', '--format=csv,noheader']
    const { stdout } = await promisify(execFile)('nvidia-smi', query, { timeout: nvidiaTimeoutMs, windowsHide: true })
    return parseNvidiaList(stdout)
  } catch {
    return [] // No driver, no NVIDIA card to name.
  }
}

/** Lines of `index, bus id, driver, name`. The bus id has a domain of eight digits where Linux has four. */
export function parseNvidiaList(text: string): Gpu[] {
  return [...text.matchAll(/^(\d+), (?:[\da-f]{4})?([\da-f]{4}:[\da-f:.]+), ([^,]+), (.+)$/gim)].map(
    ([, index, address, driver, name]) => ({
      name: name!.trim(),
      pciAddress: address!.toLowerCase(),
      cudaIndex: Number(index),
      driver: `NVIDIA ${driver!.trim()}`,
      ...untried,
    }),
  )
}

/** Display adapters that the Linux kernel knows, by the makers of GPUs. */
function linuxGpus(): Gpu[] {
  const vendors: Record<string, string> = { '0x10de': 'NVIDIA', '0x1002': 'AMD', '0x8086': 'Intel' }
  try {
    return readdirSync('/sys/class/drm')
      .filter((entry) => /^card\d+$/.test(entry))
      .map((entry) => realpathSync(join('/sys/class/drm', entry, 'device')))
      .flatMap((directory) => {
        const [vendor, model] = ['vendor', 'device'].map((file) => readFileSync(join(directory, file), 'utf8').trim())
        const maker = vendors[vendor!]
        if (!maker) return []
        return [
          {
            name: `${maker} graphics ${model}`,
            pciAddress: basename(directory),
            cudaIndex: null,
            driver: kernelDriver(directory),
            ...untried,
          },
        ]
      })
  } catch {
    return [] // Another system, or a container without /sys.
  }
}

/** Of a device's directory under /sys. Drivers that come with the kernel have no version of their own. */
function kernelDriver(directory: string): string | null {
  try {
    const module = realpathSync(join(directory, 'driver', 'module'))
    const version = join(module, 'version')
    return existsSync(version) ? `${basename(module)} ${readFileSync(version, 'utf8').trim()}` : `${basename(module)}, of the kernel`
  } catch {
    return null
  }
}

/** Whether a graphics driver has anything to drive here. Other systems than Linux always have one. */
export const hasGraphicsDevice = (): boolean =>
  process.platform !== 'linux' || existsSync('/dev/nvidiactl') || listDirectory('/dev/dri').some((entry) => entry.startsWith('renderD'))

/** Whether processes can be given one Vulkan GPU of several: Mesa's layer reads the variables that do it. */
export const canSelectVulkanGpu = (): boolean =>
  ['/usr/share', '/etc', '/usr/local/share'].some((prefix) =>
    listDirectory(join(prefix, 'vulkan', 'implicit_layer.d')).some((file) => file.startsWith('VkLayer_MESA_device_select')),
  )

function listDirectory(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
