/** A button whose work may fail: busy while it runs, and the failure goes where the caller shows it. */
import { Button } from '@mantine/core'
import type { ButtonProps } from '@mantine/core'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { LabErrorInfo } from '../../shared/contract/errors.ts'
import { toErrorInfo } from '../ipc/errors.ts'

interface ActionButtonProps extends ButtonProps {
  action: () => Promise<void>
  onError: (error: LabErrorInfo | null) => void
  children: ReactNode
}

export function ActionButton({ action, onError, children, ...rest }: ActionButtonProps) {
  const [busy, setBusy] = useState(false)
  const run = async (): Promise<void> => {
    setBusy(true)
    onError(null)
    try {
      await action()
    } catch (error) {
      onError(toErrorInfo(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button {...rest} loading={busy} onClick={() => void run()}>
      {children}
    </Button>
  )
}
