/** The list of downloads: what a person sees of them, over cancels, failures and restarts of the lab. */
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { Hub } from '../../electron/hub/hub.ts'
import { Downloads, type Finisher } from '../../electron/lab/downloads.ts'
import type { Download, DownloadState } from '../../shared/domain/download.ts'
import { LabError } from '../../shared/contract/errors.ts'
import { startHub } from '../helpers/hub-stand-in.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const request = { title: 'News', repo: { kind: 'dataset', id: 'org/news', revision: 'main' }, files: ['data.bin'] } as const
const wanted = () => ({ ...request, files: [...request.files] })
const bytes = randomBytes(400_000)

async function start(finisher: Finisher = () => Promise.resolve()) {
  const standIn = await startHub()
  standIn.addRepo('dataset', 'org/news', { 'data.bin': bytes })
  const directory = await temporaryDirectory()
  const hub = new Hub(standIn.settings(join(directory, 'hub')))
  const open = async (): Promise<Downloads> => {
    const downloads = new Downloads(directory, hub, { dataset: finisher })
    await downloads.open()
    onTestFinished(() => downloads.close())
    return downloads
  }
  return { standIn, directory, hub, open, downloads: await open() }
}

async function reached(downloads: Downloads, ...states: DownloadState[]): Promise<Download> {
  for await (const [download] of downloads.watch(AbortSignal.timeout(20_000)))
    if (download && states.includes(download.state)) return download
  throw new Error(`never ${states.join(' or ')}: ${JSON.stringify(downloads.list())}`)
}

test('is done once its files are there and its finisher has read them; asked for twice it is one', async () => {
  const seen: string[] = []
  const { downloads } = await start((_, { files }) => Promise.resolve(void seen.push(...files)))
  const { id } = downloads.start(wanted())
  expect(downloads.start(wanted()).id).toBe(id)
  expect(await reached(downloads, 'done')).toMatchObject({ receivedBytes: 400_000, totalBytes: 400_000, error: null })
  expect(seen).toHaveLength(1)
  expect(downloads.list()).toHaveLength(1)
  await downloads.dismiss(id)
  expect(downloads.list()).toEqual([])
})

test('a cancelled one keeps what is on the disk and goes on from there', async () => {
  const { downloads, standIn } = await start()
  standIn.fault = { kind: 'stall', afterBytes: 150_000, times: 1 }
  const { id } = downloads.start(wanted())
  while ((downloads.list()[0]?.receivedBytes ?? 0) === 0) await sleep(5)
  await downloads.cancel(id)
  const { state, receivedBytes } = downloads.list()[0]!
  expect(state).toBe('cancelled')
  expect(receivedBytes).toBeGreaterThan(0)
  downloads.resume(id)
  await reached(downloads, 'done')
  expect(standIn.requests.at(-1)?.range).toMatch(/^bytes=[1-9]\d*-$/)
})

test('a lab that is closed and opened lists it as interrupted, with what it had; resumed, it ends', async () => {
  const { downloads, standIn, open } = await start()
  standIn.fault = { kind: 'stall', afterBytes: 150_000, times: 1 }
  downloads.start(wanted())
  while ((downloads.list()[0]?.receivedBytes ?? 0) === 0) await sleep(5)
  await downloads.close()
  const again = await open()
  const [interrupted] = again.list()
  expect(interrupted).toMatchObject({ state: 'interrupted', bytesPerSec: null, totalBytes: 400_000 })
  expect(interrupted!.receivedBytes).toBeGreaterThan(0)
  again.resume(interrupted!.id)
  await reached(again, 'done')
})

test('a failure is kept with its words, also one of the finisher', async () => {
  const info = { code: 'DATA_UNREADABLE', title: 'no', cause: 'no', suggestion: 'no' } as const
  const { downloads, standIn } = await start(() => Promise.reject(new LabError(info)))
  standIn.fault = { kind: 'wrong bytes', times: 1 }
  const { id } = downloads.start(wanted())
  expect((await reached(downloads, 'failed')).error?.code).toBe('DOWNLOAD_CORRUPT')
  downloads.resume(id)
  while (downloads.list()[0]!.error?.code !== 'DATA_UNREADABLE') await reached(downloads, 'failed')
})

test('a list that was damaged is begun anew, and an unknown download is refused by name', async () => {
  const { directory, open } = await start()
  await writeFile(join(directory, 'downloads.json'), '{"half')
  const downloads = await open()
  expect(downloads.list()).toEqual([])
  await expect(downloads.cancel('nothing')).rejects.toMatchObject({ info: { code: 'DOWNLOAD_NOT_FOUND' } })
  expect(() => downloads.resume('nothing')).toThrow(LabError)
})
