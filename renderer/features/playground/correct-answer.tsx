/** Says that an answer is wrong and what is right; kept in the lab until it is taken back. */
import { Button, UnstyledButton } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import type { Prediction } from '../../../shared/domain/prediction.ts'
import { useCorrections } from '../../state/corrections.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import styles from './playground.module.css'

export function CorrectAnswer({ prediction }: { prediction: Prediction }) {
  const { list, add, remove } = useCorrections()
  const [choosing, setChoosing] = useState(false)
  const [error, setError] = useState<LabErrorInfo | null>(null)
  const choices = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (choosing) choices.current?.querySelector('button')?.focus()
  }, [choosing])
  const text = prediction.text.trim()
  const kept = list.value?.find((correction) => correction.text === text)
  const correct = (label: string) => async (): Promise<void> => {
    await add({ text, label, predicted: prediction.label, confidence: prediction.confidence, modelId: prediction.checkpoint.modelId })
    setChoosing(false)
  }
  return (
    <div className={styles.correct}>
      {error && <ErrorNotice error={error} />}
      {kept ? (
        <p role="status">
          You say it is <b>{kept.label}</b>.{' '}
          <ActionButton size="compact-xs" variant="subtle" action={() => remove(kept.id)} onError={setError}>
            Undo
          </ActionButton>
        </p>
      ) : choosing ? (
        <div ref={choices} role="group" aria-label="The right class" className={styles.rightClass}>
          <span>It should be</span>
          {prediction.probabilities
            .filter(({ label }) => label !== prediction.label)
            .map(({ label }) => (
              <ActionButton key={label} size="compact-xs" variant="default" action={correct(label)} onError={setError}>
                {label}
              </ActionButton>
            ))}
          <UnstyledButton className={styles.quiet} onClick={() => setChoosing(false)}>
            Cancel
          </UnstyledButton>
        </div>
      ) : (
        <Button size="compact-xs" variant="subtle" onClick={() => setChoosing(true)}>
          This is wrong …
        </Button>
      )}
    </div>
  )
}
