/** A model is served from the window: a program asks it, the page counts and lists the request, and the server stops. */
import type { Page } from 'playwright'
import { expect, test } from 'vitest'
import { takePictures } from '../helpers/browser.ts'
import { takenPort } from '../helpers/loopback.ts'
import { ask, post } from '../helpers/model-server.ts'
import { useLab } from '../helpers/opened-lab.ts'
import { writePlaygroundRun } from '../helpers/playground-run.ts'

let page: Page
const opened = useLab({
  prepare: async ({ directory }) => void (await writePlaygroundRun(directory, '20260314-102653-tiny-cd34')),
  arrive: async (at) => {
    page = at.page
    await page.goto(at.lab.url)
    await page.getByRole('navigation').getByRole('link', { name: 'Server', exact: true }).click()
  },
})

const region = (name: string) => page.getByRole('region', { name, exact: true })
const state = (word: string) => region('Model and address').getByRole('status').getByText(word, { exact: true }).waitFor()
const press = (name: string) => page.getByRole('button', { name, exact: true }).click()

test('a port that is taken is told with its reason', async () => {
  await state('stopped')
  await takePictures(page, 'server-stopped')
  await page.getByLabel('Port').fill(String(await takenPort()))
  await press('Start the server')
  await region('Model and address').getByRole('alert').getByText('PORT_IN_USE').waitFor()
  await state('failed')
  await takePictures(page, 'server-failed')
})

test('a program asks the served model, the page counts it, and the server stops', async () => {
  await page.getByLabel('Port').fill('0')
  await page.getByLabel('Token, if you like').fill('two words')
  expect(await page.getByRole('button', { name: 'Start the server' }).isDisabled()).toBe(true)
  await page.getByLabel('Token, if you like').fill('hush')
  await press('Start the server')
  await state('ready')
  const url = await region('Model and address').locator('code').innerText()
  const port = Number(new URL(url).port)
  expect(await page.getByRole('link', { name: /docs/ }).getAttribute('href')).toBe(`${url}/docs`)
  const curl = await page.getByLabel('curl code', { exact: true }).innerText()
  expect(curl).toContain(`${url}/predict`)
  expect(curl).toContain('Bearer hush')

  const headers = { authorization: 'Bearer hush' }
  for (let asked = 0; asked < 24; asked++)
    expect((await post(port, '/predict', { text: `Oil prices jump ${asked}` }, { headers })).status).toBe(200)
  expect((await post(port, '/predict/batch', { texts: ['One headline', 'Another one', 'A third'] }, { headers })).status).toBe(200)
  expect((await post(port, '/predict', { text: 'Not for you' })).status).toBe(401)
  await page.getByRole('list', { name: 'Requests by status' }).getByText('200 25').waitFor()
  await page.getByRole('list', { name: 'Requests by status' }).getByText('401 1').waitFor()
  const newest = await page
    .getByRole('table', { name: 'Requests' })
    .locator('tbody tr')
    .evaluateAll((rows) => rows.slice(0, 2).map((row) => [...row.children].map((cell) => cell.textContent)))
  expect(newest[0]!.slice(1, 4)).toEqual(['POST', '/predict', '401'])
  expect(newest[1]!.slice(5)).toEqual(['3', '3'])
  expect(newest[1]![4]).toMatch(/^[\d.]+$/)
  expect(await page.locator('main').innerText()).not.toContain('Not for you')
  await takePictures(page, 'server-ready')

  await page.reload()
  await state('ready')
  expect(await page.getByLabel('curl code', { exact: true }).innerText()).toContain('YOUR_TOKEN')
  await press('Stop the server')
  await state('stopped')
  await expect(ask(port, '/health')).rejects.toThrow('ECONNREFUSED')
  expect(opened.complaints).toEqual([])
})
