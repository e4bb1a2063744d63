/**
 * A model becomes a Space from the window: nothing there yet, written, cancelled, pushed by hand and by the lab, refused,
 * overwritten, checked. One lab directory for all, in the order in which a person comes to it; the hub is a real server here.
 */
import { cp, readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, expect, test } from 'vitest'
import { spaceFactsSchema } from '../../shared/domain/space.ts'
import { openPage, takePictures } from '../helpers/browser.ts'
import { trainAndExport } from '../helpers/exported-model.ts'
import { startLab } from '../helpers/lab-server.ts'
import { startModelServer } from '../helpers/model-server.ts'
import { useLab } from '../helpers/opened-lab.ts'
import { SpaceHubStandIn } from '../helpers/space-hub-stand-in.ts'
import { startStaticSite } from '../helpers/static-site.ts'

const hostileTitle = '<img src=x onerror="document.title=1"> “news”'

const hub = new SpaceHubStandIn()
const labVariables = (token: string) => ({ HF_ENDPOINT: hub.endpoint, HF_TOKEN: token })
let directory: string
/** Of a real run, trained elsewhere: what the lab has does not depend on how it came there. */
let trained: string
let runId: string
let page: Page

const opened = useLab({
  prepare: async (places) => {
    directory = places.directory
    trained = join(places.place, 'trained')
    runId = basename((await trainAndExport(trained)).runDirectory)
    await hub.listen()
  },
  variables: () => labVariables(''),
  arrive: async (at) => {
    page = at.page
    await openDeploy(at.lab.url)
  },
})
afterAll(() => hub.close())

async function openDeploy(url: string): Promise<void> {
  // Another address is another origin, which a page would not leave by itself.
  await page.goto(url)
  await page.getByRole('navigation').getByRole('link', { name: 'Deploy', exact: true }).click()
  await page.getByRole('heading', { name: 'Deploy', level: 1 }).waitFor()
}

/** The lab anew, with this token in its environment, and the page at its Deploy screen. */
async function reopenLab(token: string): Promise<void> {
  await page.goto('about:blank')
  await opened.lab.close()
  opened.lab = await startLab(directory, 0, labVariables(token))
  await openDeploy(opened.lab.url)
}

const step = (name: string) => page.getByRole('region', { name, exact: true })
const head = (name: string) => step(name).getByRole('button', { expanded: false })
const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
const spaceNames = async (): Promise<string[]> => (await readdir(join(directory, 'spaces')).catch(() => [])).sort()
const goOn = async (folder: string): Promise<void> => {
  await page.getByRole('list', { name: 'Spaces on this machine' }).waitFor()
  await press(`Go on with ${folder}`)
}

test('without a model it says what to do first, and checks what others have deployed', async () => {
  await page.getByText('There is nothing to deploy yet').waitFor()
  expect(await head('Model and kind').isDisabled()).toBe(true)
  expect(await head('To the hub').isDisabled()).toBe(true)
  await takePictures(page, 'deploy-1-empty')
  await page.getByLabel('Address').fill('https://user:word@127.0.0.1/')
  await press('Check it')
  await step('Check what is deployed').getByRole('alert').getByText('ARGUMENT_INVALID').waitFor()
  await page.getByRole('link', { name: 'Train a model first' }).click()
  await page.getByRole('button', { name: 'Train on 2 GPUs' }).waitFor()
})

