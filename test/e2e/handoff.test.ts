/** To PyTorch and back, as a person does it: the folder for torchrun, and a run of two T4s taken in by the window. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { takePictures } from '../helpers/browser.ts'
import type { FakeRunOptions } from '../helpers/fake-run.ts'
import { importedRun } from '../helpers/imported-run.ts'
import { useLab, type Places } from '../helpers/opened-lab.ts'

async function prepare({ place }: Places): Promise<void> {
  // Stopped at a third: what could be resumed if it were the lab's own.
  const runs: [string, FakeRunOptions][] = [
    ['done', { config: { name: 'Two T4s on Kaggle' } }],
    ['killed', { config: { name: 'Killed' }, completedSteps: 79, record: { state: 'running', notes: ['<b>hostile</b>'] } }],
  ]
  for (const [name, options] of runs) {
    const { record, steps, epochs } = importedRun(2, options)
    const out = join(place, name)
    await mkdir(out, { recursive: true })
    // There is no model in it, so none is promised.
    delete record.imported?.digests?.trainedWeights
    await writeFile(join(out, 'run.json'), JSON.stringify(record))
    await writeFile(join(out, 'metrics.jsonl'), [...steps, ...epochs].map((line) => `${JSON.stringify(line)}\n`).join(''))
  }
}

const watched = useLab({ prepare })

async function takeIn(name: string): Promise<void> {
  const { page } = watched
  await page.getByRole('navigation').getByRole('link', { name: 'Runs', exact: true }).click()
  await page.getByRole('button', { name: 'Import a run' }).click()
  await page.getByLabel('Folder on the machine of the lab').fill(join(watched.place, name))
  if (name === 'done') await takePictures(page, 'handoff-import')
  await page.getByRole('button', { name: 'Import', exact: true }).click()
}

test('a run of two T4s is taken in, says where it was made and of what, and is not resumed here', async () => {
  const { page } = watched
  await takeIn('done')
  await page.getByRole('heading', { name: 'Two T4s on Kaggle' }).waitFor()
  const main = page.locator('main')
  await main.getByRole('heading', { name: 'Trained elsewhere' }).waitFor()
  const shown = await main.innerText()
  for (const fact of ['Tesla T4, 0000:00:04.0', 'Tesla T4, 0000:00:05.0', '560.35.03', '2.21.5', 'train_ddp.py, nccl, 1 machine'])
    expect(shown).toContain(fact)
  expect(shown).not.toMatch(/onnxruntime/)
  await takePictures(page, 'handoff-imported-run')
  await main.getByRole('heading', { name: 'Trained elsewhere' }).scrollIntoViewIfNeeded()
  await takePictures(page, 'handoff-imported-machine')
})

test('a run that was killed over there keeps what it had, and nobody offers to resume it', async () => {
  const { page } = watched
  await takeIn('killed')
  await page.getByRole('heading', { name: 'Killed' }).waitFor()
  await page.getByText('The files were taken while the run was not finished.').waitFor()
  await page.getByText('<b>hostile</b>').waitFor()
  expect(await page.getByRole('button', { name: 'Resume' }).count()).toBe(0)
})

test('the folder for torchrun is written, with what to do with it on each kind of machine', async () => {
  const { page } = watched
  await page.getByRole('button', { name: 'Export report' }).click()
  await page.getByRole('menuitem', { name: /Train elsewhere/ }).click()
  await takePictures(page, 'handoff-before')
  await page.getByRole('button', { name: 'Write the folder' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText(/run_ddp\.sh 2$/).waitFor()
  expect(await dialog.innerText()).toMatch(/sbatch slurm\.sbatch[\s\S]*--kaggle[\s\S]*import-run/)
  await takePictures(page, 'handoff-written')
  await dialog.getByText('On Kaggle by hand, without a token').click()
  await dialog.getByText(/verify your phone number/).waitFor()
  await takePictures(page, 'handoff-by-hand')
  const folder = (await dialog
    .getByText(/\/handoff\/[\w-]+$/)
    .first()
    .textContent())!
  expect(await readFile(join(folder, 'README.md'), 'utf8')).toContain('verify your phone number')
  expect(watched.complaints).toEqual([])
})
