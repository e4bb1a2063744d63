/** The book of corrections: one for each text, removable, and never lost to a line that was cut short. */
import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { CorrectionBook } from '../../electron/lab/corrections.ts'
import { temporaryDirectory } from '../helpers/temporary-directory.ts'

const made = (text: string, label = 'Sports') => ({ text, label, predicted: 'World', confidence: 0.9, modelId: 'run' })

it('keeps the last correction of each text, newest first, over a restart', async () => {
  const directory = await temporaryDirectory()
  const book = new CorrectionBook(directory)
  expect(await book.list()).toEqual([])
  await Promise.all([book.add(made('one')), book.add(made('two')), book.add(made('one', 'Business'))])
  await book.add(made(' one ', 'Business'))
  const again = await new CorrectionBook(directory).list()
  expect(again.map(({ text, label }) => [text, label])).toEqual([
    ['one', 'Business'],
    ['two', 'Sports'],
  ])
  const lines = (await readFile(join(directory, 'corrections.jsonl'), 'utf8')).trimEnd().split('\n')
  expect(lines, 'only appended to, and nothing is said twice').toHaveLength(3)
})

it('takes a correction back, and makes it again', async () => {
  const book = new CorrectionBook(await temporaryDirectory())
  const { id } = await book.add(made('one'))
  await book.remove(id)
  await book.remove(id)
  await book.remove('unknown')
  expect(await book.list()).toEqual([])
  await book.add(made('one'))
  expect(await book.list()).toHaveLength(1)
})

it('passes over half a line and damaged ones, and begins the next on a line of its own', async () => {
  const directory = await temporaryDirectory()
  const book = new CorrectionBook(directory)
  await book.add(made('one'))
  await appendFile(join(directory, 'corrections.jsonl'), 'no json\n{"type":"correction","id":"x"}\n{"type":"correction","id":"tor')
  await book.add(made('two'))
  expect((await book.list()).map(({ text }) => text)).toEqual(['two', 'one'])
})