test('a static Space is cancelled, leaves nothing, and is written while the person is elsewhere', { timeout: 240_000 }, async () => {
  await cp(join(trained, 'lab', 'runs', runId), join(directory, 'runs', runId), { recursive: true })
  await page.getByRole('navigation').getByRole('link', { name: 'Deploy', exact: true }).click()
  await step('Model and kind').getByRole('radio', { name: 'Docker' }).waitFor()
  await page
    .getByRole('combobox', { name: 'Weights' })
    .or(page.getByRole('textbox', { name: 'Weights' }))
    .first()
    .click()
  await page
    .getByRole('option', { name: /^checkpoint at step/ })
    .last()
    .click()
  await step('Model and kind').getByText('of the validation rows named rightly').waitFor()
  await takePictures(page, 'deploy-2-model')
  await step('Model and kind').getByRole('radio', { name: 'Static' }).focus()
  await page.keyboard.press('Control+Enter')

  await page.getByLabel('Title').fill(hostileTitle)
  await page.getByLabel('Folder name').fill('../elsewhere')
  await takePictures(page, 'deploy-3-folder')
  await press('Write the folder')
  await step('Folder').getByRole('alert').waitFor()
  expect(await spaceNames()).toEqual([])

  await page.getByLabel('Folder name').fill('news-static')
  await press('Write the folder')
  await step('Folder').getByRole('button', { name: 'Cancel' }).waitFor()
  await press('Cancel')
  await step('Folder').getByRole('button', { name: 'Write the folder' }).waitFor()
  await expect.poll(spaceNames).toEqual([])

  await press('Write the folder')
  await step('Folder').getByRole('button', { name: 'Cancel' }).waitFor()
  await takePictures(page, 'deploy-4-writing')
  await page.getByRole('navigation').getByRole('link', { name: 'Data', exact: true }).click()
  await page
    .getByRole('contentinfo')
    .getByText(/^Space: /)
    .waitFor()
  await page.getByRole('navigation').getByRole('link', { name: 'Deploy', exact: true }).click()
  await page.getByLabel('Serve it, then open http://127.0.0.1:8080', { exact: true }).waitFor({ timeout: 120_000 })
  expect(await spaceNames()).toEqual(['news-static'])
  const facts = spaceFactsSchema.parse(JSON.parse(await readFile(join(directory, 'spaces', 'news-static', 'space.json'), 'utf8')))
  expect(facts).toMatchObject({ kind: 'static', title: hostileTitle, model: { precision: 'int8' } })
  await step('Folder')
    .getByText(`${facts.files.length + 1} files`)
    .waitFor()
  await takePictures(page, 'deploy-5-written')
})

test('without a token it says where one comes from, and how to push by hand', async () => {
  await press('Go on to the hub')
  const push = step('To the hub')
  await push.getByRole('alert').getByText('HUB_TOKEN_MISSING').waitFor()
  const byProgram = await push.getByLabel('With the hub’s own program', { exact: true }).innerText()
  expect(byProgram).toContain(
    'hf repo create YOUR_NAME/img-src-x-onerror-document-title-1-news --repo-type space --space-sdk static --private',
  )
  expect(byProgram).toContain(join(directory, 'spaces', 'news-static'))
  await push.getByLabel(/^Or with git/).waitFor()
  // Nowhere on the page can a token be typed.
  expect(await push.getByRole('textbox').count()).toBe(0)
  await takePictures(page, 'deploy-6-no-token')
  await press('It is there: check it')
  await page.getByLabel('Address').waitFor()
})

test('a bad token is refused in words, and the right one goes on with the folder that is there', { timeout: 120_000 }, async () => {
  await reopenLab('hf_wrong')
  await goOn('news-static')
  await step('To the hub').getByRole('alert').getByText('HUB_TOKEN_REFUSED').waitFor()
  await takePictures(page, 'deploy-7-refused')
  await press('Ask the hub again')
  await step('To the hub').getByRole('alert').getByText('HUB_TOKEN_REFUSED').waitFor()
  hub.role = 'read'
  await reopenLab(hub.token)
  await goOn('news-static')
  await step('To the hub')
    .getByText(/It may only read/)
    .waitFor()
  expect(await page.getByRole('button', { name: 'Push to the hub' }).isDisabled()).toBe(true)
  hub.role = 'write'
  await head('Model and kind').click()
  await head('To the hub').click()
  await step('To the hub')
    .getByText(/It may only read/)
    .waitFor({ state: 'detached' })
})

