/**
 * What mutants are fed to: the readers of files that people exchange, the contract, the frames of the ring. Each target
 * gives the valid beginnings and takes a mutant; it rejects with a typed error, or accepts. Anything else is a fault.
 */
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer'
import { WebSocket } from 'ws'
import { readSafetensors, safetensorsChunks } from '../../electron/checkpoint/safetensors.ts'
import { FileFormatError } from '../../electron/checkpoint/strict-json.ts'
import { connectionLost, PeerLost } from '../../electron/collectives/errors.ts'
import { decodeHeader, headerBytes } from '../../electron/collectives/frame.ts'
import { FrameReader } from '../../electron/collectives/frame-reader.ts'
import { previewCsv, readCsv } from '../../electron/data/csv.ts'
import { readTable } from '../../electron/data/data-file.ts'
import { labelledRows, previewOf } from '../../electron/data/labelled-rows.ts'
import { createTokenizer } from '../../electron/data/tokenizer.ts'
import { trainWordPiece } from '../../electron/data/wordpiece-trainer.ts'
import { serveOverWebSocket } from '../../electron/hosts/websocket.ts'
import { loadModel } from '../../electron/inference/load.ts'
import { createLab } from '../../electron/lab/index.ts'
import { openModel } from '../../electron/pretrained/open-model.ts'
import { LabError } from '../../shared/contract/errors.ts'
import type { DataFormat } from '../../shared/domain/dataset.ts'
import { headlines } from '../fixtures/data/headlines.ts'
import { fixturePage } from '../helpers/fixture-page.ts'
import { writeTestModel } from '../helpers/model-folders.ts'
import { type FolderOptions, writeTransformersFolder } from '../helpers/transformers-folders.ts'
import { onWire, reduceOnBoth } from './wire.ts'

export interface Target {
  seeds: readonly Buffer[]
  /** Rejects where the mutant is refused. */
  feed(mutant: Buffer): Promise<void>
  close?(): Promise<void>
}

export type TargetName =
  'safetensors' | 'tokenizer' | 'config' | 'bert' | 'index' | 'vocabulary' | 'csv' | 'jsonl' | 'parquet' | 'contract' | 'frames'

/** Whether `error` is one that people are meant to see. */
export const isTyped = (error: unknown): boolean =>
  (error instanceof LabError && error.info.code !== 'INTERNAL') || error instanceof FileFormatError

