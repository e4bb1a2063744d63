/** The one button of a step: what it will run, on how many ranks and with which headlines; how it goes; a way to stop it. */
import { Button, Loader, SegmentedControl, Textarea } from '@mantine/core'
import { IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react'
import { useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import type { StepRun } from '../../lessons/lesson.ts'
import { toErrorInfo } from '../../ipc/errors.ts'
import { useLessonExport } from '../../state/lesson-export.ts'
import { textsOf, useLessonTexts, useTypedTexts } from '../../state/lesson-texts.ts'
import { useRunViews } from '../../state/run-view.ts'
import { isActive } from '../../state/runs.ts'
import { useWorkbench } from '../../state/workbench.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { href } from '../../ui/route.ts'
import { perform } from './perform.ts'
import type { Choice } from './perform.ts'
import styles from './run-box.module.css'

interface RunBoxProps {
  run: StepRun
  /** Whether it was measured before: the button then says so. */
  again: boolean
  /** Not the primary button of the screen any more: what it proves is proven. */
  quiet?: boolean
  onStart?: () => void
  onDone?: () => void
}

export function RunBox({ run, again, quiet = false, onStart, onDone }: RunBoxProps) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<LabErrorInfo | null>(null)
  const [worldSize, setWorldSize] = useState<number | undefined>(undefined)
  const typed = useTypedTexts()
  if (run.kind === 'cards') return null

  const start = async (choice: Choice): Promise<void> => {
    setBusy(true)
    setError(null)
    onStart?.()
    try {
      if (await perform(run, choice)) onDone?.()
    } catch (failure) {
      setError(toErrorInfo(failure))
    } finally {
      setBusy(false)
    }
  }
  const programs = run.kind === 'programs' ? run : null
  return (
    <div className={styles.box}>
      {programs?.withTexts && (
        <Textarea
          label="Your headlines, one per line, at most eight"
          placeholder={'Left empty, starter headlines stand in:\nStriker scores twice in cup final'}
          minRows={2}
          maxRows={4}
          autosize
          value={typed}
          onChange={(event) => useLessonTexts.getState().type(event.currentTarget.value)}
        />
      )}
      <div className={styles.line}>
        <Button
          leftSection={busy ? <Loader size={14} color="currentColor" /> : <IconPlayerPlayFilled size={14} aria-hidden />}
          variant={quiet && !busy ? 'default' : 'filled'}
          // Not `disabled`: that would take the focus away from whoever uses the keyboard.
          data-disabled={busy || undefined}
          aria-disabled={busy}
          onClick={() => {
            if (!busy) void start({ worldSize, texts: textsOf(typed) })
          }}
          data-key="run"
        >
          {busy ? 'Running …' : again ? 'Run again' : run.label}
        </Button>
        {programs?.worldSizes && (
          <SegmentedControl
            size="xs"
            aria-label="Number of ranks"
            data={programs.worldSizes.map((size) => ({ value: String(size), label: `${size} ranks` }))}
            value={String(worldSize ?? programs.worldSizes[0])}
            onChange={(value) => setWorldSize(Number(value))}
            disabled={busy}
          />
        )}
      </div>
      {busy && (programs ? <Going /> : run.kind === 'export' ? <GoingExport /> : <GoingRun />)}
      {error && <ErrorNotice error={error} />}
    </div>
  )
}

/** What the ranks of a program say. */
function Going() {
  const going = useWorkbench((state) => state.going)
  return (
    <div className={styles.going}>
      <span role="status">{going ? `${going.program}, ${going.arm}: ${going.text}` : 'starting'}</span>
      <CancelButton onClick={() => useWorkbench.getState().cancel()} />
    </div>
  )
}

/** An export; before it, where there was no model yet, the run that makes one. */
function GoingExport() {
  const progress = useLessonExport((state) => state.progress)
  if (!progress) return <GoingRun />
  return (
    <div className={styles.going}>
      <span role="status">
        {progress.stage} · {Math.round(100 * progress.fraction)} %
      </span>
      <CancelButton onClick={() => useLessonExport.getState().cancel()} />
    </div>
  )
}

function CancelButton({ onClick }: { onClick: () => void }) {
  return (
    <Button size="compact-xs" variant="subtle" color="gray" leftSection={<IconPlayerStopFilled size={12} aria-hidden />} onClick={onClick}>
      Cancel
    </Button>
  )
}

/** A training run: its own screen has everything. */
function GoingRun() {
  const view = useRunViews((state) => Object.values(state.views).find(({ record }) => isActive(record)))
  if (!view) return <div className={styles.going}>starting</div>
  const { step, totalSteps, activity } = view.progress
  return (
    <div className={styles.going}>
      <span role="status">
        step {step} of {totalSteps ?? '…'} · {activity}
      </span>
      <a href={href('runs', view.record.id)}>Watch it live</a>
    </div>
  )
}
