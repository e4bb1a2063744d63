/** The built command line as a person uses it: real processes, real runs on a small CSV, exit codes, text and JSON. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectRoot } from '../../electron/paths.ts'
import { evaluationSchema } from '../../shared/domain/evaluation.ts'
import { predictionSchema } from '../../shared/domain/prediction.ts'
import { requestRecordSchema } from '../../shared/domain/serving.ts'
import { takenPort } from '../helpers/loopback.ts'

const cli = join(projectRoot, 'out', 'main', 'cli.js')
let home: string
let csv: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'distrinews-'))
  csv = join(home, 'news.csv')
  const words = { World: 'treaty', Sports: 'goal', Business: 'shares' }
  const rows = Object.entries(words).flatMap(([label, word]) =>
    Array.from({ length: 40 }, (_, row) => `${label},"${word} number ${row}, again"`),
  )
  await writeFile(csv, `label,title\n${rows.join('\n')}\n`)
})
afterAll(() => rm(home, { recursive: true, force: true }))

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

function start(args: string[], input = ''): { child: ChildProcess; ended: Promise<Ended>; output: () => string; complaints: () => string } {
  const child = spawn(process.execPath, [cli, ...args], { env: { ...process.env, DISTRINEWS_HOME: home, FORCE_COLOR: '1' } })
  const text = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text.stdout += part))
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text.stderr += part))
  child.stdin.end(input)
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...text }))
  return { child, ended, output: () => text.stdout, complaints: () => text.stderr }
}

const run = (...args: string[]): Promise<Ended> => start(args).ended
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20))
}
const quick = ['--threads', '1', '--micro-batch', '8', '--max-length', '32', '--val-fraction', '0.2']

describe('asked wrongly', () => {
  it.each([
    [['benchmark', '--out', 'x', '--vary', 'dropout=0.1,0.2'], /--vary dropout=0.1,0.2 is not possible/],
    [['benchmark', '--out', 'x', '--vary', 'microBatch=16,16'], /names a value twice/],
    [['benchmark', '--out', 'x', '--vary', 'microBatch=16,32', '--scaling', 'weak'], /Weak scaling is a matter of numbers of ranks/],
    [['train', '--ranks', '0'], /--ranks 0 is not possible/],
    [['train', '--ranks', '64'], /--ranks 64 is not possible/],
    [['train', '--rank', '2'], /Did you mean --ranks\?/],
    [['trian'], /Did you mean train\?/],
    [['serve', '--port', '99999'], /--port 99999 is not possible/],
    [['serve', '--port', 'http'], /--port http is not possible/],
    [['serve', '--host', '0.0.0.0'], /cannot be served at 0\.0\.0\.0/],
    [['evaluate'], /--data is missing/],
    [['train', 'now'], /"now" is not expected here/],
  ])('%j: says what, why and what to do, and exits with 2', async (args, text) => {
    const { code, stdout, stderr } = await run(...args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^✖ .+\n {2}why: .+\n {2}do: {2}.+\n$/)
    expect(stderr).toMatch(text)
  })

  it('in files: the typed error, exit code 1, and no run left over', async () => {
    const empty = join(home, 'empty.csv')
    await writeFile(empty, '')
    for (const [args, text] of [
      [['evaluate', '--data', join(home, 'missing.csv')], /no model|No model|There is no such model/],
      [['train', '--out', join(home, 'news.csv', 'run')], /cannot be written/],
      [['train', '--resume', '20260101-000000-tiny-0000'], /no such run/],
      [['predict', '--model', home, 'x'], /no such model/],
      [['train', '--data', empty, '--ranks', '1'], /empty|no rows/],
    ] as const) {
      const { code, stderr } = await run(...args)
      expect({ args, code }).toEqual({ args, code: 1 })
      expect(stderr).toMatch(text)
    }
  })

  it('prints help where asked', async () => {
    for (const args of [[], ['help'], ['help', 'train'], ['train', '--help']]) {
      const { code, stdout } = await run(...args)
      expect(code).toBe(0)
      expect(stdout).toContain('npm run train')
    }
  })
})

describe('a run in the terminal', () => {
  let runDirectory: string
  let runId: string

  it('trains on two ranks into a directory of its own and says what to try next', async () => {
    runDirectory = join(home, 'my run')
    const { code, stdout, stderr } = await run('train', '--data', csv, '--out', runDirectory, '--ranks', '2', '--epochs', '2', ...quick)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).not.toMatch(/\x1b/)
    expect(stdout).toMatch(/ranks {2}2, CPU, 1 threads each/)
    expect(stdout.match(/^epoch \d · train loss .* validation loss .* accuracy .* %.* samples\/s · .* tokens\/s$/gm)).toHaveLength(2)
    expect(stdout).toContain(join(runDirectory, 'model'))
    expect(stdout).toContain(`npm run predict -- --model ${runDirectory} "`)
    expect(await readdir(runDirectory)).toEqual(expect.arrayContaining(['run.json', 'metrics.jsonl', 'checkpoints', 'model']))
  })

  it('that a full disk pauses says so, how it goes on, and exits with 1', async (ctx) => {
    ctx.skip(!existsSync('/dev/full'), 'only Linux has a device that is always full')
    const full = join(home, 'full')
    const { ended } = start(['train', '--data', csv, '--out', full, '--ranks', '2', '--epochs', '50', ...quick])
    await until(() => existsSync(join(full, 'run.json')))
    await symlink('/dev/full', join(full, 'metrics.jsonl'))
    const { code, stdout, stderr } = await ended
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^✖ The disk is full: it needs .*\n {2}why: .* are free.*\n {2}do: {2}Free at least .*, then resume the run/,
      ),
    })
    expect(stdout).toContain('also stopped, in consequence: rank 1')
    expect(stdout).toMatch(/^Paused at step \d+ of \d+$/m)
    expect(stdout).toContain(`npm run train -- --resume ${full}`)
    expect(stdout).not.toContain('went on')
  })

  it('refuses to write into a directory that is in use', async () => {
    const { code, stderr } = await run('train', '--data', csv, '--out', runDirectory, ...quick)
    expect(code).toBe(1)
    expect(stderr).toMatch(/not empty/)
  })

  it('prints its result as JSON and nothing else', async () => {
    const { code, stdout } = await run('train', '--data', csv, '--epochs', '1', '--json', ...quick)
    expect(code).toBe(0)
    const outcome = JSON.parse(stdout) as { runId: string; state: string; epochs: unknown[]; error: unknown }
    expect(outcome).toMatchObject({ state: 'done', epochs: [{ epoch: 0, validationCount: 24 }], error: null })
    runId = outcome.runId
  })

  it('classifies with it: by directory, by model folder, by id, or the newest', async () => {
    for (const model of [['--model', runDirectory], ['--model', join(runDirectory, 'model')], ['--model', runId], []]) {
      const { code, stdout } = await run('predict', ...model, 'shares\u001b[31m number 3', 'goal again')
      expect(code).toBe(0)
      expect(stdout.match(/^ {2}(World|Sports|Business) +[█░]{30} +\d+\.\d %$/gm)).toHaveLength(6)
      expect(stdout).not.toMatch(/\x1b/)
      expect(stdout).toMatch(/ms measured/)
    }
  })

  it('says what it did not read of a long headline', async () => {
    const { stdout } = await run('predict', '--model', runId, 'goal '.repeat(60))
    expect(stdout).toMatch(/only the first 32 tokens were read; 30 fell off, from "goal" on/)
  })

  it('classifies lines of standard input, one JSON each', async () => {
    const { code, stdout } = await start(['predict', '--json'], 'treaty number 1\n\n  \ngoal number 2\n').ended
    expect(code).toBe(0)
    const predictions = stdout
      .trim()
      .split('\n')
      .map((line) => predictionSchema.omit({ checkpoint: true }).parse(JSON.parse(line)))
    expect(predictions.map(({ text }) => text)).toEqual(['treaty number 1', 'goal number 2'])
  })

  it('is evaluated in text and in JSON alike', async () => {
    const json = await run('evaluate', '--model', runId, '--data', csv, '--json')
    expect(json.code).toBe(0)
    const evaluation = evaluationSchema.parse(JSON.parse(json.stdout))
    expect(evaluation.rowCount).toBe(120)
    expect(evaluation.confusion.flat().reduce((sum, cell) => sum + cell, 0)).toBe(120)
    const text = await run('evaluate', '--model', runId, '--data', csv)
    expect(text.stdout).toContain(`accuracy  ${(100 * evaluation.accuracy).toFixed(2)} %`)
    expect(text.stdout).toMatch(/macro-F1 .*[^]*precision +recall +F1 +rows[^]*predicted →/)
  })

  it('names a label that the model does not know', async () => {
    const file = join(home, 'other.csv')
    await writeFile(file, 'label,title\nWeather,rain today\nWorld,treaty signed\n')
    const { code, stderr } = await run('evaluate', '--model', runId, '--data', file)
    expect(code).toBe(1)
    expect(stderr).toContain('Weather')
  })

  it('stops at Ctrl-C with a checkpoint, however often the key press arrives, and goes on from there', async () => {
    const { child, ended, output } = start(['train', '--data', csv, '--ranks', '2', '--epochs', '40', ...quick])
    await until(() => output().includes('· step ') || child.exitCode !== null)
    for (const signal of ['SIGINT', 'SIGINT', 'SIGTERM'] as const) child.kill(signal)
    const { code, stdout } = await ended
    expect(code).toBe(130)
    expect(stdout).toMatch(/Stopping after this step[^]*Stopped at step \d+ of 240/)
    const resumed = await run('train', '--resume', /--resume (\S+)/.exec(stdout)![1]!, '--json')
    expect(resumed.code).toBe(0)
    expect(JSON.parse(resumed.stdout)).toMatchObject({ state: 'done', step: 240, totalSteps: 240 })
  })
})

describe('the served lab', () => {
  it('prints where it is, answers there, refuses a second lab, and ends at Ctrl-C', async () => {
    const first = start(['serve', '--port', '0'])
    await until(() => first.output().includes('Ctrl-C') || first.child.exitCode !== null)
    const url = new URL(/http:\S+/.exec(first.output())![0])
    expect(url.hash).toMatch(/^#token=[\w-]{43}$/)
    expect(await (await fetch(new URL('/health', url))).json()).toEqual({ status: 'ok', name: 'distrinews-lab' })
    expect((await (await fetch(url)).text()).toLowerCase()).toContain('<!doctype html>')

    const second = await run('serve', '--port', '0')
    expect(second.code).toBe(1)
    expect(second.stderr).toContain(`Process ${first.child.pid}`)

    first.child.kill('SIGINT')
    expect((await first.ended).code).toBe(0)
    await expect(fetch(url)).rejects.toThrow()
  })

  it('says that its port is taken, and lets go of the directory', async () => {
    const port = String(await takenPort())
    for (let attempt = 0; attempt < 2; attempt++) {
      const { code, stderr } = await run('serve', '--port', port)
      expect(code).toBe(2)
      expect(stderr).toContain(`Port ${port} cannot be used`)
    }
  })
})

describe('a served model', () => {
  const post = (url: URL, text: string): Promise<Response> =>
    fetch(new URL('/predict', url), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text }) })

  it('answers over HTTP, logs a line of JSON for each request and no text, and ends with 0 at SIGTERM', async () => {
    const { child, ended, output, complaints } = start(['serve-model', '--port', '0'])
    await until(() => complaints().includes('Ctrl-C') || child.exitCode !== null)
    const url = new URL(/http:\S+\/predict/.exec(complaints())![0])
    const answer = await post(url, 'treaty number 1')
    expect(answer.status).toBe(200)
    expect(Object.keys((await answer.json()) as object)).toEqual(['label', 'confidence', 'all_probabilities'])
    expect((await fetch(new URL('/docs', url))).status).toBe(200)
    await until(() => output().split('\n').length > 2)
    child.kill('SIGTERM')
    const { code, stdout } = await ended
    expect(code).toBe(0)
    const records = stdout
      .trim()
      .split('\n')
      .map((line) => requestRecordSchema.parse(JSON.parse(line)))
    expect(records.map(({ method, path, status, texts }) => [method, path, status, texts])).toEqual([
      ['POST', '/predict', 200, 1],
      ['GET', '/docs', 200, null],
    ])
    expect(stdout).not.toContain('treaty')
    await expect(fetch(url)).rejects.toThrow()
  })

  it.each([
    [['--host', '0.0.0.0'], /without a token/],
    [['--port', 'http'], /--port http is not possible/],
    [['--public', 'yes'], /"yes" is not expected here/],
  ])('%j: says what, why and what to do, and exits with 2', async (args, text) => {
    const { code, stderr } = await run('serve-model', ...args)
    expect(code).toBe(2)
    expect(stderr).toMatch(text)
  })

  it('ends with 1 where there is no such model, and where it cannot be used', async () => {
    const empty = join(home, 'empty-model')
    await mkdir(empty)
    await writeFile(join(empty, 'config.json'), '{}')
    for (const [model, text] of [
      [join(home, 'nowhere'), /no such model/],
      [empty, /model/i],
    ] as const) {
      const { code, stderr } = await run('serve-model', '--model', model, '--port', '0')
      expect(code).toBe(1)
      expect(stderr).toMatch(text)
    }
  })
})
