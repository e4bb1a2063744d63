/** What the lab says a machine is good for: from one core with little memory to a workstation with cards. */
import { describe, expect, it } from 'vitest'
import { describeTwoRanks, verdicts } from '../../electron/lab/verdicts.ts'
import type { Hardware } from '../../shared/domain/hardware.ts'

const gigabyte = 1024 ** 3
const machine = (cpuCores: number, ramGigabytes: number, gpus: string[] = []): Hardware => ({
  cpuModel: 'test',
  cpuCores,
  ramBytes: ramGigabytes * gigabyte,
  os: 'test',
  gpus: gpus.map((name) => ({ name, pciAddress: null, cudaIndex: null, through: [], usable: false, note: 'not used' })),
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
  it('is offered as two CPU ranks, and says so, whatever cards are there', () => {
    expect(describeTwoRanks(machine(4, 8))).toEqual({
      onGpus: false,
      label: 'Train on 2 GPUs',
      note: 'No usable GPU: two CPU ranks run the same code and the same collectives.',
    })
    const withCards = describeTwoRanks(machine(4, 8, ['NVIDIA T4', 'NVIDIA T4']))
    expect(withCards.onGpus).toBe(false)
    expect(withCards.note).toContain('NVIDIA T4, NVIDIA T4 found, but not used by this version')
  })
})
