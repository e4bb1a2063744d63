/**
 * All-reduce between processes against gloo's (PyTorch), from 4 KB to the gradients of DistilBERT; algbw and busbw as
 * nccl-tests defines them, and the α–β fit over the sizes.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { algorithmBandwidth, busBandwidth, fitAlphaBeta, type CostSample } from '../shared/domain/cost-model.ts'
import { ours, torch, torchName } from './contestants.ts'
import { alternate, Group } from './peers.ts'
import type { BenchRow } from './report.ts'

/** float32 gradients of DistilBERT's layers, and powers of four around them. */
const gradientBytes = 265_000_000
const sizes = [4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144].map((kib) => kib * 1024)

const sizeName = (bytes: number): string => (bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.round(bytes / 1e3)} KB`)
const gigabytes = (bytesPerSec: number): string => `${(bytesPerSec / 1e9).toFixed(2)} GB/s`

export async function benchAllReduce(pairs: number, report: (row: BenchRow) => void): Promise<void> {
  for (const worldSize of [2, 4]) {
    const directory = mkdtempSync(join(tmpdir(), 'distrinews-ring-'))
    const port = await freePort()
    const most = Math.max(gradientBytes, ...sizes)
    const ranks = Array.from({ length: worldSize }, (_, rank) => rank)
    const us = new Group(ranks.map((rank) => ours('allreduce', [rank, worldSize, directory, most])))
    const peer = new Group(ranks.map((rank) => torch('allreduce.py', [rank, worldSize, port, most], 1)))
    try {
      await Promise.all([us.ready(), peer.ready()])
      const samples: CostSample[] = []
      // The largest last: by then both sides have been compiled and have grown their buffers, as after a few steps of training.
      for (const bytes of [...sizes, gradientBytes]) {
        const { oursMs, peerMs, ratio } = await alternate(us, peer, pairs, bytes > 10e6 ? 1 : 20, bytes)
        const sample = { bytes, ms: oursMs }
        if (bytes !== gradientBytes) samples.push(sample)
        const note = `algbw ${gigabytes(algorithmBandwidth(sample))}, busbw ${gigabytes(busBandwidth(sample, worldSize))}`
        const name = `${worldSize} ranks, ${sizeName(bytes)}`
        const row = {
          bench: 'allreduce',
          name,
          ours: oursMs,
          peer: peerMs,
          unit: 'ms',
          peerName: `gloo of ${torchName}`,
          ratio,
          count: pairs,
          note,
        }
        report(bytes === gradientBytes ? { ...row, must: 1.3 } : row)
      }
      const fit = fitAlphaBeta(samples)!
      const note = `${gigabytes(1000 / fit.betaMsPerByte)}, R² ${fit.r2.toFixed(3)}`
      const figures = { ours: fit.alphaMs, peer: null, unit: 'ms', peerName: '', ratio: null, count: samples.length }
      report({ bench: 'allreduce', name: `${worldSize} ranks, α of α + size / β`, ...figures, note })
    } finally {
      us.end()
      peer.end()
      rmSync(directory, { recursive: true, force: true })
    }
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (typeof address !== 'object' || address === null) throw new Error('No port')
  return address.port
}
