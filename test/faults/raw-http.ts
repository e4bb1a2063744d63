/** HTTP as no browser would send it: over a bare socket, whatever bytes are asked for. Loopback only. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Status of the first answer to `request`, or null where the connection was closed without one. */
export async function statusOf(port: number, request: string | Buffer): Promise<number | null> {
  const answer = await answerTo(port, request)
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? NaN) || null
}

/** Everything that comes back until the other side closes, or for two seconds. */
export async function answerTo(port: number, request: string | Buffer): Promise<string> {
  const socket = await opened(port)
  let answer = ''
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text
    if (answer.includes('\r\n\r\n')) socket.destroy()
  })
  socket.write(request)
  socket.setTimeout(2_000, () => socket.destroy())
  if (!socket.destroyed) await once(socket, 'close')
  return answer
}

/** A connection whose errors are no news. */
export async function opened(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => socket.destroy())
  await once(socket, 'connect')
  return socket
}

export const head = (method: string, path: string, headers: Record<string, string>): string =>
  [`${method} ${path} HTTP/1.1`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n')