test('a push is cancelled, goes on without what arrived, and ends at the Space', { timeout: 120_000 }, async () => {
  const push = step('To the hub')
  await page.getByLabel('Name', { exact: true }).fill('no--good')
  expect(await page.getByRole('button', { name: 'Push to the hub' }).isDisabled()).toBe(true)
  await page.getByLabel('Name', { exact: true }).fill('headlines')
  await takePictures(page, 'deploy-8-push')
  hub.fault = { at: 'storage', kind: 'stall', largerThan: 1_000_000 }
  await press('Push to the hub')
  await push.getByRole('button', { name: 'Cancel' }).waitFor()
  await push
    .getByRole('status')
    .filter({ hasText: /^sending .* of .*MB/ })
    .waitFor()
  await takePictures(page, 'deploy-9-pushing')
  // It is the lab that sends: the page may be loaded anew, and another window sees the same.
  await page.reload()
  await push
    .getByRole('status')
    .filter({ hasText: /^sending .* of .*MB/ })
    .waitFor()
  const { page: other } = await openPage(opened.browser)
  await other.goto(opened.lab.url)
  await other.getByRole('navigation').getByRole('link', { name: 'Deploy', exact: true }).click()
  await other.getByRole('region', { name: 'To the hub', exact: true }).getByRole('button', { name: 'Cancel' }).waitFor()
  await other.context().close()
  await press('Cancel')
  await push.getByText('The push was cancelled').waitFor()
  expect(hub.spaces.get('ada/headlines')!.files.has('index.html')).toBe(false)
  hub.fault = null
  await press('Push again')
  await push.getByRole('link', { name: `${hub.endpoint}/spaces/ada/headlines` }).waitFor()
  const pushed = hub.spaces.get('ada/headlines')!
  expect(pushed).toMatchObject({ sdk: 'static', isPrivate: true })
  expect(pushed.files.get('model/onnx/model_quantized.onnx')).toEqual(
    await readFile(join(directory, 'spaces', 'news-static', 'model', 'onnx', 'model_quantized.onnx')),
  )
  await takePictures(page, 'deploy-10-pushed')
})

test('a static Space is compared file by file, and one that is not the same is named', async () => {
  const folder = join(directory, 'spaces', 'news-static')
  const site = await startStaticSite(folder)
  hub.host = site.url
  await press('Check it')
  expect(await page.getByLabel('Address').inputValue()).toBe(`${hub.endpoint}/spaces/ada/headlines`)
  await press('Check it')
  const check = step('Check what is deployed')
  await check.getByText(/^All \d+ files are there, each the same as in the folder here/).waitFor()
  await takePictures(page, 'deploy-11-same-files')
  const spoiled = await startStaticSite(folder, (path, bytes) =>
    path === 'app.js' ? Buffer.from('other') : path === 'style.css' ? null : bytes,
  )
  hub.host = spoiled.url
  await press('Check again')
  await check.getByText(/^2 files of \d+ are not as in the folder here/).waitFor()
  await takePictures(page, 'deploy-11-other-files')
  const rows = await check
    .getByRole('table', { name: 'Files' })
    .locator('tbody tr')
    .evaluateAll((all) => all.slice(0, 2).map((row) => row.textContent))
  expect(rows[0]).toMatch(/^app\.js.*different$/)
  expect(rows[1]).toMatch(/^style\.css.*missing$/)
})

