/** A picture of an SVG file in pixels, drawn by the browser. */

const pixelsPerUnit = 2

/** `svg` is a file that needs nothing else, with a viewBox. Rejects where the browser cannot draw it. */
export async function pngOfSvg(svg: string): Promise<Blob> {
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? []
  const size = [Number(width) * pixelsPerUnit, Number(height) * pixelsPerUnit] as const
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image(...size)
    image.src = address
    await image.decode()
    const canvas = document.createElement('canvas')
    ;[canvas.width, canvas.height] = size
    canvas.getContext('2d')?.drawImage(image, 0, 0, ...size)
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The browser made no picture.'))), 'image/png'),
    )
  } finally {
    URL.revokeObjectURL(address)
  }
}
