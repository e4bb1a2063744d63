/** Energy as the machine tells it: a powercap tree in a folder of its own, power lines of GPUs, and every way of not being told. */
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { PowerIntegral, watchGpuPower } from '../../electron/benchmark/energy/gpu-power.ts'
import { startEnergyMeter } from '../../electron/benchmark/energy/meter.ts'
import { RaplCounter } from '../../electron/benchmark/energy/rapl.ts'
import { joulesBetween } from '../../electron/benchmark/energy/series.ts'
import { measuredSpan } from '../../electron/benchmark/measure.ts'
import { planOf } from '../../electron/benchmark/plan.ts'
import { collectBenchmark } from '../../electron/report/benchmark/facts.ts'
import { renderBenchmark } from '../../electron/report/benchmark/index.ts'
import { energyOf } from '../../shared/benchmark/energy.ts'
import { runConfigSchema } from '../../shared/domain/run-config.ts'
import { fakeBenchmark } from '../helpers/fake-benchmark.ts'
import { fakeRun } from '../helpers/fake-run.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const range = 1_000_000_000

async function writeZone(root: string, zone: string, name: string, microjoules: number): Promise<void> {
  await mkdir(join(root, zone), { recursive: true })
  await writeFile(join(root, zone, 'name'), `${name}\n`)
  await writeFile(join(root, zone, 'energy_uj'), `${microjoules}\n`)
  await writeFile(join(root, zone, 'max_energy_range_uj'), `${range}\n`)
}

/** Two packages, what is inside of one, what holds both, and a second view of the first. */
async function powercapTree(): Promise<string> {
  const root = await temporaryDirectory()
  await writeZone(root, 'intel-rapl:0', 'package-0', 100_000_000)
  await writeZone(root, 'intel-rapl:0:0', 'core', 50_000_000)
  await writeZone(root, 'intel-rapl:1', 'package-1', 999_000_000)
  await writeZone(root, 'intel-rapl:2', 'psys', 5)
  await writeZone(root, 'intel-rapl-mmio:0', 'package-0', 100_000_000)
  return root
}

const setCount = (root: string, zone: string, microjoules: number): Promise<void> =>
  writeFile(join(root, zone, 'energy_uj'), `${microjoules}\n`)

describe('counters of the processor', () => {
  it('are those of the packages alone, added up, also where one starts anew', async () => {
    const root = await powercapTree()
    const counter = (await RaplCounter.open(root)) as RaplCounter
    expect(await counter.read()).toBe(0)
    for (const [zone, at] of [
      ['intel-rapl:0:0', 90_000_000],
      ['intel-rapl:2', 900_000_000],
      ['intel-rapl-mmio:0', 300_000_000],
    ] as const)
      // prettier-ignore
      await setCount(root, zone, at)
    expect(await counter.read()).toBe(0)
    await setCount(root, 'intel-rapl:0', 103_000_000)
    // 1 J to the end of its range, 4 J after it.
    await setCount(root, 'intel-rapl:1', 4_000_000)
    expect(await counter.read()).toBeCloseTo(8, 9)
    await setCount(root, 'intel-rapl:1', 6_000_000)
    expect(await counter.read()).toBeCloseTo(10, 9)
  })

  it('that are not there, or none of a package, or cannot be read, say so', async () => {
    const root = await temporaryDirectory()
    expect(await RaplCounter.open(join(root, 'powercap'))).toMatch(/no energy counters of the processor/)
    await writeZone(root, 'intel-rapl:0', 'psys', 5)
    expect(await RaplCounter.open(root)).toMatch(/no counter of a processor package/)
    await writeZone(root, 'intel-rapl:0', 'package-0', 5)
    await writeFile(join(root, 'intel-rapl:0', 'energy_uj'), 'nothing')
    expect(await RaplCounter.open(root)).toMatch(/cannot be read .*holds no count/)
    // A folder cannot be read as a file, by root neither.
    await rm(join(root, 'intel-rapl:0', 'energy_uj'))
    await mkdir(join(root, 'intel-rapl:0', 'energy_uj'))
    expect(await RaplCounter.open(root)).toMatch(/cannot be read \(EISDIR\)/)
  })

  it('that only root may read say so', async (ctx) => {
    ctx.skip(process.getuid?.() === 0, 'root may read everything')
    const root = await powercapTree()
    await chmod(join(root, 'intel-rapl:0', 'energy_uj'), 0)
    expect(await RaplCounter.open(root)).toMatch(/by root only/)
  })
})

describe('a span', () => {
  it('is interpolated between samples, and unknown beyond them', () => {
    const series = [{ atMs: 0, joules: 0 }, { atMs: 100, joules: 10 }, { atMs: 300, joules: 20 }] // prettier-ignore
    expect(joulesBetween(series, 50, 200)).toBeCloseTo(10, 9)
    expect(joulesBetween(series, 0, 300)).toBe(20)
    expect(joulesBetween(series, 0, 301)).toBeNull()
    expect(joulesBetween(series, -1, 100)).toBeNull()
    expect(joulesBetween(series, 100, 100)).toBeNull()
    expect(joulesBetween([], 0, 1)).toBeNull()
  })

  it('of a repetition begins after its warm-up and ends with its last measured step', () => {
    const { steps } = fakeRun()
    const config = runConfigSchema.parse({})
    const plan = planOf({ name: '', config, vary: { factor: 'ranks', values: [1] }, scaling: 'strong', form: 'quick' })
    expect(measuredSpan({ steps }, plan, 1000)).toEqual({ fromMs: 1000 + steps[9]!.elapsedMs, toMs: 1000 + steps[49]!.elapsedMs })
    expect(measuredSpan({ steps: steps.slice(0, 49) }, plan, 1000)).toBeNull()
    const first = steps[0]!
    const slowest = Math.max(...first.ranks.map(({ stepMs }) => stepMs))
    expect(measuredSpan({ steps }, { ...plan, warmupSteps: 0 }, 0)!.fromMs).toBeCloseTo(first.elapsedMs - slowest, 9)
  })
})

