/** Drives the real main.ts and preload.ts through a stand-in of the electron module: what a person's window would get. */
import { access, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { writeBenchmark } from '../../electron/benchmark/files.ts'
import type { LabContract } from '../../shared/contract/index.ts'
import { app, BrowserWindow, ipcMain, recorded } from '../helpers/electron-stand-in.ts'
import { fakeBenchmark } from '../helpers/fake-benchmark.ts'

const page = new EventTarget()
let home: string
let lab: ContractRouterClient<LabContract>

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'distrinews-'))
  vi.stubEnv('DISTRINEWS_HOME', home)
  // The page's window, shared with the preload as a browser shares it.
  vi.stubGlobal('window', {
    addEventListener: page.addEventListener.bind(page),
    postMessage: (data: unknown, _origin: string, ports: MessagePort[] = []) =>
      page.dispatchEvent(Object.assign(new Event('message'), { data, ports, source: window })),
  })
  vi.stubGlobal('location', { origin: 'app://lab' })
  await import('../../electron/preload.ts')
  await import('../../electron/main.ts')
  await vi.waitFor(() => expect(recorded.windows[0]?.visible).toBe(true), 10_000)
  lab = createORPCClient(new RPCLink({ port: await portOfPage() }))
}, 30_000)

afterAll(async () => {
  vi.unstubAllGlobals()
  vi.unstubAllEnvs()
  await rm(home, { recursive: true, force: true })
})

/** What the page does when it is loaded: ask, and take the port that comes. */
async function portOfPage(): Promise<MessagePort> {
  const arrived = new Promise<MessagePort>((resolve) => {
    page.addEventListener('message', (event) => {
      const { data, ports } = event as MessageEvent
      if (data === 'distrinews:port') resolve(ports[0]!)
    })
  })
  window.postMessage('distrinews:ready', location.origin)
  const port = await arrived
  port.start()
  return port
}

describe('the window', () => {
  it('isolates and sandboxes its page and gives it no Node', () => {
    expect(recorded.windows).toHaveLength(1)
    expect(recorded.windows[0]!.options['webPreferences']).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
    })
  })

  it.each([
    ['http://127.0.0.1:8000/docs', true],
    ['https://huggingface.co/settings/tokens', true],
    ['https://somebody-news.hf.space/', true],
    ['https://example.org/', false],
    ['https://huggingface.co.example.org/', false],
    ['https://user:word@huggingface.co/', false],
    ['http://huggingface.co/', false],
    ['http://192.168.0.1/', false],
    ['https://a.b.hf.space/', false],
    ['file:///etc/passwd', false],
    ['javascript:alert(1)', false],
    ['not a url', false],
  ])('opens no other window; %s is left to the browser: %s', (url, left) => {
    recorded.opened.length = 0
    expect(recorded.windows[0]!.webContents.windowOpenHandler!({ url })).toEqual({ action: 'deny' })
    expect(recorded.opened).toEqual(left ? [url] : [])
  })

  it.each([
    ['https://example.org/', true],
    ['file:///etc/passwd', true],
    ['app://other/', true],
    ['javascript:alert(1)', true],
    ['not a url', true],
    ['app://lab/', false],
  ])('navigating to %s: refused %s', (url, refused) => {
    for (const name of ['will-frame-navigate', 'will-redirect']) {
      const preventDefault = vi.fn()
      recorded.windows[0]!.webContents.emit(name, { url, preventDefault })
      expect(preventDefault).toHaveBeenCalledTimes(refused ? 1 : 0)
    }
  })

  it('embeds no web view', () => {
    const preventDefault = vi.fn()
    recorded.windows[0]!.webContents.emit('will-attach-webview', { preventDefault })
    expect(preventDefault).toHaveBeenCalledOnce()
  })

  it('grants no permission but copying', () => {
    const granted = (permission: string): boolean => {
      let answer = false
      recorded.permissionRequest!(null, permission, (value) => (answer = value))
      expect(recorded.permissionCheck!(null, permission)).toBe(answer)
      return answer
    }
    for (const permission of ['media', 'geolocation', 'notifications', 'fullscreen', 'openExternal', 'clipboard-read']) {
      expect(granted(permission)).toBe(false)
    }
    expect(granted('clipboard-sanitized-write')).toBe(true)
    expect(recorded.devicePermission!()).toBe(false)
  })
})

