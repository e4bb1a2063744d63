/** The report of a benchmark in every form: texts as the lab renders them, pictures drawn here, paper by the browser engine. */
import { Button, Menu } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import type { BenchmarkFormat } from '../../../shared/domain/benchmark.ts'
import { lab } from '../../ipc/client.ts'
import { toErrorInfo } from '../../ipc/errors.ts'
import { pngOfSvg } from '../../ui/png-of-svg.ts'
import { printReport } from '../../ui/print-report.ts'
import { saveText } from '../../ui/save-text.ts'

interface ExportMenuProps {
  id: string
  /** Whether there is a time to an accuracy to draw. */
  hasTarget: boolean
  /** Whether the trained model was served and asked. */
  hasInference: boolean
  onError: (error: LabErrorInfo | null) => void
}

type Item = [title: string, hint: string, save: () => Promise<void>]
type Chart = Extract<BenchmarkFormat, `svg-${string}`>

export function ExportMenu({ id, hasTarget, hasInference, onError }: ExportMenuProps) {
  const [busy, setBusy] = useState(false)
  const text = (format: BenchmarkFormat) => async (): Promise<void> => saveText(await lab.benchmarks.export({ id, format }))
  const picture = (chart: Chart) => async (): Promise<void> => {
    const { fileName, text: svg } = await lab.benchmarks.export({ id, format: chart })
    saveText({ fileName: fileName.replace(/svg$/, 'png'), mediaType: 'image/png', text: await pngOfSvg(svg) })
  }
  const targetItems: Item[] = [
    ['Time to accuracy, SVG', '', text('svg-target')],
    ['Time to accuracy, PNG', '', picture('svg-target')],
  ]
  const groups: { title: string; items: Item[] }[] = [
    {
      title: 'Report',
      items: [
        ['HTML', 'to read, one file', text('html')],
        ['PDF', 'on paper', async () => printReport(await lab.reports.print({ of: 'benchmark', id }))],
        ['Markdown', 'for a README', text('markdown')],
        ['JSON', 'every number', text('json')],
        ['CSV', 'a row a repetition', text('csv')],
        ...(hasInference ? ([['CSV of loads', 'a row a load', text('csv-inference')]] satisfies Item[]) : []),
      ],
    },
    {
      title: 'Charts',
      items: [
        ['Throughput, SVG', '', text('svg-throughput')],
        ['Throughput, PNG', '', picture('svg-throughput')],
        ['Step times, SVG', '', text('svg-waterfall')],
        ['Step times, PNG', '', picture('svg-waterfall')],
        ...(hasTarget ? targetItems : []),
        ...(hasInference
          ? ([
              ['Latency, SVG', '', text('svg-inference')],
              ['Latency, PNG', '', picture('svg-inference')],
            ] satisfies Item[])
          : []),
      ],
    },
  ]
  const run = async (save: () => Promise<void>): Promise<void> => {
    setBusy(true)
    onError(null)
    try {
      await save()
    } catch (error) {
      onError(toErrorInfo(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Menu position="bottom-end" width={230} shadow="md">
      <Menu.Target>
        <Button size="xs" variant="default" loading={busy} rightSection={<IconChevronDown size={14} aria-hidden />}>
          Export report
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {groups.map(({ title, items }) => [
          <Menu.Label key={title}>{title}</Menu.Label>,
          ...items.map(([name, hint, save]) => (
            <Menu.Item key={name} onClick={() => void run(save)}>
              {name} {hint !== '' && <span style={{ color: 'var(--ink-3)' }}>· {hint}</span>}
            </Menu.Item>
          )),
        ])}
      </Menu.Dropdown>
    </Menu>
  )
}
