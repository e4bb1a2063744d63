/** What is compared as files: the charts as they are shown, the values as they were measured. */
import { Button, Menu } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useState } from 'react'
import type { LabErrorInfo } from '../../../shared/contract/errors.ts'
import { toErrorInfo } from '../../ipc/errors.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { pngOfSvg } from '../../ui/png-of-svg.ts'
import { saveText } from '../../ui/save-text.ts'
import type { BoardRun, Chart } from './board.tsx'
import { comparisonSvg } from './picture.ts'
import type { PictureSettings } from './picture.ts'
import { valuesCsv } from './values-csv.ts'

interface ExportMenuProps {
  runs: readonly BoardRun[]
  charts: readonly Chart[]
  settings: PictureSettings
}

export function ExportMenu({ runs, charts, settings }: ExportMenuProps) {
  const [error, setError] = useState<LabErrorInfo | null>(null)
  const save = async (kind: 'svg' | 'png' | 'csv'): Promise<void> => {
    setError(null)
    try {
      if (kind === 'csv') saveText({ fileName: 'compared-runs.csv', mediaType: 'text/csv', text: valuesCsv(runs) })
      else {
        const svg = pictureOf(runs, charts, settings)
        const file = kind === 'svg' ? { mediaType: 'image/svg+xml', text: svg } : { mediaType: 'image/png', text: await pngOfSvg(svg) }
        saveText({ fileName: `compared-runs.${kind}`, ...file })
      }
    } catch (failure) {
      setError(toErrorInfo(failure))
    }
  }
  return (
    <>
      <Menu position="bottom-end" width={300} shadow="md">
        <Menu.Target>
          <Button size="xs" variant="default" ml="auto" rightSection={<IconChevronDown size={14} aria-hidden />}>
            Export
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Item title="Charts, SVG" hint="as they are shown" isOff={charts.length === 0} onClick={() => void save('svg')} />
          <Item title="Charts, PNG" hint="as they are shown" isOff={charts.length === 0} onClick={() => void save('png')} />
          <Item title="Values, CSV" hint="every step, as measured" onClick={() => void save('csv')} />
        </Menu.Dropdown>
      </Menu>
      {error && <ErrorNotice error={error} />}
    </>
  )
}

function Item({ title, hint, isOff = false, onClick }: { title: string; hint: string; isOff?: boolean; onClick: () => void }) {
  return (
    <Menu.Item disabled={isOff} onClick={onClick}>
      {title} <span style={{ color: 'var(--ink-3)' }}>· {hint}</span>
    </Menu.Item>
  )
}

/** In the colours of the page. */
function pictureOf(runs: readonly BoardRun[], charts: readonly Chart[], settings: PictureSettings): string {
  const style = getComputedStyle(document.documentElement)
  const color = (name: string): string => style.getPropertyValue(name).trim()
  const legend = runs.map(({ title, dash, curves: { record }, ...look }) => ({
    title,
    color: color(look.color),
    dash,
    provenance: record.imported ? ('imported' as const) : ('measured' as const),
  }))
  const colors = { surface: color('--surface'), ink: color('--ink'), quiet: color('--ink-3'), hairline: color('--hairline') }
  return comparisonSvg(charts, legend, settings, colors)
}