describe('app://', () => {
  const get = (url: string, method = 'GET') => recorded.pageHandler!(new Request(url, { method }))

  it('is registered as a standard, secure scheme before the application is ready', () => {
    expect(recorded.schemes).toEqual([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }])
  })

  it('serves the page under a policy without inline scripts', async () => {
    const response = await get('app://lab/')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self';/)
    expect(await response.text()).toContain('<div id="root">')
  })

  it.each([
    'app://lab/../main/main.js',
    'app://lab/..%2fmain%2fmain.js',
    'app://lab/%2e%2e/%2e%2e/package.json',
    'app://lab//etc/passwd',
    'app://lab/..\\..\\package.json',
    'app://other/index.html',
    'app://lab/index.html%00.js',
  ])('refuses %s', async (url) => {
    expect((await get(url)).status).toBe(404)
  })

  it('answers GET only', async () => {
    expect((await get('app://lab/', 'POST')).status).toBe(404)
  })
})

describe('the port', () => {
  it('answers calls of the contract', async () => {
    const { hardware, dataDirectory } = await lab.hardware.describe()
    expect(dataDirectory).toBe(home)
    expect(hardware.cpuCores).toBeGreaterThan(0)
  })

  it('is given again to a page that was reloaded', async () => {
    const again: ContractRouterClient<LabContract> = createORPCClient(new RPCLink({ port: await portOfPage() }))
    expect(await again.runs.list()).toEqual([])
  })

  it.each([
    ['a frame of another origin', { url: 'https://example.org/', parent: null }],
    ['a frame within the page', { url: 'app://lab/', parent: {} }],
    ['a frame that is gone', null],
  ])('is not given to %s', (_name, senderFrame) => {
    const postMessage = vi.fn()
    ipcMain.emit('distrinews:ready', { senderFrame, sender: { postMessage } })
    expect(postMessage).not.toHaveBeenCalled()
  })
})

describe('printing', () => {
  it('is done by a hidden window that runs no script and is gone afterwards', async () => {
    const directory = join(home, 'benchmarks', fakeBenchmark().id)
    await mkdir(directory, { recursive: true })
    await writeBenchmark(directory, fakeBenchmark())
    const { pdf, fileName } = await lab.reports.print({ of: 'benchmark', id: fakeBenchmark().id })
    expect(Buffer.from(pdf!, 'base64').toString()).toBe('%PDF-1.4 stand-in')
    expect(fileName).toMatch(/\.pdf$/)
    const [printed] = recorded.printed
    expect(printed!.html).toContain('benchmark report</title>')
    expect(printed!.options).toMatchObject({ preferCSSPageSize: true, printBackground: true })
    expect(printed!.of.options).toMatchObject({
      show: false,
      webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, javascript: false },
    })
    expect(recorded.windows).toHaveLength(1)
    await expect(access(printed!.file)).rejects.toThrow('ENOENT')
  })
})

describe('quitting', () => {
  it('brings the window forward when a second instance is started', () => {
    const focused = vi.fn()
    recorded.windows[0]!.once('focus', focused)
    app.emit('second-instance')
    expect(BrowserWindow.getAllWindows()).toHaveLength(1)
    expect(focused).toHaveBeenCalledOnce()
  })

  it('waits for the lab, then gives its directory back', async () => {
    const exited = once(app, 'exited')
    app.emit('window-all-closed')
    app.quit()
    expect(recorded.exitCodes).toEqual([])
    await exited
    expect(recorded.exitCodes).toEqual([0])
    const { createLab } = await import('../../electron/lab/index.ts')
    const next = await createLab({ labDirectory: home })
    await next.close()
  })
})