const tensors = [
  { name: 'a.weight', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
  { name: 'a.bias', shape: [3], data: Float32Array.of(1, 2, 3) },
  { name: 'empty', shape: [0, 4], data: new Float32Array(0) },
]
const safetensorsSeed = (): Buffer => Buffer.concat([...safetensorsChunks(tensors, { format: 'pt', step: '12' })])

/** `directory`: empty, for the target's files. */
export async function openTarget(name: TargetName, directory: string): Promise<Target> {
  switch (name) {
    case 'safetensors': {
      const file = join(directory, 'model.safetensors')
      return {
        seeds: [safetensorsSeed()],
        feed: async (mutant) => {
          await writeFile(file, mutant)
          await readSafetensors(file)
        },
      }
    }
    case 'tokenizer':
      return {
        seeds: [Buffer.from(createTokenizer(trainWordPiece(headlines, 140)).json)],
        feed: async (mutant) => {
          const tokenizer = createTokenizer(mutant.toString('utf8'))
          for (const text of ['Oil prices rise', '[MASK] constructor __proto__', 'é漢字 \u0000 ##', 'x'.repeat(20_000)])
            for (const id of tokenizer.encode(text, 32).ids) tokenizer.chip(id)
        },
      }
    case 'config': {
      await writeTestModel(directory)
      const file = join(directory, 'config.json')
      return {
        seeds: [await readFile(file)],
        feed: async (mutant) => {
          await writeFile(file, mutant)
          const model = await loadModel(directory, { threads: 1 })
          model.dispose()
        },
      }
    }
    case 'bert':
      return pretrainedTarget(directory, 'config.json', { architecture: 'bert', dtype: 'F16' })
    case 'index':
      return pretrainedTarget(directory, 'model.safetensors.index.json', { architecture: 'bert', shards: 3 })
    case 'vocabulary':
      return pretrainedTarget(directory, 'vocab.txt', { tokenizer: 'vocab.txt' })
    case 'csv': {
      const rows = headlines.slice(0, 12).map((text, row) => `${['World', 'Sports'][row % 2]},"${text.replaceAll('"', '""')}"`)
      const seeds = [
        `label,text\n${rows.join('\n')}\n`,
        `label;text\r\n${rows.join('\r\n').replaceAll(',', ';')}`,
        rows.join('\r').replaceAll(',', '\t'),
      ]
      return {
        seeds: seeds.map((text) => Buffer.from(text)),
        feed: async (mutant) => {
          previewCsv('mutant.csv', mutant)
          readCsv(mutant, 'mutant.csv', 'skip')
        },
      }
    }
    case 'jsonl': {
      const rows = news.map((row) => JSON.stringify({ ...row, tags: ['a', { b: null }], label: row.label % 2 ? 'World' : row.label }))
      return tableTarget(directory, 'jsonl', [Buffer.from(rows.join('\n')), Buffer.from(`\ufeff${rows.join('\r\n\r\n')}\r\n`)])
    }
    case 'parquet':
      return tableTarget(directory, 'parquet', parquetSeeds())
    case 'contract':
      return contractTarget(() => serveLab(directory))
    case 'frames':
      return framesTarget()
  }
}

const news = headlines.slice(0, 40).map((text, row) => ({ text, label: row % 4 }))

/** Of each codec one, with dictionaries and without, of one row group and of several. */
function parquetSeeds(): Buffer[] {
  const columnData: ColumnSource[] = [
    { name: 'text', data: news.map(({ text }) => text), type: 'STRING' },
    { name: 'label', data: news.map(({ label }) => BigInt(label)), type: 'INT64', nullable: true },
    { name: 'date', data: news.map((_, row) => new Date(row * 86_400_000)), type: 'TIMESTAMP' },
  ]
  const features = JSON.stringify({ info: { features: { label: { names: ['World', 'Sports', 'Business', 'Sci/Tech'] } } } })
  const write = (options: Partial<Parameters<typeof parquetWriteBuffer>[0]>): Buffer =>
    Buffer.from(parquetWriteBuffer({ columnData, kvMetadata: [{ key: 'huggingface', value: features }], ...options }))
  const compressors = { GZIP: (page: Uint8Array) => gzipSync(page), BROTLI: (page: Uint8Array) => brotliCompressSync(page) }
  const delta = columnData.map((column, index) => (index === 0 ? { ...column, encoding: 'DELTA_BYTE_ARRAY' as const } : column))
  return [
    write({}),
    write({ codec: 'UNCOMPRESSED', rowGroupSize: 12 }),
    write({ codec: 'GZIP', compressors }),
    write({ codec: 'BROTLI', compressors, pageSize: 200 }),
    write({ codec: 'UNCOMPRESSED', columnData: delta }),
  ]
}

/** A file of rows, read as the import reads it: looked at, then every row of the columns it is said to have. */
function tableTarget(directory: string, kind: DataFormat, seeds: readonly Buffer[]): Target {
  const name = `mutant.${kind}`
  const path = join(directory, name)
  const mapping = { textColumns: ['text'], labelColumn: 'label' }
  return {
    seeds,
    feed: async (mutant) => {
      await writeFile(path, mutant)
      previewOf(await readTable({ kind, path }), name)
      labelledRows(await readTable({ kind, path }, mapping), name, 'skip', mapping)
    },
  }
}

/** One file of a folder of transformers, whose weights are read to the end. */
async function pretrainedTarget(directory: string, name: string, options: FolderOptions): Promise<Target> {
  await writeTransformersFolder(directory, options)
  const file = join(directory, name)
  return {
    seeds: [await readFile(file)],
    feed: async (mutant) => {
      await writeFile(file, mutant)
      const { tokenizer } = await openModel(directory)
      for (const text of ['Oil prices rise', 'constructor __proto__ ##'])
        for (const id of tokenizer.encode(text, 32).ids) tokenizer.chip(id)
    },
  }
}

/** Calls as the page sends them; none that, changed a little, would start a run. */
const calls: readonly unknown[] = [
  { i: '1', p: { u: '/runs/list', b: {} } },
  { i: '2', p: { u: '/runs/get', b: { json: { runId: '20261124-031500-tiny-ab12' } } } },
  { i: '3', p: { u: '/runs/watch', b: { json: { runId: '20261124-031500-tiny-ab12' } } } },
  { i: '4', p: { u: '/runs/start', b: { json: { worldSize: -3, model: 'none', epochs: -1, data: { kind: 'csv', path: '/none' } } } } },
  { i: '5', p: { u: '/datasets/stage', b: { json: { fileName: 'a.csv', sizeBytes: 12 } } } },
  {
    i: '6',
    p: {
      u: '/datasets/import',
      b: { json: { stagedId: 'x', mapping: { textColumns: ['text'], labelColumn: 'label' }, onBadRow: 'skip' } },
    },
  },
  { i: '7', p: { u: '/playground/classify', b: { json: { modelId: 'x', text: 'Oil prices rise' } } } },
  { i: '8', p: { u: '/reports/export', b: { json: { runId: 'x', format: 'html' } } } },
  { i: '9', t: 4 },
  { i: '10', p: { u: '/models/openFolder', b: { json: { path: '/none' } } } },
  { i: '11', p: { u: '/models/forget', b: { json: { id: 'pretrained-0123456789abcdef' } } } },
]
const answerMs = 2_000

/** Something that answers calls over a WebSocket. */
interface Served {
  port: number
  token: string
  close(): Promise<unknown>
}

async function serveLab(labDirectory: string): Promise<Served> {
  // What is no call is logged by oRPC; here that would be a thousand stacks.
  console.error = () => undefined
  const lab = await createLab({ labDirectory })
  const { port, token, close } = await serveOverWebSocket({ router: lab.router, rendererDirectory: fixturePage, port: 0 })
  return { port, token, close: async () => (await close(), lab.close()) }
}

/** Sends mutants to whatever `serve` serves. */
export async function contractTarget(serve: () => Promise<Served>): Promise<Target> {
  const served = await serve()
  let socket: WebSocket | null = null
  let exchanges = 0

  const connection = async (): Promise<WebSocket> => {
    if (socket?.readyState === WebSocket.OPEN) return socket
    socket = new WebSocket(`ws://127.0.0.1:${served.port}/rpc`, [`distrinews.bearer.${served.token}`])
    socket.on('error', () => undefined)
    await once(socket, 'open')
    return socket
  }
  /** Sends the mutant, then a call whose answer shows that the lab goes on; resolves with all answers in between. */
  const exchange = async (mutant: Buffer): Promise<string[]> => {
    const open = await connection()
    const answers: string[] = []
    const id = `after-${exchanges++}`
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the lab no longer answers')), answerMs)
      const end = (): void => {
        clearTimeout(timer)
        open.off('message', hear).off('close', end)
        resolve(answers)
      }
      const hear = (data: Buffer): void => {
        const text = data.toString()
        if (text.startsWith(`{"i":"${id}"`)) end()
        else answers.push(text)
      }
      open.on('message', hear).on('close', end)
      open.send(mutant.toString('utf8'))
      open.send(JSON.stringify({ i: id, p: { u: '/models/presets', b: {} } }))
    })
  }
  return {
    seeds: calls.map((call) => Buffer.from(JSON.stringify(call))),
    feed: async (mutant) => {
      for (const answer of await exchange(mutant))
        if (/"code":"INTERNAL/.test(answer)) throw new Error(`the lab blames itself: ${answer.slice(0, 300)}`)
    },
    close: async () => void (await served.close()),
  }
}

