/** The course as data: everything that a step or an experiment names is there, and its prose has the length that fits a screen. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pitfalls, questions } from '../../../renderer/lessons/06-documentation/cards.ts'
import { experimentOf, experiments, lessons, neighbour, nextOpen, placeOf } from '../../../renderer/lessons/course.ts'
import { Evidence } from '../../../renderer/lessons/evidence.ts'
import { glossary } from '../../../renderer/lessons/glossary.ts'
import type { StepRun } from '../../../renderer/lessons/lesson.ts'
import { widgetIds } from '../../../renderer/lessons/widgets/ids.ts'
import { runConfigSchema } from '../../../shared/domain/run-config.ts'
import { armsOf, programIds, programInputSchema } from '../../../shared/domain/workbench.ts'

const root = join(process.cwd(), 'renderer', 'lessons')
const files = (readdirSync(root, { recursive: true }) as string[]).map((name) => name.split('\\').join('/'))
const fileOf = (id: string, ending: string): string[] => files.filter((name) => basename(name) === `${id}${ending}`)

const steps = lessons.flatMap((lesson) => lesson.steps)
const allRuns: StepRun[] = [...steps.map(({ run }) => run), ...experiments.flatMap(({ broken, fixed }) => [broken, fixed])]
const requests = allRuns.flatMap((run) => (run.kind === 'programs' ? run.requests : []))

const count = (text: string): number => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
/** The question, and what it means afterwards. */
function prose(id: string): [before: string, after: string] {
  const [file] = fileOf(id, '.mdx')
  const text = readFileSync(join(root, file!), 'utf8')
  const match = /^([\s\S]*)<Afterwards>([\s\S]*)<\/Afterwards>\s*$/.exec(text)
  expect(match, `${file} ends with an explanation`).not.toBeNull()
  return [match![1]!, match![2]!]
}

describe('every step', () => {
  test.each(steps.map((step) => [step.id, step] as const))('%s has prose of a screen’s length and an explanation', (id) => {
    expect(fileOf(id, '.mdx')).toHaveLength(1)
    const [before, after] = prose(id)
    expect(count(before), 'words before').toBeGreaterThanOrEqual(60)
    expect(count(before), 'words before').toBeLessThanOrEqual(120)
    expect(count(after), 'words after').toBeGreaterThanOrEqual(40)
    expect(count(after), 'words after').toBeLessThanOrEqual(110)
  })

  test('has an id of its own, a short title, and a widget that exists', () => {
    expect(new Set(steps.map(({ id }) => id)).size).toBe(steps.length)
    for (const { title, widget } of [...steps, ...experiments]) {
      expect(title.length, title).toBeLessThanOrEqual(60)
      expect(widgetIds).toContain(widget)
    }
  })

  test('refers to experiments that exist', () => {
    const named = steps.flatMap((step) => ('experiments' in step ? (step.experiments ?? []) : []))
    expect(named.filter((id) => experimentOf(id) === null)).toEqual([])
  })

  test('asks for nothing that the lab would refuse', () => {
    for (const request of requests) {
      expect(programInputSchema.safeParse(request).success, JSON.stringify(request)).toBe(true)
      expect(armsOf(request.program), request.program).toContain(request.arm)
    }
    for (const run of allRuns)
      if (run.kind === 'training') expect(runConfigSchema.safeParse(run.config).success, run.config.name).toBe(true)
  })

  test('is not proven by nothing: without measurements no check is met', () => {
    const nothing = new Evidence({})
    for (const { check, title } of [...steps, ...experiments]) expect(check(nothing)?.met ?? false, title).toBe(false)
  })
})

describe('the experiments', () => {
  test('are eighteen, numbered without a gap', () => {
    expect(experiments.map(({ number }) => number)).toEqual(Array.from({ length: 18 }, (_, index) => index + 1))
  })

  test.each(experiments.map((experiment) => [experiment.id, experiment] as const))(
    '%s predicts, breaks, mends and says',
    (id, experiment) => {
      const [before, after] = prose(id)
      expect(count(before), 'words before').toBeGreaterThanOrEqual(55)
      expect(count(before), 'words before').toBeLessThanOrEqual(120)
      expect(count(after), 'words after').toBeGreaterThanOrEqual(40)
      expect(experiment.prediction.options[experiment.prediction.expected]).toBeDefined()
      expect(new Set(experiment.prediction.options).size).toBe(experiment.prediction.options.length)
      expect(count(experiment.say)).toBeLessThanOrEqual(70)
      expect(experiment.say.length).toBeGreaterThan(80)
    },
  )

  test('leave no program of the workbench unused, and run every arm of those that they break', () => {
    const used = new Set(requests.map(({ program }) => program))
    expect(programIds.filter((id) => !used.has(id))).toEqual([])
    for (const id of used) {
      const arms = requests.filter(({ program }) => program === id).map(({ arm }) => arm)
      expect(
        armsOf(id).filter((arm) => !(arms as readonly (string | undefined)[]).includes(arm)),
        id,
      ).toEqual([])
    }
  })
})

describe('the files of the lessons', () => {
  const known = new Set([...steps, ...experiments].map(({ id }) => id))
  test('belong to a step or an experiment', () => {
    const orphans = files.filter((name) => /\.(mdx|py)$/.test(name) && !known.has(basename(name).replace(/\.\w+$/, '')))
    expect(orphans).toEqual([])
  })

  const python = spawnSync('python3', ['-c', 'pass'])
  test('PyTorch’s lines are Python that parses', (ctx) => {
    ctx.skip(python.status !== 0, 'there is no python3')
    const program = 'import ast, sys\nfor name in sys.argv[1:]: ast.parse(open(name).read(), name)'
    const names = files.filter((file) => file.endsWith('.py')).map((name) => join(root, name))
    const { status, stderr } = spawnSync('python3', ['-c', program, ...names])
    expect(status, stderr.toString()).toBe(0)
  })

  test('every word of the glossary is used somewhere', () => {
    const text = files
      .filter((name) => name.endsWith('.mdx'))
      .map((name) => readFileSync(join(root, name), 'utf8').toLowerCase())
      .join('\n')
    const unused = glossary.filter(({ term, forms = [] }) => ![term, ...forms].some((form) => text.includes(form.toLowerCase())))
    expect(unused.map(({ id }) => id)).toEqual([])
  })
})

describe('the cards', () => {
  test('are eight questions and twelve pitfalls, each with points to say', () => {
    expect(questions).toHaveLength(8)
    expect(pitfalls).toHaveLength(12)
    for (const { points, question } of [...questions, ...pitfalls]) expect(points.length, question).toBeGreaterThanOrEqual(2)
  })

  test('lead to a step or an experiment that exists', () => {
    for (const { seen, question } of [...questions, ...pitfalls])
      expect('experiment' in seen ? experimentOf(seen.experiment) : placeOf(seen.lesson, seen.step), question).not.toBeNull()
  })
})

describe('the way through the course', () => {
  test('leads from the first step to the last, across phases, and back', () => {
    let place = placeOf('foundation', null)
    const walked = []
    for (; place; place = neighbour(place, 1)) walked.push(place.step.id)
    expect(walked).toEqual(steps.map(({ id }) => id))
    expect(neighbour(placeOf('baseline', null)!, -1)?.step.id).toBe('sampler')
  })

  test('goes on at the first step that is not done', () => {
    expect(nextOpen({})?.step.id).toBe('tokens')
    expect(nextOpen({ tokens: true, padding: true, ring: true })?.step.id).toBe('model')
    expect(nextOpen(Object.fromEntries(steps.map(({ id }) => [id, true])))).toBeNull()
  })
})
