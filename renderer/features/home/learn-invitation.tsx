/** Invites newcomers into phase 1, and those who have begun to go on where they were. */
import { Button } from '@mantine/core'
import { IconArrowRight, IconSchool } from '@tabler/icons-react'
import { lessons, nextOpen } from '../../lessons/course.ts'
import { useLessonProgress } from '../../state/lesson-progress.ts'
import { href } from '../../ui/route.ts'
import styles from './learn-invitation.module.css'

export function LearnInvitation() {
  const { progress, loaded } = useLessonProgress()
  const next = nextOpen(progress.steps)
  if (!loaded || !next) return null
  const all = lessons.flatMap(({ steps }) => steps)
  const done = all.filter(({ id }) => id in progress.steps).length
  return (
    <aside className={styles.invitation} aria-label="Learn">
      <IconSchool size={26} stroke={1.5} aria-hidden />
      <p>
        {done === 0 ? (
          <>
            <strong>New to distributed training?</strong> {lessons.length} phases, each idea proven by a run of your own, and eighteen ways
            to break it.
          </>
        ) : (
          <>
            <strong>Go on learning: {next.step.title}</strong> {done} of {all.length} steps proven.
          </>
        )}
      </p>
      <Button
        component="a"
        href={href('learn', next.lesson.id, next.step.id)}
        size="xs"
        variant="default"
        rightSection={<IconArrowRight size={14} aria-hidden />}
      >
        {done === 0 ? 'Begin with phase 1' : `Phase ${next.lesson.number}`}
      </Button>
    </aside>
  )
}
