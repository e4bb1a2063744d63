/** Comparisons as a person makes them: planned, started, paused, gone on with, read, exported, removed. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeBenchmark } from '../../electron/benchmark/files.ts'
import type { Benchmark } from '../../shared/domain/benchmark.ts'
import { takePictures } from '../helpers/browser.ts'
import { fakeBenchmark, withFakeInference, withTimes } from '../helpers/fake-benchmark.ts'
import { fakeRun, type FakeRunOptions } from '../helpers/fake-run.ts'
import { useLab, type Places } from '../helpers/opened-lab.ts'

async function keep(directory: string, benchmark: Benchmark): Promise<void> {
  const folder = join(directory, 'benchmarks', benchmark.id)
  await mkdir(folder, { recursive: true })
  await writeBenchmark(folder, benchmark)
}

async function keepRun(directory: string, id: string, options: FakeRunOptions): Promise<void> {
  const { record, steps, epochs } = fakeRun({ ...options, record: { ...options.record, id } })
  const run = join(directory, 'runs', id)
  await mkdir(run, { recursive: true })
  await writeFile(join(run, 'run.json'), JSON.stringify(record))
  await writeFile(join(run, 'metrics.jsonl'), [...steps, ...epochs].map((line) => `${JSON.stringify(line)}\n`).join(''))
}

async function prepare({ directory }: Places): Promise<void> {
  await keep(directory, withFakeInference(fakeBenchmark()))
  const closed = structuredClone(fakeBenchmark({ stepMs: [40, 44, 31] }))
  closed.id = '20260313-092653-benchmark-ef56'
  closed.plan.name = 'On a busy machine'
  closed.repetitions[2]!.conditions!.busyShare = 0.4
  Object.assign(closed.repetitions[3]!, {
    state: 'failed',
    measured: null,
    error: { code: 'RANK_FAILED', title: 'Rank 1 was killed', cause: 'It got SIGKILL at step 12.', suggestion: 'See its log.' },
  })
  await keep(directory, closed)
  const censored = withTimes([
    [20, 21, 22],
    [10, null, 12],
  ])
  censored.id = '20260312-092653-benchmark-ef57'
  censored.plan.name = 'Learning to 80 %'
  censored.repetitions[2]!.conditions!.busyShare = 0.4
  await keep(directory, censored)
  await keepRun(directory, '20260312-092653-tiny-0001', { config: { name: 'Two ranks' } })
  const imported = { program: 'train_ddp.py', torch: '2.4.0', backend: 'nccl', worldSize: 2, nodes: 1 }
  const { parameterCount } = fakeBenchmark().data!
  await keepRun(directory, '20260312-102653-tiny-0002', {
    config: { name: 'Kaggle' },
    completedSteps: 130,
    record: { imported, parameterCount },
  })
}

const opened = useLab({ prepare })

const exported = async (name: RegExp): Promise<Buffer> => {
  const { page } = opened
  await page.getByRole('button', { name: 'Export report' }).click()
  const download = page.waitForEvent('download')
  await page.getByRole('menuitem', { name }).click()
  return readFile(await (await download).path())
}

test('the plan and its predicted duration are seen before anything starts', async () => {
  const { page } = opened
  await page.getByRole('navigation').getByRole('link', { name: 'Benchmark' }).click()
  const plan = page.getByRole('region', { name: 'What will be done' })
  await plan.getByText('2 ranks × 32').waitFor()
  expect(await plan.textContent()).toMatch(/1 rank × 64baseline.*6 trainings of 10 steps to warm up and 40 that count.*About .*predicted/)
  await page.getByText('Full', { exact: true }).click()
  await plan.getByText(/10 trainings of 20 steps/).waitFor()
  await page.getByLabel('Values, the baseline first').fill('1, 3')
  await page
    .getByText(/cannot be shared evenly|No|rows of a step/)
    .first()
    .waitFor()
  await page.getByLabel('Values, the baseline first').fill('1, 2')
  await page.getByText('Quick', { exact: true }).click()
  await plan.getByText(/6 trainings/).waitFor()
  const serve = page.getByLabel('Then serve the trained model')
  await serve.check()
  await plan.getByText(/served, and asked by 1, 2, 4, 8 and 16 clients at once, 3 times/).waitFor()
  await takePictures(page, 'benchmark')
  await serve.uncheck()
  await plan.getByText(/asked by/).waitFor({ state: 'detached' })
})

test('training to an accuracy, and padding policies, are planned before anything starts', async () => {
  const { page } = opened
  const plan = page.getByRole('region', { name: 'What will be done' })
  await page.getByText('To an accuracy', { exact: true }).click()
  await page.getByLabel('Validation accuracy').fill('65')
  await plan.getByText(/each until a validation has an accuracy of 65 %, for 500 steps at most/).waitFor()
  await plan.getByText(/At most about/).waitFor()
  await page.getByLabel('Give up after steps').fill('20')
  await page.getByText(/20 steps are fewer than the 50/).waitFor()
  await page.getByLabel('Give up after steps').fill('300')
  await plan.getByText(/for 300 steps at most/).waitFor()
  await takePictures(page, 'benchmark-target-form')
  await page.getByText('For steps', { exact: true }).click()
  await page.getByRole('combobox', { name: 'Compare' }).click()
  await page.getByRole('option', { name: 'Padding policies' }).click()
  await plan.getByText('padded to maximum, 2 ranks × 32').waitFor()
  await page.getByRole('button', { name: 'Compare packed, longest and maxLength' }).waitFor()
  await page.getByRole('combobox', { name: 'Compare' }).click()
  await page.getByRole('option', { name: 'Numbers of ranks' }).click()
  await plan.getByText('2 ranks × 32', { exact: true }).waitFor()
})

test('a time to accuracy shows who reached it and who did not, and leaves as a picture', async () => {
  const { page } = opened
  await page.getByRole('link', { name: 'Learning to 80 %' }).first().click()
  await page.getByText(/not reached within 400 steps in 1 of 3/).waitFor()
  await page.getByRole('img', { name: 'Training time to the target of each arm' }).waitFor()
  const table = page.getByRole('table', { name: 'Every repetition to its target' })
  expect(await table.getByRole('cell', { name: 'not reached' }).count()).toBe(1)
  await takePictures(page, 'benchmark-target')
  expect((await exported(/^Time to accuracy, SVG/)).toString()).toMatch(/^<svg xmlns/)
  await page.getByRole('link', { name: 'All comparisons' }).click()
})

test('a result whose gates are open says speed-up, shows its charts, and leaves in every form', async () => {
  const { page } = opened
  await page.getByRole('link', { name: 'One against two' }).first().click()
  await page.getByText(/2 ranks × 32: speed-up 1\.8/).waitFor()
  await page.getByText(/^all open/).waitFor()
  await page.getByRole('img', { name: 'Throughput of each arm' }).waitFor()
  expect(await page.locator('svg circle').count()).toBeGreaterThanOrEqual(6)
  await takePictures(page, 'benchmark-result')
  const latency = page.getByRole('img', { name: 'Latency against clients' })
  await latency.scrollIntoViewIfNeeded()
  expect(await latency.locator('polyline').count()).toBe(3)
  await takePictures(page, 'benchmark-latency')
  await page.getByRole('table', { name: 'Inference under load' }).scrollIntoViewIfNeeded()
  await takePictures(page, 'benchmark-loads')
  await page.getByRole('table', { name: 'Every repetition' }).scrollIntoViewIfNeeded()
  await takePictures(page, 'benchmark-tables')
  expect((await exported(/^HTML/)).toString()).toContain('benchmark report</title>')
  expect((await exported(/^CSV ·/)).toString()).toMatch(/^benchmark,arm,/)
  expect((await exported(/^Throughput, SVG/)).toString()).toMatch(/^<svg xmlns/)
  expect((await exported(/^CSV of loads/)).toString()).toMatch(/^benchmark,arm,checkpoint,/)
  expect((await exported(/^Latency, PNG/)).subarray(1, 4).toString()).toBe('PNG')
  const png = await exported(/^Throughput, PNG/)
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  // Twice the drawing's size: 720 units across.
  expect(png.readUInt32BE(16)).toBe(1440)
  await page.getByRole('button', { name: 'Export report' }).click()
  await page.getByRole('menuitem', { name: /^PDF/ }).click()
  const paper = page.frameLocator('#print-view')
  await paper.getByRole('heading', { name: 'One against two' }).waitFor({ state: 'attached' })
})

test('a result with a closed gate does not say it, and failed repetitions say why', async () => {
  const { page } = opened
  await page.getByRole('link', { name: 'All comparisons' }).click()
  await page.getByRole('link', { name: 'On a busy machine' }).click()
  await page.getByText('It got SIGKILL at step 12.').first().waitFor()
  const shown = (await page.locator('main').innerText()).replace(/Not a speed-up that may be claimed/g, '')
  expect(shown).not.toMatch(/speed-up/i)
  expect(shown).toMatch(/quiet machine closed/)
  await takePictures(page, 'benchmark-closed')
})

test('a real comparison is started with one click, paused, gone on with and removed', async () => {
  const { page } = opened
  await page.getByRole('link', { name: 'All comparisons' }).click()
  await page.getByRole('button', { name: 'Compare 1 and 2 ranks' }).click()
  await page.getByRole('progressbar').waitFor()
  await page.getByText(/repetition 1 of 3, 1 rank × 64/).waitFor()
  await page.getByText(/step [1-9]\d* of 50/).waitFor()
  await page
    .getByRole('contentinfo')
    .getByText(/repetition 1 of 6/)
    .waitFor()
  await page.getByText(/about .* to go/).waitFor({ timeout: 90_000 })
  await takePictures(page, 'benchmark-going-on')
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByText(/Paused with [1-5] of 6 repetitions to go/).waitFor()
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.getByText(/step [1-9]\d* of 50/).waitFor()
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByText(/Paused with/).waitFor()
  await page.getByRole('link', { name: 'All comparisons' }).click()
  const entry = page.getByRole('listitem').filter({ hasText: 'paused' })
  await entry.getByRole('button', { name: 'Resume' }).waitFor()
  await entry.getByRole('button', { name: /^Remove/ }).click()
  await page.getByRole('button', { name: 'Remove for good' }).click()
  await entry.waitFor({ state: 'detached' })
})

test('an imported run becomes an arm, is called imported, and closes the gates', async () => {
  const { page } = opened
  await page.getByRole('link', { name: 'One against two' }).click()
  await page.getByText(/2 ranks × 32: speed-up/).waitFor()
  await page.getByRole('button', { name: 'Add an imported run' }).click()
  await page.getByRole('menuitem', { name: /Kaggle/ }).click()
  await page.getByText(/imported: PyTorch 2\.4\.0, nccl: not measured by this lab/).waitFor()
  const shown = (await page.locator('main').innerText()).replace(/Not a speed-up that may be claimed/g, '')
  expect(shown).not.toMatch(/speed-up/i)
  expect(shown).toMatch(/quiet machine closed/)
  await takePictures(page, 'benchmark-imported')
})

test('a run is taken elsewhere: the folder for torchrun is written, with the commands to copy', async () => {
  const { page } = opened
  await page.getByRole('navigation').getByRole('link', { name: 'Runs', exact: true }).click()
  await page.getByRole('link', { name: 'Two ranks' }).click()
  await page.getByRole('button', { name: 'Export report' }).click()
  await page.getByRole('menuitem', { name: /Train elsewhere/ }).click()
  await page.getByRole('button', { name: 'Write the folder' }).click()
  await page.getByText(/run_ddp\.sh 2$/).waitFor()
  const folder = (await page
    .getByText(/\/handoff\/[\w-]+$/)
    .first()
    .textContent())!
  expect(await readFile(join(folder, 'README.md'), 'utf8')).toContain('Kaggle')
  await takePictures(page, 'handoff')
  await page.keyboard.press('Escape')
})

test('the Runs screen refuses a folder that is no run in words', async () => {
  const { page } = opened
  await page.getByRole('navigation').getByRole('link', { name: 'Runs', exact: true }).click()
  await page.getByRole('button', { name: 'Import a run' }).click()
  await page.getByLabel('Folder on the machine of the lab').fill(join(opened.directory, 'nowhere'))
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await page.getByText('The run cannot be imported').waitFor()
  expect(opened.complaints).toEqual([])
})
