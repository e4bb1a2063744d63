/**
 * Tells a GPU from its imitation by the driver libraries that computing has loaded into the process: ONNX Runtime does
 * not say in Node which adapter it has taken. Pure.
 */
const software = /swiftshader|lvp|llvmpipe|swrast|d3d10warp/i
/** Vulkan, CUDA and Direct3D drivers of the makers of GPUs. */
const hardware =
  /nvidia|nvoglv|nvwgf|nvldumd|nvcuda|libcuda\.|vulkan_(intel|radeon|nouveau|asahi|freedreno|panfrost|broadcom)|amdvlk|amdxc|atidxx|igvk|igd\d|igc\d/i

/** Whether only a driver in software is among `libraries` (paths). */
export function isSoftwareDriver(libraries: readonly string[]): boolean {
  const names = libraries.map((path) => path.split(/[/\\]/).at(-1)!)
  return names.some((name) => software.test(name)) && !names.some((name) => hardware.test(name))
}
