/** The report of a run as a file, in the formats that the lab renders. */
import { useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import type { ReportFormat } from '../../../shared/domain/report.ts'
import { lab } from '../../ipc/client.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { saveText } from '../../ui/save-text.ts'

const formats: readonly { format: ReportFormat; word: string }[] = [
  { format: 'html', word: 'HTML' },
  { format: 'markdown', word: 'Markdown' },
  { format: 'json', word: 'JSON' },
]

export function ReportButtons({ runId }: { runId: string }) {
  const [error, setError] = useState<LabErrorInfo | null>(null)
  return (
    <>
      {formats.map(({ format, word }) => (
        <ActionButton
          key={format}
          size="compact-xs"
          variant="default"
          action={async () => saveText(await lab.reports.export({ runId, format }))}
          onError={setError}
        >
          Report as {word}
        </ActionButton>
      ))}
      {error && <ErrorNotice error={error} />}
    </>
  )
}
