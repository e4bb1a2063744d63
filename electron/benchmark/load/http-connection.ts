/** A keep-alive connection to a server on this machine, as lean as possible: what the load costs is not there to answer it. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface HttpAnswer {
  status: number
  body: string
}

export class HttpConnection {
  readonly #socket: Socket
  readonly #waiting: { resolve: (answer: HttpAnswer) => void; reject: (error: Error) => void }[] = []
  #unread: Buffer = Buffer.alloc(0)

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (data: Buffer) => this.#read(data))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('The connection was closed without an answer'))
    })
  }

  static async open(port: number): Promise<HttpConnection> {
    const socket = connect({ port, host: '127.0.0.1' })
    await once(socket, 'connect')
    return new HttpConnection(socket)
  }

  /** May be called again before the answer is there: answers come in order. */
  predict(text: string): Promise<HttpAnswer> {
    const body = JSON.stringify({ text })
    const length = Buffer.byteLength(body)
    return this.#send(
      `POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`,
    )
  }

  get(path: string): Promise<HttpAnswer> {
    return this.#send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  }

  get isClosed(): boolean {
    return this.#socket.destroyed
  }

  close(): void {
    this.#socket.destroy()
  }

  #send(request: string): Promise<HttpAnswer> {
    if (this.#socket.destroyed) return Promise.reject(new Error('The connection is closed'))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#socket.write(request)
    })
  }

  #read(data: Buffer): void {
    this.#unread = this.#unread.length === 0 ? data : Buffer.concat([this.#unread, data])
    for (;;) {
      const headEnd = this.#unread.indexOf('\r\n\r\n')
      if (headEnd < 0) return
      const head = this.#unread.toString('latin1', 0, headEnd)
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
      const end = headEnd + 4 + length
      if (this.#unread.length < end) return
      const body = this.#unread.toString('utf8', headEnd + 4, end)
      this.#unread = this.#unread.subarray(end)
      this.#waiting.shift()?.resolve({ status: Number(head.slice(9, 12)), body })
    }
  }
}
