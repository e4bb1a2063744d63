/**
 * Stands in for the `electron` module under vitest (see vitest.config.ts): the few parts that main.ts, preload.ts and
 * desktop/ touch, joined up as Electron joins them, with real message channels. It decides nothing: tests read from
 * `recorded` what was asked of it, and raise its events themselves.
 */
import { EventEmitter } from 'node:events'
import { readFile } from 'node:fs/promises'
import { MessageChannel, type MessagePort } from 'node:worker_threads'

type Handler = (request: Request) => Promise<Response>
type WindowOpenHandler = (details: { url: string }) => { action: string }

/** What the code under test asked of Electron. */
export const recorded = {
  schemes: [] as { scheme: string; privileges: Record<string, boolean> }[],
  pageHandler: null as Handler | null,
  windows: [] as BrowserWindow[],
  /** What hidden windows were asked to print. */
  printed: [] as { file: string; html: string; options: Record<string, unknown>; of: BrowserWindow }[],
  menus: [] as unknown[],
  errorBoxes: [] as { title: string; content: string }[],
  exitCodes: [] as number[],
  /** Addresses that the system's browser was to open. */
  opened: [] as string[],
  permissionRequest: null as ((contents: unknown, permission: string, callback: (granted: boolean) => void) => void) | null,
  permissionCheck: null as ((contents: unknown, permission: string) => boolean) | null,
  devicePermission: null as (() => boolean) | null,
}

class App extends EventEmitter {
  requestSingleInstanceLock = (): boolean => true
  whenReady = (): Promise<void> => Promise.resolve()
  /** As Electron does: asks, and ends where nobody objects. */
  quit = (): void => {
    let prevented = false
    this.emit('will-quit', { preventDefault: () => (prevented = true) })
    if (!prevented) this.exit(0)
  }
  exit = (code: number): void => {
    recorded.exitCodes.push(code)
    this.emit('exited')
  }
}
export const app = new App()

export const protocol = { registerSchemesAsPrivileged: (schemes: typeof recorded.schemes): void => void recorded.schemes.push(...schemes) }

export const session = {
  defaultSession: {
    protocol: { handle: (_scheme: string, handler: Handler): void => void (recorded.pageHandler = handler) },
    setPermissionRequestHandler: (handler: typeof recorded.permissionRequest): void => void (recorded.permissionRequest = handler),
    setPermissionCheckHandler: (handler: typeof recorded.permissionCheck): void => void (recorded.permissionCheck = handler),
    setDevicePermissionHandler: (handler: typeof recorded.devicePermission): void => void (recorded.devicePermission = handler),
  },
}

export const shell = { openExternal: async (url: string): Promise<void> => void recorded.opened.push(url) }

export const ipcMain = new EventEmitter()

class IpcRenderer extends EventEmitter {
  send = (channel: string): void => {
    const sender = recorded.windows[0]!.webContents
    ipcMain.emit(channel, { sender, senderFrame: sender.mainFrame })
  }
}
export const ipcRenderer = new IpcRenderer()

class WebContents extends EventEmitter {
  mainFrame = { url: '', parent: null }
  windowOpenHandler: WindowOpenHandler | null = null
  loaded = { file: '', html: '' }
  window: BrowserWindow | null = null
  printToPDF = async (options: Record<string, unknown>): Promise<Buffer> => {
    recorded.printed.push({ ...this.loaded, options, of: this.window! })
    return Buffer.from('%PDF-1.4 stand-in')
  }
  setWindowOpenHandler = (handler: WindowOpenHandler): void => void (this.windowOpenHandler = handler)
  postMessage = (channel: string, _message: unknown, ports: MessagePortMain[]): void => {
    ipcRenderer.emit(channel, { ports: ports.map((port) => port.transfer()) })
  }
}

export class BrowserWindow extends EventEmitter {
  static getAllWindows = (): BrowserWindow[] => recorded.windows
  readonly webContents = new WebContents()
  readonly options: Record<string, unknown>
  visible = false

  constructor(options: Record<string, unknown>) {
    super()
    this.options = options
    recorded.windows.push(this)
    this.webContents.window = this
    app.emit('web-contents-created', {}, this.webContents)
  }

  loadURL = async (url: string): Promise<void> => {
    this.webContents.mainFrame.url = url
    this.emit('ready-to-show')
  }
  /** As Electron does: a window that prints loads the file first. */
  loadFile = async (path: string): Promise<void> => {
    this.webContents.loaded = { file: path, html: await readFile(path, 'utf8') }
  }
  destroy = (): void => void recorded.windows.splice(recorded.windows.indexOf(this), 1)
  show = (): void => void (this.visible = true)
  focus = (): void => void this.emit('focus')
  isMinimized = (): boolean => false
  restore = (): void => undefined
}

/** Electron's port: Node's event emitter, `{data}` as the event, nothing delivered before `start`. */
class MessagePortMain extends EventEmitter {
  readonly #port: MessagePort

  constructor(port: MessagePort) {
    super()
    this.#port = port
    port.on('close', () => this.emit('close'))
  }

  start = (): void => void this.#port.on('message', (data: unknown) => this.emit('message', { data, ports: [] }))
  postMessage = (message: unknown): void => this.#port.postMessage(message)
  close = (): void => this.#port.close()
  /** The port as the page gets it. */
  transfer = (): MessagePort => this.#port
}

export class MessageChannelMain {
  readonly port1: MessagePortMain
  readonly port2: MessagePortMain

  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.port1 = new MessagePortMain(port1)
    this.port2 = new MessagePortMain(port2)
  }
}

export const dialog = { showErrorBox: (title: string, content: string): void => void recorded.errorBoxes.push({ title, content }) }

export const Menu = {
  buildFromTemplate: (template: unknown): unknown => template,
  setApplicationMenu: (menu: unknown): void => void recorded.menus.push(menu),
}