describe('power of GPUs', () => {
  it('is added up over time, each by itself; lines that are no power count for nothing', () => {
    const integral = new PowerIntegral()
    const lines: [string, number][] = [['0, 100.00', 0], ['1, 50', 0], ['0, 200.00', 1000], ['1, [N/A]', 1000], ['1, 50', 2000], ['Failed', 2000]] // prettier-ignore
    for (const [line, at] of lines) integral.add(line, at)
    expect(integral.samples.at(-1)).toEqual({ atMs: 2000, joules: 150 + 100 })
  })

  it('of a program that is not there, fails, or says nothing of power is not measured, and says why', async () => {
    const directory = await temporaryDirectory()
    const program = async (name: string, body: string): Promise<string> => {
      const file = join(directory, name)
      await writeFile(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 })
      return file
    }
    expect(await after(watchGpuPower(join(directory, 'nowhere')))).toMatch(/^there is no /)
    expect(await after(watchGpuPower(await program('broken', 'echo no devices were found; exit 6')))).toMatch(/ended with 6 \(no devices/)
    expect(await after(watchGpuPower(await program('silent', 'echo "0, [N/A]"; exec sleep 60')))).toMatch(/tells no power/)
    const loud = 'while :; do echo "0, 100"; sleep 0.05; done'
    expect(await after(watchGpuPower(await program('loud', loud)), 600)).toEqual(
      expect.arrayContaining([expect.objectContaining({ joules: 0 }), expect.objectContaining({ atMs: expect.any(Number) as unknown })]),
    )
  })
})

const after = async (watch: ReturnType<typeof watchGpuPower>, ms = 300) => {
  await pause(ms)
  return watch.stop()
}

describe('the meter', () => {
  const nvidiaSmi = '/nowhere/nvidia-smi'

  it('tells the joules of a span, how long it was, and what is missing', async () => {
    const powercap = await powercapTree()
    const meter = await startEnergyMeter({ powercap, nvidiaSmi })
    const fromMs = performance.now()
    // Long enough for a sample on either side of the change.
    await pause(700)
    await setCount(powercap, 'intel-rapl:0', 107_000_000)
    await pause(700)
    const toMs = performance.now()
    expect(await meter.stop({ fromMs, toMs })).toEqual({
      energyJoules: expect.closeTo(7, 6) as unknown,
      gpuJoules: null,
      energySeconds: (toMs - fromMs) / 1000,
      energyMissing: 'there is no /nowhere/nvidia-smi',
    })
  })

  it('measures nothing without a span or without counters, and nothing where they end meanwhile', async () => {
    const powercap = await powercapTree()
    expect(await (await startEnergyMeter({ powercap, nvidiaSmi })).stop(null)).toMatchObject({ energyJoules: null, energySeconds: null })
    const without = await startEnergyMeter({ powercap: join(powercap, 'none'), nvidiaSmi })
    await pause(200)
    expect((await without.stop({ fromMs: 0, toMs: 1 })).energyMissing).toMatch(/no energy counters .*; there is no/)
    const meter = await startEnergyMeter({ powercap, nvidiaSmi })
    const fromMs = performance.now()
    await rm(join(powercap, 'intel-rapl:1'), { recursive: true })
    await pause(300)
    expect((await meter.stop({ fromMs, toMs: performance.now() })).energyMissing).toMatch(/no energy counters/)
  })
})

describe('a report', () => {
  const measured = (joules: number | null, gpu: number | null = null) => {
    const benchmark = fakeBenchmark()
    for (const repetition of benchmark.repetitions)
      Object.assign(repetition.conditions!, { energyJoules: joules, gpuJoules: gpu, energyMissing: null })
    return benchmark
  }

  it('gives joules of an arm and for 1,000 samples, with what is in them', () => {
    const { results } = collectBenchmark(measured(64, 16))
    expect(results[0]!.energy).toMatchObject({ joules: 80, packageJoules: 64, gpuJoules: 16, watts: 40, count: 3 })
    const { sampleCount } = results[0]!.done[0]!.measured
    expect(results[0]!.energy!.joulesPerThousandSamples.median).toBeCloseTo(80_000 / sampleCount, 9)
    for (const format of ['html', 'markdown'] as const) {
      const { text } = renderBenchmark(measured(64, 16), format)
      expect(text).toMatch(/Energy[^]*80\.0 J[^]*what the machine takes at rest and for other programs is in them/)
      expect(text).not.toContain('energy: ')
    }
    expect(renderBenchmark(measured(64), 'csv').text).toMatch(/,energy_joules,gpu_joules,energy_seconds,/)
  })

  it('says why it was not measured, and leaves out what early files counted otherwise', () => {
    expect(renderBenchmark(fakeBenchmark(), 'markdown').text).toMatch(/energy: this system has no energy counters of the processor/)
    const early = measured(64)
    for (const { conditions } of early.repetitions) conditions!.energySeconds = null
    expect(energyOf(collectBenchmark(early).results[0]!.done)).toBeNull()
    expect(renderBenchmark(early, 'markdown').text).toMatch(/energy: the machine does not tell/)
  })
})
