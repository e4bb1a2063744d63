/** What one can do with a run: pause, stop or resume it, try its model, export it and its report. */
import { Button, Menu } from '@mantine/core'
import {
  IconChartLine,
  IconChevronDown,
  IconKeyboard,
  IconPackageExport,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerStopFilled,
} from '@tabler/icons-react'
import { useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import type { ReportFormat } from '../../../shared/domain/report.ts'
import { lab } from '../../ipc/client.ts'
import { toErrorInfo } from '../../ipc/errors.ts'
import { useRunViews } from '../../state/run-view.ts'
import type { RunView } from '../../state/run-view.ts'
import { isActive } from '../../state/runs.ts'
import { ActionButton } from '../../ui/action-button.tsx'
import { printReport } from '../../ui/print-report.ts'
import { saveText } from '../../ui/save-text.ts'
import { href } from '../../ui/route.ts'
import { ExportDialog } from '../export/export-dialog.tsx'
import { TrainElsewhere } from '../handoff/train-elsewhere.tsx'

interface RunActionsProps {
  view: RunView
  onError: (error: LabErrorInfo | null) => void
}

const resumable = ['paused', 'stopped', 'failed', 'lost']

export function RunActions({ view, onError }: RunActionsProps) {
  const { stop, pause, resume } = useRunViews.getState()
  const { record } = view
  const [exporting, setExporting] = useState(false)
  return (
    <>
      {isActive(record) && (
        <ActionButton
          size="xs"
          variant="default"
          leftSection={<IconPlayerPauseFilled size={14} aria-hidden />}
          action={() => pause(record.id)}
          onError={onError}
          disabled={record.state === 'stopping'}
        >
          Pause
        </ActionButton>
      )}
      {isActive(record) && (
        <ActionButton
          size="xs"
          variant="default"
          leftSection={<IconPlayerStopFilled size={14} aria-hidden />}
          action={() => stop(record.id)}
          onError={onError}
          disabled={record.state === 'stopping'}
        >
          {record.state === 'stopping' ? 'Stopping …' : 'Stop run'}
        </ActionButton>
      )}
      {resumable.includes(record.state) && record.imported === null && (
        <ActionButton
          size="xs"
          variant="default"
          leftSection={<IconPlayerPlayFilled size={14} aria-hidden />}
          action={() => resume(record.id)}
          onError={onError}
        >
          Resume
        </ActionButton>
      )}
      {view.hasModel && (
        <Button
          component="a"
          href={href('playground', record.id)}
          size="xs"
          variant="default"
          leftSection={<IconKeyboard size={15} aria-hidden />}
        >
          Try its model
        </Button>
      )}
      <Button
        component="a"
        href={href('compare', record.id)}
        size="xs"
        variant="default"
        leftSection={<IconChartLine size={15} aria-hidden />}
      >
        Compare
      </Button>
      <Button size="xs" variant="default" leftSection={<IconPackageExport size={15} aria-hidden />} onClick={() => setExporting(true)}>
        Export model
      </Button>
      <ExportDialog runId={record.id} hasModel={view.hasModel} opened={exporting} onClose={() => setExporting(false)} />
      <ExportMenu record={record} onError={onError} />
    </>
  )
}

const formats: { format: ReportFormat | 'pdf'; title: string; hint: string }[] = [
  { format: 'html', title: 'HTML', hint: 'to read, one file' },
  { format: 'pdf', title: 'PDF', hint: 'on paper' },
  { format: 'markdown', title: 'Markdown', hint: 'for a README or an issue' },
  { format: 'json', title: 'JSON', hint: 'every number, for programs' },
]

function ExportMenu({ record, onError }: { record: RunView['record']; onError: RunActionsProps['onError'] }) {
  const [busy, setBusy] = useState(false)
  const [elsewhere, setElsewhere] = useState(false)
  const runId = record.id
  const exportAs = async (format: ReportFormat | 'pdf'): Promise<void> => {
    setBusy(true)
    onError(null)
    try {
      if (format === 'pdf') printReport(await lab.reports.print({ of: 'run', id: runId }))
      else saveText(await lab.reports.export({ runId, format }))
    } catch (error) {
      onError(toErrorInfo(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Menu position="bottom-end" width={230} shadow="md">
      <Menu.Target>
        <Button size="xs" loading={busy} rightSection={<IconChevronDown size={14} aria-hidden />}>
          Export report
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {formats.map(({ format, title, hint }) => (
          <Menu.Item key={format} onClick={() => void exportAs(format)}>
            {title} <span style={{ color: 'var(--ink-3)' }}>· {hint}</span>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => setElsewhere(true)}>
          Train elsewhere <span style={{ color: 'var(--ink-3)' }}>· with PyTorch</span>
        </Menu.Item>
      </Menu.Dropdown>
      <TrainElsewhere key={runId} config={record.config} opened={elsewhere} onClose={() => setElsewhere(false)} />
    </Menu>
  )
}
