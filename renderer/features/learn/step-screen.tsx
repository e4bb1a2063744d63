/**
 * One step: the question, what to run, what was measured and what it proves at the left; the same seen and in code at the right.
 * Fits one screen of 1280 × 800. A step counts as done once a run of it has met its check.
 */
import { Tabs } from '@mantine/core'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import type { LessonProgress } from '../../../shared/domain/lesson-progress.ts'
import { experimentOf, neighbour } from '../../lessons/course.ts'
import type { StepPlace } from '../../lessons/course.ts'
import type { Evidence } from '../../lessons/evidence.ts'
import type { StepRun } from '../../lessons/lesson.ts'
import { widgets } from '../../lessons/widgets/index.tsx'
import { useLessonProgress } from '../../state/lesson-progress.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { href } from '../../ui/route.ts'
import { CodePanel } from './code-panel.tsx'
import { LessonProse } from './prose.tsx'
import { RunBox } from './run-box.tsx'
import styles from './step-screen.module.css'
import { useEvidence } from './use-evidence.ts'
import { VerdictBox } from './verdict-box.tsx'

export function StepScreen({ place }: { place: StepPlace }) {
  const { lesson, step } = place
  const { progress, loaded, error } = useLessonProgress()
  const [ran, setRan] = useState(false)
  const evidence = useEvidence([step.run])
  const done = progress.steps[step.id]
  const verdict = step.check(evidence)
  // Programs and the export are shared by steps: what another step measured proves this one only once it was asked for here.
  const counts = ran || (step.run.kind !== 'programs' && step.run.kind !== 'export')
  const proven = done !== undefined || (counts && verdict?.met === true)

  useEffect(() => {
    if (loaded) void useLessonProgress.getState().visit(step.id)
  }, [loaded, step.id])
  useEffect(() => {
    if (loaded && counts && verdict?.met && done === undefined)
      void useLessonProgress.getState().complete(step.id, verdict.because, factsOf(step.run, evidence), false)
  }, [loaded, counts, verdict, done, step, evidence])

  const Widget = widgets[step.widget]
  const shown = verdict !== null && (counts || done !== undefined)
  return (
    <div className={styles.screen}>
      <header className={styles.header}>
        <p className={styles.where}>
          <a href={href('learn')}>Phase {lesson.number}</a> · {lesson.title}
        </p>
        <h1 className={styles.title}>{step.title}</h1>
      </header>
      {error && <ErrorNotice error={error} />}
      <div className={styles.columns}>
        <section className={styles.text} aria-label="The step">
          <LessonProse
            id={step.id}
            proven={proven}
            between={
              <>
                <RunBox run={step.run} again={verdict !== null} quiet={proven} onStart={() => setRan(false)} onDone={() => setRan(true)} />
                {shown ? <VerdictBox verdict={verdict} /> : null}
              </>
            }
          />
          {proven && step.experiments && step.experiments.length > 0 && <Experiments ids={step.experiments} />}
        </section>
        <Tabs defaultValue="seen" className={styles.seen} keepMounted={false}>
          <Tabs.List>
            <Tabs.Tab value="seen">{step.run.kind === 'cards' ? 'Your part' : 'What happened'}</Tabs.Tab>
            {step.code.length > 0 && <Tabs.Tab value="code">The code</Tabs.Tab>}
          </Tabs.List>
          <Tabs.Panel value="seen" className={styles.panel}>
            <Widget evidence={evidence} />
          </Tabs.Panel>
          {step.code.length > 0 && (
            <Tabs.Panel value="code" className={styles.panel}>
              <CodePanel step={step} />
            </Tabs.Panel>
          )}
        </Tabs>
      </div>
      <StepFooter place={place} progress={progress} />
    </div>
  )
}

function factsOf(run: StepRun, evidence: Evidence): LessonProgress['steps'][string]['facts'] {
  if (run.kind === 'training') return { run: evidence.run(run.config.name)?.record.id ?? run.config.name }
  if (run.kind === 'cards') return {}
  if (run.kind === 'export')
    return { run: evidence.exported?.facts.runId ?? 'unknown', checkpoint: evidence.exported?.facts.checkpoint ?? 'unknown' }
  const { program, arm } = run.requests.at(-1)!
  const result = arm === undefined ? null : evidence.result(program, arm as never)
  return { program, ...(result && { arm: result.arm, worldSize: result.worldSize, durationMs: Math.round(result.durationMs) }) }
}

function Experiments({ ids }: { ids: readonly string[] }) {
  const found = ids.flatMap((id) => experimentOf(id) ?? [])
  if (found.length === 0) return null
  return (
    <p className={styles.experiments}>
      Break it:{' '}
      {found.map(({ id, title }, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <a href={href('learn', 'experiments', id)}>{title}</a>
        </span>
      ))}
    </p>
  )
}

function StepFooter({ place, progress }: { place: StepPlace; progress: LessonProgress }) {
  const { lesson, step, index } = place
  const [before, after] = [neighbour(place, -1), neighbour(place, 1)]
  return (
    <nav className={styles.footer} aria-label="Steps of this phase">
      {before ? (
        <a className={styles.move} href={href('learn', before.lesson.id, before.step.id)} data-key="previous" title="Key [">
          <IconChevronLeft size={16} aria-hidden /> Previous
        </a>
      ) : (
        <span className={styles.move} />
      )}
      <ol className={styles.dots}>
        {lesson.steps.map(({ id, title }, position) => (
          <li key={id}>
            <a
              href={href('learn', lesson.id, id)}
              className={styles.dot}
              data-done={id in progress.steps || undefined}
              aria-current={id === step.id ? 'step' : undefined}
              aria-label={`Step ${position + 1}: ${title}${id in progress.steps ? ', proven' : ''}`}
              title={title}
            />
          </li>
        ))}
      </ol>
      <span className={styles.position}>
        {index + 1} of {lesson.steps.length}
      </span>
      {after ? (
        <a className={styles.move} data-next href={href('learn', after.lesson.id, after.step.id)} data-key="next" title="Key ]">
          {after.lesson === lesson ? 'Next' : `Phase ${after.lesson.number}`} <IconChevronRight size={16} aria-hidden />
        </a>
      ) : (
        <a className={styles.move} data-next href={href('learn')}>
          All phases
        </a>
      )}
    </nav>
  )
}
