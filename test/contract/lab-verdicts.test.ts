/** What the lab says a machine is good for: from one core with little memory to a workstation with cards. */
import { describe, expect, it } from 'vitest'
import { describeTwoRanks, verdicts } from '../../electron/lab/verdicts.ts'
import type { Gpu, Hardware } from '../../shared/domain/hardware.ts'

const gigabyte = 1024 ** 3
const untried: Omit<Gpu, 'name'> = { pciAddress: null, cudaIndex: null, driver: null, through: [], usable: false, note: 'not used' }
const machine = (cpuCores: number, ramGigabytes: number, gpus: string[] = []): Hardware => ({
  cpuModel: 'test',
  cpuCores,
  ramBytes: ramGigabytes * gigabyte,
  os: 'test',
  gpus: gpus.map((name) => ({ ...untried, name })),
  backends: [],
  versions: {},
})
const said = (hardware: Hardware): string => verdicts(hardware).join('\n')

describe('verdicts', () => {
  it('on a laptop: two ranks share the cores, tiny and small are comfortable', () => {
    const text = said(machine(8, 16))
    expect(text).toContain('Two ranks with 4 threads each fill the 8 cores')
    expect(text).toContain('Comfortable on two ranks: Tiny, Small, DistilBERT')
    expect(said(machine(4, 8))).toContain('Comfortable on two ranks: Tiny, Small (')
  })

  it('on one core with little memory: say so', () => {
    const text = said(machine(1, 1))
    expect(text).toContain('One core: two ranks will take turns')
    expect(text).toMatch(/DistilBERT needs about 2\.5 GB a rank \(predicted\), too much/)
    expect(said(machine(1, 0.5))).toContain('Memory is short')
  })

  it('never pass a prediction off as a measurement, nor CPU ranks off as GPUs', () => {
    for (const cores of [1, 2, 64])
      for (const ram of [0.5, 4, 512]) {
        const sentences = verdicts(machine(cores, ram))
        for (const sentence of sentences.filter((text) => /\d GB|Comfortable|Memory/.test(text))) expect(sentence).toContain('predicted')
        expect(sentences.at(-1)).toContain('not the performance of GPUs')
      }
  })
})

describe('"Train on 2 GPUs"', () => {
  it('is offered as two CPU ranks, and says so, whatever cards are there that nothing computed on', () => {
    expect(describeTwoRanks(machine(4, 8))).toEqual({
      onGpus: false,
      device: 'cpu',
      label: 'Train on 2 GPUs',
      note: 'No usable GPU: two CPU ranks run the same code and the same collectives.',
    })
    const withCards = describeTwoRanks(machine(4, 8, ['NVIDIA T4', 'NVIDIA T4']))
    expect(withCards.onGpus).toBe(false)
    expect(withCards.note).toContain('NVIDIA T4, NVIDIA T4 found, but not usable here')
  })

  it('is two GPUs where training ran on two of a kind', () => {
    const t4: Gpu = { ...untried, name: 'NVIDIA T4', usable: true, through: ['cuda'] }
    const withCards = (...gpus: Gpu[]) => describeTwoRanks({ ...machine(4, 8), gpus })
    expect(withCards(t4, t4)).toMatchObject({ onGpus: true, device: 'cuda', note: 'NVIDIA T4 and NVIDIA T4, one rank each, through CUDA.' })
    const both: Gpu = { ...t4, through: ['cuda', 'webgpu'] }
    expect(withCards(both, both)).toMatchObject({ onGpus: true, device: 'webgpu' })
    for (const other of [
      { ...t4, name: 'NVIDIA L4' },
      { ...t4, through: ['webgpu' as const] },
      { ...t4, through: [] },
    ])
      expect(withCards(t4, other)).toMatchObject({ onGpus: false, device: 'cpu' })
    expect(withCards(t4).note).toContain('NVIDIA T4 usable, but not two of a kind: two CPU ranks')
  })
})
