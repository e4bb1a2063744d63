/** Listens to the keyboard for the whole page: presses the buttons that carry a key, pauses and resumes, opens palette and help. */
import { Kbd, Modal } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import { toErrorInfo } from '../../ipc/errors.ts'
import { useRunViews } from '../../state/run-view.ts'
import { isActive } from '../../state/runs.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { parseRoute } from '../../ui/route.ts'
import styles from './keyboard.module.css'
import { actionOf, keyHelp } from './keys.ts'
import type { Focused, KeyAction } from './keys.ts'
import { Palette } from './palette.tsx'

export function Keyboard() {
  const [open, setOpen] = useState<'palette' | 'help' | null>(null)
  const [error, setError] = useState<LabErrorInfo | null>(null)
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return
      const action = actionOf(event, focusedOf(event.target))
      // A dialogue has the keyboard to itself; only the palette's own key closes it again.
      if (action === null || (document.querySelector('[role="dialog"]') && action !== 'palette')) return
      if (action === 'palette' || action === 'help') setOpen((before) => (before === action ? null : action))
      else if (action === 'pause') {
        const work = pauseOrResume()
        if (work === null) return
        setError(null)
        work.catch((failure: unknown) => setError(toErrorInfo(failure)))
      } else if (!pressButton(action)) return
      event.preventDefault()
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [])
  return (
    <>
      <Palette opened={open === 'palette'} onClose={() => setOpen(null)} onHelp={() => setOpen('help')} />
      <Modal opened={open === 'help'} onClose={() => setOpen(null)} title="Keys" size="lg">
        <dl className={styles.keys}>
          {keyHelp.map(({ keys, does }) => (
            <div key={does}>
              <dt>
                {keys.map((key) => (
                  <Kbd key={key}>{key}</Kbd>
                ))}
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
      </Modal>
      {error && (
        <div className={styles.error}>
          <ErrorNotice error={error} />
        </div>
      )}
    </>
  )
}

function focusedOf(target: EventTarget | null): Focused {
  if (!(target instanceof HTMLElement)) return { typing: false, pressable: false, arrows: false }
  const choice = target.matches('input[type="radio"], input[type="checkbox"], input[type="range"]')
  return {
    typing: !choice && (target.isContentEditable || target.matches('input, textarea, select')),
    pressable: choice || target.matches('button, a, summary, [role="button"], [role="tab"], [role="slider"]'),
    arrows: choice || target.matches('[role="tab"], [role="slider"], [role="radio"], [role="option"], [role="menuitem"]'),
  }
}

/** The button of that key: of several, the one that the screen sets off. False where there is none. */
function pressButton(action: KeyAction): boolean {
  const buttons = [...document.querySelectorAll<HTMLElement>(`[data-key="${action}"]:not(:disabled, [data-disabled])`)]
  const button = buttons.find((candidate) => candidate.dataset['variant'] === 'filled') ?? buttons[0]
  // Whoever ran something from a text field has done with typing: the other keys shall work.
  if (action === 'run') button?.focus()
  button?.click()
  return button !== undefined
}

/** Null where there is nothing to pause or to go on with. */
function pauseOrResume(): Promise<void> | null {
  const { views, pause, resume } = useRunViews.getState()
  const active = Object.values(views).find(({ record }) => isActive(record))
  if (active) return active.record.state === 'stopping' ? null : pause(active.record.id)
  const { place, id } = parseRoute(location.hash)
  const shown = place === 'runs' && id !== null ? views[id] : undefined
  return shown?.record.state === 'paused' ? resume(shown.record.id) : null
}