test('a Docker Space is written, and what is in its way is asked about before it is overwritten', { timeout: 120_000 }, async () => {
  const theirs = hub.addSpace('analytical/news', { 'README.md': 'somebody’s work', 'app.py': 'print()' })
  await head('Model and kind').click()
  await step('Model and kind').getByRole('radio', { name: 'Docker' }).click()
  await press('Go on to the folder')
  await page.getByLabel('Title').fill('The news')
  await page.getByLabel('Folder name').fill('news-docker')
  await press('Write the folder')
  const commands = step('Folder').getByLabel(/^As the hub does it/)
  await commands.waitFor({ timeout: 60_000 })
  expect(await commands.innerText()).toContain(`docker build -t headlines ${join(directory, 'spaces', 'news-docker')}`)
  await takePictures(page, 'deploy-12-docker')
  await press('Go on to the hub')
  await page
    .getByRole('combobox', { name: 'Owner' })
    .or(page.getByRole('textbox', { name: 'Owner' }))
    .first()
    .click()
  await page.getByRole('option', { name: 'analytical' }).click()
  await page.getByLabel('Name', { exact: true }).fill('news')
  await press('Push to the hub')
  const question = page.getByRole('alertdialog', { name: 'There is a Space called analytical/news already' })
  await question.getByText(theirs.slice(0, 8)).waitFor()
  await takePictures(page, 'deploy-13-exists')
  await press('Choose another name')
  await page.getByLabel('Name', { exact: true }).waitFor()
  expect(hub.spaces.get('analytical/news')!.commits).toHaveLength(1)

  // Somebody was quicker: what was confirmed is not what would be lost.
  await press('Push to the hub')
  await question.waitFor()
  hub.commitTo('analytical/news')
  await press('Overwrite it')
  await step('To the hub').getByRole('alert').getByText('SPACE_CHANGED').waitFor()
  expect(hub.spaces.get('analytical/news')!.files.get('README.md')?.toString()).toBe('somebody’s work')
  await takePictures(page, 'deploy-14-changed')
  // The same from the keyboard alone: each thing that goes away leaves one in the step where it was.
  const tabTo = async (name: string): Promise<void> => {
    for (let tabs = 0; tabs < 8; tabs++) {
      await page.keyboard.press('Tab')
      if ((await page.evaluate('document.activeElement?.textContent')) === name) return
    }
    throw new Error(`${name} is not among what the next tabs lead to`)
  }
  await page.getByLabel('Name', { exact: true }).press('Enter')
  await question.waitFor()
  await tabTo('Overwrite it')
  await page.keyboard.press('Enter')
  await step('To the hub')
    .getByRole('link', { name: `${hub.endpoint}/spaces/analytical/news` })
    .waitFor({ timeout: 60_000 })
  await tabTo('Check it')
  // Whoever comes back finds what the lab did last.
  await page.reload()
  await step('To the hub')
    .getByRole('link', { name: `${hub.endpoint}/spaces/analytical/news` })
    .waitFor()
  const { files } = hub.spaces.get('analytical/news')!
  expect([...files.keys()]).toContain('Dockerfile')
  expect([...files.keys()]).not.toContain('app.py')
})

test('a served model is asked, measured and compared with the local one', async () => {
  await press('Check it')
  const check = step('Check what is deployed')
  expect(await page.getByLabel('Address').inputValue()).toBe(`${hub.endpoint}/spaces/analytical/news`)
  const served = await startModelServer({ modelDirectory: join(directory, 'runs', runId, 'model') })
  await served.predictor.ready
  await page.getByLabel('Address').fill(served.url)
  await press('Check it')
  await check.getByText(/each as here; the probabilities differ by/).waitFor()
  const table = check.getByRole('table', { name: 'Answers' })
  expect(await table.locator('tbody tr').count()).toBe(3)
  const [there, here] = await table.locator('tbody tr').first().locator('td').allInnerTexts()
  expect(there).toBe(here)
  await takePictures(page, 'deploy-15-answers')

  const other = await startModelServer()
  await other.predictor.ready
  await page.getByLabel('Address').fill(other.url)
  await press('Check it')
  await check.getByText(/not as here: other classes are named/).waitFor()
  await takePictures(page, 'deploy-15-other-answers')
  await page.getByRole('switch', { name: 'Compare with what is here' }).click({ force: true })
  await press('Check it')
  await check.getByText(/^It is ok and answered 3 headlines\.$/).waitFor()
  expect(await table.getByRole('columnheader', { name: 'Here', exact: true }).count()).toBe(0)

  await other.close()
  await press('Check again')
  await check.getByRole('alert').getByText('DEPLOYED_UNREACHABLE').waitFor()
  await takePictures(page, 'deploy-16-unreachable')
})

test('all of it works from the keyboard, and the page never held a token or complained', async () => {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Go anywhere' }).fill('deploy space')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Deploy', level: 1 }).waitFor()
  await head('To the hub').focus()
  await page.keyboard.press('Enter')
  // The focus stays at the step that opened.
  await expect.poll(() => page.evaluate('document.activeElement?.getAttribute("aria-expanded")')).toBe('true')
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement?.tagName')).toBe('A')
  expect(await page.content()).not.toContain(hub.token)
  expect(opened.complaints).toEqual([])
})
