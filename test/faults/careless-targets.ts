/**
 * The targets without their guards: readers that believe what they are given, as one writes them first. The same mutants
 * are fed to them, and the harness must notice.
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { WebSocketServer } from 'ws'
import { connectionLost, PeerLost } from '../../electron/collectives/errors.ts'
import { contractTarget, openTarget, type Target, type TargetName } from './fuzz-targets.ts'

/** As `openTarget`. */
export async function openCarelessTarget(name: TargetName, directory: string): Promise<Target> {
  if (name === 'contract') return contractTarget(serveWithoutSchema)
  const { seeds } = await openTarget(name, directory)
  const [valid] = seeds as [Buffer]
  const feeds: Record<Exclude<TargetName, 'contract'>, (mutant: Buffer) => unknown> = {
    safetensors: readTensors,
    tokenizer: readVocabulary,
    config: allocateModel,
    bert: allocateModel,
    index: shardNames,
    vocabulary: firstLetters,
    csv: readRows,
    jsonl: readObjects,
    parquet: readPages,
    frames: (mutant) => takeFrame(mutant, valid),
  }
  return { seeds, feed: async (mutant) => void (await feeds[name](mutant)) }
}

function readTensors(bytes: Buffer): Float32Array[] {
  const headerLength = Number(bytes.readBigUInt64LE())
  const header = JSON.parse(bytes.subarray(8, 8 + headerLength).toString('utf8')) as Record<
    string,
    { shape: number[]; data_offsets: number[] }
  >
  return Object.values(header)
    .filter((entry) => 'shape' in entry)
    .map(
      ({ shape, data_offsets: [begin = 0] }) =>
        new Float32Array(
          bytes.buffer.slice(begin),
          0,
          shape.reduce((product, size) => product * size, 1),
        ),
    )
}

function readVocabulary(bytes: Buffer): number[] {
  const { model } = JSON.parse(bytes.toString('utf8')) as { model: { vocab: Record<string, number>; unk_token: string } }
  return ['oil', '##s', 'constructor'].map((piece) => model.vocab[piece] ?? model.vocab[model.unk_token]!)
}

function allocateModel(bytes: Buffer): Float32Array {
  const sizes = JSON.parse(bytes.toString('utf8')) as { vocab_size: number; dim?: number; hidden_size?: number }
  return new Float32Array(sizes.vocab_size * (sizes.dim ?? sizes.hidden_size!))
}

function shardNames(bytes: Buffer): string[] {
  const { weight_map: shards } = JSON.parse(bytes.toString('utf8')) as { weight_map: Record<string, string> }
  return Object.values(shards).map((name) => name.trim())
}

function firstLetters(bytes: Buffer): string[] {
  const words = bytes.toString('utf8').trim().split('\n')
  return words.map((word) => String.fromCodePoint(word.codePointAt(0)!))
}

function readRows(bytes: Buffer): string[] {
  const rows = bytes.toString('utf8').trim().split('\n')
  return rows.map((row) => row.split(/[,;\t]/)[1]!.trim())
}

function readObjects(bytes: Buffer): string[] {
  const rows = bytes.toString('utf8').trim().split('\n')
  return rows.map((row) => (JSON.parse(row) as { text: string }).text.trim())
}

const readPages = (bytes: Buffer): Promise<unknown> =>
  parquetReadObjects({ file: new Uint8Array(bytes).buffer, compressors, columns: ['text', 'label'] })

async function serveWithoutSchema() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  server.on('connection', (socket) =>
    socket.on('message', (data: Buffer) => {
      const { i, p } = JSON.parse(data.toString()) as { i: string; p: { u: string } }
      socket.send(JSON.stringify({ i, p: { b: { json: `there is no ${p.u.slice(1)}` } } }))
    }),
  )
  const { port } = server.address() as AddressInfo
  return { port, token: 'none', close: async () => void server.close() }
}

function takeFrame(mutant: Buffer, valid: Buffer): void {
  if (mutant.length < valid.length) throw connectionLost(new PeerLost(0), 'all-reduce, step 12')
  if (!mutant.subarray(0, valid.length).equals(valid)) throw new Error('a frame that nobody sent was taken')
}
