/** The course at a glance: where to go on, each phase with its steps, the experiments, the glossary. */
import { Button } from '@mantine/core'
import { IconArrowRight, IconCheck, IconFlask, IconVocabulary } from '@tabler/icons-react'
import { experiments, lessons, nextOpen, placeOfStep } from '../../lessons/course.ts'
import type { Lesson } from '../../lessons/lesson.ts'
import { useLessonProgress } from '../../state/lesson-progress.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { href } from '../../ui/route.ts'
import { Screen } from '../../ui/screen.tsx'
import { FastTrack } from './fast-track.tsx'
import styles from './overview.module.css'

export function Overview() {
  const { progress, error } = useLessonProgress()
  const last = placeOfStep(progress.lastStep)
  const next = last && !(last.step.id in progress.steps) ? last : nextOpen(progress.steps)
  const all = lessons.flatMap(({ steps }) => steps)
  const done = all.filter(({ id }) => id in progress.steps).length
  return (
    <Screen
      title="Learn distributed training"
      subtitle="Each idea is proven by a run of your own."
      actions={
        <Button
          component="a"
          href={href('learn', 'glossary')}
          size="xs"
          variant="default"
          leftSection={<IconVocabulary size={15} aria-hidden />}
        >
          Glossary
        </Button>
      }
    >
      {error && <ErrorNotice error={error} />}
      <div className={styles.go}>
        <div>
          <p className={styles.goTitle}>
            {done === 0 ? 'Begin with a headline of your own' : next ? `Go on: ${next.step.title}` : 'Every step is proven'}
          </p>
          <p className={styles.goText}>
            {done === 0
              ? 'You need no GPU and no knowledge of distributed training. A step takes a minute or two: read, run, look, and read what it means.'
              : `${done} of ${all.length} steps proven. Steps can be taken in any order.`}
          </p>
        </div>
        {next && (
          <Button
            component="a"
            href={href('learn', next.lesson.id, next.step.id)}
            rightSection={<IconArrowRight size={16} aria-hidden />}
            data-key="run"
          >
            {done === 0 ? 'Start phase 1' : 'Go on'}
          </Button>
        )}
      </div>
      <div className={styles.phases}>
        {lessons.map((lesson) => (
          <Phase key={lesson.id} lesson={lesson} done={progress.steps} />
        ))}
        {experiments.length > 0 && (
          <section className={styles.phase} aria-labelledby="experiments">
            <header className={styles.head}>
              <span className={styles.number}>
                <IconFlask size={17} aria-hidden />
              </span>
              <div>
                <h2 id="experiments">{experiments.length} ways to break DDP</h2>
                <p>Say what you expect, break it in real code, look at what was measured, mend it.</p>
              </div>
            </header>
            <ol className={styles.steps}>
              {experiments.map(({ id, number, title }) => (
                <StepLink
                  key={id}
                  to={href('learn', 'experiments', id)}
                  done={`experiment:${id}` in progress.steps}
                  title={title}
                  number={number}
                />
              ))}
            </ol>
          </section>
        )}
      </div>
    </Screen>
  )
}

function Phase({ lesson, done }: { lesson: Lesson; done: Readonly<Record<string, unknown>> }) {
  const proven = lesson.steps.filter(({ id }) => id in done).length
  return (
    <section className={styles.phase} aria-labelledby={`phase-${lesson.id}`}>
      <header className={styles.head}>
        <span className={styles.number}>{lesson.number}</span>
        <div>
          <h2 id={`phase-${lesson.id}`}>{lesson.title}</h2>
          <p>{lesson.aim}</p>
        </div>
        <span className={styles.proven}>
          {proven} / {lesson.steps.length}
        </span>
      </header>
      <ol className={styles.steps}>
        {lesson.steps.map(({ id, title }, index) => (
          <StepLink key={id} to={href('learn', lesson.id, id)} done={id in done} title={title} number={index + 1} />
        ))}
      </ol>
      {proven < lesson.steps.length && <FastTrack lesson={lesson} />}
    </section>
  )
}

function StepLink({ to, done, title, number }: { to: string; done: boolean; title: string; number: number }) {
  return (
    <li>
      <a href={to} className={styles.step} data-done={done || undefined}>
        <span className={styles.mark}>{done ? <IconCheck size={13} aria-label="proven" /> : number}</span>
        {title}
      </a>
    </li>
  )
}