/** One frame with its payload as rank 0 really sends it, recorded on the wire: its checksums are the ring's own. */
export async function recordFrame(): Promise<Buffer> {
  let stream = Buffer.alloc(0)
  await onWire(
    (data) => {
      stream = Buffer.concat([stream, data])
      return [data]
    },
    (groups) => reduceOnBoth(groups),
  )
  const frame = stream.subarray(headerBytes)
  return frame.subarray(0, headerBytes + decodeHeader(frame, 0).header.payloadLength)
}

async function framesTarget(): Promise<Target> {
  const valid = await recordFrame()
  const { header } = decodeHeader(valid, 0)
  return {
    seeds: [valid],
    feed: async (mutant) => {
      const reader = new FrameReader(0)
      const payload = new Uint8Array(header.payloadLength)
      const received = reader.receive(header, payload)
      for (let offset = 0; offset < mutant.length;) {
        const target = (reader.onread.buffer as () => Uint8Array)()
        const piece = mutant.copy(target, 0, offset)
        offset += piece
        if (!reader.onread.callback(piece, target)) break
      }
      reader.end(new PeerLost(0))
      const refused = await received.then(
        () => null,
        (error: unknown) => error,
      )
      // The connection ended in the middle of a frame: typed where the collective's name is known.
      if (refused !== null) throw refused instanceof PeerLost ? connectionLost(refused, 'all-reduce, step 12') : refused
      if (!mutant.subarray(0, valid.length).equals(valid)) throw new Error('a frame that nobody sent was taken')
    },
  }
}
